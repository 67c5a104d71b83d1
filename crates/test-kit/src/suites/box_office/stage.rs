//! Performances on sale, fans, and what the rules do with them.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::adapters::system;
use domain::reservation::{
    BeginPayment, Begun, Event, GiveUpError, GivenUp, HoldError, HoldRequest, InventorySeat, PayError,
    Payment, Reservation, SaleTerms, SeatState, SeatWish, Settled, WalletAnswer,
};
use domain::shared::{
    Amount, Balance, ConcertId, EntryId, IdGenerator, PageRequest, PaymentId, QueueId, ReservationId,
    ScheduleId, SeatId, UserId,
};
use tokio::sync::Barrier;
use tokio::task::JoinSet;
use uuid::Uuid;

use super::Subject;

/// How long holds of these rules last, in seconds.
pub const HOLD_TTL: u32 = 300;
/// Seats a fan may have of a performance.
pub const LIMIT: u32 = 4;
/// How long a driver has, in seconds.
pub const LEASE: u32 = 60;
/// What the first seat costs; each one costs as much more than the one before.
pub const PRICE: i64 = 1000;

pub fn new_id() -> Uuid {
    system::Version7.next()
}

pub fn balance(won: i64) -> Balance {
    Balance::new(won).expect("a balance")
}

/// What the wallet says once it has the money.
pub const TAKEN: WalletAnswer = WalletAnswer::Taken { balance: Balance::ZERO };

/// A performance on sale.
#[derive(Clone, Debug)]
pub struct Sale {
    pub terms: SaleTerms,
    pub seats: Vec<SeatId>,
}

/// Somebody with a pass.
#[derive(Clone, Copy, Debug)]
pub struct Fan {
    pub user: UserId,
    pub pass: EntryId,
}

impl Fan {
    pub fn new() -> Self {
        Self { user: UserId(new_id()), pass: EntryId(new_id()) }
    }
}

impl Sale {
    pub fn id(&self) -> ScheduleId {
        self.terms.schedule_id
    }

    /// The seats at these places in the plan, counted from 0.
    pub fn seats(&self, places: &[usize]) -> Vec<SeatId> {
        places.iter().map(|place| *self.seats.get(*place).expect("a seat of the plan")).collect()
    }

    /// A request for the seats at these places.
    pub fn wanted(&self, fan: Fan, places: &[usize]) -> HoldRequest {
        let mut seat_ids = self.seats(places);
        seat_ids.sort_unstable();
        HoldRequest {
            reservation_id: ReservationId(new_id()),
            schedule_id: self.id(),
            user_id: fan.user,
            pass_id: fan.pass,
            queue_id: self.terms.queue_id,
            seats: SeatWish::These(seat_ids),
            hold_ttl_seconds: HOLD_TTL,
            max_seats_per_user: LIMIT,
        }
    }
}

pub fn begin(reservation: &Reservation) -> BeginPayment {
    BeginPayment {
        payment_id: PaymentId(new_id()),
        reservation_id: reservation.id,
        user_id: reservation.user_id,
        pass_id: reservation.pass_id,
        lease_seconds: LEASE,
    }
}

/// The seats that a refusal says are taken.
#[track_caller]
pub fn conflicts(placed: Result<Reservation, HoldError>) -> Vec<SeatId> {
    match placed {
        Err(HoldError::SeatsTaken(seats)) => seats,
        other => panic!("taken seats were expected, and it was {other:?}"),
    }
}

/// What a late payment is told that its reservation has become.
#[track_caller]
pub fn not_held(begun: Result<Begun, PayError>) -> &'static str {
    match begun {
        Err(PayError::NotHeld { status }) => status,
        other => panic!("a refusal was expected, and it was {other:?}"),
    }
}

/// Runs each piece of work in a task of its own; all begin together. Answers come in the order of ending.
pub async fn at_once<T, F>(work: impl IntoIterator<Item = F>) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let work: Vec<F> = work.into_iter().collect();
    let start = Arc::new(Barrier::new(work.len()));
    let mut running = JoinSet::new();
    for work in work {
        let start = Arc::clone(&start);
        running.spawn(async move {
            start.wait().await;
            work.await
        });
    }
    running.join_all().await
}

impl Subject {
    /// The store's clock, as a performance that is published for it says.
    pub(super) async fn now(&self) -> DateTime<Utc> {
        let terms = new_terms(DateTime::UNIX_EPOCH);
        let schedule = terms.schedule_id;
        self.inventory.publish(terms, Vec::new()).await.expect("publishing");
        self.inventory.changes(schedule, 0).await.expect("a report").expect("it is on sale").now
    }

    /// A performance with this many seats, on sale for the next hour, that begins in two.
    pub(super) async fn on_sale(&self, seats: usize) -> Sale {
        let terms = new_terms(self.now().await);
        self.publish(terms, seats).await
    }

    pub(super) async fn publish(&self, terms: SaleTerms, seats: usize) -> Sale {
        let stock: Vec<InventorySeat> = (1..).take(seats).map(new_seat).collect();
        let sale = Sale { terms, seats: stock.iter().map(|seat| seat.id).collect() };
        self.inventory.publish(sale.terms.clone(), stock).await.expect("publishing");
        sale
    }

    pub(super) async fn try_place(&self, request: HoldRequest) -> Result<Reservation, HoldError> {
        self.holds.place(request).await.map(|seen| seen.value)
    }

    pub(super) async fn place(&self, request: HoldRequest) -> Reservation {
        self.try_place(request).await.expect("a hold")
    }

