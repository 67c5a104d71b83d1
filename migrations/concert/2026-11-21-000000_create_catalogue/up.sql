-- Concerts and the window in which their seats are sold. Ids are UUID v7, so their order is that of their making.
CREATE TABLE concerts (
    concert_id     uuid PRIMARY KEY,
    title          text NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    venue          text NOT NULL CHECK (length(venue) BETWEEN 1 AND 200),
    queue_id       uuid NOT NULL,
    sales_open_at  timestamptz NOT NULL,
    sales_close_at timestamptz NOT NULL,
    CHECK (sales_close_at > sales_open_at)
);

-- Performances. A draft is shown to nobody; the inventory may have its seats already.
CREATE TABLE schedules (
    schedule_id uuid PRIMARY KEY,
    concert_id  uuid NOT NULL REFERENCES concerts,
    starts_at   timestamptz NOT NULL,
    state       text NOT NULL CHECK (state IN ('draft', 'published')),
    UNIQUE (concert_id, starts_at)
);

-- Seats as planned; whose they are is the inventory's business.
CREATE TABLE seats (
    schedule_id uuid NOT NULL REFERENCES schedules,
    number      int NOT NULL CHECK (number > 0),
    seat_id     uuid NOT NULL UNIQUE,
    section     text NOT NULL CHECK (length(section) BETWEEN 1 AND 80),
    row_number  int NOT NULL CHECK (row_number > 0),
    x           int NOT NULL,
    y           int NOT NULL,
    price       bigint NOT NULL CHECK (price BETWEEN 1 AND 1000000000000),
    PRIMARY KEY (schedule_id, number)
);
