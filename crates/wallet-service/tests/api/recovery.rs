//! Charges whose request died, or whose provider gave no answer, end by themselves.

use domain::adapters::sandbox::SandboxProvider;
use domain::wallet::{Cashier, Charge};

use crate::till::{Fan, NO_JOBS, Till, new_id, until};

const OFTEN: (&str, &str) = ("BOXOFFICE__WALLET__RECOVERY_INTERVAL_MS", "10");

impl Till {
    /// A charge whose request died `seconds` ago, before the provider was asked.
    async fn abandoned(&self, fan: &Fan, won: i64, seconds: i64) {
        self.execute(&format!(
            "INSERT INTO charges (charge_id, user_id, amount, state, created_at, touched_at) \
             SELECT '{}', '{}', {won}, 'pending', at, at FROM (SELECT now() - make_interval(secs => {seconds}) AS at) AS past",
            new_id(),
            fan.id
        ))
        .await;
    }

    async fn unanswered(&self, fan: &Fan, key: &str) {
        let reply = self.charge(fan, SandboxProvider::UNANSWERED).key(key).send().await;
        assert_eq!(reply.header("retry-after"), Some("1"));
        reply.problem(503, "unavailable");
    }

    async fn pass_time(&self, seconds: i64) {
        let age = format!("make_interval(secs => {seconds})");
        self.execute(&format!(
            "UPDATE charges SET created_at = created_at - {age}, touched_at = touched_at - {age}"
        ))
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_that_was_never_answered_is_given_up() {
    let till = Till::open_with(&[NO_JOBS]).await;
    let fan = till.fan().await;
    till.unanswered(&fan, "old").await;
    till.pass_time(Charge::GIVE_UP_AFTER_SECONDS).await;
    till.unanswered(&fan, "young").await;
    assert_eq!(till.count("charges WHERE state = 'pending'").await, 2);

    let _recovering = till.another(&[OFTEN]).await;
    until("the old one is given up", async || till.count("charges WHERE state = 'cancelled'").await == 1)
        .await;
    let old = till.charge(&fan, SandboxProvider::UNANSWERED).key("old").send().await;
    old.problem(402, "charge_declined");
    // The young one is left to its request, which may try again.
    till.unanswered(&fan, "young").await;
    assert_eq!((till.balance(&fan).await, till.entries(&fan).await.len()), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_whose_request_died_is_completed() {
    let till = Till::open_with(&[NO_JOBS]).await;
    let fan = till.fan().await;
    till.abandoned(&fan, 500, Cashier::STALLED_AFTER_SECONDS.into()).await;
    till.abandoned(&fan, SandboxProvider::DECLINED, Cashier::STALLED_AFTER_SECONDS.into()).await;
    let _recovering = till.another(&[OFTEN]).await;
    until("both have ended", async || till.count("charges WHERE state = 'pending'").await == 0).await;
    assert_eq!((till.balance(&fan).await, till.entries(&fan).await.len()), (500, 1));
    assert_eq!(till.count("charges WHERE state = 'declined'").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_charge_that_cannot_end_holds_up_no_other() {
    let till = Till::open_with(&[NO_JOBS]).await;
    let (full, fan) = (till.fan().await, till.fan().await);
    till.execute(&format!("UPDATE wallets SET balance = {} WHERE user_id = '{}'", i64::MAX, full.id)).await;
    till.abandoned(&full, 1, 30).await;
    till.abandoned(&fan, 500, 20).await;
    let _recovering = till.another(&[OFTEN]).await;
    until("the other has ended", async || till.balance(&fan).await == 500).await;
    assert_eq!(till.balance(&full).await, i64::MAX);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_forgotten_after_a_day() {
    let till = Till::open_with(&[NO_JOBS]).await;
    let fan = till.fan().await;
    for key in ["old", "young"] {
        till.charge(&fan, 500).key(key).send().await.expect(201);
    }
    till.execute(
        "UPDATE idempotency_keys SET created_at = created_at - interval '24 hours' WHERE word = 'old'",
    )
    .await;
    let _forgetting = till.another(&[]).await;
    until("the old one is forgotten", async || till.count("idempotency_keys WHERE word = 'old'").await == 0)
        .await;
    assert_eq!(till.count("idempotency_keys").await, 1);
}
