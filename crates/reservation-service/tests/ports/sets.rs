//! Sets as only the database can make them: steps that are known to meet, and a row that cannot be read.

use std::sync::Arc;

use diesel::sql_types::BigInt;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use domain::adapters::system::Version7;
use domain::reservation::{
    BeginPayment, Begun, Checkouts, HoldRequest, Holds, Inventory, InventorySeat, PayError, Reservation,
    Reservations, SaleTerms, SeatState, SeatWish, WalletAnswer,
};
use domain::shared::{
    Amount, Balance, ConcertId, EntryId, IdGenerator, PaymentId, QueueId, ReservationId, ScheduleId, SeatId,
    UserId,
};
use reservation_service::ReservationService;
use reservation_service::outbound::postgres::PostgresBoxOffice;
use service_kit::Service;
use service_kit::postgres::Database;
use test_kit::TestDatabase;

/// A store, its database, and a performance of which each of several fans holds one seat.
struct Held {
    store: Arc<PostgresBoxOffice>,
    database: Database,
    reservations: Vec<Reservation>,
    _kept: TestDatabase,
}

impl Held {
    async fn by(fans: usize) -> Self {
        let kept = TestDatabase::new(ReservationService::SECTION, ReservationService::MIGRATIONS).await;
        let database = kept.database(ReservationService::SECTION).await;
        let store = Arc::new(PostgresBoxOffice::new(database.clone(), Arc::new(Version7)));
        let now = chrono::DateTime::UNIX_EPOCH;
        let terms = SaleTerms {
            schedule_id: ScheduleId(Version7.next()),
            concert_id: ConcertId(Version7.next()),
            queue_id: QueueId(Version7.next()),
            starts_at: chrono::DateTime::<chrono::Utc>::MAX_UTC - chrono::TimeDelta::days(100_000 * 365),
            sales_open_at: now,
            sales_close_at: now + chrono::TimeDelta::days(365 * 1000),
        };
        let seats: Vec<_> = (1..).take(fans).map(seat).collect();
        store.publish(terms.clone(), seats.clone()).await.unwrap();
        let mut reservations = Vec::new();
        for seat in seats {
            let request = HoldRequest {
                reservation_id: ReservationId(Version7.next()),
                schedule_id: terms.schedule_id,
                user_id: UserId(Version7.next()),
                pass_id: EntryId(Version7.next()),
                queue_id: terms.queue_id,
                seats: SeatWish::These(vec![seat.id]),
                hold_ttl_seconds: 300,
                max_seats_per_user: 4,
            };
            reservations.push(store.place(request).await.unwrap().value);
        }
        Self { store, database, reservations, _kept: kept }
    }

    async fn sql(&self, sql: &str) {
        self.database.connection().await.unwrap().batch_execute(sql).await.unwrap();
    }
}

fn seat(number: u32) -> InventorySeat {
    InventorySeat {
        id: SeatId(Version7.next()),
        number,
        section: "Floor".to_owned(),
        row: 1,
        price: Amount::new(1000).unwrap(),
        state: SeatState::Available,
    }
}

fn begin(reservation: &Reservation) -> BeginPayment {
    BeginPayment {
        payment_id: PaymentId(Version7.next()),
        reservation_id: reservation.id,
        user_id: reservation.user_id,
        pass_id: reservation.pass_id,
        lease_seconds: 60,
    }
}

