-- Holds that an operator took from their fans: who, when and why, for ever.
CREATE TABLE releases (
    release_id     uuid PRIMARY KEY,
    -- What is released is not released again.
    reservation_id uuid NOT NULL UNIQUE REFERENCES reservations,
    reason         text NOT NULL CHECK (char_length(reason) BETWEEN 1 AND 200),
    released_by    uuid NOT NULL,
    released_at    timestamptz NOT NULL
);
-- Nobody who serves requests can change or forget one.
REVOKE UPDATE, DELETE, TRUNCATE ON releases FROM CURRENT_USER;

-- How a performance sells is asked every few seconds, and its reservations are listed oldest first. Ids rise with time, so
-- a new one goes to the end of its performance.
CREATE INDEX reservations_of_schedule ON reservations (schedule_id, reservation_id);
