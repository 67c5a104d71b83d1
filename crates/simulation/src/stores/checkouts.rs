use anyhow::bail;
use async_trait::async_trait;
use domain::reservation::{
    BeginPayment, Begun, Checkouts, GiveUpError, GivenUp, PayError, Payment, Seen, SettleError, Settled,
    WalletAnswer,
};
use domain::shared::{PaymentId, ReservationId, UserId};

use super::Guarded;
use crate::faults::Step;
use crate::guarantees::checkouts;
use crate::world::number;

#[async_trait]
impl Checkouts for Guarded<dyn Checkouts> {
    async fn begin(&self, begin: BeginPayment) -> Result<Begun, PayError> {
        self.gate.enter(Step::BeginPayment).await?;
        let world = &self.gate.world;
        let begun = self.inner.begin(begin).await;
        checkouts::begun(world, &begin, &begun);
        let started = matches!(begun, Ok(Begun::Started(_)));
        world.note("begin", [number(begin.payment_id.0), u64::from(started)], started);
        self.gate.leave(Step::BeginPayment).await?;
        begun
    }

    async fn settle(
        &self,
        payment: PaymentId,
        fence: i64,
        answer: WalletAnswer,
    ) -> Result<Settled, SettleError> {
        self.gate.enter(Step::Settle).await?;
        let world = &self.gate.world;
        if world.watch().poisoned == Some(payment) {
            return Err(anyhow::anyhow!("payments.state of {payment} cannot be read").into());
        }
        let before = checkouts::as_it_stands(world, payment);
        let settled = self.inner.settle(payment, fence, answer).await;
        checkouts::settled(world, before.as_ref(), fence, &settled);
        world.note("settle", [number(payment.0), u64::from(settled.is_ok())], format_args!("{answer:?}"));
        self.gate.leave(Step::Settle).await?;
        settled
    }

    async fn take_stalled(&self, lease_seconds: u32, limit: usize) -> anyhow::Result<Vec<Seen<Payment>>> {
        self.gate.enter(Step::TakeOver).await?;
        let world = &self.gate.world;
        let fences = checkouts::fences(world);
        let taken = self.inner.take_stalled(lease_seconds, limit).await;
        let Ok(taken) = taken else { bail!("taking over failed") };
        checkouts::taken_over(world, &fences, &taken);
        for seen in &taken {
            world.note("take over", [number(seen.value.id.0), 0], format_args!("{:?}", seen.value.state));
        }
        self.gate.leave_job(Step::TakeOver, !taken.is_empty()).await?;
        Ok(taken)
    }

    async fn give_up(
        &self,
        reservation: ReservationId,
        user: UserId,
        lease_seconds: u32,
    ) -> Result<GivenUp, GiveUpError> {
        self.gate.enter(Step::GiveUp).await?;
        let given_up = self.inner.give_up(reservation, user, lease_seconds).await;
        let numbers = [number(reservation.0), u64::from(given_up.is_ok())];
        self.gate.world.note("give up", numbers, given_up.is_ok());
        self.gate.leave(Step::GiveUp).await?;
        given_up
    }
}
