-- One process keeps the rooms in memory and writes for all. Who takes them over raises the epoch; every transaction that
-- writes locks this row first and is refused where the epoch is not its own any more, so nobody ever writes from a memory
-- that another has made stale.
CREATE TABLE room_owner (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    epoch    bigint NOT NULL CHECK (epoch >= 0)
);
INSERT INTO room_owner (epoch) VALUES (0);

-- When a fan who had been silent too long was first passed over: from then on later ones may come in before.
ALTER TABLE entries ADD COLUMN passed_over_at timestamptz;
