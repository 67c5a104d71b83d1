//! The queue's own process.

use std::process::ExitCode;

fn main() -> ExitCode {
    service_kit::run::<queue_service::QueueService>()
}
