//! The checkout's steps as spans: around its ports, and only where traces are on.

use std::sync::Arc;

use async_trait::async_trait;
use domain::reservation::{
    BeginPayment, Begun, Checkouts, Event, GiveUpError, GivenUp, Outbox, Passes, PayError, Payment, Payments,
    Seen, SettleError, Settled, WalletAnswer,
};
use domain::shared::{EntryId, EventId, PaymentId, ReservationId, UserId};
use quick_cache::sync::Cache;
use service_kit::telemetry::{self, Origin};
use tracing::{Instrument, Span};

/// A port whose calls are spans.
pub struct Traced<P: ?Sized> {
    port: Arc<P>,
    causes: Causes,
}

/// Which trace a pass was used up in, until the queue knows. The outbox keeps no trace: its rows are written by every
/// purchase. So what is delivered after a restart, or by another replica, begins a trace of its own.
#[derive(Clone)]
pub struct Causes(Arc<Cache<EntryId, Origin>>);

impl Default for Causes {
    fn default() -> Self {
        Self(Arc::new(Cache::new(Self::MOST)))
    }
}

impl Causes {
    /// As many as may wait while the queue is out of reach; some 100 bytes each. Beyond them the seldom used go first.
    const MOST: usize = 10_000;

    fn remember(&self, event: Option<Event>) {
        if let (Some(event), Some(origin)) = (event, Origin::here()) {
            self.0.insert(event.body.pass_id(), origin);
        }
    }

    /// A step about `pass`: of the request at work, or else of the one that it is left over from.
    fn step(&self, name: &'static str, pass: EntryId) -> Span {
        match self.0.get(&pass) {
            Some(origin) if Span::current().is_disabled() => origin.step(name, &pass),
            Some(_) | None => telemetry::step(name, &pass),
        }
    }
}

impl<P: ?Sized> Traced<P> {
    pub fn new(port: Arc<P>, causes: &Causes) -> Self {
        Self { port, causes: causes.clone() }
    }
}

#[async_trait]
impl Checkouts for Traced<dyn Checkouts> {
    async fn begin(&self, begin: BeginPayment) -> Result<Begun, PayError> {
        let span = telemetry::step("checkout.begin", &begin.payment_id);
        self.port.begin(begin).instrument(span).await
    }

    async fn settle(
        &self,
        payment: PaymentId,
        fence: i64,
        answer: WalletAnswer,
    ) -> Result<Settled, SettleError> {
        let work = async {
            let settled = self.port.settle(payment, fence, answer).await?;
            self.causes.remember(settled.event);
            Ok(settled)
        };
        work.instrument(telemetry::step("checkout.settle", &payment)).await
    }

    /// No span: it runs by the clock, and mostly finds nothing.
    async fn take_stalled(&self, lease_seconds: u32, limit: usize) -> anyhow::Result<Vec<Seen<Payment>>> {
        self.port.take_stalled(lease_seconds, limit).await
    }

    async fn give_up(
        &self,
        reservation: ReservationId,
        user: UserId,
        lease_seconds: u32,
    ) -> Result<GivenUp, GiveUpError> {
        let work = async {
            let given_up = self.port.give_up(reservation, user, lease_seconds).await?;
            self.causes.remember(given_up.event);
            Ok(given_up)
        };
        work.instrument(telemetry::step("checkout.give_up", &reservation)).await
    }
}

#[async_trait]
impl Payments for Traced<dyn Payments> {
    async fn debit(&self, payment: &Payment) -> anyhow::Result<WalletAnswer> {
        self.port.debit(payment).instrument(telemetry::step("wallet.debit", &payment.id)).await
    }

    async fn void(&self, payment: &Payment) -> anyhow::Result<WalletAnswer> {
        self.port.void(payment).instrument(telemetry::step("wallet.void", &payment.id)).await
    }

    async fn refund(&self, payment: &Payment) -> anyhow::Result<WalletAnswer> {
        self.port.refund(payment).instrument(telemetry::step("wallet.refund", &payment.id)).await
    }
}

#[async_trait]
impl Passes for Traced<dyn Passes> {
    async fn finish(&self, pass: EntryId) -> anyhow::Result<()> {
        let span = self.causes.step("outbox.deliver pass_finished", pass);
        self.port.finish(pass).instrument(span).await?;
        self.causes.0.remove(&pass);
        Ok(())
    }

    async fn yield_slot(&self, pass: EntryId) -> anyhow::Result<()> {
        let span = self.causes.step("outbox.deliver slot_yielded", pass);
        self.port.yield_slot(pass).instrument(span).await?;
        self.causes.0.remove(&pass);
        Ok(())
    }
}

#[async_trait]
impl Outbox for Traced<dyn Outbox> {
    /// No span: it runs by the clock, and mostly finds nothing.
    async fn claim(&self, lease_seconds: u32, limit: usize) -> anyhow::Result<Vec<Event>> {
        self.port.claim(lease_seconds, limit).await
    }

    async fn is_waiting(&self, event: EventId) -> anyhow::Result<bool> {
        self.port.is_waiting(event).await
    }

    async fn delivered(&self, event: EventId) -> anyhow::Result<()> {
        self.port.delivered(event).instrument(telemetry::step("outbox.delivered", &event)).await
    }
}
