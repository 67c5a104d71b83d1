//! What waits for peers is waited for together: peers here answer only once as many calls are under way as they expect.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::{Checkout, Courier};
use crate::adapters::memory::MemoryBoxOffice;
use crate::reservation::{
    BeginPayment, Begun, Checkouts, HoldRequest, Holds, Inventory, InventorySeat, Outbox, Passes, Payment,
    PaymentState, Payments, Reservation, Reservations, SaleTerms, SeatState, SeatWish, WalletAnswer,
};
use crate::shared::{
    Amount, Balance, Clock, ConcertId, EntryId, IdGenerator, PaymentId, QueueId, ReservationId, ScheduleId,
    SeatId, Unavailable, UserId,
};

const TAKEN: WalletAnswer = WalletAnswer::Taken { balance: Balance::ZERO };

#[derive(Default)]
struct Time(Mutex<i64>);

impl Time {
    fn pass(&self, seconds: i64) {
        *self.0.lock().unwrap() += seconds;
    }
}

impl Clock for Time {
    fn now(&self) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(*self.0.lock().unwrap())
    }
}

#[derive(Default)]
struct Counted(AtomicUsize);

impl IdGenerator for Counted {
    fn next(&self) -> Uuid {
        Uuid::from_u128(u128::try_from(self.0.fetch_add(1, Ordering::Relaxed) + 1).unwrap())
    }
}

/// A peer that answers nobody before this many have asked.
struct Gate {
    expected: usize,
    asked: AtomicUsize,
    out_of_reach: bool,
}

impl Gate {
    fn of(expected: usize) -> Arc<Self> {
        Arc::new(Self { expected, asked: AtomicUsize::new(0), out_of_reach: false })
    }

