//! A slot that was yielded, and the pass that holds seats again.

use domain::reservation::{Event, EventBody};

use super::Subject;
use super::stage::{Fan, LEASE, Sale, at_once, conflicts};

/// Often enough for two that begin together to meet in every order.
const ROUNDS: usize = 30;

impl Subject {
    /// A hold of the pass, given up.
    async fn yielded(&self, sale: &Sale, fan: Fan) -> Event {
        let held = self.hold(sale, fan, &[0]).await;
        self.give_up(&held).await.event.expect("the slot is yielded")
    }

    async fn waits(&self, event: Event) -> bool {
        self.outbox.is_waiting(event.id).await.expect("a look")
    }

    async fn yields(&self, fan: Fan) -> usize {
        let yielded = EventBody::SlotYielded { pass_id: fan.pass };
        self.events().await.into_iter().filter(|event| event.body == yielded).count()
    }
}

pub async fn a_new_hold_withdraws_the_yielded_slot_of_its_pass(subject: Subject) {
    let (sale, fan, other) = (subject.on_sale(4).await, Fan::new(), Fan::new());
    let anothers = subject.yielded(&sale, other).await;
    // Claimed by a courier or not.
    for claimed in [false, true] {
        let event = subject.yielded(&sale, fan).await;
        assert!(subject.waits(event).await);
        if claimed {
            assert!(subject.outbox.claim(LEASE, 10).await.expect("a claim").contains(&event));
        }
        let held = subject.hold(&sale, fan, &[1]).await;
        assert!(!subject.waits(event).await, "claimed: {claimed}");
        subject.give_up(&held).await;
        subject.hold(&sale, fan, &[2]).await;
        subject.time.pass(LEASE.into()).await;
        assert_eq!(subject.events().await, [anothers]);
        subject.let_holds_lapse().await;
        subject.hold(&sale, fan, &[3]).await;
        assert_eq!(subject.sweep().await, 1);
        assert_eq!(subject.events().await, [anothers], "what lapsed was not the last");
        // Yielded once more, for the next round to withdraw.
        subject.let_holds_lapse().await;
        assert_eq!(subject.sweep().await, 1);
        assert_eq!(subject.yields(fan).await, 1);
    }
    assert!(subject.waits(anothers).await);
}

pub async fn a_hold_that_comes_to_nothing_withdraws_nothing(subject: Subject) {
    let (sale, fan) = (subject.on_sale(3).await, Fan::new());
    let request = sale.wanted(fan, &[0]);
    let held = subject.place(request.clone()).await;
    let event = subject.give_up(&held).await.event.expect("the slot is yielded");
    subject.hold(&sale, Fan::new(), &[1]).await;
    assert_eq!(conflicts(subject.try_place(sale.wanted(fan, &[1, 2])).await), sale.seats(&[1]));
    // The first hold again: it was given up, and holds nothing.
    assert_eq!(subject.place(request).await.state.word(), "released");
    assert!(subject.waits(event).await);
    assert_eq!(subject.events().await, [event]);
}

pub async fn the_end_of_a_pass_that_paid_is_not_withdrawn(subject: Subject) {
    let (sale, fan) = (subject.on_sale(2).await, Fan::new());
    subject.buy(&sale, fan, &[0]).await;
    let finished = subject.events().await;
    assert_eq!(finished.len(), 1);
    subject.hold(&sale, fan, &[1]).await;
    assert_eq!(subject.events().await, finished);
}

pub async fn a_hold_and_a_release_at_once_leave_no_yield_behind(subject: Subject) {
    let sale = subject.on_sale(2).await;
    for round in 0..ROUNDS {
        let fan = Fan::new();
        let (first, next) = (subject.hold(&sale, fan, &[0]).await, sale.wanted(fan, &[1]));
        let (releasing, holding) = (subject.clone(), subject.clone());
        let release = tokio::spawn(async move { releasing.give_up(&first).await });
        let held = tokio::spawn(async move { holding.place(next).await });
        release.await.expect("a release");
        let held = held.await.expect("a hold");
        assert_eq!(subject.yields(fan).await, 0, "round {round}: the pass holds seats");
        subject.give_up(&held).await;
        assert_eq!(subject.yields(fan).await, 1);
    }
}

pub async fn holds_and_sweeps_at_once_leave_no_yield_behind(subject: Subject) {
    const FANS: usize = 6;
    let sale = std::sync::Arc::new(subject.on_sale(2 * FANS).await);
    for round in 0..ROUNDS / 3 {
        let fans: Vec<Fan> = (0..FANS).map(|_| Fan::new()).collect();
        for (place, fan) in fans.iter().enumerate() {
            subject.hold(&sale, *fan, &[place]).await;
        }
        subject.let_holds_lapse().await;
        let sweeps = (0..2).map(|_| {
            let subject = subject.clone();
            tokio::spawn(async move { subject.sweep().await })
        });
        let sweeps: Vec<_> = sweeps.collect();
        let holds = fans.clone().into_iter().enumerate().map(|(place, fan)| {
            let (subject, sale) = (subject.clone(), std::sync::Arc::clone(&sale));
            async move { subject.hold(&sale, fan, &[FANS + place]).await }
        });
        let held = at_once(holds).await;
        for sweep in sweeps {
            sweep.await.expect("a sweep");
        }
        subject.sweep().await;
        for fan in &fans {
            assert_eq!(subject.yields(*fan).await, 0, "round {round}");
        }
        for reservation in held {
            subject.give_up(&reservation).await;
        }
        subject.assert_sound(&sale, fans.iter().map(|fan| fan.user)).await;
    }
}
