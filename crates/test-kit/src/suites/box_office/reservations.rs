use domain::reservation::ReservationState;
use domain::shared::{PageRequest, PaymentId, ReservationId, UserId};

use super::Subject;
use super::stage::{Fan, TAKEN, new_id};

impl Subject {
    async fn page(&self, user: UserId, request: PageRequest) -> domain::shared::Page<ReservationId> {
        let seen = self.reservations.of_user(user, request).await.expect("a page");
        assert!(seen.value.items.iter().all(|reservation| reservation.user_id == user));
        seen.value.map(|reservation| reservation.id)
    }

    /// Holds seat after seat and gives each up, so that there are many and the limit is kept.
    async fn many_reservations(&self, fan: Fan, count: usize) -> Vec<ReservationId> {
        let sale = self.on_sale(1).await;
        let mut made = Vec::new();
        for _ in 0..count {
            let held = self.hold(&sale, fan, &[0]).await;
            self.give_up(&held).await;
            made.insert(0, held.id);
        }
        made
    }
}

pub async fn what_is_not_there_is_not_found(subject: Subject) {
    let stranger = UserId(new_id());
    assert_eq!(subject.reservations.reservation(ReservationId(new_id())).await.expect("a look"), None);
    assert_eq!(subject.reservations.payment(PaymentId(new_id())).await.expect("a look"), None);
    assert_eq!(subject.reservations.tickets(ReservationId(new_id())).await.expect("tickets"), []);
    assert_eq!(subject.page(stranger, PageRequest::default()).await.items, []);
}

pub async fn a_fan_sees_their_own_reservations_newest_first(subject: Subject) {
    let (fan, other) = (Fan::new(), Fan::new());
    let mut made = subject.many_reservations(fan, 2).await;
    let others = subject.many_reservations(other, 2).await;
    let sale = subject.on_sale(2).await;
    made.insert(0, subject.hold(&sale, fan, &[0, 1]).await.id);
    let page = subject.page(fan.user, PageRequest::default()).await;
    assert_eq!((page.items, page.next), (made, None));
    assert_eq!(subject.page(other.user, PageRequest::default()).await.items, others);
    let seen = subject.reservations.of_user(fan.user, PageRequest::default()).await.expect("a page");
    let one =
        subject.reservations.reservation(seen.value.items[0].id).await.expect("a look").expect("it is there");
    assert_eq!(seen.value.items[0], one.value);
}

pub async fn pages_of_reservations_cover_each_once(subject: Subject) {
    let fan = Fan::new();
    let all = subject.many_reservations(fan, 6).await;
    subject.many_reservations(Fan::new(), 3).await;
    // 6 is a page that is exactly full, and has none after it.
    for limit in [1, 2, 4, 5, 6, 7] {
        let (mut read, mut after) = (Vec::new(), None);
        loop {
            let page = subject.page(fan.user, PageRequest::new(limit, after).expect("a page")).await;
            assert!(!page.items.is_empty() && page.items.len() <= limit, "{limit}: {page:?}");
            read.extend(page.items);
            assert!(read.len() <= all.len(), "pages of {limit} go round in circles");
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(read, all, "in pages of {limit}");
    }
}

pub async fn a_hold_past_its_time_is_shown_as_expired(subject: Subject) {
    let (sale, fan) = (subject.on_sale(2).await, Fan::new());
    let lapsed = subject.hold(&sale, fan, &[0]).await;
    subject.let_holds_lapse().await;
    let held = subject.hold(&sale, fan, &[1]).await;
    let seen = subject.reservations.of_user(fan.user, PageRequest::default()).await.expect("a page");
    let shown: Vec<_> =
        seen.value.items.iter().map(|reservation| (reservation.id, reservation.state_at(seen.now))).collect();
    assert_eq!(shown, [(held.id, ReservationState::Held), (lapsed.id, ReservationState::Expired)]);
    assert_eq!(subject.status(&lapsed).await, "expired");
    subject.sweep().await;
    let swept = subject.reservations.reservation(lapsed.id).await.expect("a look").expect("it is there");
    assert_eq!(swept.value.state, ReservationState::Expired);
}

pub async fn there_are_tickets_only_while_a_sale_stands(subject: Subject) {
    let (sale, fan) = (subject.on_sale(3).await, Fan::new());
    let held = subject.hold(&sale, fan, &[1, 0]).await;
    let numbers = async || {
        let tickets = subject.reservations.tickets(held.id).await.expect("tickets");
        tickets.iter().map(|ticket| ticket.number).collect::<Vec<_>>()
    };
    assert_eq!(numbers().await, Vec::<u32>::new());
    let payment = subject.begin(&held).await;
    assert_eq!(numbers().await, Vec::<u32>::new());
    subject.settle(&payment, TAKEN).await;
    assert_eq!(numbers().await, [1, 2]);
    let (first, again) =
        (subject.reservations.tickets(held.id).await, subject.reservations.tickets(held.id).await);
    assert_eq!(first.expect("tickets"), again.expect("tickets"), "a ticket keeps its id");
    subject.give_up(&held).await;
    assert_eq!(numbers().await, Vec::<u32>::new());
}
