-- Waiting rooms. Whoever locks a row here is alone in that queue: places are given out and slots filled one command
-- at a time, so that no number is given twice and no limit is passed.
CREATE TABLE queues (
    queue_id         uuid PRIMARY KEY,
    name             text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 100),
    state            text NOT NULL CHECK (state IN ('open', 'paused', 'draining', 'closed')),
    max_active       int NOT NULL CHECK (max_active BETWEEN 0 AND 1000000),
    admit_per_minute int CHECK (admit_per_minute BETWEEN 1 AND 1000000),
    pass_ttl_seconds int NOT NULL CHECK (pass_ttl_seconds BETWEEN 1 AND 86400),
    -- Until an operator has set a limit, all of them are those of the service's settings.
    limits_are_set   boolean NOT NULL,
    last_sequence    bigint NOT NULL DEFAULT 0 CHECK (last_sequence >= 0),
    created_at       timestamptz NOT NULL DEFAULT now()
);

-- Every place there ever was. An admission past `expires_at` has ended, whether or not its row says so yet.
CREATE TABLE entries (
    entry_id    uuid PRIMARY KEY,
    queue_id    uuid NOT NULL REFERENCES queues,
    user_id     uuid NOT NULL,
    sequence    bigint NOT NULL CHECK (sequence > 0),
    state       text NOT NULL CHECK (state IN ('waiting', 'admitted', 'done', 'expired')),
    joined_at   timestamptz NOT NULL,
    admitted_at timestamptz,
    expires_at  timestamptz CHECK (expires_at > admitted_at AND expires_at = date_trunc('second', expires_at)),
    -- The place of a pass that ended early in the order of revocations.
    revocation  bigint CHECK (revocation > 0),
    CHECK ((admitted_at IS NULL) = (expires_at IS NULL)),
    CHECK (state <> 'waiting' OR admitted_at IS NULL),
    CHECK (state NOT IN ('admitted', 'done') OR admitted_at IS NOT NULL),
    CHECK (revocation IS NULL OR (admitted_at IS NOT NULL AND state IN ('done', 'expired')))
);
-- First come first served, and no place twice.
CREATE UNIQUE INDEX entries_in_order ON entries (queue_id, sequence);
-- One live place per user and queue.
CREATE UNIQUE INDEX entries_live ON entries (queue_id, user_id) WHERE state IN ('waiting', 'admitted');
-- Who is in front, and who is next.
CREATE INDEX entries_waiting ON entries (queue_id, sequence) WHERE state = 'waiting';
-- Who is inside, and whose time is up.
CREATE INDEX entries_admitted ON entries (queue_id, expires_at) WHERE state = 'admitted';
-- Admissions within the last minute.
CREATE INDEX entries_admissions ON entries (queue_id, admitted_at) WHERE admitted_at IS NOT NULL;
-- Passes that ended early, behind a version.
CREATE UNIQUE INDEX entries_revoked ON entries (revocation) WHERE revocation IS NOT NULL;

-- The last version of a revocation that was given out. A transaction that revokes locks this row until it commits, so
-- a lower version never appears after a higher one was seen; a sequence would let that happen.
CREATE TABLE revocation_counter (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    version  bigint NOT NULL CHECK (version >= 0)
);
INSERT INTO revocation_counter (version) VALUES (0);
