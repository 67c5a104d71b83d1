use domain::shared::{ChargeId, UserId};
use domain::wallet::{ChargeRefused, ChargeState, ProviderAnswer};

use super::{Subject, amount, balance, declined, new_id};

pub async fn a_captured_charge_is_in_the_wallet(subject: Subject) {
    let user = subject.fan_with(300).await;
    let id = ChargeId(new_id());
    let begun = subject.ledger.begin_charge(id, user, amount(500)).await.expect("beginning").charge;
    assert_eq!((begun.id, begun.user_id, begun.amount), (id, user, amount(500)));
    assert_eq!(begun.state, ChargeState::Pending);
    assert_eq!(subject.balance(user).await, 300, "a pending charge is no money yet");

    let settled = subject.settle(id, ProviderAnswer::Captured).await.charge;
    assert_eq!(settled.state, ChargeState::Captured { balance_after: balance(800) });
    assert_eq!((settled.id, settled.user_id, settled.amount), (id, user, amount(500)));
    assert_eq!(settled.created_at, begun.created_at);
    assert_eq!(subject.balance(user).await, 800);
    subject.assert_books_add_up(user).await;
}

pub async fn a_declined_charge_moves_nothing(subject: Subject) {
    let ProviderAnswer::Declined { reason } = declined() else { return };
    ends_without_money(subject, declined(), ChargeState::Declined { reason }).await;
}

pub async fn a_cancelled_charge_moves_nothing(subject: Subject) {
    ends_without_money(subject, ProviderAnswer::Cancelled, ChargeState::Cancelled).await;
}

async fn ends_without_money(subject: Subject, answer: ProviderAnswer, state: ChargeState) {
    let user = subject.fan_with(300).await;
    let id = subject.begin(user, 500).await;
    assert_eq!(subject.settle(id, answer).await.charge.state, state);
    assert_eq!(subject.balance(user).await, 300);
    assert_eq!(subject.statement(user).await.len(), 1, "only the 300 moved");
}

pub async fn beginning_again_answers_with_the_charge_as_it_stands(subject: Subject) {
    let user = subject.fan().await;
    for answer in [ProviderAnswer::Captured, declined(), ProviderAnswer::Cancelled] {
        let id = ChargeId(new_id());
        let begin = || subject.ledger.begin_charge(id, user, amount(100));
        let first = begin().await.expect("beginning").charge;
        assert_eq!(begin().await.expect("beginning again").charge, first);
        let settled = subject.settle(id, answer).await.charge;
        assert_eq!(begin().await.expect("beginning an ended charge").charge, settled);
    }
    assert_eq!(subject.balance(user).await, 100, "only one of the three was captured, once");
}

pub async fn settling_again_changes_nothing(subject: Subject) {
    let user = subject.fan().await;
    let id = subject.top_up(user, 500).await;
    // What the first answer said is said again, whatever happened since.
    subject.top_up(user, 40).await;
    for answer in [ProviderAnswer::Captured, ProviderAnswer::Cancelled, declined()] {
        let state = subject.settle(id, answer).await.charge.state;
        assert_eq!(state, ChargeState::Captured { balance_after: balance(500) });
    }
    assert_eq!(subject.balance(user).await, 540);
    subject.assert_books_add_up(user).await;
}

pub async fn a_charge_that_ended_without_money_never_brings_any(subject: Subject) {
    let user = subject.fan().await;
    for answer in [declined(), ProviderAnswer::Cancelled] {
        let id = subject.begin(user, 500).await;
        let ended = subject.settle(id, answer).await.charge;
        assert_eq!(subject.settle(id, ProviderAnswer::Captured).await.charge, ended);
    }
    assert_eq!(subject.balance(user).await, 0);
    assert_eq!(subject.statement(user).await, []);
}

pub async fn a_charge_id_belongs_to_one_user_and_amount(subject: Subject) {
    let (user, other) = (subject.fan().await, subject.fan().await);
    let pending = subject.begin(user, 500).await;
    let captured = subject.top_up(user, 500).await;
    for id in [pending, captured] {
        for (who, won) in [(other, 500), (user, 501)] {
            let refused = subject.ledger.begin_charge(id, who, amount(won)).await;
            assert!(matches!(refused, Err(ChargeRefused::OtherCharge)), "{refused:?}");
        }
    }
    assert_eq!(subject.settle(pending, ProviderAnswer::Captured).await.charge.amount, amount(500));
    assert_eq!((subject.balance(user).await, subject.balance(other).await), (1000, 0));
}

pub async fn a_user_without_a_wallet_begins_no_charge(subject: Subject) {
    let (stranger, id) = (UserId(new_id()), ChargeId(new_id()));
    let refused = subject.ledger.begin_charge(id, stranger, amount(500)).await;
    assert!(matches!(refused, Err(ChargeRefused::NoSuchUser)), "{refused:?}");
    assert_eq!(subject.wallet(stranger).await, None);
    // The refusal left nothing behind: the id is still free.
    let user = subject.fan().await;
    subject.ledger.begin_charge(id, user, amount(500)).await.expect("beginning under the same id");
}

pub async fn a_charge_that_was_never_begun_is_not_settled(subject: Subject) {
    let settled = subject.ledger.settle_charge(ChargeId(new_id()), ProviderAnswer::Captured).await;
    assert!(settled.is_err(), "{settled:?}");
}
