use chrono::TimeDelta;
use domain::reservation::{
    Event, EventBody, Inspected, PaymentFigures, ReleaseError, ReleaseReason, ReleaseRequest, Reservation,
    ReservationFigures, ReservationStatus, SalesFigures, SeatFigures, SeatSought, Sought, WalletAnswer,
};
use domain::shared::{Cursor, Money, PageRequest, ReleaseId, ReservationId, ScheduleId, SeatId, UserId};

use super::Subject;
use super::stage::{Fan, HOLD_TTL, Sale, TAKEN, at_once, balance, new_id};

/// An operator wants this hold ended.
fn wanted(reservation: &Reservation) -> ReleaseRequest {
    ReleaseRequest {
        release_id: ReleaseId(new_id()),
        reservation_id: reservation.id,
        operator: UserId(new_id()),
        reason: ReleaseReason::new("the fan called").expect("a reason"),
    }
}

fn any(sale: &Sale) -> Sought {
    Sought { schedule_id: sale.id(), status: None, seat: None }
}

impl Subject {
    async fn sales(&self, sale: &Sale) -> SalesFigures {
        self.inspection.sales(sale.id()).await.expect("the figures").expect("it is on sale")
    }

    async fn inspected(&self, reservation: &Reservation) -> Inspected {
        self.inspection.inspect(reservation.id).await.expect("a look").expect("it is there").value
    }

    async fn release(&self, request: ReleaseRequest) -> Result<Option<Event>, ReleaseError> {
        self.releases.release(request).await
    }

    async fn released(&self, reservation: &Reservation) -> Option<Event> {
        self.release(wanted(reservation)).await.expect("a release")
    }

    async fn sought(&self, sought: Sought) -> Vec<ReservationId> {
        let page = self.inspection.reservations(sought, PageRequest::default()).await;
        let page = page.expect("a page").expect("it is on sale").value;
        page.items.into_iter().map(|found| found.reservation.id).collect()
    }

    async fn in_status(&self, sale: &Sale, status: ReservationStatus) -> Vec<ReservationId> {
        self.sought(Sought { status: Some(status), ..any(sale) }).await
    }
}

pub async fn a_performance_that_nobody_bought_of_has_its_seats(subject: Subject) {
    let sale = subject.on_sale(3).await;
    let other = subject.on_sale(2).await;
    subject.buy(&other, Fan::new(), &[0]).await;
    let seats = SeatFigures { available: 3, ..SeatFigures::default() };
    assert_eq!(subject.sales(&sale).await, SalesFigures { seats, ..SalesFigures::default() });
    assert_eq!(subject.inspection.sales(ScheduleId(new_id())).await.expect("an answer"), None);
}

pub async fn a_sale_is_counted_by_what_everything_is_now(subject: Subject) {
    let sale = subject.on_sale(12).await;
    subject.hold(&sale, Fan::new(), &[11]).await;
    subject.let_holds_lapse().await;
    subject.hold(&sale, Fan::new(), &[0, 1]).await;
    let paying = subject.hold(&sale, Fan::new(), &[2]).await;
    subject.begin(&paying).await;
    subject.time.pass(5).await;
    let voiding = subject.hold(&sale, Fan::new(), &[3]).await;
    let payment = subject.begin(&voiding).await;
    subject.settle(&payment, WalletAnswer::GivenUp).await;
    let (sold, _) = subject.buy(&sale, Fan::new(), &[4, 5]).await;
    let (cancelled, _) = subject.buy(&sale, Fan::new(), &[6]).await;
    assert!(subject.give_up(&cancelled).await.refund.is_some());
    let (given_back, _) = subject.buy(&sale, Fan::new(), &[7]).await;
    let refund = subject.give_up(&given_back).await.refund.expect("a refund");
    subject.settle(&refund, WalletAnswer::Refunded).await;
    let poor = subject.hold(&sale, Fan::new(), &[8]).await;
    let payment = subject.begin(&poor).await;
    subject.settle(&payment, WalletAnswer::Insufficient { balance: balance(1) }).await;
    let unlucky = subject.hold(&sale, Fan::new(), &[9]).await;
    let payment = subject.begin(&unlucky).await;
    subject.settle(&payment, WalletAnswer::NeverSent).await;
    subject.give_up(&unlucky).await;

    let figures = subject.sales(&sale).await;
    let SalesFigures { seats, reservations, payments, oldest_processing, sold_for } = figures;
    // Free: 6 and 7 of cancelled sales, 9 given up, 10 never wanted, 11 of a hold that lapsed unswept.
    assert_eq!(seats, SeatFigures { available: 5, held: 3, paying: 2, sold: 2, blocked: 0 });
    assert_eq!(seats.total(), 12);
    let expected =
        ReservationFigures { held: 2, paying: 2, confirmed: 1, released: 1, expired: 1, cancelled: 2 };
    assert_eq!(reservations, expected);
    let expected = PaymentFigures {
        debiting: 1,
        voiding: 1,
        captured: 1,
        declined: 1,
        voided: 1,
        refunding: 1,
        refunded: 1,
    };
    assert_eq!(payments, expected);
    assert_eq!(sold_for, Money::won(sold.amount.as_won()));
    let oldest = oldest_processing.expect("one is being paid");
    assert!((TimeDelta::seconds(5)..TimeDelta::seconds(60)).contains(&oldest), "{oldest}");
}

