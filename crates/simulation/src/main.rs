//! `simulation`: many worlds, each from its seed.

use std::process::ExitCode;

use clap::Parser;
use simulation::cli::{self, Cli};

fn main() -> ExitCode {
    cli::main(&Cli::parse())
}
