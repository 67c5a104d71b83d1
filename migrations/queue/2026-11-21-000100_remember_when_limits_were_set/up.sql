-- A limit says nothing about those who were let in before it was set. Whoever changes one, a service, its settings or a
-- hand in the database, it is noted when, under the lock of the queue's row as every admission is.
ALTER TABLE queues ADD COLUMN limits_since timestamptz NOT NULL DEFAULT clock_timestamp();

CREATE FUNCTION note_new_limits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.limits_since := clock_timestamp();
    RETURN NEW;
END
$$;
CREATE TRIGGER queues_limits BEFORE UPDATE ON queues FOR EACH ROW
    WHEN ((OLD.max_active, OLD.admit_per_minute) IS DISTINCT FROM (NEW.max_active, NEW.admit_per_minute))
    EXECUTE FUNCTION note_new_limits();
