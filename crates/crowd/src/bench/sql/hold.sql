-- One hold in one statement: the seat is claimed, and the reservation inserted from it. Each client has seats of its own.
\set n :n + 1
\set seat :base + :client_id * :each + :n
\set fan :seat / 8
WITH claimed AS (
    UPDATE yardstick.seats
    SET status = 'held', reservation_id = gen_random_uuid(), held_until = now() + interval '7200 seconds',
        changed_in = reservation.this_version()
    WHERE seat_id = yardstick.id(:seat) AND (status = 'available' OR (status = 'held' AND held_until <= now()))
    RETURNING seat_id, schedule_id, reservation_id, price, held_until
)
INSERT INTO yardstick.reservations (reservation_id, schedule_id, user_id, pass_id, seat_ids, amount, status, created_at,
                                    held_until, seat_limit)
SELECT reservation_id, schedule_id, yardstick.id(:fan), yardstick.id(:fan), ARRAY[seat_id], price, 'held', now(),
       held_until, 4
FROM claimed;
