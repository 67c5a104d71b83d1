use domain::shared::UserId;
use domain::wallet::{DebitAnswer, NewUser};

use super::{Subject, amount, balance, captured, new_id, payment};

fn insufficient(held: i64, required: i64) -> DebitAnswer {
    DebitAnswer::Insufficient { balance: balance(held), required: amount(required) }
}

pub async fn a_debit_takes_the_amount(subject: Subject) {
    let (user, other) = (subject.fan_with(1000).await, subject.fan_with(1000).await);
    assert_eq!(subject.debit(payment(), user, 300).await, captured(700));
    assert_eq!((subject.balance(user).await, subject.balance(other).await), (700, 1000));
    subject.assert_books_add_up(user).await;
}

pub async fn a_debit_takes_the_last_won(subject: Subject) {
    let user = subject.fan_with(300).await;
    assert_eq!(subject.debit(payment(), user, 300).await, captured(0));
    assert_eq!(subject.debit(payment(), user, 1).await, insufficient(0, 1));
    assert_eq!(subject.balance(user).await, 0);
}

pub async fn a_debit_beyond_the_balance_takes_nothing(subject: Subject) {
    let user = subject.fan_with(300).await;
    assert_eq!(subject.debit(payment(), user, 301).await, insufficient(300, 301));
    assert_eq!(subject.balance(user).await, 300);
    assert_eq!(subject.statement(user).await.len(), 1, "only the top-up moved");
}

pub async fn a_debit_without_a_wallet_takes_nothing_and_opens_none(subject: Subject) {
    let (stranger, id) = (UserId(new_id()), payment());
    assert_eq!(subject.debit(id, stranger, 300).await, insufficient(0, 300));
    assert_eq!(subject.wallet(stranger).await, None);
    // The answer stands even once there is a wallet with enough in it.
    subject.ledger.open(NewUser { id: stranger, name: "Park".to_owned() }).await.expect("opening");
    subject.top_up(stranger, 500).await;
    assert_eq!(subject.debit(id, stranger, 300).await, insufficient(0, 300));
    assert_eq!(subject.balance(stranger).await, 500);
}

pub async fn a_repeated_debit_repeats_its_answer_and_takes_nothing_more(subject: Subject) {
    let (user, id) = (subject.fan_with(1000).await, payment());
    assert_eq!(subject.debit(id, user, 300).await, captured(700));
    assert_eq!(subject.debit(id, user, 300).await, captured(700));
    // The first answer is the answer, whatever happened since.
    assert_eq!(subject.debit(payment(), user, 200).await, captured(500));
    assert_eq!(subject.debit(id, user, 300).await, captured(700));
    assert_eq!(subject.balance(user).await, 500);
    assert_eq!(subject.statement(user).await.len(), 3);
}

pub async fn a_declined_debit_stays_declined_after_a_top_up(subject: Subject) {
    let (user, id) = (subject.fan_with(100).await, payment());
    assert_eq!(subject.debit(id, user, 300).await, insufficient(100, 300));
    subject.top_up(user, 900).await;
    assert_eq!(subject.debit(id, user, 300).await, insufficient(100, 300));
    assert_eq!(subject.balance(user).await, 1000);
}

/// A payment's amount and payer never change, so a request that says otherwise is answered as the first one was.
pub async fn a_payment_id_takes_what_was_asked_first(subject: Subject) {
    let (user, other, id) = (subject.fan_with(1000).await, subject.fan_with(1000).await, payment());
    assert_eq!(subject.debit(id, user, 300).await, captured(700));
    assert_eq!(subject.debit(id, user, 400).await, captured(700));
    assert_eq!(subject.debit(id, other, 300).await, captured(700));
    assert_eq!((subject.balance(user).await, subject.balance(other).await), (700, 1000));
}
