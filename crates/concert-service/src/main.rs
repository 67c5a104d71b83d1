//! The catalogue's own process.

use std::process::ExitCode;

fn main() -> ExitCode {
    service_kit::run::<concert_service::ConcertService>()
}
