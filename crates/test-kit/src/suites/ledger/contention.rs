use std::future::Future;
use std::sync::Arc;

use domain::shared::UserId;
use domain::wallet::{ChargeState, DebitAnswer, NewUser, ProviderAnswer, RefundAnswer, VoidAnswer};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::{Subject, balance, captured, new_id, payment};

/// Several times the connections of a test's pool, so that some wait outside PostgreSQL and some inside.
const TASKS: usize = 50;

/// Runs `work` in tasks of their own that all begin together.
async fn at_once<T, F>(tasks: usize, work: impl Fn() -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let start = Arc::new(Barrier::new(tasks));
    let mut running = JoinSet::new();
    for _ in 0..tasks {
        let (start, work) = (Arc::clone(&start), work());
        running.spawn(async move {
            start.wait().await;
            work.await
        });
    }
    running.join_all().await
}

pub async fn a_user_opened_by_many_at_once_has_one_wallet(subject: Subject) {
    let id = UserId(new_id());
    at_once(TASKS, || {
        let subject = subject.clone();
        async move { subject.ledger.open(NewUser { id, name: "Kim".to_owned() }).await.expect("opening") }
    })
    .await;
    subject.top_up(id, 100).await;
    assert_eq!(subject.balance(id).await, 100);
}

pub async fn one_payment_debited_by_many_at_once_is_taken_once(subject: Subject) {
    let (user, id) = (subject.fan_with(1000).await, payment());
    let answers = at_once(TASKS, || {
        let subject = subject.clone();
        async move { subject.debit(id, user, 300).await }
    })
    .await;
    assert_eq!(answers, [captured(700); TASKS]);
    assert_eq!(subject.balance(user).await, 700);
    assert_eq!(subject.statement(user).await.len(), 2);
    subject.assert_books_add_up(user).await;
}

pub async fn many_payments_at_once_take_what_there_is_and_no_more(subject: Subject) {
    let user = subject.fan_with(10 * 300).await;
    let answers = at_once(TASKS, || {
        let subject = subject.clone();
        async move { subject.debit(payment(), user, 300).await }
    })
    .await;
    let mut left: Vec<_> = answers
        .into_iter()
        .filter_map(|answer| match answer {
            DebitAnswer::Captured { balance } => Some(balance.as_won()),
            DebitAnswer::Insufficient { .. } | DebitAnswer::Voided => None,
        })
        .collect();
    left.sort_unstable();
    assert_eq!(left, [0, 300, 600, 900, 1200, 1500, 1800, 2100, 2400, 2700]);
    assert_eq!(subject.balance(user).await, 0);
    subject.assert_books_add_up(user).await;
}

pub async fn one_charge_settled_by_many_at_once_is_given_once(subject: Subject) {
    let user = subject.fan_with(100).await;
    let id = subject.begin(user, 500).await;
    let settled = at_once(TASKS, || {
        let subject = subject.clone();
        async move { subject.settle(id, ProviderAnswer::Captured).await.charge.state }
    })
    .await;
    let expected = ChargeState::Captured { balance_after: balance(600) };
    assert!(settled.iter().all(|state| *state == expected), "{settled:?}");
    assert_eq!(subject.balance(user).await, 600);
    subject.assert_books_add_up(user).await;
}

pub async fn one_payment_refunded_by_many_at_once_is_given_back_once(subject: Subject) {
    let (user, id) = (subject.fan_with(1000).await, payment());
    subject.debit(id, user, 300).await;
    let answers = at_once(TASKS, || {
        let subject = subject.clone();
        async move { subject.ledger.refund(id).await.expect("a refund") }
    })
    .await;
    assert_eq!(answers, [RefundAnswer::Refunded { balance: balance(1000) }; TASKS]);
    assert_eq!(subject.balance(user).await, 1000);
    assert_eq!(subject.statement(user).await.len(), 3);
    subject.assert_books_add_up(user).await;
}

/// Either the money was taken and the void says so, or it was not and the debit says so.
pub async fn a_debit_and_a_void_at_once_agree(subject: Subject) {
    let user = subject.fan_with(i64::MAX / 1_000_000_000).await;
    for _ in 0..TASKS {
        let (id, before) = (payment(), subject.balance(user).await);
        let start = Arc::new(Barrier::new(2));
        let debit = tokio::spawn({
            let (subject, start) = (subject.clone(), Arc::clone(&start));
            async move {
                start.wait().await;
                subject.debit(id, user, 300).await
            }
        });
        let void = tokio::spawn({
            let subject = subject.clone();
            async move {
                start.wait().await;
                subject.ledger.void(id).await.expect("a void")
            }
        });
        let answers = (debit.await.expect("the debit"), void.await.expect("the void"));
        let after = subject.balance(user).await;
        let taken = (captured(after), VoidAnswer::AlreadyCaptured { balance: balance(after) });
        let not_taken = (DebitAnswer::Voided, VoidAnswer::Voided);
        let agreed = (answers == taken && after == before - 300) || (answers == not_taken && after == before);
        assert!(agreed, "{before} before, {after} after: {answers:?}");
    }
    subject.assert_books_add_up(user).await;
}

pub async fn a_stalled_charge_is_taken_up_by_one_of_many(subject: Subject) {
    let user = subject.fan().await;
    let mut begun = Vec::new();
    for _ in 0..20 {
        begun.push(subject.begin(user, 100).await);
    }
    subject.time.pass(10).await;
    let taken = at_once(TASKS, || {
        let subject = subject.clone();
        async move { subject.ledger.stalled_charges(10, 3).await.expect("stalled charges") }
    })
    .await;
    let mut taken: Vec<_> = taken.into_iter().flatten().map(|charged| charged.charge.id).collect();
    taken.sort_unstable();
    begun.sort_unstable();
    assert_eq!(taken, begun, "each of them once");
}
