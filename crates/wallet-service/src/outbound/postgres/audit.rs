//! What must always hold of the books.

use service_kit::audit::{Check, IDEMPOTENCY_KEYS, Running};

pub const CHECKS: &[Check] = &[
    ENTRIES_SUM_TO_ZERO,
    BALANCES_ARE_THE_SUM_OF_THEIR_LINES,
    BALANCES_ARE_NOT_NEGATIVE,
    STATEMENTS_ADD_UP,
    MOVEMENTS_ARE_POSTED_ONCE,
    TAKEN_PAYMENTS_ARE_POSTED,
    REFUNDS_GIVE_BACK_WHAT_WAS_TAKEN,
    CAPTURED_CHARGES_ARE_POSTED,
    CHARGES_ARE_DRIVEN,
    IDEMPOTENCY_KEYS,
];

const ENTRIES_SUM_TO_ZERO: Check = Check {
    name: "entries_sum_to_zero",
    guarantees: &[3],
    rule: "The lines of every journal entry sum to zero.",
    over: "journal_lines",
    running: None,
    sql: "SELECT format('entry %s: its %s lines sum to %s', entry_id, count(*), sum(amount)) \
          FROM journal_lines GROUP BY entry_id HAVING sum(amount) <> 0",
};

const BALANCES_ARE_THE_SUM_OF_THEIR_LINES: Check = Check {
    name: "balances_are_the_sum_of_their_lines",
    guarantees: &[4],
    rule: "A balance is the sum of the wallet's journal lines.",
    over: "wallets",
    running: None,
    sql: "SELECT format('wallet %s: its balance is %s, its lines sum to %s', user_id, balance, coalesce(total, 0)) \
          FROM wallets \
          LEFT JOIN (SELECT user_id, sum(amount) AS total FROM journal_lines WHERE user_id IS NOT NULL \
                     GROUP BY user_id) AS lines USING (user_id) \
          WHERE balance <> coalesce(total, 0)",
};

const BALANCES_ARE_NOT_NEGATIVE: Check = Check {
    name: "balances_are_not_negative",
    guarantees: &[4],
    rule: "No balance is or ever was negative.",
    over: "wallets",
    running: None,
    sql: "SELECT format('wallet %s: its balance is %s', user_id, balance) FROM wallets WHERE balance < 0 \
          UNION ALL \
          SELECT format('entry %s of wallet %s: the balance after it is %s', entry_id, user_id, balance_after) \
          FROM journal_lines WHERE balance_after < 0",
};

const STATEMENTS_ADD_UP: Check = Check {
    name: "statements_add_up",
    guarantees: &[4],
    rule: "The balance after each line of a wallet is that after the line before it, and this line's amount.",
    over: "journal_lines",
    running: None,
    // Positions are handed out under the wallet's lock, so they are the order of events in every snapshot. Backwards,
    // as the index of statements has them.
    sql: "SELECT format('entry %s of wallet %s: %s on a balance of %s leaves %s', \
                        entry_id, user_id, amount, before, balance_after) \
          FROM (SELECT entry_id, user_id, amount, balance_after, \
                       coalesce(lead(balance_after) OVER (PARTITION BY user_id ORDER BY position DESC), 0) AS before \
                FROM journal_lines WHERE user_id IS NOT NULL) AS lines \
          WHERE balance_after IS DISTINCT FROM before + amount",
};

const MOVEMENTS_ARE_POSTED_ONCE: Check = Check {
    name: "movements_are_posted_once",
    guarantees: &[5, 6, 9],
    rule: "A top-up, payment or refund moves a wallet's money once.",
    over: "journal_lines",
    running: None,
    sql: "SELECT format('%s %s: %s lines on wallets', reason, reference, count(*)) \
          FROM journal_lines WHERE user_id IS NOT NULL GROUP BY reason, reference HAVING count(*) > 1",
};

const TAKEN_PAYMENTS_ARE_POSTED: Check = Check {
    name: "taken_payments_are_posted",
    guarantees: &[5, 9],
    rule: "A payment that was taken has a journal entry of its amount, and every other has none.",
    over: "debits",
    running: None,
    sql: "SELECT format('payment %s: recorded as %s of %s from user %s; entry %s takes %s from user %s', \
                        coalesce(payment_id, reference), coalesce(state, 'nothing'), debits.amount, debits.user_id, \
                        coalesce(entry_id::text, 'none'), -lines.amount, lines.user_id) \
          FROM debits \
          FULL JOIN (SELECT * FROM journal_lines WHERE reason = 'payment' AND user_id IS NOT NULL) AS lines \
            ON reference = payment_id \
          WHERE coalesce(state IN ('captured', 'refunded'), false) <> (entry_id IS NOT NULL) \
             OR -lines.amount <> debits.amount OR lines.user_id <> debits.user_id",
};

const REFUNDS_GIVE_BACK_WHAT_WAS_TAKEN: Check = Check {
    name: "refunds_give_back_what_was_taken",
    guarantees: &[6, 8],
    rule: "A refunded payment has a journal entry that gives its amount back, and every other has none.",
    over: "debits",
    running: None,
    sql: "SELECT format('payment %s: recorded as %s of %s from user %s; entry %s gives %s back to user %s', \
                        coalesce(payment_id, reference), coalesce(state, 'nothing'), debits.amount, debits.user_id, \
                        coalesce(entry_id::text, 'none'), lines.amount, lines.user_id) \
          FROM debits \
          FULL JOIN (SELECT * FROM journal_lines WHERE reason = 'refund' AND user_id IS NOT NULL) AS lines \
            ON reference = payment_id \
          WHERE coalesce(state = 'refunded', false) <> (entry_id IS NOT NULL) \
             OR lines.amount <> debits.amount OR lines.user_id <> debits.user_id",
};

const CAPTURED_CHARGES_ARE_POSTED: Check = Check {
    name: "captured_charges_are_posted",
    guarantees: &[9],
    rule: "A captured top-up has a journal entry of its amount, and every other has none.",
    over: "charges",
    running: None,
    sql: "SELECT format('charge %s: recorded as %s of %s for user %s; entry %s gives %s to user %s', \
                        coalesce(charge_id, reference), coalesce(state, 'nothing'), charges.amount, charges.user_id, \
                        coalesce(entry_id::text, 'none'), lines.amount, lines.user_id) \
          FROM charges \
          FULL JOIN (SELECT * FROM journal_lines WHERE reason = 'charge' AND user_id IS NOT NULL) AS lines \
            ON reference = charge_id \
          WHERE coalesce(state = 'captured', false) <> (entry_id IS NOT NULL) \
             OR lines.amount <> charges.amount OR lines.user_id <> charges.user_id",
};

const CHARGES_ARE_DRIVEN: Check = Check {
    name: "charges_are_driven",
    guarantees: &[10],
    rule: "Somebody takes a pending top-up up, again and again, until it has ended.",
    over: "charges",
    running: Some(Running { schemas: &["wallet"], seconds: 30 }),
    // It is left alone for 10 s (`Cashier::STALLED_AFTER_SECONDS`), and then everything ends within 30.
    sql: "SELECT format('charge %s: pending since %s, last taken up %s', charge_id, created_at, touched_at) \
          FROM charges \
          WHERE state = 'pending' AND touched_at < statement_timestamp() - interval '40 seconds'",
};
