-- What every purchase starts from: a seat on sale, a wallet with its price in it, and a fan inside.
INSERT INTO yardstick.sales SELECT * FROM reservation.sales LIMIT 1;
INSERT INTO yardstick.seats (seat_id, schedule_id, number, section, row_number, price)
    SELECT yardstick.id(number), schedule_id, number, 'Section 1', 1, 10000
    FROM yardstick.sales, generate_series(1, :many) AS number;
INSERT INTO yardstick.wallets (user_id, name, balance)
    SELECT yardstick.id(number), 'Fan ' || number, 10000 FROM generate_series(1, :many) AS number;
INSERT INTO yardstick.queues SELECT * FROM queue.queues WHERE queue_id = '01900000-0000-7000-8000-000000000001';
INSERT INTO yardstick.entries (entry_id, queue_id, user_id, sequence, state, joined_at, admitted_at, expires_at)
    SELECT yardstick.id(number), queue_id, yardstick.id(number), number, 'admitted', now(), now(),
           date_trunc('second', now() + interval '1 day')
    FROM yardstick.queues, generate_series(1, :many) AS number;
VACUUM ANALYZE yardstick.seats, yardstick.wallets, yardstick.entries;