#[derive(diesel::QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// Somebody else has two reservations locked, so that both writers wait; what comes meanwhile meets in sets.
#[tokio::test(flavor = "multi_thread")]
async fn steps_that_queue_up_are_decided_in_the_order_of_arrival() {
    const MET: usize = 20;
    let hall = Held::by(2 + MET).await;
    let (locked, met) = hall.reservations.split_at(2);
    let mut connection = hall.database.connection().await.unwrap();
    connection
        .batch_execute("BEGIN; SELECT 1 FROM reservations ORDER BY reservation_id LIMIT 2 FOR UPDATE")
        .await
        .unwrap();
    let begun = |wish: BeginPayment| {
        let store = Arc::clone(&hall.store);
        tokio::spawn(async move { store.begin(wish).await })
    };
    let mut waiting = Vec::new();
    for (writers, reservation) in (1..).zip(locked) {
        waiting.push(begun(begin(reservation)));
        let blocked = "SELECT count(DISTINCT pid) FROM pg_locks \
             WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid))";
        while diesel::sql_query(blocked).get_result::<Count>(&mut connection).await.unwrap().count < writers {
            tokio::task::yield_now().await;
        }
    }
    let mut meeting = Vec::new();
    for reservation in met {
        let (first, second) = (begin(reservation), begin(reservation));
        // Polled once each, in this order, they stand in line in this order.
        let stranger = BeginPayment { user_id: UserId(Version7.next()), ..begin(reservation) };
        for wish in [first, first, second, stranger] {
            let store = Arc::clone(&hall.store);
            let mut step: std::pin::Pin<Box<dyn Future<Output = Result<Begun, PayError>> + Send>> =
                Box::pin(async move { store.begin(wish).await });
            assert!(futures_util::poll!(&mut step).is_pending());
            meeting.push((wish, step));
        }
    }
    connection.batch_execute("COMMIT").await.unwrap();
    for step in waiting {
        assert!(matches!(step.await.unwrap(), Ok(Begun::Started(_))));
    }
    for (place, (wish, step)) in meeting.into_iter().enumerate() {
        let answer = step.await;
        match (place % 4, answer) {
            (0, Ok(Begun::Started(payment))) | (1, Ok(Begun::Underway(payment))) => {
                assert_eq!(payment.id, wish.payment_id);
            }
            (2, Ok(Begun::Underway(payment))) => assert_ne!(payment.id, wish.payment_id),
            (3, Err(PayError::NoSuchReservation)) => {}
            (_, answer) => panic!("step {place}: {answer:?}"),
        }
    }
}

/// A mistake in one row is told to whoever needs that row, and to nobody else.
#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_cannot_be_read_fails_no_neighbour() {
    let hall = Held::by(9).await;
    let poisoned = hall.reservations[4].id;
    hall.sql(&format!(
        "UPDATE reservations SET seat_ids = seat_ids || gen_random_uuid() WHERE reservation_id = '{poisoned}'"
    ))
    .await;
    let steps = hall.reservations.iter().map(|reservation| {
        let (store, wish) = (Arc::clone(&hall.store), begin(reservation));
        tokio::spawn(async move { (wish, store.begin(wish).await) })
    });
    let steps: Vec<_> = steps.collect();
    let mut payments = Vec::new();
    for step in steps {
        match step.await.unwrap() {
            (wish, Ok(Begun::Started(payment))) => {
                assert_ne!(wish.reservation_id, poisoned);
                payments.push(payment);
            }
            (wish, Err(PayError::Unexpected(error))) => {
                assert_eq!(wish.reservation_id, poisoned);
                assert!(format!("{error:#}").contains(&poisoned.to_string()), "{error:#}");
            }
            (_, answer) => panic!("{answer:?}"),
        }
    }
    assert_eq!(payments.len(), 8);
    // Neither does one whose answer cannot be written.
    let unwritable = payments[2].id;
    hall.sql(&format!(
        "INSERT INTO tickets SELECT gen_random_uuid(), reservation_id, seat_ids[1], 1 FROM reservations \
         WHERE payment_id = '{unwritable}'"
    ))
    .await;
    let taken = WalletAnswer::Taken { balance: Balance::ZERO };
    let steps = payments.iter().map(|payment| {
        let (store, id, fence) = (Arc::clone(&hall.store), payment.id, payment.fence);
        tokio::spawn(async move { (id, store.settle(id, fence, taken).await) })
    });
    let steps: Vec<_> = steps.collect();
    for step in steps {
        let (id, settled) = step.await.unwrap();
        assert_eq!(settled.is_ok(), id != unwritable, "{settled:?}");
    }
    let mut confirmed = 0;
    for reservation in &hall.reservations {
        let seen = hall.store.reservation(reservation.id).await;
        confirmed += usize::from(
            seen.is_ok_and(|seen| seen.is_some_and(|seen| seen.value.state.word() == "confirmed")),
        );
    }
    assert_eq!(confirmed, 7);
}
