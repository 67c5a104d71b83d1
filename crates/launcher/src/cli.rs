//! The command line: one subcommand, one module.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::{audit, migrate, secrets, token, up, with_postgres};

/// Sells seats when far more people want them than there are seats.
#[derive(Debug, Parser)]
#[command(name = "boxoffice", version)]
pub struct Cli {
    /// Where this installation keeps its keys and, unless `DATABASE_URL` is set, its database.
    #[arg(long, global = true, env = "BOXOFFICE__DATA_DIR", default_value = ".boxoffice")]
    pub data_dir: PathBuf,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Runs everything in this process: four services, one address.
    Up(up::Arguments),
    /// Prepares the database at `DATABASE_URL` and writes each service's environment into the data folder.
    Migrate,
    /// Writes each service's settings and keys as files of their own into the data folder, as containers are given them.
    /// The database at `DATABASE_URL` is not asked.
    Secrets,
    /// Checks what must always hold, in the database of a running or stopped installation. Exit status: 0 all of it
    /// does, 1 something does not (its ids are named), 2 it could not be checked.
    Audit(audit::Arguments),
    /// Prints an access token.
    Token(token::Arguments),
    /// Runs a command with `DATABASE_URL` set to a throw-away PostgreSQL.
    WithPostgres(with_postgres::Arguments),
}

/// Runs one subcommand to its end; the exit code is the process's.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    let Cli { data_dir, command } = cli;
    match command {
        Command::Up(arguments) => up::run(&data_dir, &arguments).await.map(|()| ExitCode::SUCCESS),
        Command::Migrate => migrate::run(&data_dir).await.map(|()| ExitCode::SUCCESS),
        Command::Secrets => secrets::run(&data_dir).map(|()| ExitCode::SUCCESS),
        Command::Audit(arguments) => Ok(audit::run(&data_dir, &arguments).await),
        Command::Token(arguments) => token::run(&data_dir, &arguments).map(|()| ExitCode::SUCCESS),
        Command::WithPostgres(arguments) => with_postgres::run(arguments).await,
    }
}
