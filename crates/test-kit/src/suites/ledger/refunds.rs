use domain::wallet::{DebitAnswer, RefundAnswer};

use super::{Subject, balance, captured, payment};

fn refunded(won: i64) -> RefundAnswer {
    RefundAnswer::Refunded { balance: balance(won) }
}

pub async fn a_refund_gives_the_amount_back(subject: Subject) {
    let (user, other, id) = (subject.fan_with(1000).await, subject.fan_with(1000).await, payment());
    subject.debit(id, user, 300).await;
    subject.debit(payment(), user, 50).await;
    assert_eq!(subject.ledger.refund(id).await.expect("a refund"), refunded(950));
    assert_eq!((subject.balance(user).await, subject.balance(other).await), (950, 1000));
    subject.assert_books_add_up(user).await;
}

pub async fn a_repeated_refund_repeats_its_answer_and_gives_nothing_more(subject: Subject) {
    let (user, id) = (subject.fan_with(1000).await, payment());
    subject.debit(id, user, 300).await;
    assert_eq!(subject.ledger.refund(id).await.expect("a refund"), refunded(1000));
    assert_eq!(subject.ledger.refund(id).await.expect("a refund"), refunded(1000));
    // The first answer is the answer, whatever happened since.
    subject.debit(payment(), user, 600).await;
    assert_eq!(subject.ledger.refund(id).await.expect("a refund"), refunded(1000));
    assert_eq!(subject.balance(user).await, 400);
    subject.assert_books_add_up(user).await;
}

pub async fn what_was_never_taken_is_not_given_back(subject: Subject) {
    let user = subject.fan_with(1000).await;
    let (unknown, voided, declined) = (payment(), payment(), payment());
    subject.ledger.void(voided).await.expect("a void");
    subject.debit(declined, user, 2000).await;
    for id in [unknown, voided, declined] {
        for _ in 0..2 {
            assert_eq!(subject.ledger.refund(id).await.expect("a refund"), RefundAnswer::NothingCaptured);
        }
    }
    assert_eq!(subject.statement(user).await.len(), 1, "only the top-up moved");
    // To rule a payment out is what a void is for; a refund of nothing leaves nothing behind.
    assert_eq!(subject.debit(unknown, user, 300).await, captured(700));
}

pub async fn a_refunded_payment_is_never_taken_again(subject: Subject) {
    let (user, id) = (subject.fan_with(1000).await, payment());
    subject.debit(id, user, 300).await;
    subject.ledger.refund(id).await.expect("a refund");
    for _ in 0..2 {
        assert_eq!(subject.debit(id, user, 300).await, DebitAnswer::Voided);
    }
    assert_eq!(subject.balance(user).await, 1000);
}