    pub(super) async fn hold(&self, sale: &Sale, fan: Fan, places: &[usize]) -> Reservation {
        self.place(sale.wanted(fan, places)).await
    }

    pub(super) async fn sweep(&self) -> usize {
        self.holds.sweep_lapsed(100).await.expect("a sweep")
    }

    /// Lets every hold lapse that was placed before.
    pub(super) async fn let_holds_lapse(&self) {
        self.time.pass(HOLD_TTL.into()).await;
    }

    pub(super) async fn begin(&self, reservation: &Reservation) -> Payment {
        match self.checkouts.begin(begin(reservation)).await.expect("a payment") {
            Begun::Started(payment) => payment,
            Begun::Underway(payment) => panic!("there was a payment before: {payment:?}"),
        }
    }

    pub(super) async fn settle(&self, payment: &Payment, answer: WalletAnswer) -> Settled {
        self.checkouts.settle(payment.id, payment.fence, answer).await.expect("an answer is written")
    }

    /// Holds and pays.
    pub(super) async fn buy(&self, sale: &Sale, fan: Fan, places: &[usize]) -> (Reservation, Payment) {
        let reservation = self.hold(sale, fan, places).await;
        let payment = self.begin(&reservation).await;
        let settled = self.settle(&payment, TAKEN).await;
        (reservation, settled.payment)
    }

    pub(super) async fn try_give_up(&self, reservation: &Reservation) -> Result<GivenUp, GiveUpError> {
        self.checkouts.give_up(reservation.id, reservation.user_id, LEASE).await
    }

    pub(super) async fn give_up(&self, reservation: &Reservation) -> GivenUp {
        self.try_give_up(reservation).await.expect("giving up")
    }

    /// What the reservation is by the store's clock.
    pub(super) async fn status(&self, reservation: &Reservation) -> &'static str {
        let seen = self.reservations.reservation(reservation.id).await.expect("a look").expect("it is there");
        seen.value.state_at(seen.now).word()
    }

    pub(super) async fn payment(&self, payment: &Payment) -> Payment {
        self.reservations.payment(payment.id).await.expect("a look").expect("it is there")
    }

    /// Every seat of a performance as it is written down.
    pub(super) async fn seats(&self, sale: &Sale) -> BTreeMap<SeatId, SeatState> {
        let report = self.inventory.changes(sale.id(), 0).await.expect("a report").expect("it is on sale");
        let seats: BTreeMap<_, _> = report.changes.iter().copied().collect();
        assert_eq!(seats.len(), report.changes.len(), "a seat has two states");
        assert_eq!(seats.len(), sale.seats.len(), "the stock has another size");
        seats
    }

    /// The states of all seats, in the order of the plan.
    pub(super) async fn states(&self, sale: &Sale) -> Vec<SeatState> {
        let seats = self.seats(sale).await;
        sale.seats.iter().map(|seat| *seats.get(seat).expect("a seat of the plan")).collect()
    }

    /// Every event that waits, each claimed for a moment.
    pub(super) async fn events(&self) -> Vec<Event> {
        self.outbox.claim(0, 1000).await.expect("the events")
    }

    /// Every seat has at most one owner, and seats and reservations say the same: whatever is live has all its
    /// seats, and a seat that is held or sold belongs to something live. `users`: everybody who was there.
    pub(super) async fn assert_sound(&self, sale: &Sale, users: impl IntoIterator<Item = UserId>) {
        let seats = self.seats(sale).await;
        let (mut owned, page) =
            (BTreeMap::new(), PageRequest::new(PageRequest::MAX_LIMIT, None).expect("a page"));
        let mut now = DateTime::<Utc>::MIN_UTC;
        for user in users {
            let seen = self.reservations.of_user(user, page).await.expect("the reservations");
            assert_eq!(seen.value.next, None, "a fan has more reservations than this looks at");
            now = seen.now;
            let live = seen.value.items.into_iter().filter(|reservation| reservation.seats_taken_at(now) > 0);
            for reservation in live.filter(|reservation| reservation.schedule_id == sale.id()) {
                for seat in &reservation.seats {
                    assert_eq!(owned.insert(seat.id, reservation.id), None, "{seat:?} has two owners");
                }
            }
        }
        let taken =
            seats.iter().filter(|(_, state)| !state.claimable_at(now)).map(|(seat, state)| match *state {
                SeatState::Held { by, until: _ } => (*seat, by),
                SeatState::Sold { to } => (*seat, to),
                SeatState::Available | SeatState::Blocked => panic!("{seat} is {state:?} and taken"),
            });
        assert_eq!(taken.collect::<BTreeMap<_, _>>(), owned, "seats and reservations differ");
    }
}

pub fn new_terms(now: DateTime<Utc>) -> SaleTerms {
    SaleTerms {
        schedule_id: ScheduleId(new_id()),
        concert_id: ConcertId(new_id()),
        queue_id: QueueId(new_id()),
        starts_at: now + TimeDelta::hours(2),
        sales_open_at: now - TimeDelta::hours(1),
        sales_close_at: now + TimeDelta::hours(1),
    }
}

fn new_seat(number: u32) -> InventorySeat {
    InventorySeat {
        id: SeatId(new_id()),
        number,
        section: "Floor".to_owned(),
        row: number.div_ceil(10),
        price: Amount::new(PRICE * i64::from(number)).expect("a price"),
        state: SeatState::Available,
    }
}
