//! The wallet's own process.

use std::process::ExitCode;

fn main() -> ExitCode {
    service_kit::run::<wallet_service::WalletService>()
}
