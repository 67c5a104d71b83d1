//! `boxoffice`: the whole box office from one command.

use std::process::ExitCode;

use clap::Parser;
use launcher::cli::{Cli, run};

#[tokio::main]
async fn main() -> ExitCode {
    match run(Cli::parse()).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
