//! The command line: one subcommand, one module.

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::with_postgres;

/// Sells seats when far more people want them than there are seats.
#[derive(Debug, Parser)]
#[command(name = "boxoffice", version)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs a command with `DATABASE_URL` set to a throw-away PostgreSQL.
    WithPostgres(with_postgres::Arguments),
}

/// Runs one subcommand to its end; the exit code is the process's.
pub async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::WithPostgres(arguments) => with_postgres::run(arguments).await,
    }
}