    async fn pass(&self) -> anyhow::Result<()> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        poll_fn(|_| {
            if self.asked.load(Ordering::Relaxed) >= self.expected { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        if self.out_of_reach { Err(Unavailable("the peer").into()) } else { Ok(()) }
    }
}

#[async_trait]
impl Payments for Gate {
    async fn debit(&self, _payment: &Payment) -> anyhow::Result<WalletAnswer> {
        self.pass().await.map(|()| TAKEN)
    }

    async fn void(&self, _payment: &Payment) -> anyhow::Result<WalletAnswer> {
        self.pass().await.map(|()| WalletAnswer::Voided)
    }

    async fn refund(&self, _payment: &Payment) -> anyhow::Result<WalletAnswer> {
        self.pass().await.map(|()| WalletAnswer::Refunded)
    }
}

#[async_trait]
impl Passes for Gate {
    async fn finish(&self, _pass: EntryId) -> anyhow::Result<()> {
        self.pass().await
    }

    async fn yield_slot(&self, _pass: EntryId) -> anyhow::Result<()> {
        self.pass().await
    }
}

struct Hall {
    time: Arc<Time>,
    ids: Arc<Counted>,
    store: Arc<MemoryBoxOffice>,
    held: Vec<Reservation>,
}

impl Hall {
    async fn held_by(fans: u32) -> Self {
        let (time, ids) = (Arc::new(Time::default()), Arc::new(Counted::default()));
        let store = Arc::new(MemoryBoxOffice::new(time.clone(), ids.clone()));
        let (schedule_id, queue_id) = (ScheduleId(ids.next()), QueueId(ids.next()));
        let (sales_open_at, sales_close_at) = (time.now(), time.now() + TimeDelta::hours(1));
        let concert_id = ConcertId(ids.next());
        let starts_at = sales_close_at;
        let terms = SaleTerms { schedule_id, concert_id, queue_id, starts_at, sales_open_at, sales_close_at };
        let price = Amount::new(1000).unwrap();
        let seat = |number| InventorySeat {
            id: SeatId(ids.next()),
            number,
            section: "Floor".to_owned(),
            row: 1,
            price,
            state: SeatState::Available,
        };
        let seats: Vec<_> = (1..=fans).map(seat).collect();
        store.publish(terms, seats.clone()).await.unwrap();
        let mut held = Vec::new();
        for seat in seats {
            let request = HoldRequest {
                reservation_id: ReservationId(ids.next()),
                schedule_id,
                user_id: UserId(ids.next()),
                pass_id: EntryId(ids.next()),
                queue_id,
                seats: SeatWish::These(vec![seat.id]),
                hold_ttl_seconds: 300,
                max_seats_per_user: 4,
            };
            held.push(store.place(request).await.unwrap().value);
        }
        Self { time, ids, store, held }
    }

    /// A payment of each reservation, left alone for longer than its lease.
    async fn stalled(&self) -> Vec<Payment> {
        let mut payments = Vec::new();
        for reservation in &self.held {
            let begin = BeginPayment {
                payment_id: PaymentId(self.ids.next()),
                reservation_id: reservation.id,
                user_id: reservation.user_id,
                pass_id: reservation.pass_id,
                lease_seconds: 8,
            };
            let Begun::Started(payment) = self.store.begin(begin).await.unwrap() else {
                panic!("begun before")
            };
            payments.push(payment);
        }
        self.time.pass(8);
        payments
    }

    fn courier(&self, queue: &Arc<Gate>) -> Courier {
        Courier::new(self.store.clone(), queue.clone())
    }
}

/// Runs work that nothing outside of it wakes: after enough looks it has ended, or waits for ever.
fn run<T>(work: impl Future<Output = T>) -> T {
    let mut work = Box::pin(work);
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..100 {
        if let Poll::Ready(done) = work.as_mut().poll(&mut context) {
            return done;
        }
    }
    panic!("it waits for ever: what it waits for is not begun");
}

#[test]
fn stalled_payments_wait_for_the_wallet_together() {
    run(async {
        let hall = Hall::held_by(200).await;
        let payments = hall.stalled().await;
        let (wallet, queue) = (Gate::of(64), Gate::of(1));
        let checkout =
            Checkout::new(hall.store.clone(), wallet.clone(), hall.courier(&queue), hall.ids.clone());
        // The gate opens at the first sixty-four and stays open for the rest.
        assert_eq!(checkout.recover(200).await.unwrap(), 200);
        for payment in payments {
            let state = hall.store.payment(payment.id).await.unwrap().unwrap().state;
            assert!(matches!(state, PaymentState::Captured { .. }), "{state:?}");
        }
        assert_eq!(wallet.asked.load(Ordering::Relaxed), 200);
        assert_eq!(queue.asked.load(Ordering::Relaxed), 200);
    });
}

#[test]
fn no_more_payments_are_taken_over_than_are_driven_at_once() {
    let hall = run(Hall::held_by(100));
    run(hall.stalled());
    let (wallet, queue) = (Gate::of(usize::MAX), Gate::of(1));
    let checkout = Checkout::new(hall.store.clone(), wallet.clone(), hall.courier(&queue), hall.ids.clone());
    let mut recovery = Box::pin(checkout.recover(200));
    let mut context = Context::from_waker(Waker::noop());
    for _ in 0..10 {
        assert!(recovery.as_mut().poll(&mut context).is_pending());
    }
    assert_eq!(wallet.asked.load(Ordering::Relaxed), 64);
    // The others are there for whoever has time.
    assert_eq!(run(hall.store.take_stalled(8, 200)).unwrap().len(), 36);
}

#[test]
fn recovery_takes_no_more_than_asked_for() {
    let hall = run(Hall::held_by(80));
    run(hall.stalled());
    let (wallet, queue) = (Gate::of(1), Gate::of(1));
    let checkout = Checkout::new(hall.store.clone(), wallet.clone(), hall.courier(&queue), hall.ids.clone());
    assert_eq!(run(checkout.recover(70)).unwrap(), 70);
    assert_eq!(run(checkout.recover(70)).unwrap(), 10);
}

#[test]
fn due_events_are_carried_together() {
    let hall = run(Hall::held_by(100));
    for reservation in &hall.held {
        run(hall.store.give_up(reservation.id, reservation.user_id, 8)).unwrap();
    }
    let queue = Gate::of(64);
    assert_eq!(run(hall.courier(&queue).deliver_due(200)).unwrap(), 100);
    assert_eq!(queue.asked.load(Ordering::Relaxed), 100);
    assert_eq!(run(hall.store.claim(5, 200)).unwrap(), []);
}

#[test]
fn where_the_queue_is_out_of_reach_the_rest_is_not_tried() {
    let hall = run(Hall::held_by(100));
    for reservation in &hall.held {
        run(hall.store.give_up(reservation.id, reservation.user_id, 8)).unwrap();
    }
    let queue = Arc::new(Gate { expected: 1, asked: AtomicUsize::new(0), out_of_reach: true });
    let error = run(hall.courier(&queue).deliver_due(200)).unwrap_err();
    assert!(error.is::<Unavailable>(), "{error:#}");
    assert_eq!(queue.asked.load(Ordering::Relaxed), 64);
    // Nothing is lost, and what was not tried waits for nobody.
    assert_eq!(run(hall.store.claim(5, 200)).unwrap().len(), 36);
    hall.time.pass(5);
    let waiting: BTreeSet<_> = run(hall.store.claim(5, 200)).unwrap().iter().map(|event| event.id).collect();
    assert_eq!(waiting.len(), 100);
}

#[test]
fn a_slot_is_not_handed_on_once_its_pass_holds_seats_again() {
    let hall = run(Hall::held_by(2));
    let [first, second] = hall.held.as_slice() else { panic!("two holds") };
    let event = run(hall.store.give_up(first.id, first.user_id, 8)).unwrap().event.unwrap();
    let again = HoldRequest {
        reservation_id: ReservationId(hall.ids.next()),
        schedule_id: first.schedule_id,
        user_id: first.user_id,
        pass_id: first.pass_id,
        queue_id: run(async { hall.store.inspect(|stock| stock.sales[&first.schedule_id].queue_id) }),
        seats: SeatWish::These(vec![first.seats[0].id]),
        hold_ttl_seconds: 300,
        max_seats_per_user: 4,
    };
    let queue = Gate::of(1);
    run(hall.store.place(again)).unwrap();
    run(hall.courier(&queue).deliver(event)).unwrap();
    assert_eq!(queue.asked.load(Ordering::Relaxed), 0);
    let other = run(hall.store.give_up(second.id, second.user_id, 8)).unwrap().event.unwrap();
    run(hall.courier(&queue).deliver(other)).unwrap();
    assert_eq!(queue.asked.load(Ordering::Relaxed), 1);
}
