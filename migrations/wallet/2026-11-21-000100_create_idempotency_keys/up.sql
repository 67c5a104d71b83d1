-- Keys that clients gave, and the first answer to each. Read by service-kit; every service that honours keys has it.
CREATE TABLE idempotency_keys (
    user_id             uuid NOT NULL,
    word                text NOT NULL,
    fingerprint         bytea NOT NULL CHECK (length(fingerprint) = 32),
    made_id             uuid NOT NULL,
    created_at          timestamptz NOT NULL,
    claimed_until       timestamptz NOT NULL,
    answer_status       int CHECK (answer_status BETWEEN 200 AND 499),
    answer_content_type text,
    answer_location     text,
    answer_body         bytea,
    PRIMARY KEY (user_id, word),
    CHECK ((answer_status IS NULL) = (answer_body IS NULL)),
    CHECK ((answer_status IS NULL) = (answer_content_type IS NULL))
);
CREATE INDEX idempotency_keys_old ON idempotency_keys (created_at);
