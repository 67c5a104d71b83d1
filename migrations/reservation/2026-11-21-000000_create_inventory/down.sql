DROP TABLE outbox;
DROP TABLE tickets;
DROP TABLE payments;
DROP TABLE reservations;
DROP TABLE seats;
DROP FUNCTION settled_version();
DROP FUNCTION this_version();
DROP TABLE sales;
