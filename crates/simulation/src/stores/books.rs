use async_trait::async_trait;
use domain::shared::{Amount, ChargeId, Page, PageRequest, PaymentId, UserId};
use domain::wallet::{
    ChargeRefused, Charged, DebitAnswer, DebitRequest, Ledger, NewUser, ProviderAnswer, RefundAnswer,
    StatementLine, VoidAnswer, Wallet,
};

use super::Guarded;
use crate::faults::Step;
use crate::guarantees::ledger;
use crate::world::number;

#[async_trait]
impl Ledger for Guarded<dyn Ledger> {
    async fn open(&self, user: NewUser) -> anyhow::Result<()> {
        self.gate.enter(Step::OpenWallet).await?;
        let opened = self.inner.open(user).await;
        self.gate.leave(Step::OpenWallet).await?;
        opened
    }

    async fn wallet(&self, user: UserId) -> anyhow::Result<Option<Wallet>> {
        self.gate.enter(Step::ReadWallet).await?;
        let wallet = self.inner.wallet(user).await;
        self.gate.look(Step::ReadWallet).await?;
        wallet
    }

    async fn begin_charge(
        &self,
        id: ChargeId,
        user: UserId,
        amount: Amount,
    ) -> Result<Charged, ChargeRefused> {
        self.gate.enter(Step::BeginCharge).await?;
        let begun = self.inner.begin_charge(id, user, amount).await;
        self.gate.world.note("charge", [number(id.0), u64::from(begun.is_ok())], begun.is_ok());
        self.gate.leave(Step::BeginCharge).await?;
        begun
    }

    async fn settle_charge(&self, id: ChargeId, answer: ProviderAnswer) -> anyhow::Result<Charged> {
        self.gate.enter(Step::SettleCharge).await?;
        let settled = self.inner.settle_charge(id, answer).await;
        self.gate.world.note("settle charge", [number(id.0), u64::from(settled.is_ok())], settled.is_ok());
        self.gate.leave(Step::SettleCharge).await?;
        settled
    }

    async fn stalled_charges(&self, idle_seconds: u32, limit: usize) -> anyhow::Result<Vec<Charged>> {
        self.gate.enter(Step::StalledCharges).await?;
        let stalled = self.inner.stalled_charges(idle_seconds, limit).await;
        let found = stalled.as_ref().map_or(true, |charges| !charges.is_empty());
        self.gate.leave_job(Step::StalledCharges, found).await?;
        stalled
    }

    async fn debit(&self, request: DebitRequest) -> anyhow::Result<DebitAnswer> {
        self.gate.enter(Step::Debit).await?;
        let world = &self.gate.world;
        let before = ledger::recorded(world, request.payment_id);
        let answer = self.inner.debit(request).await;
        ledger::debited(world, &before, &request, &answer);
        world.note("debit", [number(request.payment_id.0), 0], format_args!("{answer:?}"));
        self.gate.leave(Step::Debit).await?;
        answer
    }

    async fn void(&self, payment: PaymentId) -> anyhow::Result<VoidAnswer> {
        self.gate.enter(Step::Void).await?;
        let answer = self.inner.void(payment).await;
        self.gate.world.note("void", [number(payment.0), 0], format_args!("{answer:?}"));
        self.gate.leave(Step::Void).await?;
        answer
    }

    async fn refund(&self, payment: PaymentId) -> anyhow::Result<RefundAnswer> {
        self.gate.enter(Step::Refund).await?;
        let answer = self.inner.refund(payment).await;
        self.gate.world.note("refund", [number(payment.0), 0], format_args!("{answer:?}"));
        self.gate.leave(Step::Refund).await?;
        answer
    }

    async fn statement(&self, user: UserId, page: PageRequest) -> anyhow::Result<Page<StatementLine>> {
        self.gate.enter(Step::ReadWallet).await?;
        let statement = self.inner.statement(user, page).await;
        self.gate.look(Step::ReadWallet).await?;
        statement
    }
}
