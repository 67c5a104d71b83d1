use domain::wallet::{DebitAnswer, VoidAnswer};

use super::{Subject, balance, captured, payment};

pub async fn a_voided_payment_is_never_taken(subject: Subject) {
    let (user, id) = (subject.fan_with(1000).await, payment());
    assert_eq!(subject.ledger.void(id).await.expect("a void"), VoidAnswer::Voided);
    for _ in 0..2 {
        assert_eq!(subject.debit(id, user, 300).await, DebitAnswer::Voided);
    }
    assert_eq!(subject.balance(user).await, 1000);
    assert_eq!(subject.statement(user).await.len(), 1, "only the top-up moved");
}

pub async fn a_void_after_the_debit_comes_too_late(subject: Subject) {
    let (user, id) = (subject.fan_with(1000).await, payment());
    subject.debit(id, user, 300).await;
    for _ in 0..2 {
        let answer = subject.ledger.void(id).await.expect("a void");
        assert_eq!(answer, VoidAnswer::AlreadyCaptured { balance: balance(700) });
    }
    assert_eq!(subject.debit(id, user, 300).await, captured(700));
    assert_eq!(subject.balance(user).await, 700);
}

pub async fn a_repeated_void_repeats_its_answer(subject: Subject) {
    let (user, id) = (subject.fan_with(1000).await, payment());
    for _ in 0..3 {
        assert_eq!(subject.ledger.void(id).await.expect("a void"), VoidAnswer::Voided);
    }
    assert_eq!(subject.debit(id, user, 300).await, DebitAnswer::Voided);
    assert_eq!(subject.ledger.void(id).await.expect("a void"), VoidAnswer::Voided);
}

pub async fn a_void_after_a_declined_debit_changes_nothing(subject: Subject) {
    let (user, id) = (subject.fan_with(100).await, payment());
    let declined = subject.debit(id, user, 300).await;
    assert_eq!(subject.ledger.void(id).await.expect("a void"), VoidAnswer::Voided);
    subject.top_up(user, 900).await;
    assert_eq!(subject.debit(id, user, 300).await, declined);
    assert_eq!(subject.balance(user).await, 1000);
}

pub async fn a_void_after_a_refund_changes_nothing(subject: Subject) {
    let (user, id) = (subject.fan_with(1000).await, payment());
    subject.debit(id, user, 300).await;
    let refund = subject.ledger.refund(id).await.expect("a refund");
    assert_eq!(subject.ledger.void(id).await.expect("a void"), VoidAnswer::Voided);
    assert_eq!(subject.ledger.refund(id).await.expect("a refund"), refund);
    assert_eq!(subject.balance(user).await, 1000);
}