pub async fn nothing_is_processing_once_everything_has_ended(subject: Subject) {
    let sale = subject.on_sale(1).await;
    let (reservation, _) = subject.buy(&sale, Fan::new(), &[0]).await;
    assert_eq!(subject.sales(&sale).await.oldest_processing, None);
    let refund = subject.give_up(&reservation).await.refund.expect("a refund");
    // The money is on its way back: nobody waits to hear whether it was taken.
    assert_eq!(subject.sales(&sale).await.oldest_processing, None);
    subject.settle(&refund, WalletAnswer::Refunded).await;
    assert_eq!(subject.sales(&sale).await.sold_for, Money::ZERO);
}

pub async fn reservations_are_inspected_oldest_first_by_status_and_seat(subject: Subject) {
    let sale = subject.on_sale(8).await;
    let lapsed = subject.hold(&sale, Fan::new(), &[0]).await;
    subject.let_holds_lapse().await;
    let held = subject.hold(&sale, Fan::new(), &[0, 1]).await;
    let paying = subject.hold(&sale, Fan::new(), &[2]).await;
    subject.begin(&paying).await;
    let (sold, _) = subject.buy(&sale, Fan::new(), &[3]).await;
    let released = subject.hold(&sale, Fan::new(), &[4]).await;
    subject.give_up(&released).await;
    let (cancelled, _) = subject.buy(&sale, Fan::new(), &[5]).await;
    subject.give_up(&cancelled).await;
    let swept = subject.hold(&sale, Fan::new(), &[6]).await;
    let other = subject.on_sale(1).await;
    subject.hold(&other, Fan::new(), &[0]).await;

    let ids = |reservations: &[&Reservation]| reservations.iter().map(|it| it.id).collect::<Vec<_>>();
    let all = [&lapsed, &held, &paying, &sold, &released, &cancelled, &swept];
    assert_eq!(subject.sought(any(&sale)).await, ids(&all));
    for (status, expected) in [
        (ReservationStatus::Held, vec![&held, &swept]),
        (ReservationStatus::Paying, vec![&paying]),
        (ReservationStatus::Confirmed, vec![&sold]),
        (ReservationStatus::Released, vec![&released]),
        (ReservationStatus::Expired, vec![&lapsed]),
        (ReservationStatus::Cancelled, vec![&cancelled]),
    ] {
        assert_eq!(subject.in_status(&sale, status).await, ids(&expected), "{status:?}");
    }
    subject.let_holds_lapse().await;
    subject.sweep().await;
    assert_eq!(subject.in_status(&sale, ReservationStatus::Held).await, []);
    assert_eq!(subject.in_status(&sale, ReservationStatus::Expired).await, ids(&[&lapsed, &held, &swept]));

    let seat = |seat| Sought { seat: Some(seat), ..any(&sale) };
    assert_eq!(subject.sought(seat(SeatSought::Id(sale.seats[0]))).await, ids(&[&lapsed, &held]));
    assert_eq!(subject.sought(seat(SeatSought::Number(2))).await, ids(&[&held]));
    for nobodys in [
        SeatSought::Number(8),
        SeatSought::Number(u32::MAX),
        SeatSought::Id(SeatId(new_id())),
        SeatSought::Id(other.seats[0]),
    ] {
        assert_eq!(subject.sought(seat(nobodys)).await, []);
    }
    let both = Sought { status: Some(ReservationStatus::Paying), ..seat(SeatSought::Number(3)) };
    assert_eq!(subject.sought(both).await, ids(&[&paying]));
    let nowhere = Sought { schedule_id: ScheduleId(new_id()), status: None, seat: None };
    assert_eq!(
        subject.inspection.reservations(nowhere, PageRequest::default()).await.expect("an answer"),
        None
    );
}

