//! What must always hold of the catalogue.

use service_kit::audit::{Check, IDEMPOTENCY_KEYS};

pub const CHECKS: &[Check] = &[SEATS_ARE_NUMBERED_THROUGH, PUBLISHED_SCHEDULES_HAVE_SEATS, IDEMPOTENCY_KEYS];

const SEATS_ARE_NUMBERED_THROUGH: Check = Check {
    name: "seats_are_numbered_through",
    guarantees: &[2],
    rule: "The seats of a performance are numbered from 1 to as many as there are.",
    over: "seats",
    running: None,
    sql: "SELECT format('schedule %s: %s seats with %s numbers from %s to %s', \
                        schedule_id, count(*), count(DISTINCT number), min(number), max(number)) \
          FROM seats GROUP BY schedule_id \
          HAVING min(number) <> 1 OR max(number) <> count(*) OR count(DISTINCT number) <> count(*)",
};

const PUBLISHED_SCHEDULES_HAVE_SEATS: Check = Check {
    name: "published_schedules_have_seats",
    guarantees: &[2],
    rule: "A performance that fans see has seats.",
    over: "schedules",
    running: None,
    sql: "SELECT format('schedule %s of concert %s: published without a seat', schedule_id, concert_id) \
          FROM schedules \
          WHERE state = 'published' AND NOT EXISTS (SELECT FROM seats WHERE seats.schedule_id = schedules.schedule_id)",
};
