DROP INDEX outbox_yielded_slots;
