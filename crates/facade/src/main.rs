//! The facade's own process.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    match facade::run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("facade: {error:#}");
            ExitCode::FAILURE
        }
    }
}
