use domain::shared::UserId;
use domain::wallet::{NewUser, Wallet};

use super::{Subject, balance, new_id};

pub async fn a_wallet_is_opened_empty(subject: Subject) {
    let id = UserId(new_id());
    subject.ledger.open(NewUser { id, name: "Lee".to_owned() }).await.expect("opening");
    let expected = Wallet { user_id: id, name: "Lee".to_owned(), balance: balance(0) };
    assert_eq!(subject.wallet(id).await, Some(expected));
    assert_eq!(subject.statement(id).await, []);
}

pub async fn a_user_who_never_came_has_no_wallet(subject: Subject) {
    let stranger = UserId(new_id());
    assert_eq!(subject.wallet(stranger).await, None);
    assert_eq!(subject.statement(stranger).await, []);
}

pub async fn opening_again_keeps_name_and_balance(subject: Subject) {
    let user = subject.fan_with(700).await;
    let before = subject.wallet(user).await;
    subject.ledger.open(NewUser { id: user, name: "Somebody else".to_owned() }).await.expect("opening again");
    assert_eq!(subject.wallet(user).await, before);
}
