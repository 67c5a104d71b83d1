-- One place in line, as queue-service writes it. The number is a sequence's, which has gaps and no order of commits;
-- nobody's identity is checked.
INSERT INTO yardstick.entries (entry_id, queue_id, user_id, sequence, state, joined_at)
VALUES (gen_random_uuid(), '01900000-0000-7000-8000-0000000000c1', gen_random_uuid(), nextval('yardstick.line'),
        'waiting', now());
