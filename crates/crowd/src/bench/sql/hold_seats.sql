-- One performance with all the seats that the rounds need, available. Their ids are their numbers.
INSERT INTO yardstick.sales SELECT * FROM reservation.sales LIMIT 1;
INSERT INTO yardstick.seats (seat_id, schedule_id, number, section, row_number, price)
    SELECT yardstick.id(number), schedule_id, number, 'Section 1', 1, 10000
    FROM yardstick.sales, generate_series(1, :seats) AS number;
VACUUM ANALYZE yardstick.seats;
