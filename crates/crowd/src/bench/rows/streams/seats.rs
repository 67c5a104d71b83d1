//! P10a: from the answer to a hold to the event at every client.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use contracts::concert::SeatMapBody;
use tokio::time::MissedTickBehavior;
use uuid::Uuid;

use super::{PER_SECOND, close, rounds};
use crate::bench::fans::Fan;
use crate::bench::halls::Hall;
use crate::bench::load::{Body, Connection, request};
use crate::bench::row::{Goal, Row};
use crate::bench::rows::holds::hold;
use crate::bench::scale::STREAMS_PER_FAN;
use crate::bench::stage::Stage;
use crate::bench::streams::Streams;
use crate::promoter::MAIN_QUEUE;
use crate::stack::Service;

/// As concert-service writes a seat that was held into an event, whether a step's or a snapshot's.
const SEAT: &[u8] = b"\"seatId\":\"";
const HELD: &[u8] = b"\",\"status\":\"held\"";
const UUID: usize = 36;

pub async fn row(stage: &Stage<'_>) -> anyhow::Result<Row> {
    let scale = stage.bench.scale;
    let halls = stage.halls(1, scale.map_seats).await?;
    let hall = halls.first().context("there is no performance")?;
    let fans = stage.crowd(scale.streams.div_ceil(STREAMS_PER_FAN), MAIN_QUEUE).await?;
    let publisher = fans.first().context("there is no fan")?;
    let door = stage.door(Service::Concert)?;
    // Whoever says which map they have seen is not sent all of it again.
    let path = format!("/v1/schedules/{}/seats", hall.schedule);
    let mut concert = Connection::open(door).await?;
    let map = concert.ask(&request::get(&path, &publisher.pass), Body::Keep).await?;
    let version = map.read::<SeatMapBody<'_>>()?.version.to_string();
    let path = format!("{path}/events");
    let listeners = fans.iter().flat_map(|fan| std::iter::repeat_n(fan, STREAMS_PER_FAN));
    let requests = listeners.map(|fan| request::get_with(&path, &fan.pass, ("last-event-id", &version)));
    let requests: Vec<_> = requests.take(scale.streams).collect();
    let many = requests.len();
    let opened = Instant::now();
    let streams = Streams::open(door, requests, stage.bench.options.threads, seats_held).await?;
    let opened = opened.elapsed();
    let published = publish(stage, hall, publisher).await?;
    let heard = close(streams, many * scale.published * scale.rounds).await?;
    let what = format!("hold → event at {many} open streams, p95");
    let mut row = Row::new("P10a", what, "ms", Goal::AtMost(500.0));
    // A snapshot names a seat again that a step has named before it: the first time is the one that counts.
    let mut first = HashMap::<(usize, Uuid), Instant>::new();
    for one in heard {
        first.entry((one.stream, one.what)).and_modify(|at| *at = one.at.min(*at)).or_insert(one.at);
    }
    let timed = first.iter().filter_map(|((_, seat), at)| {
        let (number, answered) = published.get(seat)?;
        Some((number / scale.published, at.saturating_duration_since(*answered)))
    });
    for round in rounds(timed, scale.rounds) {
        let expected = u64::try_from(many * scale.published)?;
        row.check(round.done == expected, || format!("{} of {expected} changes were heard", round.done));
        row.ours.round(round.percentile(95.0), &round);
    }
    row.note(format!("{PER_SECOND} holds/s; the streams were opened in {:.1} s", opened.as_secs_f64()));
    Ok(row)
}

/// Holds one seat after the other at a steady rate: which was the how-manieth, and when it was answered.
async fn publish(
    stage: &Stage<'_>,
    hall: &Hall,
    fan: &Fan,
) -> anyhow::Result<HashMap<Uuid, (usize, Instant)>> {
    let scale = stage.bench.scale;
    let mut connection = Connection::open(stage.door(Service::Reservation)?).await?;
    let mut beat = tokio::time::interval(Duration::from_secs(1) / PER_SECOND);
    beat.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut published = HashMap::new();
    for (number, seat) in hall.seats.iter().take(scale.published * scale.rounds).enumerate() {
        beat.tick().await;
        let answer = connection.ask(&hold(fan, hall.schedule, vec![*seat])?, Body::Skip).await?;
        ensure!(answer.status == 201, "a hold is answered {}", answer.sample());
        published.insert(*seat, (number, Instant::now()));
    }
    Ok(published)
}

/// The seats that an event says are held.
fn seats_held(event: &[u8]) -> Vec<Uuid> {
    let mut held = Vec::new();
    let mut rest = event;
    while let Some(at) = rest.windows(SEAT.len()).position(|window| window == SEAT) {
        rest = rest.get(at + SEAT.len()..).unwrap_or_default();
        let Some((id, behind)) = rest.split_at_checked(UUID) else { break };
        if behind.starts_with(HELD) {
            held.extend(Uuid::try_parse_ascii(id).ok());
        }
    }
    held
}

#[cfg(test)]
mod tests {
    use contracts::concert::{ChangedSeatBody, SeatStatusBody, SeatsEventBody};

    use super::*;

    #[test]
    fn held_seats_are_found_in_an_event_as_it_is_written() {
        let seat = |number, status| ChangedSeatBody { seat_id: Uuid::from_u128(number), status };
        let changes = vec![
            seat(1, SeatStatusBody::Held),
            seat(2, SeatStatusBody::Available),
            seat(3, SeatStatusBody::Held),
        ];
        let body = SeatsEventBody { version: 7, snapshot: false, changes };
        let event = format!("id: 7\nevent: seats\ndata: {}\n\n", serde_json::to_string(&body).unwrap());
        assert_eq!(seats_held(event.as_bytes()), [Uuid::from_u128(1), Uuid::from_u128(3)]);
        assert!(seats_held(b":\n\n").is_empty());
    }
}
