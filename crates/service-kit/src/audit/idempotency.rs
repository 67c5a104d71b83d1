use super::Check;

/// For every service that honours keys, in its own schema. That a repetition is answered byte for byte is shown by
/// tests; here only that none is kept from its answer.
pub const IDEMPOTENCY_KEYS: Check = Check {
    name: "idempotency_keys_answer_or_can_be_claimed",
    guarantees: &[9],
    rule: "A key has a whole answer or none, and nobody is at it for longer than a claim lasts.",
    over: "idempotency_keys",
    running: None,
    // A claim lasts 10 s: `idempotency::LEASE_SECONDS`.
    sql: "SELECT format('key %s of user %s: claimed until %s, answer status %s', word, user_id, claimed_until, \
                        coalesce(answer_status::text, 'none')) \
          FROM idempotency_keys \
          WHERE num_nulls(answer_status, answer_content_type, answer_body) NOT IN (0, 3) \
             OR claimed_until > statement_timestamp() + interval '10 seconds'",
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::idempotency::LEASE_SECONDS;

    #[test]
    fn the_check_knows_how_long_a_claim_lasts() {
        assert!(IDEMPOTENCY_KEYS.sql.contains(&format!("interval '{LEASE_SECONDS} seconds'")));
    }
}
