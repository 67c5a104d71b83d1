-- One purchase in one transaction: the rows that three services write for it, without what keeps three services in
-- step (no saga's states in between, no outbox, no revocation of the pass under its counter's lock).
\set n :n + 1
\set id :base + :client_id * :each + :n
BEGIN;
UPDATE yardstick.seats
    SET status = 'held', reservation_id = yardstick.id(:id), held_until = now() + interval '7200 seconds',
        changed_in = reservation.this_version()
    WHERE seat_id = yardstick.id(:id) AND (status = 'available' OR (status = 'held' AND held_until <= now()));
INSERT INTO yardstick.reservations (reservation_id, schedule_id, user_id, pass_id, seat_ids, amount, status, created_at,
                                    held_until, seat_limit)
    SELECT reservation_id, schedule_id, yardstick.id(:id), yardstick.id(:id), ARRAY[seat_id], price, 'held', now(),
           held_until, 4
    FROM yardstick.seats WHERE seat_id = yardstick.id(:id);
INSERT INTO yardstick.debits (payment_id, state, user_id, amount, balance)
    SELECT yardstick.id(:id), 'captured', user_id, 10000, balance - 10000
    FROM yardstick.wallets WHERE user_id = yardstick.id(:id) FOR UPDATE;
UPDATE yardstick.wallets SET balance = balance - 10000 WHERE user_id = yardstick.id(:id);
INSERT INTO yardstick.journal_lines (entry_id, account, user_id, amount, balance_after, reason, reference, created_at)
    VALUES (yardstick.id(:id), 'wallet', yardstick.id(:id), -10000, 0, 'payment', yardstick.id(:id), now()),
           (yardstick.id(:id), 'sales', NULL, 10000, NULL, 'payment', yardstick.id(:id), now());
INSERT INTO yardstick.payments (payment_id, reservation_id, user_id, pass_id, amount, state, balance, ended_at, fence,
                                lease_until, created_at)
    VALUES (yardstick.id(:id), yardstick.id(:id), yardstick.id(:id), yardstick.id(:id), 10000, 'captured', 0, now(), 1,
            now(), now());
UPDATE yardstick.reservations SET status = 'confirmed', payment_id = yardstick.id(:id)
    WHERE reservation_id = yardstick.id(:id);
INSERT INTO yardstick.tickets (ticket_id, reservation_id, seat_id, number)
    VALUES (yardstick.id(:id), yardstick.id(:id), yardstick.id(:id), :id);
UPDATE yardstick.seats SET status = 'sold', held_until = NULL, changed_in = reservation.this_version()
    WHERE seat_id = yardstick.id(:id);
UPDATE yardstick.entries SET state = 'done' WHERE entry_id = yardstick.id(:id) AND state = 'admitted';
END;
