//! Every error of the use cases and what it is on the wire.

use actix_web::http::StatusCode;
use contracts::Invalid;
use domain::reservation::{BestAvailable, CheckoutError, GiveUpError, HoldError, LookupError, ReleaseError};
use domain::shared::{PaymentId, SeatId};
use service_kit::Problem;

pub fn invalid(invalid: Invalid) -> Problem {
    Problem::invalid_request([invalid.into()])
}

pub fn of_hold(error: HoldError) -> Problem {
    let conflict = |code, title: &'static str| Problem::new(StatusCode::CONFLICT, code, title);
    match error {
        HoldError::NoSuchSchedule => Problem::not_found("there is no such performance"),
        HoldError::UnknownSeats(seats) => {
            Problem::not_found("some of these are no seats of this performance")
                .with("unknownSeatIds", words(&seats))
        }
        HoldError::UnknownSection(section) => {
            let message = format!("{section:?} is no section of this performance");
            Problem::invalid_request([("bestAvailable.section", message)])
        }
        HoldError::OtherQueue => Problem::not_admitted("this pass was given for another queue"),
        HoldError::SaleNotOpen(at) => conflict("sale_not_open", "The sale has not opened yet")
            .detail(format!("the sale opens at {}", at.to_rfc3339()))
            .with("salesOpenAt", at.to_rfc3339()),
        HoldError::SaleClosed(at) => conflict("sale_closed", "The sale is over")
            .detail(format!("the sale closed at {}", at.to_rfc3339()))
            .with("salesCloseAt", at.to_rfc3339()),
        HoldError::SeatsTaken(seats) => {
            conflict("seat_unavailable", "A seat is held or sold").with("conflicts", words(&seats))
        }
        // No seat was named, so none is in conflict: what could be asked for instead is how many there are together.
        HoldError::NotSideBySide { wish: BestAvailable { quantity, section }, at_most } => {
            let place = section.map_or_else(String::new, |section| format!(" in section {section}"));
            conflict("seat_unavailable", "No such seats are left")
                .detail(format!("no {quantity} seats side by side are left{place}; the most is {at_most}"))
                .with("conflicts", words(&[]))
                .with("mostSideBySide", at_most)
        }
        HoldError::TooManySeats { max, taken } => {
            conflict("seat_limit_reached", "Too many seats for one fan")
                .detail(format!("one fan may have {max} seats of a performance and has {taken}"))
                .with("maxSeats", max)
                .with("takenSeats", taken)
        }
        HoldError::OtherReservation => {
            Problem::unexpected(&anyhow::anyhow!("a reservation id was used for two holds"))
        }
        HoldError::Unexpected(error) => Problem::unexpected(&error),
    }
}

fn words(seats: &[SeatId]) -> Vec<String> {
    seats.iter().map(ToString::to_string).collect()
}

pub fn of_lookup(error: LookupError) -> Problem {
    match error {
        LookupError::NoSuchThing(thing) => Problem::not_found(format!("there is no such {thing}")),
        LookupError::Unexpected(error) => Problem::unexpected(&error),
    }
}

pub fn of_give_up(error: GiveUpError) -> Problem {
    match error {
        GiveUpError::NoSuchReservation => of_lookup(LookupError::NoSuchThing("reservation")),
        GiveUpError::PaymentUnderway { payment_id } => payment_in_progress(payment_id),
        GiveUpError::AlreadyStarted(at) => {
            Problem::new(StatusCode::CONFLICT, "already_started", "The performance has begun")
                .detail(format!("the performance began at {}", at.to_rfc3339()))
        }
        GiveUpError::Unexpected(error) => Problem::unexpected(&error),
    }
}

pub fn of_release(error: ReleaseError) -> Problem {
    match error {
        ReleaseError::NoSuchReservation => of_lookup(LookupError::NoSuchThing("reservation")),
        ReleaseError::PaymentUnderway { payment_id } => payment_in_progress(payment_id),
        ReleaseError::AlreadySold => Problem::new(StatusCode::CONFLICT, "already_sold", "The seats are sold")
            .detail("cancelling a sale is the fan's; only a hold is released by hand"),
        ReleaseError::NotHeld { status } => {
            Problem::new(StatusCode::CONFLICT, "hold_expired", "There is nothing to release any more")
                .detail(format!("the reservation is {status}"))
                .with("reservationStatus", status)
        }
        ReleaseError::Unexpected(error) => Problem::unexpected(&error),
    }
}

fn payment_in_progress(payment: PaymentId) -> Problem {
    Problem::new(StatusCode::CONFLICT, "payment_in_progress", "A payment is under way")
        .detail("the payment ends one way or the other first")
        .with("paymentId", payment.to_string())
        .retry_after(1)
}

pub fn of_checkout(error: CheckoutError) -> Problem {
    match error {
        CheckoutError::NoSuchReservation => of_lookup(LookupError::NoSuchThing("reservation")),
        CheckoutError::NotHeld { status } => {
            Problem::new(StatusCode::CONFLICT, "hold_expired", "These seats are no longer held for you")
                .detail(format!("the reservation is {status}"))
                .with("reservationStatus", status)
        }
        CheckoutError::InsufficientBalance { balance, required } => {
            Problem::new(StatusCode::PAYMENT_REQUIRED, "insufficient_balance", "The balance is too small")
                .detail(format!("{required} are needed and the balance is {} won", balance.as_won()))
                .with("balance", balance.as_won())
                .with("required", required.as_won())
        }
        CheckoutError::WalletOutOfReach => Problem::unavailable(
            "the wallet is out of reach; nothing was taken, and the seats are still held",
        ),
        CheckoutError::Refunded => of_checkout(CheckoutError::NotHeld { status: "cancelled" }),
        CheckoutError::Unexpected(error) => Problem::unexpected(&error),
    }
}
