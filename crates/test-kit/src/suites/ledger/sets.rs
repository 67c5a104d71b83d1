//! Commands that come in together: an adapter may carry them out as one set, and nobody is to notice.

#![expect(clippy::indexing_slicing, reason = "a rule that reads past the end fails, as it should")]

use std::collections::BTreeSet;

use domain::shared::{Amount, ChargeId, PaymentId, UserId};
use domain::wallet::{ChargeState, DebitAnswer, ProviderAnswer, RefundAnswer, VoidAnswer};
use futures_util::future::join_all;

use super::{Subject, amount, balance, captured, new_id, payment};

/// More than any adapter takes into one set, so that there are several, and some of them meet.
const MANY: usize = 1_200;

fn ids(count: usize) -> Vec<PaymentId> {
    (0..count).map(|_| payment()).collect()
}

fn left(answers: &[DebitAnswer]) -> Vec<i64> {
    let captured = answers.iter().filter_map(|answer| match answer {
        DebitAnswer::Captured { balance } => Some(balance.as_won()),
        DebitAnswer::Insufficient { .. } | DebitAnswer::Voided => None,
    });
    captured.collect()
}

pub async fn many_debits_of_one_wallet_take_it_down_to_nothing_and_never_below(subject: Subject) {
    const ENOUGH_FOR: i64 = 700;
    let user = subject.fan_with(ENOUGH_FOR * 3 + 2).await;
    let answers = join_all(ids(MANY).into_iter().map(|id| subject.debit(id, user, 3))).await;
    let left: BTreeSet<i64> = left(&answers).into_iter().collect();
    // Each of them left another balance: the steps from the top to what is too little for one more.
    assert_eq!(left, (0..ENOUGH_FOR).map(|step| step * 3 + 2).collect());
    let refused = answers.iter().filter(|answer| matches!(answer, DebitAnswer::Insufficient { .. })).count();
    assert_eq!(refused, MANY - left.len());
    assert_eq!(subject.balance(user).await, 2);
}

pub async fn debits_that_come_together_are_lines_that_follow_from_each_other(subject: Subject) {
    let users = [subject.fan_with(2_000).await, subject.fan_with(2_000).await, subject.fan_with(2_000).await];
    // Of each wallet several in a set, and those of the others in between.
    let debits = (0..90_usize).map(|nth| {
        let (user, won) = (users[nth % users.len()], i64::try_from(nth).unwrap_or_default() + 1);
        subject.debit(payment(), user, won)
    });
    join_all(debits).await;
    for user in users {
        assert_eq!(subject.statement(user).await.len(), 31);
        subject.assert_books_add_up(user).await;
    }
}

pub async fn one_payment_many_times_among_others_is_taken_once(subject: Subject) {
    let (user, other) = (subject.fan_with(1_000).await, subject.fan_with(1_000).await);
    let id = payment();
    let others = ids(30);
    let debits = (0..90_usize).map(|nth| {
        let subject = &subject;
        let (id, user) = if nth % 3 == 0 { (others[nth / 3], other) } else { (id, user) };
        async move { subject.debit(id, user, 10).await }
    });
    let answers = join_all(debits).await;
    let repeated = answers.iter().enumerate().filter(|(nth, _)| nth % 3 != 0);
    assert!(repeated.clone().all(|(_, answer)| *answer == captured(990)), "{answers:?}");
    assert_eq!((subject.balance(user).await, subject.balance(other).await), (990, 700));
    assert_eq!(subject.statement(user).await.len(), 2);
    subject.assert_books_add_up(other).await;
}

pub async fn the_same_payment_asked_for_by_two_users_at_once_is_one_of_theirs(subject: Subject) {
    let (one, other) = (subject.fan_with(1_000).await, subject.fan_with(500).await);
    for id in ids(20) {
        let before = (subject.balance(one).await, subject.balance(other).await);
        let (first, second) = tokio::join!(subject.debit(id, one, 10), subject.debit(id, other, 10));
        assert_eq!(first, second, "the record's answer, whoever asks");
        let after = (subject.balance(one).await, subject.balance(other).await);
        assert_eq!(before.0 + before.1 - after.0 - after.1, 10);
    }
    subject.assert_books_add_up(one).await;
    subject.assert_books_add_up(other).await;
}

