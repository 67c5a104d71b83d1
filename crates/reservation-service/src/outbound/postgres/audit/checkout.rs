use service_kit::audit::{Check, Running};

pub const SOLD_IS_PAID_ONCE: Check = Check {
    name: "sold_is_paid_once",
    guarantees: &[7],
    rule: "A confirmed reservation has exactly one captured payment, of its price.",
    over: "reservations",
    running: None,
    sql: "SELECT format('reservation %s: confirmed for %s, with %s captured payments of %s', reservation_id, \
                        reservations.amount, count(captured.payment_id), coalesce(sum(captured.amount), 0)) \
          FROM reservations \
          LEFT JOIN (SELECT * FROM payments WHERE state = 'captured') AS captured USING (reservation_id) \
          WHERE status = 'confirmed' \
          GROUP BY reservation_id \
          HAVING count(captured.payment_id) <> 1 OR sum(captured.amount) <> reservations.amount",
};

pub const PAYMENTS_MATCH_THEIR_RESERVATION: Check = Check {
    name: "payments_match_their_reservation",
    guarantees: &[5, 7, 8],
    rule: "A payment under way has its reservation being paid, a captured one confirmed, one that is given back \
           cancelled, and one that came to nothing has none.",
    over: "payments",
    running: None,
    sql: "SELECT format('payment %s is %s, %s from user %s: reservation %s is %s, %s for user %s, with payment %s', \
                        payments.payment_id, state, payments.amount, payments.user_id, reservation_id, \
                        coalesce(status, 'not there'), reservations.amount, reservations.user_id, \
                        coalesce(reservations.payment_id::text, 'none')) \
          FROM payments LEFT JOIN reservations USING (reservation_id) \
          WHERE NOT coalesce( \
                  payments.amount = reservations.amount AND payments.user_id = reservations.user_id \
                  AND (reservations.payment_id IS NOT DISTINCT FROM payments.payment_id) \
                      = (state NOT IN ('declined', 'voided')) \
                  AND CASE \
                      WHEN state IN ('debiting', 'voiding') THEN status = 'paying' \
                      WHEN state = 'captured' THEN status = 'confirmed' \
                      WHEN state IN ('refunding', 'refunded') THEN status = 'cancelled' \
                      ELSE state IN ('declined', 'voided') END, \
                  false)",
};

pub const RESERVATIONS_MATCH_THEIR_PAYMENT: Check = Check {
    name: "reservations_match_their_payment",
    guarantees: &[5, 7],
    rule: "A reservation that is being paid, confirmed or cancelled names the payment of its own that made it so.",
    over: "reservations",
    running: None,
    sql: "SELECT format('reservation %s is %s: payment %s is %s, for reservation %s', reservations.reservation_id, \
                        status, coalesce(payment_id::text, 'none'), coalesce(state, 'not there'), \
                        coalesce(payments.reservation_id::text, 'none')) \
          FROM reservations LEFT JOIN payments USING (payment_id) \
          WHERE (payment_id IS NOT NULL OR status IN ('paying', 'confirmed', 'cancelled')) \
            AND NOT coalesce( \
                  payments.reservation_id = reservations.reservation_id \
                  AND CASE status \
                      WHEN 'paying' THEN state IN ('debiting', 'voiding') \
                      WHEN 'confirmed' THEN state = 'captured' \
                      WHEN 'cancelled' THEN state IN ('refunding', 'refunded') \
                      ELSE false END, \
                  false)",
};

pub const PAYMENTS_ARE_DRIVEN: Check = Check {
    name: "payments_are_driven",
    guarantees: &[8, 10],
    rule: "Somebody drives a payment that has not ended: its lease has not lapsed for longer than 30 s.",
    over: "payments",
    running: Some(Running { schemas: &["reservation"], seconds: 30 }),
    sql: "SELECT format('payment %s of reservation %s: %s since %s, nobody has driven it since its lease of %s', \
                        payment_id, reservation_id, state, created_at, lease_until) \
          FROM payments \
          WHERE state IN ('debiting', 'voiding', 'refunding') \
            AND lease_until < statement_timestamp() - interval '30 seconds'",
};

pub const EVENTS_ARE_CARRIED: Check = Check {
    name: "events_are_carried",
    guarantees: &[13],
    rule: "Somebody tries to deliver the events that wait, the oldest first.",
    over: "outbox",
    running: Some(Running { schemas: &["reservation"], seconds: 30 }),
    // A long line is worked off from its head, however long its tail has to wait.
    sql: "SELECT format('event %s (%s of pass %s): waiting since %s, last tried %s', \
                        event_id, kind, pass_id, created_at, claimed_until) \
          FROM (SELECT * FROM outbox ORDER BY created_at LIMIT 1) AS head \
          WHERE greatest(created_at, claimed_until) < statement_timestamp() - interval '30 seconds'",
};
