use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::Args;

use super::rows::IDS;

const SECONDS: u32 = 10;
const ROUNDS: usize = 3;
const CLIENTS: usize = 64;
const THREADS: usize = 1;

/// What is measured, and for how long.
#[derive(Args, Clone, Debug)]
pub struct Options {
    /// These rows alone (P1,P4); P10 is P10a and P10b.
    #[arg(long, value_delimiter = ',')]
    pub only: Vec<String>,
    /// How long a round of a row lasts; one that uses up seats or fans has so many seconds' worth of them.
    #[arg(long, default_value_t = SECONDS)]
    pub seconds: u32,
    /// How often each is measured, in turn with its yardstick.
    #[arg(long, default_value_t = ROUNDS)]
    pub rounds: usize,
    /// Connections of the load generator, and clients of pgbench.
    #[arg(long, default_value_t = CLIENTS)]
    pub clients: usize,
    /// Threads of the load generator.
    #[arg(long, default_value_t = THREADS)]
    pub threads: usize,
    /// Everything tiny: to see that it runs, not how fast.
    #[arg(long)]
    pub smoke: bool,
    /// Writes the run into this file.
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Where `boxoffice`, `crowd` and the four services are; beside this program where absent.
    #[arg(long)]
    pub binaries: Option<PathBuf>,
    /// Keeps clusters and logs in this new folder. Where absent, a temporary one that is kept only if something failed.
    #[arg(long)]
    pub folder: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            only: Vec::new(),
            seconds: SECONDS,
            rounds: ROUNDS,
            clients: CLIENTS,
            threads: THREADS,
            smoke: false,
            json: None,
            binaries: None,
            folder: None,
        }
    }
}

impl Options {
    pub fn check(&self) -> anyhow::Result<()> {
        ensure!(self.seconds > 0 && self.rounds > 0, "--seconds and --rounds must be at least 1");
        ensure!(self.clients > 0 && self.threads > 0, "--clients and --threads must be at least 1");
        for wanted in &self.only {
            ensure!(
                IDS.iter().any(|id| is_of(wanted, id)),
                "there is no row {wanted}; there are {}",
                IDS.join(", ")
            );
        }
        Ok(())
    }

    /// Whether a row is asked for.
    pub fn wants(&self, id: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|wanted| is_of(wanted, id))
    }

    /// Where the binaries are: beside this program unless said otherwise; a test stands one folder deeper.
    pub fn binaries(&self) -> anyhow::Result<PathBuf> {
        let chaos = crate::chaos::Options { binaries: self.binaries.clone(), ..Default::default() };
        chaos.binaries().context("cannot find the binaries")
    }
}

/// `P10` is `P10a` and `P10b`, and not `P1`.
fn is_of(wanted: &str, id: &str) -> bool {
    let rest = id.get(..wanted.len()).filter(|start| start.eq_ignore_ascii_case(wanted));
    let rest = rest.and(id.get(wanted.len()..));
    rest.is_some_and(|rest| {
        rest.is_empty() || (rest.len() == 1 && rest.chars().all(|part| part.is_ascii_lowercase()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_is_asked_for_by_its_id_or_with_its_parts() {
        let options = Options { only: vec!["P1".to_owned(), "p10".to_owned()], ..Options::default() };
        assert!(options.check().is_ok());
        assert!(options.wants("P1") && options.wants("P10a") && options.wants("P10b"));
        assert!(!options.wants("P11a") && !options.wants("P2"));
        assert!(Options::default().wants("flow"));
    }

    #[test]
    fn a_row_that_is_none_is_named_with_those_that_are() {
        let options = Options { only: vec!["P12".to_owned()], ..Options::default() };
        let message = options.check().unwrap_err().to_string();
        assert!(message.contains("P12") && message.contains("P11a"), "{message}");
        assert!(Options { rounds: 0, ..Options::default() }.check().is_err());
    }
}
