//! `crowd chaos`: the real thing, killed at random, under a crowd that writes down every promise.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use crowd::chaos;

/// Fans over HTTP.
#[derive(Debug, Parser)]
#[command(name = "crowd", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Kills processes and breaks connections under a buying crowd; exits with 1 where a promise was broken.
    Chaos(chaos::Options),
}

/// It could not be found out whether the promises were kept.
const NO_VERDICT: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let Cli { command: Command::Chaos(options) } = Cli::parse();
    match chaos::run(&options).await {
        Ok(report) if report.is_clean() => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(NO_VERDICT)
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_sound_and_its_defaults_are_the_options_own() {
        Cli::command().debug_assert();
        let Cli { command: Command::Chaos(options) } = Cli::parse_from(["crowd", "chaos"]);
        assert_eq!(format!("{options:?}"), format!("{:?}", chaos::Options::default()));
    }
}
