//! Each rule of stock and checkout, broken by hand, is seen by its check.

use reservation_service::ReservationService;
use service_kit::audit::Scope;
use test_kit::audit::{Broken, each_broken_rule_is_named};

use crate::hall::{Hall, PRICE};

/// Seats 1 and 2 are sold, 3 is held, 4 was given back, for 5 there was too little money, 6 was taken from its fan.
const BROKEN: [Broken; 23] = [
    Broken {
        check: "seats_have_one_claim",
        names: "SELECT seat_id FROM seats WHERE number = 1",
        by: "INSERT INTO reservations SELECT gen_random_uuid(), schedule_id, user_id, pass_id, seat_ids, amount, 'held', \
                    NULL, now(), now() + interval '1 minute' FROM reservations WHERE status = 'confirmed'",
    },
    Broken {
        check: "seats_add_up",
        names: "SELECT schedule_id FROM sales",
        by: "UPDATE seats SET status = 'lost' WHERE number = 10",
    },
    Broken {
        check: "seats_match_their_reservation",
        names: "SELECT seat_id FROM seats WHERE number = 3",
        by: "UPDATE seats SET held_until = held_until + interval '1 minute' WHERE number = 3",
    },
    Broken {
        check: "seats_match_their_reservation",
        names: "SELECT seat_id FROM seats WHERE number = 10",
        by: "UPDATE seats SET status = 'sold', \
                    reservation_id = (SELECT reservation_id FROM reservations WHERE status = 'cancelled') \
             WHERE number = 10",
    },
    Broken {
        check: "seats_match_their_reservation",
        names: "SELECT seat_id FROM seats WHERE number = 10",
        by: "UPDATE seats SET status = 'held', reservation_id = gen_random_uuid() WHERE number = 10",
    },
    Broken {
        check: "reservations_have_their_seats",
        names: "SELECT reservation_id FROM reservations WHERE status = 'confirmed'",
        by: "UPDATE seats SET status = 'available', reservation_id = NULL WHERE number = 2",
    },
    Broken {
        check: "reservations_have_their_seats",
        names: "SELECT reservation_id FROM seats WHERE number = 3",
        by: "UPDATE seats SET status = 'blocked', reservation_id = NULL, held_until = NULL WHERE number = 3",
    },
    Broken {
        check: "reservations_cost_what_their_seats_cost",
        names: "SELECT reservation_id FROM reservations WHERE status = 'confirmed'",
        by: "UPDATE seats SET price = price - 1 WHERE number = 1",
    },
    Broken {
        check: "reservations_cost_what_their_seats_cost",
        names: "SELECT reservation_id FROM reservations WHERE status = 'confirmed'",
        by: "UPDATE reservations SET seat_ids = seat_ids || gen_random_uuid() WHERE status = 'confirmed'",
    },
    Broken {
        check: "fans_stay_within_their_seat_limit",
        names: "SELECT user_id FROM reservations WHERE status = 'confirmed'",
        by: "UPDATE reservations SET seat_limit = 1 WHERE status = 'confirmed'",
    },
    Broken {
        check: "tickets_match_sold_seats",
        names: "SELECT seat_id FROM seats WHERE number = 1",
        by: "DELETE FROM tickets WHERE number = 1",
    },
    Broken {
        check: "tickets_match_sold_seats",
        names: "SELECT seat_id FROM seats WHERE number = 10",
        by: "INSERT INTO tickets SELECT gen_random_uuid(), reservation_id, \
                    (SELECT seat_id FROM seats WHERE number = 10), 10 FROM reservations WHERE status = 'confirmed'",
    },
    Broken {
        check: "tickets_match_sold_seats",
        names: "SELECT seat_id FROM seats WHERE number = 1",
        by: "INSERT INTO tickets SELECT gen_random_uuid(), reservation_id, seat_id, number FROM tickets WHERE number = 1",
    },
    Broken {
        check: "released_by_hand_is_released",
        names: "SELECT reservation_id FROM releases",
        by: "UPDATE reservations SET status = 'expired' WHERE status = 'released'",
    },
    Broken {
        check: "sold_is_paid_once",
        names: "SELECT reservation_id FROM reservations WHERE status = 'confirmed'",
        by: "UPDATE payments SET state = 'voided' WHERE state = 'captured'",
    },
    Broken {
        check: "sold_is_paid_once",
        names: "SELECT reservation_id FROM reservations WHERE status = 'confirmed'",
        by: "INSERT INTO payments SELECT gen_random_uuid(), reservation_id, user_id, pass_id, amount, state, balance, \
                    ended_at, fence, lease_until, created_at FROM payments WHERE state = 'captured'",
    },
    Broken {
        check: "payments_match_their_reservation",
        names: "SELECT payment_id FROM payments WHERE state = 'captured'",
        by: "UPDATE reservations SET status = 'released', payment_id = NULL WHERE status = 'confirmed'",
    },
    Broken {
        check: "payments_match_their_reservation",
        names: "SELECT payment_id FROM payments WHERE state = 'declined'",
        by: "UPDATE payments SET state = 'debiting' WHERE state = 'declined'",
    },
    Broken {
        check: "payments_match_their_reservation",
        names: "SELECT payment_id FROM payments WHERE state = 'captured'",
        by: "UPDATE payments SET amount = amount - 1 WHERE state = 'captured'",
    },
    Broken {
        check: "reservations_match_their_payment",
        names: "SELECT reservation_id FROM reservations WHERE status = 'confirmed'",
        by: "DELETE FROM payments WHERE state = 'captured'",
    },
    Broken {
        check: "payments_are_driven",
        names: "SELECT payment_id FROM payments WHERE state = 'declined'",
        by: "UPDATE payments SET state = 'voiding', lease_until = now() - interval '31 seconds' WHERE state = 'declined'",
    },
    Broken {
        check: "events_are_carried",
        names: "SELECT pass_id FROM reservations WHERE status = 'confirmed'",
        by: "INSERT INTO outbox SELECT gen_random_uuid(), 'pass_finished', pass_id, now() - interval '31 seconds' \
             FROM reservations WHERE status = 'confirmed'",
    },
    Broken {
        check: "idempotency_keys_answer_or_can_be_claimed",
        names: "SELECT 'stuck'",
        by: "INSERT INTO idempotency_keys (user_id, word, fingerprint, made_id, created_at, claimed_until) \
             VALUES (gen_random_uuid(), 'stuck', '', gen_random_uuid(), now(), 'infinity')",
    },
];

#[tokio::test(flavor = "multi_thread")]
async fn each_broken_rule_of_stock_and_checkout_is_named() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(10).await;
    let buyer = hall.fan_with(&sale, 2 * PRICE).await;
    hall.bought(&buyer, &sale, &[0, 1]).await;
    hall.held(&hall.fan(&sale), &sale, &[2]).await;
    let undecided = hall.fan_with(&sale, PRICE).await;
    let (given_back, _) = hall.bought(&undecided, &sale, &[3]).await;
    hall.give_up(&undecided, &given_back).await.expect(204);
    let poor = hall.fan_with(&sale, 1).await;
    let unpaid = hall.held(&poor, &sale, &[4]).await;
    hall.pay(&poor, &unpaid).send().await.problem(402, "insufficient_balance");
    let stuck = hall.held(&hall.fan(&sale), &sale, &[5]).await;
    hall.release(&stuck, "no answer from the fan").send().await.expect(200);

    let scopes = [Scope::of::<ReservationService>()];
    let url = hall.service.database().url("reservation");
    each_broken_rule_is_named(url, &scopes, &["reservation"], &BROKEN).await;
}
