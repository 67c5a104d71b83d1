use std::collections::BTreeSet;

use domain::reservation::{Payment, PaymentState, SettleError, WalletAnswer};
use domain::shared::PaymentId;

use super::Subject;
use super::stage::{Fan, LEASE, TAKEN, at_once, balance};

impl Subject {
    async fn stalled(&self, limit: usize) -> Vec<Payment> {
        let taken = self.checkouts.take_stalled(LEASE, limit).await.expect("stalled payments");
        taken.into_iter().map(|seen| seen.value).collect()
    }

    async fn fenced_off(&self, payment: &Payment, answer: WalletAnswer) -> bool {
        matches!(self.checkouts.settle(payment.id, payment.fence, answer).await, Err(SettleError::FencedOff))
    }
}

pub async fn a_driver_that_was_replaced_writes_nothing(subject: Subject) {
    let sale = subject.on_sale(1).await;
    let held = subject.hold(&sale, Fan::new(), &[0]).await;
    let first = subject.begin(&held).await;
    subject.time.pass(LEASE.into()).await;
    let second = subject.stalled(10).await.pop().expect("it is stalled");
    assert_eq!((second.id, second.fence, second.state), (first.id, first.fence + 1, PaymentState::Debiting));
    let before = (subject.states(&sale).await, subject.payment(&first).await);
    for answer in [
        TAKEN,
        WalletAnswer::Insufficient { balance: balance(1) },
        WalletAnswer::NeverSent,
        WalletAnswer::GivenUp,
    ] {
        assert!(subject.fenced_off(&first, answer).await, "{answer:?}");
    }
    // Nor does one that is yet to come.
    assert!(subject.fenced_off(&Payment { fence: second.fence + 1, ..second.clone() }, TAKEN).await);
    assert_eq!((subject.states(&sale).await, subject.payment(&first).await), before);
    assert_eq!(subject.status(&held).await, "paying");
    subject.settle(&second, TAKEN).await;
    assert_eq!(subject.status(&held).await, "confirmed");
    assert!(subject.fenced_off(&first, TAKEN).await);
}

pub async fn only_payments_whose_lease_has_lapsed_are_stalled(subject: Subject) {
    let sale = subject.on_sale(3).await;
    for place in 0..3 {
        let held = subject.hold(&sale, Fan::new(), &[place]).await;
        subject.begin(&held).await;
    }
    subject.time.pass(i64::from(LEASE) - 30).await;
    assert_eq!(subject.stalled(10).await, []);
    subject.time.pass(30).await;
    let (some, rest) = (subject.stalled(2).await, subject.stalled(10).await);
    assert_eq!((some.len(), rest.len()), (2, 1));
    let ids: BTreeSet<PaymentId> = some.iter().chain(&rest).map(|payment| payment.id).collect();
    assert_eq!(ids.len(), 3);
    assert!(some.iter().chain(&rest).all(|payment| payment.fence == 2));
    // Each has a driver again, with a lease of its own.
    assert_eq!(subject.stalled(10).await, []);
    subject.time.pass(LEASE.into()).await;
    let again = subject.stalled(10).await;
    assert_eq!(again.len(), 3);
    assert!(again.iter().all(|payment| payment.fence == 3));
}

pub async fn payments_that_rest_are_never_stalled(subject: Subject) {
    let sale = subject.on_sale(4).await;
    for (place, answer) in [TAKEN, WalletAnswer::Insufficient { balance: balance(1) }, WalletAnswer::Voided]
        .into_iter()
        .enumerate()
    {
        let held = subject.hold(&sale, Fan::new(), &[place]).await;
        let payment = subject.begin(&held).await;
        subject.settle(&payment, answer).await;
    }
    let given_up = subject.hold(&sale, Fan::new(), &[3]).await;
    let given_up = subject.begin(&given_up).await;
    subject.settle(&given_up, WalletAnswer::GivenUp).await;
    subject.time.pass(LEASE.into()).await;
    let stalled = subject.stalled(10).await;
    assert_eq!(stalled.len(), 1);
    assert_eq!((stalled[0].id, stalled[0].state), (given_up.id, PaymentState::Voiding));
}

pub async fn a_refund_left_alone_is_stalled_too(subject: Subject) {
    let (sale, fan) = (subject.on_sale(1).await, Fan::new());
    let (bought, payment) = subject.buy(&sale, fan, &[0]).await;
    subject.time.pass(10 * i64::from(LEASE)).await;
    assert_eq!(subject.stalled(10).await, []);
    let refund = subject.give_up(&bought).await.refund.expect("a refund");
    // Whoever cancelled it drives it, for as long as their lease lasts.
    assert_eq!(subject.stalled(10).await, []);
    subject.time.pass(LEASE.into()).await;
    let taken = subject.stalled(10).await.pop().expect("it is stalled");
    assert_eq!((taken.id, taken.fence, taken.state), (payment.id, refund.fence + 1, PaymentState::Refunding));
    assert!(subject.fenced_off(&refund, WalletAnswer::Refunded).await);
    let settled = subject.settle(&taken, WalletAnswer::Refunded).await;
    assert!(matches!(settled.payment.state, PaymentState::Refunded { .. }), "{settled:?}");
    assert_eq!(subject.status(&bought).await, "cancelled");
    subject.time.pass(LEASE.into()).await;
    assert_eq!(subject.stalled(10).await, []);
}

pub async fn stalled_payments_go_to_one_driver_each(subject: Subject) {
    let sale = subject.on_sale(20).await;
    for place in 0..20 {
        let held = subject.hold(&sale, Fan::new(), &[place]).await;
        subject.begin(&held).await;
    }
    subject.time.pass(LEASE.into()).await;
    let drivers = (0..12).map(|_| {
        let subject = subject.clone();
        async move { subject.stalled(7).await }
    });
    let mut taken = at_once(drivers).await.concat();
    // Whom another driver stood in front of comes again.
    taken.extend(subject.stalled(100).await);
    assert_eq!(taken.len(), 20);
    assert_eq!(taken.iter().map(|payment| payment.id).collect::<BTreeSet<_>>().len(), 20);
    assert!(taken.iter().all(|payment| payment.fence == 2));
}
