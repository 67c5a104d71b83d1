use domain::shared::ChargeId;
use domain::wallet::{Charge, ChargeStep, ProviderAnswer};

use super::{Subject, declined};

/// The idle period of these rules, in seconds.
const IDLE: u32 = 10;

impl Subject {
    /// Takes up what is stalled.
    async fn stalled(&self, limit: usize) -> Vec<ChargeId> {
        let stalled = self.ledger.stalled_charges(IDLE, limit).await.expect("stalled charges");
        stalled.into_iter().map(|charged| charged.charge.id).collect()
    }
}

pub async fn only_charges_left_alone_are_stalled(subject: Subject) {
    let user = subject.fan().await;
    let id = subject.begin(user, 100).await;
    assert_eq!(subject.stalled(10).await, []);
    subject.time.pass(i64::from(IDLE) - 5).await;
    assert_eq!(subject.stalled(10).await, []);
    subject.time.pass(5).await;
    assert_eq!(subject.stalled(10).await, [id]);
    assert_eq!(subject.balance(user).await, 0, "taking a charge up moves nothing");
}

pub async fn a_charge_that_has_ended_is_never_stalled(subject: Subject) {
    let user = subject.fan().await;
    for answer in [ProviderAnswer::Captured, declined(), ProviderAnswer::Cancelled] {
        let id = subject.begin(user, 100).await;
        subject.settle(id, answer).await;
    }
    subject.time.pass(1000).await;
    assert_eq!(subject.stalled(10).await, []);
}

pub async fn stalled_charges_come_oldest_first_and_no_more_than_asked_for(subject: Subject) {
    let user = subject.fan().await;
    let mut begun = Vec::new();
    for _ in 0..5 {
        begun.push(subject.begin(user, 100).await);
        subject.time.pass(1).await;
    }
    subject.time.pass(IDLE.into()).await;
    let (oldest, rest) = begun.split_at(3);
    assert_eq!(subject.stalled(3).await, oldest);
    assert_eq!(subject.stalled(10).await, rest);
}

pub async fn a_stalled_charge_is_taken_up_once_per_idle_period(subject: Subject) {
    let user = subject.fan().await;
    let id = subject.begin(user, 100).await;
    for period in 1..=3 {
        subject.time.pass(IDLE.into()).await;
        assert_eq!(subject.stalled(10).await, [id], "period {period}");
        assert_eq!(subject.stalled(10).await, [], "period {period}");
    }
}

/// Whether to go on or to give up is decided by the store's clock, from the beginning of the charge on.
pub async fn a_stalled_charge_shows_how_long_it_has_been_pending(subject: Subject) {
    let user = subject.fan().await;
    let id = subject.begin(user, 100).await;
    subject.time.pass(IDLE.into()).await;
    assert_eq!(next_steps(&subject).await, [(id, ChargeStep::Capture)]);
    subject.time.pass(Charge::GIVE_UP_AFTER_SECONDS).await;
    assert_eq!(next_steps(&subject).await, [(id, ChargeStep::Cancel)]);
}

async fn next_steps(subject: &Subject) -> Vec<(ChargeId, ChargeStep)> {
    let stalled = subject.ledger.stalled_charges(IDLE, 10).await.expect("stalled charges");
    stalled.into_iter().map(|charged| (charged.charge.id, charged.charge.next_step(charged.now))).collect()
}
