use super::*;
use proptest::prelude::*;
use uuid::Uuid;

fn balance() -> Balance {
    Balance::new(5_000).unwrap()
}

fn payment(state: PaymentState) -> Payment {
    Payment {
        id: PaymentId(Uuid::from_u128(1)),
        reservation_id: ReservationId(Uuid::from_u128(2)),
        user_id: UserId(Uuid::from_u128(3)),
        pass_id: EntryId(Uuid::from_u128(4)),
        amount: Amount::new(10_000).unwrap(),
        created_at: DateTime::UNIX_EPOCH,
        fence: 1,
        state,
    }
}

fn any_answer() -> impl Strategy<Value = WalletAnswer> {
    prop_oneof![
        Just(WalletAnswer::Taken { balance: balance() }),
        Just(WalletAnswer::Insufficient { balance: balance() }),
        Just(WalletAnswer::Voided),
        Just(WalletAnswer::Refunded),
        Just(WalletAnswer::NeverSent),
        Just(WalletAnswer::GivenUp),
    ]
}

/// How far along a state is; the saga may never fall back.
fn progress(state: PaymentState) -> u8 {
    match state {
        PaymentState::Debiting => 0,
        PaymentState::Voiding => 1,
        PaymentState::Captured { .. } | PaymentState::Declined { .. } | PaymentState::Voided => 2,
        PaymentState::Refunding => 3,
        PaymentState::Refunded { .. } => 4,
    }
}

proptest! {
    #[test]
    fn whatever_the_wallet_says_the_saga_only_moves_forward_and_sells_at_most_once(
        answers in proptest::collection::vec(any_answer(), 0..12),
    ) {
        let mut current = payment(PaymentState::Debiting);
        let mut sold = 0;
        for answer in answers {
            let before = current.clone();
            let Settlement { payment: after, effect } = current.settle(answer, DateTime::UNIX_EPOCH);
            prop_assert!(progress(after.state) >= progress(before.state));
            if before.state.rests() {
                prop_assert_eq!(&after, &before);
                prop_assert_eq!(effect, ReservationEffect::Nothing);
            }
            if effect == ReservationEffect::Sell {
                sold += 1;
                let captured = matches!(after.state, PaymentState::Captured { .. });
                prop_assert!(captured);
            }
            if effect == ReservationEffect::BackToHeld {
                let ended = matches!(after.state, PaymentState::Declined { .. } | PaymentState::Voided);
                prop_assert!(ended);
            }
            current = after;
        }
        prop_assert!(sold <= 1);
    }
}

#[test]
fn a_void_that_comes_too_late_sells_the_seats_after_all() {
    let given_up =
        payment(PaymentState::Debiting).settle(WalletAnswer::GivenUp, DateTime::UNIX_EPOCH).payment;
    assert_eq!(given_up.state.step(), SagaStep::Void);
    let settled = given_up.settle(WalletAnswer::Taken { balance: balance() }, DateTime::UNIX_EPOCH);
    assert_eq!(settled.effect, ReservationEffect::Sell);
}

#[test]
fn a_question_that_was_never_sent_ends_only_a_payment_that_was_not_given_up() {
    // Once voiding, an earlier debit may have reached the wallet: only the wallet can say that nothing was taken.
    let settled = payment(PaymentState::Voiding).settle(WalletAnswer::NeverSent, DateTime::UNIX_EPOCH);
    assert_eq!(settled.payment.state, PaymentState::Voiding);
    let settled = payment(PaymentState::Debiting).settle(WalletAnswer::NeverSent, DateTime::UNIX_EPOCH);
    assert_eq!(
        (settled.payment.state, settled.effect),
        (PaymentState::Voided, ReservationEffect::BackToHeld)
    );
}

#[test]
fn money_taken_for_lost_seats_goes_back() {
    let captured = PaymentState::Captured { at: DateTime::UNIX_EPOCH, balance: balance() };
    let refunding = payment(captured).refund_instead();
    assert_eq!(refunding.state.step(), SagaStep::Refund);
    let settled = refunding.settle(WalletAnswer::Refunded, DateTime::UNIX_EPOCH);
    assert_eq!(settled.payment.state, PaymentState::Refunded { at: DateTime::UNIX_EPOCH });
}

#[test]
fn a_payment_that_took_nothing_gives_back_no_seats_that_are_no_longer_its_own() {
    let reservation = Reservation {
        id: ReservationId(Uuid::from_u128(2)),
        schedule_id: crate::shared::ScheduleId(Uuid::from_u128(5)),
        user_id: UserId(Uuid::from_u128(3)),
        pass_id: EntryId(Uuid::from_u128(4)),
        seats: Vec::new(),
        amount: Amount::new(10_000).unwrap(),
        created_at: DateTime::UNIX_EPOCH,
        held_until: DateTime::UNIX_EPOCH + TimeDelta::minutes(5),
        state: ReservationState::Paying { payment_id: PaymentId(Uuid::from_u128(1)) },
    };
    let conclude = |seats_are_ours| {
        let declined = WalletAnswer::Insufficient { balance: balance() };
        let settlement = payment(PaymentState::Debiting).settle(declined, DateTime::UNIX_EPOCH);
        let Conclusion { reservation, seats, .. } =
            Conclusion::of(settlement, reservation.clone(), seats_are_ours);
        (reservation.state, seats)
    };
    assert_eq!(conclude(true), (ReservationState::Held, SeatsEffect::HoldUntil(reservation.held_until)));
    assert_eq!(conclude(false), (ReservationState::Expired, SeatsEffect::Free));
}

#[test]
fn a_payment_is_given_up_after_twenty_seconds_without_an_answer() {
    let start = DateTime::UNIX_EPOCH;
    let debiting = payment(PaymentState::Debiting);
    assert!(!debiting.should_give_up(start + TimeDelta::milliseconds(19_999)));
    assert!(debiting.should_give_up(start + TimeDelta::seconds(20)));
    assert!(!payment(PaymentState::Voiding).should_give_up(start + TimeDelta::days(1)));
}
