//! The box office's own process.

use std::process::ExitCode;

fn main() -> ExitCode {
    service_kit::run::<reservation_service::ReservationService>()
}
