-- A schema in which a yardstick writes rows as the services do: the same columns, defaults, checks, indexes and foreign
-- keys, because they are copied from the services' tables.
DROP SCHEMA IF EXISTS yardstick CASCADE;
CREATE SCHEMA yardstick;

-- Ids that a script can count, since pgbench has no UUIDs.
CREATE FUNCTION yardstick.id(number bigint) RETURNS uuid LANGUAGE sql IMMUTABLE
    AS 'SELECT lpad(to_hex(number), 32, ''0'')::uuid';

CREATE FUNCTION yardstick.copy_table(source text, name text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    foreign_keys text[];
    foreign_key  text;
BEGIN
    EXECUTE format('CREATE TABLE yardstick.%I (LIKE %I.%I INCLUDING ALL)', name, source, name);
    -- A definition names its table without a schema where the schema is on the path.
    PERFORM set_config('search_path', source, true);
    SELECT array_agg(pg_get_constraintdef(oid)) INTO foreign_keys FROM pg_constraint
        WHERE conrelid = format('%I.%I', source, name)::regclass AND contype = 'f';
    PERFORM set_config('search_path', 'yardstick', true);
    FOREACH foreign_key IN ARRAY coalesce(foreign_keys, '{}') LOOP
        EXECUTE format('ALTER TABLE yardstick.%I ADD %s', name, foreign_key);
    END LOOP;
END
$$;
