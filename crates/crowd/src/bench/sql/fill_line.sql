-- A line of fans that nobody has to join one by one; the known ones among them are real users.
INSERT INTO queue.entries (entry_id, queue_id, user_id, sequence, state, joined_at)
SELECT gen_random_uuid(), :queue, coalesce(known.user_id, gen_random_uuid()), place, 'waiting', now()
FROM generate_series(1, :waiting) AS place LEFT JOIN (VALUES :known) AS known (place, user_id) USING (place);
UPDATE queue.queues SET last_sequence = :waiting WHERE queue_id = :queue;
