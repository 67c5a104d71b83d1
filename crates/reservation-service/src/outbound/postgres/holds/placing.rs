//! Placing holds, in sets: the locks are had, the rows read and the decisions written for all of a set together. The
//! number of statements does not grow with the number of holds, nor with that of their seats.

use std::collections::{BTreeSet, HashMap};

use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Integer, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::reservation::{
    HoldError, HoldRequest, InventorySeat, Reservation, SaleTerms, SeatClaim, SeatState, SeatWish, Seen,
    decide_hold,
};
use domain::shared::{ReservationId, ScheduleId, SeatId, UserId};
use service_kit::gather::{CarriesOut, Gathering};
use service_kit::postgres::{Database, TransactionError, now, statement};
use uuid::Uuid;

use super::best;
use super::plans::Plans;
use crate::outbound::postgres::locks::{self, Turn, broken, reserved};
use crate::outbound::postgres::outbox;
use crate::outbound::postgres::rows::{ReservationRow, SaleRow, SeatRow};
use crate::outbound::postgres::schema::{reservations, sales, seats};

/// Two writers keep two cores busy, one reading while the other commits. Sets larger than this gain nothing and make
/// the last in them wait; ten thousand fans may knock in the time that a few sets take.
pub const PLACING: Gathering = Gathering { name: "holds", writers: 2, largest_set: 256, queue: 10_000 };

/// Places holds on this database.
pub struct Placing {
    database: Database,
    plans: Plans,
}

impl Placing {
    pub fn new(database: Database) -> Self {
        Self { database, plans: Plans::default() }
    }
}

#[async_trait]
impl CarriesOut<HoldRequest> for Placing {
    type Answer = Answer;

    async fn carry_out(&self, requests: &[HoldRequest]) -> anyhow::Result<Vec<Self::Answer>> {
        let placed = self.database.transaction(async |connection: &mut AsyncPgConnection| {
            let mut stock = Stock::lock(connection, requests).await?;
            let answers = stock.decide_all(connection, &self.plans, requests).await?;
            stock.write(connection).await?;
            Ok(answers)
        });
        placed.await
    }
}

/// What the set is about, locked, and what has been decided of it so far: each decision is made over what the ones
/// before it have left.
pub struct Stock {
    pub now: DateTime<Utc>,
    pub known: HashMap<ReservationId, Reservation>,
    pub terms: HashMap<ScheduleId, SaleTerms>,
    pub seats: HashMap<(ScheduleId, SeatId), InventorySeat>,
    /// Live or sold seats that a fan has of a performance.
    pub taken: HashMap<(UserId, ScheduleId), usize>,
    /// New ones, each with the limit it was judged by.
    pub placed: Vec<(Reservation, u32)>,
}

type Refused = TransactionError<anyhow::Error>;
type Answer = Result<Seen<Reservation>, HoldError>;

#[derive(QueryableByName)]
struct StockedSeat {
    #[diesel(sql_type = SqlUuid)]
    schedule_id: Uuid,
    #[diesel(embed)]
    seat: SeatRow,
}

#[derive(QueryableByName)]
struct Taken {
    #[diesel(sql_type = SqlUuid)]
    user_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    schedule_id: Uuid,
    #[diesel(sql_type = BigInt)]
    seats: i64,
}

impl Stock {
    /// Takes the turns of all its fans, so that the limit counts every hold of theirs and the same hold twice is found
    /// the second time, and of their passes, so that none of them is found idle meanwhile; then those of the performances,
    /// beside the holds of other sets or alone where free seats are to be chosen; and then the seats by id.
    async fn lock(connection: &mut AsyncPgConnection, requests: &[HoldRequest]) -> Result<Self, Refused> {
        let turns: BTreeSet<i64> = requests
            .iter()
            .flat_map(|request| [vec![request.user_id.0, request.schedule_id.0], vec![request.pass_id.0]])
            .map(|ids| locks::turn_of(&ids))
            .collect();
        let alone: BTreeSet<ScheduleId> = best::schedules(requests).collect();
        let schedules: BTreeSet<ScheduleId> = requests.iter().map(|request| request.schedule_id).collect();
        let schedules = schedules.iter().map(|id| Turn::of_schedule(*id, alone.contains(id)));
        locks::turns(connection, turns.into_iter().map(Turn::Alone).chain(schedules).collect()).await?;
        let known = known(connection, requests).await?;
        let terms = terms(connection, requests).await?;
        let named = requests
            .iter()
            .flat_map(|request| request.seats.named().iter().map(|seat| (request.schedule_id, *seat)))
            .collect();
        let seats = lock_seats(connection, named).await?;
        // Read with all locks had, so that it is the time at which these holds are decided.
        let now = now(connection).await?;
        let taken = taken(connection, requests, now).await?;
        Ok(Self { now, known, terms, seats, taken, placed: Vec::new() })
    }

