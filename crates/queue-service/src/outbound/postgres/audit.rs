//! What must always hold of the waiting rooms.
//!
//! Places are given out and slots filled under the queue's lock, and the times that are written are those of the
//! database's clock under it: so they can be compared exactly, in any snapshot.

use service_kit::audit::{Check, Running};

pub const CHECKS: &[Check] = &[
    PLACES_ARE_UNIQUE,
    FANS_HAVE_ONE_LIVE_PLACE,
    NOBODY_WAITS_BEHIND_A_LATER_ONE,
    ADMISSIONS_FOLLOW_THE_ORDER_OF_JOINING,
    ADMITTED_ARE_WITHIN_THE_LIMIT,
    ADMISSIONS_ARE_WITHIN_THE_RATE,
    PASSES_END_ONCE,
    RUN_OUT_PASSES_ARE_ENDED,
];

const PLACES_ARE_UNIQUE: Check = Check {
    name: "places_are_unique",
    guarantees: &[14],
    rule: "No place in a queue is given out twice, and none that the queue has not counted.",
    over: "entries",
    running: None,
    sql: "SELECT format('queue %s: place %s was given to %s', queue_id, sequence, \
                        (SELECT string_agg(entry_id::text, ', ' ORDER BY entry_id) FROM entries AS same \
                         WHERE same.queue_id = twice.queue_id AND same.sequence = twice.sequence)) \
          FROM (SELECT queue_id, sequence FROM entries GROUP BY queue_id, sequence HAVING count(*) > 1) AS twice \
          UNION ALL \
          SELECT format('queue %s: place %s of entry %s is beyond the last one given out, %s', \
                        queue_id, sequence, entry_id, last_sequence) \
          FROM entries JOIN queues USING (queue_id) WHERE sequence > last_sequence",
};

const FANS_HAVE_ONE_LIVE_PLACE: Check = Check {
    name: "fans_have_one_live_place",
    guarantees: &[14],
    rule: "A fan has at most one live place in a queue.",
    over: "entries",
    running: None,
    sql: "SELECT format('queue %s: user %s has the places %s', queue_id, user_id, \
                        (SELECT string_agg(entry_id::text, ', ' ORDER BY entry_id) FROM entries AS live \
                         WHERE live.queue_id = twice.queue_id AND live.user_id = twice.user_id \
                           AND state IN ('waiting', 'admitted'))) \
          FROM (SELECT queue_id, user_id FROM entries WHERE state IN ('waiting', 'admitted') \
                GROUP BY queue_id, user_id HAVING count(*) > 1) AS twice",
};

const NOBODY_WAITS_BEHIND_A_LATER_ONE: Check = Check {
    name: "nobody_waits_behind_a_later_one",
    guarantees: &[14],
    rule: "Nobody waits while somebody who joined the queue later has been admitted.",
    over: "entries",
    running: None,
    // But who was silent for too long was passed over, and keeps the place for a while.
    sql: "SELECT format('entry %s waits at place %s of queue %s, whose place %s has been admitted', \
                        entry_id, entries.sequence, queue_id, latest.sequence) \
          FROM entries \
          JOIN (SELECT queue_id, max(sequence) AS sequence FROM entries WHERE admitted_at IS NOT NULL \
                GROUP BY queue_id) AS latest USING (queue_id) \
          WHERE state = 'waiting' AND passed_over_at IS NULL AND entries.sequence < latest.sequence",
};

const ADMISSIONS_FOLLOW_THE_ORDER_OF_JOINING: Check = Check {
    name: "admissions_follow_the_order_of_joining",
    guarantees: &[14],
    rule: "Of two who were admitted, who joined first was admitted first.",
    over: "entries",
    running: None,
    // But who was passed over for having been silent may come in when they are back.
    sql: "SELECT format('entry %s at place %s of queue %s was admitted at %s, after entry %s at place %s at %s', \
                        entry_id, sequence, queue_id, admitted_at, next_entry, next_sequence, next_admitted) \
          FROM (SELECT entry_id, sequence, queue_id, admitted_at, \
                       lead(entry_id) OVER following AS next_entry, lead(sequence) OVER following AS next_sequence, \
                       lead(admitted_at) OVER following AS next_admitted \
                FROM entries WHERE admitted_at IS NOT NULL AND passed_over_at IS NULL \
                WINDOW following AS (PARTITION BY queue_id ORDER BY sequence)) AS admitted \
          WHERE admitted_at > next_admitted",
};

