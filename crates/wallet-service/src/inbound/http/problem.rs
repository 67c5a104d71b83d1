//! Every error of the use cases and what it is on the wire.

use actix_web::http::StatusCode;
use contracts::Invalid;
use domain::wallet::{ChargeError, WalletError};
use service_kit::Problem;

pub fn invalid(invalid: Invalid) -> Problem {
    Problem::invalid_request([invalid.into()])
}

pub fn of_wallet(error: WalletError) -> Problem {
    match error {
        WalletError::NoSuchUser => Problem::not_found("there is no such wallet"),
        WalletError::Unexpected(error) => Problem::unexpected(&error),
    }
}

pub fn of_charge(error: ChargeError) -> Problem {
    match error {
        ChargeError::NoSuchUser => of_wallet(WalletError::NoSuchUser),
        ChargeError::Declined { reason } => declined(reason),
        ChargeError::Cancelled => declined("the payment provider did not answer; nothing was taken"),
        ChargeError::StillPending => Problem::unavailable(
            "the payment provider has not answered yet; the top-up ends by itself, one way or the other",
        ),
        ChargeError::OtherCharge => {
            Problem::unexpected(&anyhow::anyhow!("a charge id was used for two charges"))
        }
        ChargeError::Unexpected(error) => Problem::unexpected(&error),
    }
}

fn declined(reason: impl Into<String>) -> Problem {
    Problem::new(StatusCode::PAYMENT_REQUIRED, "charge_declined", "The payment provider took no money")
        .detail(reason)
}