    /// Those who name their seats first, since no others will do for them; then those who take the best there are.
    async fn decide_all(
        &mut self,
        connection: &mut AsyncPgConnection,
        plans: &Plans,
        requests: &[HoldRequest],
    ) -> Result<Vec<Answer>, Refused> {
        let named: Vec<Option<Answer>> = requests
            .iter()
            .map(|request| match &request.seats {
                SeatWish::These(seats) => Some(self.decide(request, seats)),
                SeatWish::BestAvailable(_) => None,
            })
            .collect();
        let mut choices = best::choose(connection, plans, self, requests).await?.into_iter();
        let answers = requests.iter().zip(named).map(|(request, answer)| match answer {
            Some(answer) => answer,
            None => match choices.next() {
                Some(choice) => choice.and_then(|seats| self.decide(request, &seats)),
                None => Err(anyhow::anyhow!("nothing was chosen for {}", request.reservation_id).into()),
            },
        });
        Ok(answers.collect())
    }

    fn decide(&mut self, request: &HoldRequest, seats: &[SeatId]) -> Answer {
        let now = self.now;
        if let Some(known) = self.known.get(&request.reservation_id) {
            known.check_same(request)?;
            return Ok(Seen { value: known.clone(), now });
        }
        let (user, schedule) = (request.user_id, request.schedule_id);
        let terms = self.terms.get(&schedule).ok_or(HoldError::NoSuchSchedule)?;
        let wanted = seats.iter().filter_map(|id| self.seats.get(&(schedule, *id)).cloned());
        let wanted: Vec<_> = wanted.collect();
        let taken = self.taken.entry((user, schedule)).or_default();
        let claim = SeatClaim { terms, seats: &wanted, taken_by_user: *taken, now };
        let reservation = decide_hold(request, &claim)?;
        *taken += wanted.len();
        let held = SeatState::Held { by: reservation.id, until: Some(reservation.held_until) };
        for seat in &wanted {
            if let Some(seat) = self.seats.get_mut(&(schedule, seat.id)) {
                seat.state = held;
            }
        }
        self.known.insert(reservation.id, reservation.clone());
        self.placed.push((reservation.clone(), request.max_seats_per_user));
        Ok(Seen { value: reservation, now })
    }

    /// Whether a seat is locked and free.
    pub fn is_claimable(&self, schedule: ScheduleId, seat: SeatId) -> bool {
        self.seats.get(&(schedule, seat)).is_some_and(|seat| seat.state.claimable_at(self.now))
    }

    async fn write(&self, connection: &mut AsyncPgConnection) -> Result<(), diesel::result::Error> {
        if self.placed.is_empty() {
            return Ok(());
        }
        let claims = self.placed.iter().flat_map(|(reservation, _)| {
            reservation.seats.iter().map(|seat| (seat.id.0, (reservation.id.0, reservation.held_until)))
        });
        let (seat_ids, (holders, until)): (Vec<_>, (Vec<_>, Vec<_>)) = claims.unzip();
        let claim = statement(
            "UPDATE seats SET status = 'held', reservation_id = claims.reservation_id, held_until = claims.held_until, \
                              changed_in = this_version() \
             FROM unnest($1, $2, $3) AS claims (seat_id, reservation_id, held_until) \
             WHERE seats.seat_id = claims.seat_id",
        );
        claim
            .bind::<Array<SqlUuid>, _>(seat_ids)
            .bind::<Array<SqlUuid>, _>(holders)
            .bind::<Array<Timestamptz>, _>(until)
            .execute(connection)
            .await?;
        let rows: Vec<_> =
            self.placed.iter().map(|(reservation, _)| ReservationRow::of(reservation)).collect();
        let column = |of: fn(&ReservationRow) -> Uuid| rows.iter().map(of).collect::<Vec<_>>();
        // PostgreSQL has no arrays of arrays of different lengths: the seats of each are one text.
        let seats =
            rows.iter().map(|row| row.seat_ids.iter().map(Uuid::to_string).collect::<Vec<_>>().join(","));
        // The audit judges a hold by the limit of its time.
        let limits = self.placed.iter().map(|(_, limit)| i32::try_from(*limit).unwrap_or(i32::MAX));
        let insert = statement(
            "INSERT INTO reservations (reservation_id, schedule_id, user_id, pass_id, seat_ids, amount, status, \
                                       created_at, held_until, seat_limit) \
             SELECT reservation_id, schedule_id, user_id, pass_id, string_to_array(seats, ',')::uuid[], amount, 'held', \
                    $9, held_until, seat_limit \
             FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) \
                  AS placed (reservation_id, schedule_id, user_id, pass_id, seats, amount, held_until, seat_limit)",
        );
        insert
            .bind::<Array<SqlUuid>, _>(column(|row| row.reservation_id))
            .bind::<Array<SqlUuid>, _>(column(|row| row.schedule_id))
            .bind::<Array<SqlUuid>, _>(column(|row| row.user_id))
            .bind::<Array<SqlUuid>, _>(column(|row| row.pass_id))
            .bind::<Array<Text>, _>(seats.collect::<Vec<_>>())
            .bind::<Array<BigInt>, _>(rows.iter().map(|row| row.amount).collect::<Vec<_>>())
            .bind::<Array<Timestamptz>, _>(rows.iter().map(|row| row.held_until).collect::<Vec<_>>())
            .bind::<Array<Integer>, _>(limits.collect::<Vec<_>>())
            .bind::<Timestamptz, _>(self.now)
            .execute(connection)
            .await?;
        outbox::withdraw_yields(connection, column(|row| row.pass_id)).await
    }
}

