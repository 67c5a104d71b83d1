//! The best available seats: chosen in memory out of what is free, for all of a set that asks for them.
//!
//! The free seats of a performance are read once, without locks. They stay free until they are claimed: whoever chooses
//! has the turn of the performance alone, and every other hold has it beside others. So two fans never choose the same
//! seats, and nobody is refused because somebody else was faster. What else may write to a free seat is a checkout or an
//! operator, rarely: then the set is carried out again.

use std::collections::HashMap;

use diesel::result::{DatabaseErrorKind, Error};
use diesel_async::AsyncPgConnection;
use domain::reservation::{
    BestAvailable, FreeSeats, HoldError, HoldRequest, SeatChoice, SeatWish, choose_seats,
};
use domain::shared::{ReservationId, ScheduleId, SeatId, UserId};
use service_kit::postgres::TransactionError;
use uuid::Uuid;

use super::placing::{Stock, lock_seats};
use super::plans::Plans;

type Refused = TransactionError<anyhow::Error>;
type Choice = Result<Vec<SeatId>, HoldError>;

/// The schedules of those that ask for the best available seats.
pub fn schedules(requests: &[HoldRequest]) -> impl Iterator<Item = ScheduleId> {
    wishes(requests).map(|(request, _)| request.schedule_id)
}

fn wishes(requests: &[HoldRequest]) -> impl Iterator<Item = (&HoldRequest, &BestAvailable)> {
    requests.iter().filter_map(|request| match &request.seats {
        SeatWish::These(_) => None,
        SeatWish::BestAvailable(wish) => Some((request, wish)),
    })
}

/// Chooses for everybody in the set who asks for the best available, and locks what was chosen. One choice for each of
/// them, in their order; it is beside what the set has placed before.
pub async fn choose(
    connection: &mut AsyncPgConnection,
    plans: &Plans,
    stock: &mut Stock,
    requests: &[HoldRequest],
) -> Result<Vec<Choice>, Refused> {
    let mut asked: Vec<Uuid> = schedules(requests).map(|schedule| schedule.0).collect();
    asked.sort_unstable();
    asked.dedup();
    if asked.is_empty() {
        return Ok(Vec::new());
    }
    let mut free = plans.free(connection, &asked, stock.now).await?;
    for (reservation, _) in &stock.placed {
        if let Some(free) = free.get_mut(&reservation.schedule_id) {
            for seat in &reservation.seats {
                free.take(seat.number);
            }
        }
    }
    let (mut taken, mut wanted) = (stock.taken.clone(), Vec::new());
    let mut chosen: HashMap<ReservationId, Vec<SeatId>> = HashMap::new();
    let choices = wishes(requests).map(|(request, wish)| {
        let id = request.reservation_id;
        if stock.known.contains_key(&id) {
            // It stands, whatever would be chosen now.
            return Ok(Vec::new());
        }
        if let Some(seats) = chosen.get(&id) {
            return Ok(seats.clone());
        }
        let seats = choose_one(stock, &mut free, &mut taken, request, wish)?;
        wanted.extend(seats.iter().map(|seat| (request.schedule_id, *seat)));
        chosen.insert(id, seats.clone());
        Ok(seats)
    });
    let choices = choices.collect();
    stock.seats.extend(lock_seats(connection, wanted.clone()).await?);
    let kept = wanted.iter().all(|(schedule, seat)| stock.is_claimable(*schedule, *seat));
    if kept { Ok(choices) } else { Err(TransactionError::Database(lost_seats())) }
}

fn choose_one(
    stock: &Stock,
    free: &mut HashMap<ScheduleId, FreeSeats>,
    taken: &mut HashMap<(UserId, ScheduleId), usize>,
    request: &HoldRequest,
    wish: &BestAvailable,
) -> Choice {
    let schedule = request.schedule_id;
    let terms = stock.terms.get(&schedule).ok_or(HoldError::NoSuchSchedule)?;
    let free = free.entry(schedule).or_default();
    let taken = taken.entry((request.user_id, schedule)).or_default();
    let choice = SeatChoice { terms, free, taken_by_user: *taken, now: stock.now };
    let seats = choose_seats(request, wish, &choice)?;
    *taken += seats.len();
    for seat in &seats {
        free.take(seat.number);
    }
    Ok(seats.into_iter().map(|seat| seat.id).collect())
}

/// The transaction is rolled back and tried again, as for any other that met another one.
fn lost_seats() -> Error {
    let words = "a seat that was chosen as free was written to meanwhile";
    Error::DatabaseError(DatabaseErrorKind::SerializationFailure, Box::new(words.to_owned()))
}
