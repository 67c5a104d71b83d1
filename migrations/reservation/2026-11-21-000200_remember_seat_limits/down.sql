ALTER TABLE reservations DROP COLUMN seat_limit;