/// Those of the reservations that were placed before.
async fn known(
    connection: &mut AsyncPgConnection,
    requests: &[HoldRequest],
) -> Result<HashMap<ReservationId, Reservation>, Refused> {
    let ids: Vec<_> = requests.iter().map(|request| request.reservation_id.0).collect();
    let rows = reservations::table.filter(reservations::reservation_id.eq_any(ids));
    let rows: Vec<ReservationRow> = rows.select(ReservationRow::as_select()).load(connection).await?;
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<_> = rows.iter().flat_map(|row| row.seat_ids.iter().copied()).collect();
    let theirs = seats::table.filter(seats::seat_id.eq_any(ids)).select(SeatRow::as_select());
    let theirs: Vec<SeatRow> = theirs.load(connection).await?;
    let theirs = theirs.into_iter().map(SeatRow::seat).collect::<anyhow::Result<Vec<_>>>().map_err(broken)?;
    let theirs = reserved(&theirs);
    let known = rows.iter().map(|row| Ok((ReservationId(row.reservation_id), row.reservation(&theirs)?)));
    known.collect::<anyhow::Result<_>>().map_err(broken)
}

async fn terms(
    connection: &mut AsyncPgConnection,
    requests: &[HoldRequest],
) -> Result<HashMap<ScheduleId, SaleTerms>, Refused> {
    let ids: BTreeSet<_> = requests.iter().map(|request| request.schedule_id.0).collect();
    let rows = sales::table.filter(sales::schedule_id.eq_any(ids)).select(SaleRow::as_select());
    let rows: Vec<SaleRow> = rows.load(connection).await?;
    Ok(rows.into_iter().map(|row| (ScheduleId(row.schedule_id), SaleTerms::from(row))).collect())
}

/// Locks those of the wanted seats that are seats of the performance they are wanted of.
pub async fn lock_seats(
    connection: &mut AsyncPgConnection,
    wanted: Vec<(ScheduleId, SeatId)>,
) -> Result<HashMap<(ScheduleId, SeatId), InventorySeat>, Refused> {
    let (schedules, ids): (Vec<_>, Vec<_>) =
        wanted.into_iter().map(|(schedule, seat)| (schedule.0, seat.0)).unzip();
    let lock = statement(
        "SELECT schedule_id, seat_id, number, section, row_number, price, status, reservation_id, held_until \
         FROM seats WHERE (schedule_id, seat_id) IN (SELECT * FROM unnest($1, $2)) \
         ORDER BY seat_id FOR UPDATE",
    );
    let rows = lock.bind::<Array<SqlUuid>, _>(schedules).bind::<Array<SqlUuid>, _>(ids);
    let rows: Vec<StockedSeat> = rows.load(connection).await?;
    let seats = rows.into_iter().map(|StockedSeat { schedule_id, seat }| {
        let seat = seat.seat()?;
        Ok(((ScheduleId(schedule_id), seat.id), seat))
    });
    seats.collect::<anyhow::Result<_>>().map_err(broken)
}

async fn taken(
    connection: &mut AsyncPgConnection,
    requests: &[HoldRequest],
    at: DateTime<Utc>,
) -> Result<HashMap<(UserId, ScheduleId), usize>, Refused> {
    let users: BTreeSet<_> = requests.iter().map(|request| request.user_id.0).collect();
    // By fan alone, whatever the performance, and with a CASE: by schedule, or by what is held, PostgreSQL would sooner
    // read through everybody's reservations of it.
    let count = statement(
        "SELECT user_id, schedule_id, sum(cardinality(seat_ids)) AS seats \
         FROM reservations \
         WHERE user_id = ANY ($1) \
           AND CASE status WHEN 'held' THEN held_until > $2 ELSE status IN ('paying', 'confirmed') END \
         GROUP BY user_id, schedule_id",
    );
    let rows: Vec<Taken> = count
        .bind::<Array<SqlUuid>, _>(Vec::from_iter(users))
        .bind::<Timestamptz, _>(at)
        .load(connection)
        .await?;
    let taken = rows.into_iter().map(|Taken { user_id, schedule_id, seats }| {
        Ok(((UserId(user_id), ScheduleId(schedule_id)), usize::try_from(seats)?))
    });
    taken.collect::<anyhow::Result<_>>().map_err(broken)
}
