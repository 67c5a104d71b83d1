//! `crowd chaos`: the real thing, killed at random, under a crowd that writes down every promise. `crowd bench`: how
//! fast it is, beside a yardstick.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use crowd::bench::{self, constant};
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
    /// Measures everything beside its yardstick, in turn; exits with 1 where something was wrong, whatever the figures.
    Bench(bench::Options),
    /// A server that answers a constant: the yardstick of `bench`.
    #[command(hide = true)]
    Constant(constant::Options),
}

/// It could not be found out whether the promises were kept.
const NO_VERDICT: u8 = 2;

#[tokio::main]
async fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Chaos(options) => chaos::run(&options).await.map(|report| report.is_clean()),
        Command::Bench(options) => bench::run(&options).await.map(|report| report.is_sound()),
        Command::Constant(options) => constant::serve(&options).await.map(|()| true),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
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
        let parsed = |command| format!("{:?}", Cli::parse_from(["crowd", command]).command);
        assert_eq!(parsed("chaos"), format!("Chaos({:?})", chaos::Options::default()));
        assert_eq!(parsed("bench"), format!("Bench({:?})", bench::Options::default()));
    }
}
