//! Each rule of the books, broken by hand, is seen by its check.

use std::sync::Arc;

use domain::adapters::system::Version7;
use domain::shared::{Amount, ChargeId, IdGenerator, PaymentId, UserId};
use domain::wallet::{DebitRequest, Ledger, NewUser, ProviderAnswer};
use service_kit::Service;
use service_kit::audit::Scope;
use test_kit::TestDatabase;
use test_kit::audit::{Broken, each_broken_rule_is_named};
use wallet_service::WalletService;
use wallet_service::outbound::postgres::PostgresLedger;

use crate::till::{NO_JOBS, Till};

const BROKEN: [Broken; 15] = [
    Broken {
        check: "entries_sum_to_zero",
        names: "SELECT entry_id FROM journal_lines WHERE account = 'provider'",
        by: "UPDATE journal_lines SET amount = amount - 1 WHERE account = 'provider'",
    },
    Broken {
        check: "balances_are_the_sum_of_their_lines",
        names: "SELECT user_id FROM wallets WHERE balance = 0",
        by: "UPDATE wallets SET balance = 1 WHERE balance = 0",
    },
    Broken {
        check: "balances_are_not_negative",
        names: "SELECT user_id FROM wallets WHERE balance = 0",
        by: "UPDATE wallets SET balance = -1 WHERE balance = 0",
    },
    Broken {
        check: "balances_are_not_negative",
        names: "SELECT entry_id FROM journal_lines WHERE reason = 'refund' AND account = 'wallet'",
        by: "UPDATE journal_lines SET balance_after = -1 WHERE reason = 'refund' AND account = 'wallet'",
    },
    Broken {
        check: "statements_add_up",
        names: "SELECT entry_id FROM journal_lines WHERE reason = 'refund' AND account = 'wallet'",
        by: "UPDATE journal_lines SET balance_after = balance_after + 1 WHERE reason = 'refund' AND account = 'wallet'",
    },
    Broken {
        check: "taken_payments_are_posted",
        names: "SELECT payment_id FROM debits WHERE state = 'captured'",
        by: "DELETE FROM journal_lines WHERE reference = (SELECT payment_id FROM debits WHERE state = 'captured')",
    },
    Broken {
        check: "movements_are_posted_once",
        names: "SELECT payment_id FROM debits WHERE state = 'captured'",
        by: "INSERT INTO journal_lines (entry_id, account, user_id, amount, balance_after, reason, reference, created_at) \
             SELECT gen_random_uuid(), account, user_id, amount, balance_after, reason, reference, now() \
             FROM journal_lines WHERE reference = (SELECT payment_id FROM debits WHERE state = 'captured')",
    },
    Broken {
        check: "taken_payments_are_posted",
        names: "SELECT payment_id FROM debits WHERE state = 'captured'",
        by: "UPDATE debits SET state = 'voided' WHERE state = 'captured'",
    },
    Broken {
        check: "taken_payments_are_posted",
        names: "SELECT payment_id FROM debits WHERE state = 'captured'",
        by: "UPDATE debits SET amount = amount - 1 WHERE state = 'captured'",
    },
    Broken {
        check: "refunds_give_back_what_was_taken",
        names: "SELECT payment_id FROM debits WHERE state = 'refunded'",
        by: "UPDATE journal_lines SET amount = 2 * amount WHERE reason = 'refund'",
    },
    Broken {
        check: "refunds_give_back_what_was_taken",
        names: "SELECT payment_id FROM debits WHERE state = 'declined'",
        by: "UPDATE debits SET state = 'refunded' WHERE state = 'declined'",
    },
    Broken {
        check: "captured_charges_are_posted",
        names: "SELECT charge_id FROM charges WHERE state = 'captured'",
        by: "DELETE FROM journal_lines WHERE reason = 'charge'",
    },
    Broken {
        check: "captured_charges_are_posted",
        names: "SELECT charge_id FROM charges WHERE state = 'captured'",
        by: "UPDATE charges SET state = 'cancelled' WHERE state = 'captured'",
    },
    Broken {
        check: "charges_are_driven",
        names: "SELECT charge_id FROM charges WHERE state = 'pending'",
        by: "UPDATE charges SET touched_at = now() - interval '41 seconds' WHERE state = 'pending'",
    },
    Broken {
        check: "idempotency_keys_answer_or_can_be_claimed",
        names: "SELECT 'stuck'",
        by: "INSERT INTO idempotency_keys (user_id, word, fingerprint, made_id, created_at, claimed_until) \
             VALUES (gen_random_uuid(), 'stuck', '', gen_random_uuid(), now(), 'infinity')",
    },
];

fn won(amount: i64) -> Amount {
    Amount::new(amount).unwrap()
}

/// Every kind of row that books have.
async fn keep_books(ledger: &PostgresLedger) {
    let [buyer, other] = [(); 2].map(|()| UserId(Version7.next()));
    for (id, name) in [(buyer, "Kim"), (other, "Lee")] {
        ledger.open(NewUser { id, name: name.to_owned() }).await.unwrap();
    }
    let charge = ChargeId(Version7.next());
    ledger.begin_charge(charge, buyer, won(1_000)).await.unwrap();
    ledger.settle_charge(charge, ProviderAnswer::Captured).await.unwrap();
    ledger.begin_charge(ChargeId(Version7.next()), other, won(10)).await.unwrap();
    let [kept, refunded, too_much, voided] = [(); 4].map(|()| PaymentId(Version7.next()));
    for (payment_id, amount) in [(kept, 300), (refunded, 200), (too_much, 10_000)] {
        ledger.debit(DebitRequest { payment_id, user_id: buyer, amount: won(amount) }).await.unwrap();
    }
    ledger.refund(refunded).await.unwrap();
    ledger.void(voided).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_broken_rule_of_the_books_is_named() {
    let database = TestDatabase::new(WalletService::SECTION, WalletService::MIGRATIONS).await;
    keep_books(&PostgresLedger::new(database.database("wallet").await, Arc::new(Version7))).await;
    let scopes = [Scope::of::<WalletService>()];
    each_broken_rule_is_named(database.url("wallet"), &scopes, &["wallet"], &BROKEN).await;
}

const VIOLATIONS: &str =
    r#"boxoffice_audit_violations{service="wallet-service",check="balances_are_the_sum_of_their_lines"}"#;

#[tokio::test(flavor = "multi_thread")]
async fn a_running_service_publishes_what_its_audit_finds() {
    let till = Till::open_with(&[("BOXOFFICE__AUDIT__INTERVAL_MS", "10")]).await;
    let fan = till.fan_with(100).await;
    till.shows(&format!("{VIOLATIONS} 0")).await;
    till.execute(&format!("UPDATE wallets SET balance = 101 WHERE user_id = '{}'", fan.id)).await;
    till.shows(&format!("{VIOLATIONS} 1")).await;
    till.execute(&format!("UPDATE wallets SET balance = 100 WHERE user_id = '{}'", fan.id)).await;
    till.shows(&format!("{VIOLATIONS} 0")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_audit_that_is_turned_off_publishes_nothing() {
    for off in [("BOXOFFICE__AUDIT__INTERVAL_MS", "0"), NO_JOBS] {
        let till = Till::open_with(&[off]).await;
        assert!(!till.metrics().await.contains("boxoffice_audit_violations{"));
    }
}
