//! What must hold between the services. No service may read another's tables; the installation's administrator may.
//!
//! One snapshot shows the services' commits in their order, so each check says what follows from an order: a payment
//! is written down before the wallet is asked and after it has answered, and an event stays in the outbox until the
//! other side has committed.

use service_kit::audit::{Check, Running};

pub const CHECKS: &[Check] = &[
    PAYMENTS_AGREE_WITH_THE_WALLET,
    DEBITS_HAVE_A_PAYMENT,
    SALES_FINISH_THEIR_PASS,
    EVENTS_ARE_DELIVERED,
    HOLDS_HAVE_AN_ADMITTED_PASS,
    STOCK_IS_THE_PLAN,
];

const PAYMENTS_AGREE_WITH_THE_WALLET: Check = Check {
    name: "payments_agree_with_the_wallet",
    guarantees: &[5, 6, 7, 8],
    rule: "The wallet took the money of a captured payment, gave back that of a refunded one, and has none of one that \
           came to nothing.",
    over: "reservation.payments",
    running: None,
    // The wallet is a step ahead of a payment under way, and never behind. Of a payment that the wallet never heard of
    // it has no record.
    sql: "SELECT format('payment %s of reservation %s is %s, %s from user %s: the wallet has %s, %s from user %s', \
                        payment_id, reservation_id, payments.state, payments.amount, payments.user_id, \
                        coalesce(debits.state, 'nothing'), debits.amount, debits.user_id) \
          FROM reservation.payments AS payments LEFT JOIN wallet.debits AS debits USING (payment_id) \
          WHERE debits.amount <> payments.amount OR debits.user_id <> payments.user_id \
             OR coalesce(debits.state, 'nothing') <> ALL (CASE payments.state \
                  WHEN 'debiting' THEN ARRAY['nothing', 'captured', 'declined'] \
                  WHEN 'voiding' THEN ARRAY['nothing', 'captured', 'declined', 'voided'] \
                  WHEN 'captured' THEN ARRAY['captured'] \
                  WHEN 'declined' THEN ARRAY['declined'] \
                  WHEN 'voided' THEN ARRAY['nothing', 'declined', 'voided'] \
                  WHEN 'refunding' THEN ARRAY['captured', 'refunded'] \
                  WHEN 'refunded' THEN ARRAY['refunded'] \
                  ELSE ARRAY[]::text[] END)",
};

const DEBITS_HAVE_A_PAYMENT: Check = Check {
    name: "debits_have_a_payment",
    guarantees: &[7, 8],
    rule: "The wallet is asked for payments alone that are written down.",
    over: "wallet.debits",
    running: None,
    sql: "SELECT format('payment %s: the wallet has it as %s, %s from user %s, and there is no such payment', \
                        payment_id, state, amount, user_id) \
          FROM wallet.debits AS debits \
          WHERE NOT EXISTS (SELECT FROM reservation.payments WHERE payments.payment_id = debits.payment_id)",
};

const SALES_FINISH_THEIR_PASS: Check = Check {
    name: "sales_finish_their_pass",
    guarantees: &[13, 15],
    rule: "The pass that paid is finished, or the event that finishes it is on its way.",
    over: "reservation.payments",
    running: None,
    // A pass that had run out before the event came stays as it is.
    sql: "SELECT format('payment %s is captured: its pass %s is %s until %s, and no event is on its way', \
                        payment_id, pass_id, coalesce(entries.state, 'not there'), expires_at) \
          FROM reservation.payments AS payments LEFT JOIN queue.entries AS entries ON entry_id = pass_id \
          WHERE payments.state = 'captured' \
            AND (coalesce(entries.state, 'waiting') = 'waiting' \
                 OR (entries.state = 'admitted' AND expires_at > statement_timestamp())) \
            AND NOT EXISTS (SELECT FROM reservation.outbox \
                            WHERE kind = 'pass_finished' AND outbox.pass_id = payments.pass_id)",
};

const EVENTS_ARE_DELIVERED: Check = Check {
    name: "events_are_delivered",
    guarantees: &[13],
    rule: "An event is delivered within 5 minutes while both sides are there.",
    over: "reservation.outbox",
    running: Some(Running { schemas: &["reservation", "queue"], seconds: 300 }),
    // After an outage a long line is worked off; a thousand events take less than a minute.
    sql: "SELECT format('event %s (%s of pass %s): waiting since %s', event_id, kind, pass_id, created_at) \
          FROM reservation.outbox \
          WHERE created_at < statement_timestamp() - interval '5 minutes'",
};

const HOLDS_HAVE_AN_ADMITTED_PASS: Check = Check {
    name: "holds_have_an_admitted_pass",
    guarantees: &[14, 18],
    rule: "Whoever holds seats was admitted before, in person, through the queue of that sale.",
    over: "reservation.reservations",
    running: None,
    sql: "SELECT format('reservation %s of user %s at %s: its pass %s is of user %s, in queue %s, admitted %s', \
                        reservation_id, reservations.user_id, created_at, pass_id, \
                        coalesce(entries.user_id::text, 'nobody'), coalesce(entries.queue_id::text, 'none'), \
                        coalesce(admitted_at::text, 'never')) \
          FROM reservation.reservations AS reservations JOIN reservation.sales AS sales USING (schedule_id) \
          LEFT JOIN queue.entries AS entries ON entry_id = pass_id \
          WHERE NOT coalesce(entries.user_id = reservations.user_id AND entries.queue_id = sales.queue_id \
                             AND admitted_at <= created_at, false)",
};

const STOCK_IS_THE_PLAN: Check = Check {
    name: "stock_is_the_plan",
    guarantees: &[2],
    rule: "The seats that are sold of a performance are those of its plan, at its prices.",
    over: "concert.seats",
    running: None,
    // A draft is stored, then handed to the stock whole, then shown: the stock may be ahead of what fans see.
    sql: "SELECT format('schedule %s: published, and not in stock', schedule_id) FROM concert.schedules \
          WHERE state = 'published' \
            AND NOT EXISTS (SELECT FROM reservation.sales WHERE sales.schedule_id = schedules.schedule_id) \
          UNION ALL \
          SELECT format('seat %s of schedule %s: planned as number %s in %s for %s, in stock as number %s in %s for %s', \
                        seat_id, coalesce(planned.schedule_id, stock.schedule_id), planned.number, planned.section, \
                        planned.price, stock.number, stock.section, stock.price) \
          FROM (SELECT * FROM concert.seats WHERE schedule_id IN (SELECT schedule_id FROM reservation.sales)) AS planned \
          FULL JOIN reservation.seats AS stock USING (seat_id) \
          WHERE (planned.schedule_id, planned.number, planned.section, planned.row_number, planned.price) \
                IS DISTINCT FROM (stock.schedule_id, stock.number, stock.section, stock.row_number, stock.price)",
};
