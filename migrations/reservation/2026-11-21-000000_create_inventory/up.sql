-- The terms under which a performance is sold.
CREATE TABLE sales (
    schedule_id    uuid PRIMARY KEY,
    concert_id     uuid NOT NULL,
    queue_id       uuid NOT NULL,
    starts_at      timestamptz NOT NULL,
    sales_open_at  timestamptz NOT NULL,
    sales_close_at timestamptz NOT NULL CHECK (sales_close_at > sales_open_at)
);

-- The transaction that writes. A seat remembers the last one that changed it, and a reader who starts again at the
-- oldest transaction that was still running misses nothing, in whatever order transactions commit.
CREATE FUNCTION this_version() RETURNS bigint LANGUAGE sql AS 'SELECT pg_current_xact_id()::text::bigint';
CREATE FUNCTION settled_version() RETURNS bigint LANGUAGE sql AS 'SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint';

-- The stock. A seat has one row, so it has one owner. `held_until` is null while the hold is being paid for.
CREATE TABLE seats (
    seat_id        uuid PRIMARY KEY,
    schedule_id    uuid NOT NULL REFERENCES sales,
    number         int NOT NULL CHECK (number > 0),
    section        text NOT NULL,
    row_number     int NOT NULL CHECK (row_number > 0),
    price          bigint NOT NULL CHECK (price > 0),
    status         text NOT NULL DEFAULT 'available' CHECK (status IN ('available', 'held', 'sold', 'blocked')),
    reservation_id uuid,
    held_until     timestamptz,
    changed_in     bigint NOT NULL DEFAULT this_version(),
    UNIQUE (schedule_id, number),
    CHECK ((status IN ('held', 'sold')) = (reservation_id IS NOT NULL)),
    CHECK (status = 'held' OR held_until IS NULL)
);
CREATE INDEX seats_changed ON seats (schedule_id, changed_in);

CREATE TABLE reservations (
    reservation_id uuid PRIMARY KEY,
    schedule_id    uuid NOT NULL REFERENCES sales,
    user_id        uuid NOT NULL,
    pass_id        uuid NOT NULL,
    seat_ids       uuid[] NOT NULL CHECK (cardinality(seat_ids) > 0),
    amount         bigint NOT NULL CHECK (amount > 0),
    status         text NOT NULL CHECK (status IN ('held', 'paying', 'confirmed', 'released', 'expired', 'cancelled')),
    payment_id     uuid,
    created_at     timestamptz NOT NULL,
    held_until     timestamptz NOT NULL,
    CHECK ((status IN ('paying', 'confirmed', 'cancelled')) = (payment_id IS NOT NULL))
);
CREATE INDEX reservations_of_user ON reservations (user_id, reservation_id DESC);
CREATE INDEX reservations_held ON reservations (held_until) WHERE status = 'held';
CREATE INDEX reservations_of_pass ON reservations (pass_id) WHERE status IN ('held', 'paying', 'confirmed');

-- The checkout saga's journal. `fence` counts its drivers; only the present one may write.
CREATE TABLE payments (
    payment_id     uuid PRIMARY KEY,
    reservation_id uuid NOT NULL REFERENCES reservations,
    user_id        uuid NOT NULL,
    pass_id        uuid NOT NULL,
    amount         bigint NOT NULL CHECK (amount > 0),
    state          text NOT NULL CHECK (state IN ('debiting', 'voiding', 'captured', 'declined', 'voided', 'refunding', 'refunded')),
    balance        bigint CHECK (balance >= 0),
    ended_at       timestamptz,
    fence          bigint NOT NULL CHECK (fence > 0),
    lease_until    timestamptz NOT NULL,
    created_at     timestamptz NOT NULL,
    CHECK ((state IN ('captured', 'declined')) = (balance IS NOT NULL)),
    CHECK ((state IN ('captured', 'refunded')) = (ended_at IS NOT NULL))
);
CREATE INDEX payments_of_reservation ON payments (reservation_id);
CREATE INDEX payments_unrested ON payments (lease_until) WHERE state IN ('debiting', 'voiding', 'refunding');
-- At most one payment of a reservation is under way or has been taken.
CREATE UNIQUE INDEX payments_live ON payments (reservation_id) WHERE state IN ('debiting', 'voiding', 'captured');

CREATE TABLE tickets (
    ticket_id      uuid PRIMARY KEY,
    reservation_id uuid NOT NULL REFERENCES reservations,
    seat_id        uuid NOT NULL REFERENCES seats,
    number         int NOT NULL
);
CREATE INDEX tickets_of_reservation ON tickets (reservation_id);
-- A seat has one valid ticket: those of a cancelled reservation are taken out.
CREATE UNIQUE INDEX tickets_once ON tickets (seat_id);

-- Events on their way to other services; a delivered one is gone.
CREATE TABLE outbox (
    event_id      uuid PRIMARY KEY,
    kind          text NOT NULL CHECK (kind IN ('pass_finished', 'slot_yielded')),
    pass_id       uuid NOT NULL,
    created_at    timestamptz NOT NULL DEFAULT now(),
    claimed_until timestamptz NOT NULL DEFAULT '-infinity'
);
CREATE INDEX outbox_due ON outbox (claimed_until);
