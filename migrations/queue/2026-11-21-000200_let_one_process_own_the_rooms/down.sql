ALTER TABLE entries DROP COLUMN passed_over_at;
DROP TABLE room_owner;
