use std::collections::BTreeSet;

use domain::reservation::Event;
use domain::shared::EventId;

use super::Subject;
use super::stage::{Fan, LEASE, at_once};

impl Subject {
    async fn claim(&self, limit: usize) -> Vec<Event> {
        self.outbox.claim(LEASE, limit).await.expect("a claim")
    }

    /// This many events, each from a hold that was given up.
    async fn cause_events(&self, count: usize) -> BTreeSet<EventId> {
        let sale = self.on_sale(1).await;
        let mut caused = BTreeSet::new();
        for _ in 0..count {
            let held = self.hold(&sale, Fan::new(), &[0]).await;
            caused.insert(self.give_up(&held).await.event.expect("an event").id);
        }
        caused
    }
}

fn ids(events: &[Event]) -> BTreeSet<EventId> {
    let ids: BTreeSet<_> = events.iter().map(|event| event.id).collect();
    assert_eq!(ids.len(), events.len(), "an event twice in one claim");
    ids
}

pub async fn an_event_is_claimed_once_per_lease(subject: Subject) {
    let caused = subject.cause_events(3).await;
    for period in 1..=3 {
        assert_eq!(ids(&subject.claim(10).await), caused, "period {period}");
        assert_eq!(subject.claim(10).await, []);
        subject.time.pass(i64::from(LEASE) - 30).await;
        assert_eq!(subject.claim(10).await, [], "period {period}");
        subject.time.pass(30).await;
    }
}

pub async fn an_event_that_arrived_is_gone(subject: Subject) {
    let caused = subject.cause_events(3).await;
    let claimed = subject.claim(10).await;
    // In whatever order, claimed or not, and once more.
    let arrived = claimed[1].id;
    for _ in 0..2 {
        subject.outbox.delivered(arrived).await.expect("it arrived");
    }
    subject.time.pass(LEASE.into()).await;
    let left: BTreeSet<_> = caused.into_iter().filter(|event| *event != arrived).collect();
    assert_eq!(ids(&subject.claim(10).await), left);
    subject.time.pass(LEASE.into()).await;
    for event in left {
        subject.outbox.delivered(event).await.expect("it arrived");
    }
    subject.time.pass(LEASE.into()).await;
    assert_eq!(subject.claim(10).await, []);
}

pub async fn no_more_events_are_claimed_than_asked_for(subject: Subject) {
    let caused = subject.cause_events(5).await;
    let (some, rest) = (subject.claim(3).await, subject.claim(3).await);
    assert_eq!((some.len(), rest.len()), (3, 2));
    assert_eq!(ids(&[some, rest].concat()), caused);
}

pub async fn events_are_claimed_by_one_of_many(subject: Subject) {
    let caused = subject.cause_events(20).await;
    let couriers = (0..12).map(|_| {
        let subject = subject.clone();
        async move { subject.claim(7).await }
    });
    let mut claimed = at_once(couriers).await.concat();
    // Whom another courier stood in front of comes again.
    claimed.extend(subject.claim(100).await);
    assert_eq!(ids(&claimed), caused);
}