const ADMITTED_ARE_WITHIN_THE_LIMIT: Check = Check {
    name: "admitted_are_within_the_limit",
    guarantees: &[14],
    rule: "Nobody is admitted beyond the limit of fans inside.",
    over: "entries",
    running: None,
    // A limit that was lowered throws nobody out: more than it may be inside, but nobody who came in since.
    sql: "SELECT format('queue %s: %s inside of at most %s, the last of them, entry %s, admitted at %s under the limits \
                        of %s', queue_id, inside, max_active, last_entry, last_admitted, limits_since) \
          FROM queues \
          JOIN (SELECT queue_id, count(*) AS inside, max(admitted_at) AS last_admitted, \
                       (array_agg(entry_id ORDER BY admitted_at DESC, sequence DESC))[1] AS last_entry \
                FROM entries WHERE state = 'admitted' AND expires_at > statement_timestamp() \
                GROUP BY queue_id) AS present USING (queue_id) \
          WHERE inside > max_active AND last_admitted > limits_since",
};

const ADMISSIONS_ARE_WITHIN_THE_RATE: Check = Check {
    name: "admissions_are_within_the_rate",
    guarantees: &[14],
    rule: "No 60 seconds, both ends included, see more admissions than the rate allows.",
    over: "entries",
    running: None,
    // Under the limits that are set now; of earlier ones nothing is kept.
    sql: "SELECT format('queue %s: entry %s, admitted at %s, is number %s within 60 s, of at most %s', \
                        queue_id, entry_id, admitted_at, lately, admit_per_minute) \
          FROM (SELECT queue_id, entry_id, admitted_at, admit_per_minute, limits_since, \
                       count(*) OVER (PARTITION BY queue_id ORDER BY admitted_at \
                                      RANGE BETWEEN interval '60 seconds' PRECEDING AND CURRENT ROW) AS lately \
                FROM entries JOIN queues USING (queue_id) \
                WHERE admit_per_minute IS NOT NULL AND admitted_at >= limits_since - interval '60 seconds') AS counted \
          WHERE lately > admit_per_minute AND admitted_at > limits_since",
};

const PASSES_END_ONCE: Check = Check {
    name: "passes_end_once",
    guarantees: &[15],
    rule: "Every pass that ended early has a version of its own, none higher than the last one counted.",
    over: "entries",
    running: None,
    sql: "SELECT format('version %s: the passes %s', revocation, string_agg(entry_id::text, ', ' ORDER BY entry_id)) \
          FROM entries WHERE revocation IS NOT NULL GROUP BY revocation HAVING count(*) > 1 \
          UNION ALL \
          SELECT format('pass %s: its version %s is beyond the last one, %s', entry_id, revocation, version) \
          FROM entries CROSS JOIN revocation_counter WHERE revocation > version \
          UNION ALL \
          SELECT format('pass %s: %s without having been admitted', entry_id, state) \
          FROM entries WHERE state IN ('admitted', 'done') AND admitted_at IS NULL \
          UNION ALL \
          SELECT format('pass %s: %s although it has ended as number %s', entry_id, state, revocation) \
          FROM entries WHERE state IN ('waiting', 'admitted') AND revocation IS NOT NULL",
};

const RUN_OUT_PASSES_ARE_ENDED: Check = Check {
    name: "run_out_passes_are_ended",
    guarantees: &[15],
    rule: "A pass that has run out is ended and its slot refilled.",
    over: "entries",
    running: Some(Running { schemas: &["queue"], seconds: 30 }),
    // Slots are looked at every 200 ms; every look ends what has run out before it fills what is free.
    sql: "SELECT format('entry %s of queue %s: still admitted, its pass ran out at %s', entry_id, queue_id, expires_at) \
          FROM entries \
          WHERE state = 'admitted' AND expires_at < statement_timestamp() - interval '30 seconds'",
};