/// Every payment is asked for, voided and refunded at once: whatever the order, its answers agree with the books.
pub async fn debits_voids_and_refunds_of_many_payments_at_once_agree(subject: Subject) {
    let user = subject.fan_with(100_000).await;
    let rounds = ids(40).into_iter().map(|id| {
        let subject = &subject;
        async move {
            let (debit, void, refund) = tokio::join!(
                subject.debit(id, user, 10),
                async { subject.ledger.void(id).await.expect("a void") },
                async { subject.ledger.refund(id).await.expect("a refund") },
            );
            // Now everything has ended: asked again, each says the same for ever.
            let settled = subject.debit(id, user, 10).await;
            (debit, void, refund, settled)
        }
    });
    let mut kept = 0;
    for answers in join_all(rounds).await {
        match answers {
            (
                DebitAnswer::Captured { .. },
                VoidAnswer::AlreadyCaptured { .. },
                RefundAnswer::NothingCaptured,
                DebitAnswer::Captured { .. },
            ) => kept += 1,
            // Voided before anything was taken; or taken, and given back.
            (DebitAnswer::Voided, VoidAnswer::Voided, RefundAnswer::NothingCaptured, DebitAnswer::Voided)
            | (
                DebitAnswer::Captured { .. },
                VoidAnswer::AlreadyCaptured { .. } | VoidAnswer::Voided,
                RefundAnswer::Refunded { .. },
                DebitAnswer::Voided,
            ) => {}
            other => panic!("these answers do not go together: {other:?}"),
        }
    }
    assert_eq!(subject.balance(user).await, 100_000 - kept * 10);
    subject.assert_books_add_up(user).await;
}

pub async fn many_refunds_at_once_give_each_amount_back_once(subject: Subject) {
    let users = [subject.fan_with(10_000).await, subject.fan_with(10_000).await];
    let payments = ids(60);
    for (nth, id) in payments.iter().enumerate() {
        subject.debit(*id, users[nth % 2], 100).await;
    }
    let refunds = payments.iter().flat_map(|id| [*id, *id]).map(|id| subject.ledger.refund(id));
    for pair in join_all(refunds).await.chunks(2) {
        let [Ok(first), Ok(second)] = pair else { panic!("{pair:?}") };
        assert_eq!(first, second);
        assert!(matches!(first, RefundAnswer::Refunded { .. }), "{first:?}");
    }
    for user in users {
        assert_eq!(subject.balance(user).await, 10_000);
        assert_eq!(subject.statement(user).await.len(), 61);
        subject.assert_books_add_up(user).await;
    }
}

/// Top-ups of one wallet and payments out of it, all at once.
pub async fn top_ups_and_debits_that_meet_sum_up(subject: Subject) {
    let user = subject.fan_with(1_000).await;
    let work = (0..60).map(|nth| {
        let subject = &subject;
        async move {
            if nth % 2 == 0 {
                subject.top_up(user, 7).await;
                0
            } else {
                i64::from(subject.debit(payment(), user, 5).await != DebitAnswer::Voided) * 5
            }
        }
    });
    let taken: i64 = join_all(work).await.into_iter().sum();
    assert_eq!(subject.balance(user).await, 1_000 + 30 * 7 - taken);
    subject.assert_books_add_up(user).await;
}

/// A wallet that is full cannot take a top-up; those beside it can.
pub async fn a_top_up_that_would_overflow_fails_alone(subject: Subject) {
    let (full, fan) = (subject.fan().await, subject.fan().await);
    subject.fill(full).await;
    let (poisoned, ids) =
        (subject.begin(full, 1).await, [subject.begin(fan, 10).await, subject.begin(fan, 20).await]);
    let settle = |id: ChargeId| subject.ledger.settle_charge(id, ProviderAnswer::Captured);
    let (first, refused, last) = tokio::join!(settle(ids[0]), settle(poisoned), settle(ids[1]));
    let said = format!("{:#}", refused.expect_err("no wallet holds that much"));
    assert!(said.contains("overflow"), "{said}");
    for settled in [first, last] {
        let state = settled.expect("settling").charge.state;
        assert!(matches!(state, ChargeState::Captured { .. }), "{state:?}");
    }
    assert_eq!((subject.balance(fan).await, subject.balance(full).await), (30, i64::MAX));
    subject.assert_books_add_up(fan).await;
}

pub async fn top_ups_that_begin_together_are_each_their_own(subject: Subject) {
    let (user, nobody) = (subject.fan().await, UserId(new_id()));
    let (id, taken) = (ChargeId(new_id()), subject.begin(user, 500).await);
    let begin = |id: ChargeId, user: UserId, won: i64| subject.ledger.begin_charge(id, user, amount(won));
    let (first, again, stranger, other) = tokio::join!(
        begin(id, user, 7),
        begin(id, user, 7),
        begin(ChargeId(new_id()), nobody, 7),
        begin(taken, user, 501)
    );
    let (first, again) = (first.expect("beginning"), again.expect("beginning again"));
    assert_eq!((&first.charge, first.charge.amount), (&again.charge, Amount::new(7).expect("an amount")));
    assert_eq!(stranger.expect_err("no wallet").to_string(), "there is no such user");
    assert_eq!(other.expect_err("another amount").to_string(), "the charge id belongs to another charge");
    subject.settle(id, ProviderAnswer::Captured).await;
    assert_eq!(subject.wallet(user).await.expect("a wallet").balance, balance(7));
}
