-- Users and what they have to spend.
CREATE TABLE wallets (
    user_id    uuid PRIMARY KEY,
    name       text NOT NULL,
    balance    bigint NOT NULL DEFAULT 0 CHECK (balance >= 0),
    created_at timestamptz NOT NULL DEFAULT now()
);

-- Top-ups. `touched_at` is when somebody last took it up, so that recovery leaves the live ones alone.
CREATE TABLE charges (
    charge_id      uuid PRIMARY KEY,
    user_id        uuid NOT NULL REFERENCES wallets,
    amount         bigint NOT NULL CHECK (amount > 0),
    state          text NOT NULL CHECK (state IN ('pending', 'captured', 'declined', 'cancelled')),
    balance_after  bigint CHECK (balance_after >= 0),
    decline_reason text,
    created_at     timestamptz NOT NULL,
    touched_at     timestamptz NOT NULL,
    CHECK ((state = 'captured') = (balance_after IS NOT NULL)),
    CHECK ((state = 'declined') = (decline_reason IS NOT NULL))
);
CREATE INDEX charges_pending ON charges (created_at) WHERE state = 'pending';

-- One row per payment id that was ever acted upon: the debit, or the tombstone that keeps one from happening.
-- No reference to wallets: a user without one has nothing to take, and that answer is final too.
CREATE TABLE debits (
    payment_id uuid PRIMARY KEY,
    state      text NOT NULL CHECK (state IN ('captured', 'declined', 'voided', 'refunded')),
    user_id    uuid,
    amount     bigint CHECK (amount > 0),
    balance    bigint CHECK (balance >= 0),
    created_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((state = 'voided') = (user_id IS NULL)),
    CHECK ((user_id IS NULL) = (amount IS NULL)),
    CHECK ((user_id IS NULL) = (balance IS NULL))
);

-- The journal: an entry is all lines with its id, and they sum to zero. Only wallets carry a running balance; a
-- balance on the accounts that every entry touches would make every payment wait for every other.
CREATE TABLE journal_lines (
    entry_id      uuid NOT NULL,
    account       text NOT NULL CHECK (account IN ('wallet', 'provider', 'sales')),
    user_id       uuid REFERENCES wallets,
    amount        bigint NOT NULL CHECK (amount <> 0),
    balance_after bigint CHECK (balance_after >= 0),
    reason        text NOT NULL CHECK (reason IN ('charge', 'payment', 'refund')),
    reference     uuid NOT NULL,
    created_at    timestamptz NOT NULL,
    -- Handed out under the wallet's lock, so within one wallet it is the order of events on any clock.
    position      bigint GENERATED ALWAYS AS IDENTITY,
    PRIMARY KEY (entry_id, account),
    CHECK ((account = 'wallet') = (user_id IS NOT NULL)),
    CHECK ((account = 'wallet') = (balance_after IS NOT NULL))
);
-- Statements are read newest first.
CREATE INDEX journal_lines_of_user ON journal_lines (user_id, position DESC) WHERE user_id IS NOT NULL;
-- The same charge, payment or refund is never posted twice.
CREATE UNIQUE INDEX journal_lines_once ON journal_lines (reason, reference, account);
