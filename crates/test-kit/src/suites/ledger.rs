//! The rules of `domain::wallet::Ledger`.

mod charges;
mod contention;
mod debits;
mod opening;
mod refunds;
mod sets;
mod stalled;
mod statement;
mod voids;

use std::sync::Arc;

use async_trait::async_trait;
use domain::adapters::system;
use domain::shared::{Amount, Balance, ChargeId, IdGenerator, PageRequest, PaymentId, UserId};
use domain::wallet::{
    Charged, DebitAnswer, DebitRequest, Ledger, NewUser, ProviderAnswer, StatementLine, Wallet,
};
use uuid::Uuid;

use crate::clock::TimeTravel;

pub use charges::*;
pub use contention::*;
pub use debits::*;
pub use opening::*;
pub use refunds::*;
pub use sets::*;
pub use stalled::*;
pub use statement::*;
pub use voids::*;

/// Runs every rule of this suite: `ledger_suite! { memory: …, postgres: … }`.
#[macro_export]
macro_rules! ledger_suite {
    ($($subjects:tt)+) => {
        $crate::port_suite! {
            $crate::suites::ledger: [
                a_wallet_is_opened_empty,
                a_user_who_never_came_has_no_wallet,
                opening_again_keeps_name_and_balance,
                a_captured_charge_is_in_the_wallet,
                a_declined_charge_moves_nothing,
                a_cancelled_charge_moves_nothing,
                beginning_again_answers_with_the_charge_as_it_stands,
                settling_again_changes_nothing,
                a_charge_that_ended_without_money_never_brings_any,
                a_charge_id_belongs_to_one_user_and_amount,
                a_user_without_a_wallet_begins_no_charge,
                a_charge_that_was_never_begun_is_not_settled,
                only_charges_left_alone_are_stalled,
                a_charge_that_has_ended_is_never_stalled,
                stalled_charges_come_oldest_first_and_no_more_than_asked_for,
                a_stalled_charge_is_taken_up_once_per_idle_period,
                a_stalled_charge_shows_how_long_it_has_been_pending,
                a_debit_takes_the_amount,
                a_debit_takes_the_last_won,
                a_debit_beyond_the_balance_takes_nothing,
                a_debit_without_a_wallet_takes_nothing_and_opens_none,
                a_repeated_debit_repeats_its_answer_and_takes_nothing_more,
                a_declined_debit_stays_declined_after_a_top_up,
                a_payment_id_takes_what_was_asked_first,
                a_voided_payment_is_never_taken,
                a_void_after_the_debit_comes_too_late,
                a_repeated_void_repeats_its_answer,
                a_void_after_a_declined_debit_changes_nothing,
                a_void_after_a_refund_changes_nothing,
                a_refund_gives_the_amount_back,
                a_repeated_refund_repeats_its_answer_and_gives_nothing_more,
                what_was_never_taken_is_not_given_back,
                a_refunded_payment_is_never_taken_again,
                a_statement_is_newest_first_with_signs_and_reasons,
                a_statement_shows_only_what_moved_and_only_ones_own,
                each_line_follows_from_the_one_before,
                pages_cover_every_line_once,
                a_page_stays_where_it_is_when_lines_are_added,
                a_user_opened_by_many_at_once_has_one_wallet,
                one_payment_debited_by_many_at_once_is_taken_once,
                many_payments_at_once_take_what_there_is_and_no_more,
                one_charge_settled_by_many_at_once_is_given_once,
                one_payment_refunded_by_many_at_once_is_given_back_once,
                a_debit_and_a_void_at_once_agree,
                a_stalled_charge_is_taken_up_by_one_of_many,
                many_debits_of_one_wallet_take_it_down_to_nothing_and_never_below,
                debits_that_come_together_are_lines_that_follow_from_each_other,
                one_payment_many_times_among_others_is_taken_once,
                the_same_payment_asked_for_by_two_users_at_once_is_one_of_theirs,
                debits_voids_and_refunds_of_many_payments_at_once_agree,
                many_refunds_at_once_give_each_amount_back_once,
                top_ups_and_debits_that_meet_sum_up,
                a_top_up_that_would_overflow_fails_alone,
                top_ups_that_begin_together_are_each_their_own,
            ],
            $($subjects)+
        }
    };
}

