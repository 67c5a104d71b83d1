-- A new hold withdraws the yielded slots of its pass, however many events wait while the queue is out of reach.
CREATE INDEX outbox_yielded_slots ON outbox (pass_id) WHERE kind = 'slot_yielded';
