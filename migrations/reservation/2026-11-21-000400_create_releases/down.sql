DROP INDEX reservations_of_schedule;
DROP TABLE releases;