/// A ledger under test, empty or not: every rule brings users of its own.
///
/// Only the rules about stalled charges look at all charges, so they need a ledger of their own.
#[derive(Clone)]
pub struct Subject {
    pub ledger: Arc<dyn Ledger>,
    pub time: Arc<dyn TimeTravel>,
    pub vault: Arc<dyn Vault>,
}

/// Fills a wallet as no use case could in a lifetime of tests: with all the won that fit.
#[async_trait]
pub trait Vault: Send + Sync {
    async fn fill(&self, user: UserId);
}

impl Subject {
    /// A user with an empty wallet.
    async fn fan(&self) -> UserId {
        let id = UserId(new_id());
        self.ledger.open(NewUser { id, name: "Kim".to_owned() }).await.expect("opening");
        id
    }

    async fn fan_with(&self, won: i64) -> UserId {
        let user = self.fan().await;
        self.top_up(user, won).await;
        user
    }

    async fn top_up(&self, user: UserId, won: i64) -> ChargeId {
        let id = self.begin(user, won).await;
        self.settle(id, ProviderAnswer::Captured).await;
        id
    }

    async fn begin(&self, user: UserId, won: i64) -> ChargeId {
        let id = ChargeId(new_id());
        self.ledger.begin_charge(id, user, amount(won)).await.expect("beginning a charge");
        id
    }

    async fn settle(&self, id: ChargeId, answer: ProviderAnswer) -> Charged {
        self.ledger.settle_charge(id, answer).await.expect("settling a charge")
    }

    async fn debit(&self, payment_id: PaymentId, user_id: UserId, won: i64) -> DebitAnswer {
        let request = DebitRequest { payment_id, user_id, amount: amount(won) };
        self.ledger.debit(request).await.expect("a debit")
    }

    async fn wallet(&self, user: UserId) -> Option<Wallet> {
        self.ledger.wallet(user).await.expect("reading a wallet")
    }

    /// What the wallet holds, in won.
    async fn balance(&self, user: UserId) -> i64 {
        self.wallet(user).await.expect("the user has a wallet").balance.as_won()
    }

    async fn fill(&self, user: UserId) {
        self.vault.fill(user).await;
    }

    /// The whole statement, in one page.
    async fn statement(&self, user: UserId) -> Vec<StatementLine> {
        let page = PageRequest::new(PageRequest::MAX_LIMIT, None).expect("a page");
        let page = self.ledger.statement(user, page).await.expect("a statement");
        assert_eq!(page.next, None, "the statement is longer than this suite makes it");
        page.items
    }

    /// The books of one user are right: from the oldest line on, each balance is the one before plus what moved,
    /// never below zero, and the last is what the wallet holds.
    async fn assert_books_add_up(&self, user: UserId) {
        let mut balance = 0;
        for line in self.statement(user).await.iter().rev() {
            balance += line.amount.as_won();
            assert_eq!(line.balance_after.as_won(), balance, "after {line:?}");
        }
        assert_eq!(self.balance(user).await, balance, "the wallet and its statement differ");
    }
}

fn new_id() -> Uuid {
    system::Version7.next()
}

fn payment() -> PaymentId {
    PaymentId(new_id())
}

fn amount(won: i64) -> Amount {
    Amount::new(won).expect("an amount")
}

fn balance(won: i64) -> Balance {
    Balance::new(won).expect("a balance")
}

fn captured(won: i64) -> DebitAnswer {
    DebitAnswer::Captured { balance: balance(won) }
}

fn declined() -> ProviderAnswer {
    ProviderAnswer::Declined { reason: "the card is stolen".to_owned() }
}