pub async fn pages_of_inspected_reservations_cover_each_once(subject: Subject) {
    let sale = subject.on_sale(5).await;
    let mut held = Vec::new();
    for place in 0..5 {
        held.push(subject.hold(&sale, Fan::new(), &[place]).await.id);
    }
    let (mut read, mut after) = (Vec::new(), None::<Cursor>);
    loop {
        let request = PageRequest::new(2, after).expect("a page");
        let sought = Sought { status: Some(ReservationStatus::Held), ..any(&sale) };
        let page = self::page(&subject, sought, request).await;
        read.extend(page.0);
        after = page.1;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(read, held);
}

async fn page(subject: &Subject, sought: Sought, page: PageRequest) -> (Vec<ReservationId>, Option<Cursor>) {
    let page = subject.inspection.reservations(sought, page).await.expect("a page").expect("on sale").value;
    (page.items.into_iter().map(|found| found.reservation.id).collect(), page.next)
}

pub async fn a_reservation_is_inspected_with_its_last_payment(subject: Subject) {
    let sale = subject.on_sale(2).await;
    let reservation = subject.hold(&sale, Fan::new(), &[0, 1]).await;
    let fresh = subject.inspected(&reservation).await;
    assert_eq!(fresh, Inspected { reservation: reservation.clone(), payment: None, release: None });
    let first = subject.begin(&reservation).await;
    subject.settle(&first, WalletAnswer::NeverSent).await;
    subject.time.pass(1).await;
    let declined = subject.inspected(&reservation).await;
    assert_eq!(declined.payment.map(|payment| payment.id), Some(first.id));
    let second = subject.begin(&reservation).await;
    let seen = subject.inspected(&reservation).await;
    assert_eq!(seen.payment, Some(subject.payment(&second).await));
    assert_eq!(seen.reservation.state.word(), "paying");
    assert!(subject.inspection.inspect(ReservationId(new_id())).await.expect("an answer").is_none());
}

pub async fn a_hold_released_by_hand_frees_its_seats_yields_its_slot_and_says_why(subject: Subject) {
    let sale = subject.on_sale(3).await;
    let fan = Fan::new();
    let (first, last) = (subject.hold(&sale, fan, &[0, 1]).await, subject.hold(&sale, fan, &[2]).await);
    let request = wanted(&first);
    assert_eq!(subject.release(request.clone()).await.expect("a release"), None, "its pass holds another");
    assert_eq!(subject.status(&first).await, "released");
    subject.hold(&sale, Fan::new(), &[0, 1]).await;
    let event = subject.released(&last).await.expect("the slot");
    assert_eq!(event.body, EventBody::SlotYielded { pass_id: fan.pass });
    let waiting = subject.outbox.claim(60, 10).await.expect("events");
    assert_eq!(waiting, [event]);

    let release = subject.inspected(&first).await.release.expect("what is kept of it");
    let ReleaseRequest { release_id, reservation_id, operator, reason } = request;
    assert_eq!((release.id, release.reservation_id), (release_id, reservation_id));
    assert_eq!((release.by, release.reason), (operator, reason));
    // The same moment by the store's clock as everything else of that transaction.
    let age = subject.now().await - release.at;
    assert!((TimeDelta::zero()..TimeDelta::seconds(60)).contains(&age), "{age}");
    let listed = subject.in_status(&sale, ReservationStatus::Released).await;
    assert_eq!(listed, [first.id, last.id]);
    assert!(subject.inspected(&last).await.release.is_some());
}

pub async fn a_release_repeated_under_its_id_is_one(subject: Subject) {
    let sale = subject.on_sale(1).await;
    let reservation = subject.hold(&sale, Fan::new(), &[0]).await;
    let request = wanted(&reservation);
    assert!(subject.release(request.clone()).await.expect("a release").is_some());
    let kept = subject.inspected(&reservation).await;
    let taken = subject.hold(&sale, Fan::new(), &[0]).await;
    assert_eq!(subject.release(request).await.expect("the same release"), None);
    assert_eq!(subject.inspected(&reservation).await, kept);
    assert_eq!(subject.status(&taken).await, "held", "what another holds since is theirs");
    // Another release finds nothing to do.
    let again = subject.release(wanted(&reservation)).await;
    assert!(matches!(again, Err(ReleaseError::NotHeld { status: "released" })), "{again:?}");
    assert_eq!(subject.inspected(&reservation).await, kept);
}

pub async fn only_what_is_held_is_released_by_hand(subject: Subject) {
    let sale = subject.on_sale(5).await;
    let lapsed = subject.hold(&sale, Fan::new(), &[0]).await;
    subject.time.pass(i64::from(HOLD_TTL)).await;
    let paying = subject.hold(&sale, Fan::new(), &[1]).await;
    let payment = subject.begin(&paying).await;
    let (sold, _) = subject.buy(&sale, Fan::new(), &[2]).await;
    let (cancelled, _) = subject.buy(&sale, Fan::new(), &[3]).await;
    subject.give_up(&cancelled).await;
    let given_up = subject.hold(&sale, Fan::new(), &[4]).await;
    subject.give_up(&given_up).await;
    let before = subject.sales(&sale).await;

    let refused = subject.release(wanted(&paying)).await;
    assert!(
        matches!(refused, Err(ReleaseError::PaymentUnderway { payment_id }) if payment_id == payment.id),
        "{refused:?}"
    );
    let refused = subject.release(wanted(&sold)).await;
    assert!(matches!(refused, Err(ReleaseError::AlreadySold)), "{refused:?}");
    for (ended, word) in [(&lapsed, "expired"), (&cancelled, "cancelled"), (&given_up, "released")] {
        let refused = subject.release(wanted(ended)).await;
        assert!(matches!(refused, Err(ReleaseError::NotHeld { status }) if status == word), "{refused:?}");
    }
    let nobodys = ReleaseRequest { reservation_id: ReservationId(new_id()), ..wanted(&sold) };
    assert!(matches!(subject.release(nobodys).await, Err(ReleaseError::NoSuchReservation)));
    let after = subject.sales(&sale).await;
    assert_eq!(
        (after.seats, after.reservations, after.payments),
        (before.seats, before.reservations, before.payments)
    );
    for untouched in [&lapsed, &paying, &sold, &cancelled, &given_up] {
        assert_eq!(subject.inspected(untouched).await.release, None);
    }
    subject.settle(&payment, TAKEN).await;
    assert_eq!(subject.status(&paying).await, "confirmed");
}

pub async fn paying_and_a_release_by_hand_at_once_agree(subject: Subject) {
    for _ in 0..10 {
        let sale = subject.on_sale(1).await;
        let reservation = subject.hold(&sale, Fan::new(), &[0]).await;
        let (payer, releaser, paid) = (subject.clone(), subject.clone(), super::stage::begin(&reservation));
        let release = wanted(&reservation);
        let work: Vec<std::pin::Pin<Box<dyn Future<Output = bool> + Send>>> = vec![
            Box::pin(async move { payer.checkouts.begin(paid).await.is_ok() }),
            Box::pin(async move { releaser.release(release).await.is_ok() }),
        ];
        let won = at_once(work).await;
        assert_eq!(won.iter().filter(|won| **won).count(), 1, "one of the two had it");
        let inspected = subject.inspected(&reservation).await;
        let released = inspected.release.is_some();
        assert_eq!(inspected.reservation.state.word(), if released { "released" } else { "paying" });
        assert_eq!(inspected.payment.is_none(), released);
    }
}

pub async fn a_hold_released_by_many_at_once_is_released_once(subject: Subject) {
    let sale = subject.on_sale(1).await;
    let reservation = subject.hold(&sale, Fan::new(), &[0]).await;
    let releases = (0..8).map(|_| {
        let (subject, request) = (subject.clone(), wanted(&reservation));
        async move { subject.release(request).await }
    });
    let released: Vec<_> = at_once(releases).await.into_iter().filter_map(Result::ok).collect();
    assert_eq!(released.len(), 1);
    let waiting = subject.outbox.claim(60, 10).await.expect("events");
    assert_eq!(waiting.len(), 1);
    assert_eq!(released, [waiting.first().copied()]);
}
