-- The seats of a performance that one fan was allowed when this hold was placed: a setting, which may be another today.
-- Null: the hold is older than this column.
ALTER TABLE reservations ADD COLUMN seat_limit int CHECK (seat_limit > 0);
