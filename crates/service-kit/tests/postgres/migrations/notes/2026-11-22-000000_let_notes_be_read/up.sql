ALTER TABLE notes ADD COLUMN read_at timestamptz;
