//! Top-ups, payments and refunds against the statement.

use std::collections::BTreeMap;

use contracts::reservation::{PaymentBody, PaymentStatus};
use contracts::wallet::{WalletEntryBody, WalletEntryType};
use uuid::Uuid;

use super::{Judgement, Picture};
use crate::ledger::{Account, KnownPayment, PayOutcome};

pub(super) fn judge(account: &Account, picture: &Picture, judgement: &mut Judgement) {
    balance(account, picture, judgement);
    charges(account, picture, judgement);
    statement_explained(account, picture, judgement);
    for payment in account.payments.values() {
        if let PayOutcome::Known(known) = &payment.outcome {
            known_payment(account, picture, payment.reservation_id, known, judgement);
        }
    }
}

fn lines(picture: &Picture, kind: WalletEntryType) -> impl Iterator<Item = &WalletEntryBody> {
    picture.entries.iter().filter(move |entry| entry.r#type == kind)
}

/// The statement adds up, and to the balance.
fn balance(account: &Account, picture: &Picture, judgement: &mut Judgement) {
    let Some(wallet) = &picture.wallet else {
        judgement.lost(format!("the account of {} is gone", account.name));
        return;
    };
    if wallet.name != account.name {
        judgement.lost(format!("the account of {} now belongs to {}", account.name, wallet.name));
    }
    let mut sum = 0;
    for entry in &picture.entries {
        sum += entry.amount;
        if sum != entry.balance_after || sum < 0 {
            judgement.contradicted(format!(
                "the statement comes to {sum} won where entry {} says {}",
                entry.entry_id, entry.balance_after
            ));
            return;
        }
    }
    if sum != wallet.balance {
        judgement
            .contradicted(format!("the statement comes to {sum} won and the balance is {}", wallet.balance));
    }
}

/// Each acknowledged top-up is there once; each top-up that is there was asked for.
fn charges(account: &Account, picture: &Picture, judgement: &mut Judgement) {
    let mut there: BTreeMap<Uuid, Vec<i64>> = BTreeMap::new();
    for entry in lines(picture, WalletEntryType::Charge) {
        there.entry(entry.reference).or_default().push(entry.amount);
    }
    for charge in account.charges.values() {
        let (Some(id), amount) = (charge.charge_id, charge.amount) else { continue };
        match there.remove(&id).as_deref() {
            Some([only]) if *only == amount => {}
            Some(other) => judgement.contradicted(format!("top-up {id} of {amount} won stands as {other:?}")),
            None => judgement.lost(format!("top-up {id} of {amount} won is not in the statement")),
        }
    }
    // What is left must be attempts whose answers never came.
    let unknown = account.charges.values().filter(|charge| charge.charge_id.is_none());
    let mut unknown: Vec<i64> = unknown.map(|charge| charge.amount).collect();
    for (id, amounts) in there {
        for amount in amounts {
            match unknown.iter().position(|asked| *asked == amount) {
                Some(found) => drop(unknown.swap_remove(found)),
                None => judgement.unexplained(format!("top-up {id} of {amount} won")),
            }
        }
    }
}

/// Whatever was taken was taken once, for a payment that was asked for and stands so.
fn statement_explained(account: &Account, picture: &Picture, judgement: &mut Judgement) {
    let mut taken: BTreeMap<Uuid, Vec<i64>> = BTreeMap::new();
    for entry in lines(picture, WalletEntryType::Payment) {
        taken.entry(entry.reference).or_default().push(-entry.amount);
    }
    for (id, amounts) in &taken {
        let Some(Some(payment)) = picture.payments.get(id) else {
            judgement.unexplained(format!("{amounts:?} won were taken for payment {id}, which is not there"));
            continue;
        };
        if *amounts != [payment.amount] {
            judgement
                .contradicted(format!("payment {id} of {} won was taken as {amounts:?}", payment.amount));
        }
        let back = refunded(picture, *id);
        let expected: &[i64] = match payment.status {
            PaymentStatus::Captured => &[],
            PaymentStatus::Refunded => &[payment.amount],
            PaymentStatus::Declined => {
                judgement.contradicted(format!("payment {id} is declined and {amounts:?} won were taken"));
                continue;
            }
            PaymentStatus::Processing => continue,
        };
        if back != expected {
            judgement
                .contradicted(format!("payment {id} is {:?} and {back:?} won came back", payment.status));
        }
        let tries = account.payments.values().filter(|tried| tried.reservation_id == payment.reservation_id);
        if !tries.clone().any(|tried| !matches!(tried.outcome, PayOutcome::Refused { .. })) {
            judgement.unexplained(format!("payment {id} for reservation {}", payment.reservation_id));
        }
    }
    for entry in lines(picture, WalletEntryType::Refund) {
        if !taken.contains_key(&entry.reference) {
            judgement
                .unexplained(format!("a refund of {} won for payment {}", entry.amount, entry.reference));
        }
    }
}

fn refunded(picture: &Picture, payment: Uuid) -> Vec<i64> {
    let back = lines(picture, WalletEntryType::Refund).filter(|entry| entry.reference == payment);
    back.map(|entry| entry.amount).collect()
}

/// A payment that was acknowledged stands as it was, or has moved forward with good reason.
fn known_payment(
    account: &Account,
    picture: &Picture,
    reservation: Uuid,
    known: &KnownPayment,
    judgement: &mut Judgement,
) {
    use PaymentStatus::{Captured, Declined, Processing, Refunded};
    let KnownPayment { payment_id: id, amount, status: told } = known;
    let Some(Some(payment)) = picture.payments.get(id) else {
        judgement.lost(format!("payment {id} of {amount} won, told to be {told:?}, is not there"));
        return;
    };
    let PaymentBody { amount: now_amount, reservation_id, status: now, .. } = payment;
    if (now_amount, reservation_id) != (amount, &reservation) {
        judgement.contradicted(format!(
            "payment {id} of {amount} won for {reservation} is one of {now_amount} for {reservation_id}"
        ));
    }
    let may_be_refunded = account.given_up.contains_key(&reservation);
    match (told, now) {
        (_, Processing) => judgement.under_way(format!("payment {id} is processing")),
        (Captured, Refunded) if !may_be_refunded => {
            judgement.lost(format!("payment {id} of {amount} won was captured, and refunded unasked"));
        }
        (Captured, Declined) | (Declined, Captured | Refunded) | (Refunded, Captured | Declined) => {
            judgement.lost(format!("payment {id} of {amount} won was told to be {told:?} and is {now:?}"));
        }
        (Captured, Captured)
            if lines(picture, WalletEntryType::Payment).all(|entry| entry.reference != *id) =>
        {
            judgement.contradicted(format!("payment {id} is captured and nothing was taken for it"));
        }
        (Processing | Captured | Declined | Refunded, Captured | Declined | Refunded) => {}
    }
}
