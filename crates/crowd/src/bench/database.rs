//! PostgreSQL's own programs on the stack's cluster: psql for what must be there beforehand, pgbench for yardsticks.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, ensure};
use tokio::io::AsyncWriteExt;

use crate::stack::Programs;

/// The cluster of a stage, as its administrator.
#[derive(Clone, Debug)]
pub struct Database {
    pub programs: Programs,
    pub url: String,
    /// Where scripts go, readable for the account that PostgreSQL's programs run as.
    pub folder: PathBuf,
}

/// One round of pgbench.
#[derive(Clone, Debug)]
pub struct Script<'a> {
    pub name: &'a str,
    pub sql: &'a str,
    /// `-D name=value`.
    pub variables: Vec<(&'a str, String)>,
    pub clients: usize,
    pub until: Until,
}

#[derive(Clone, Copy, Debug)]
pub enum Until {
    Seconds(u32),
    /// So many transactions of each client.
    Each(usize),
}

/// pgbench's threads: one per core of the machine that the goals are for.
const THREADS: usize = 2;

impl Database {
    /// Runs statements; what they print, unaligned.
    pub async fn sql(&self, sql: &str) -> anyhow::Result<String> {
        let mut command = self.programs.command("psql");
        command.args([
            "--no-psqlrc",
            "--quiet",
            "--tuples-only",
            "--no-align",
            "--set",
            "ON_ERROR_STOP=1",
            "--dbname",
        ]);
        command.arg(&self.url).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = tokio::process::Command::from(command).kill_on_drop(true).spawn();
        let mut child = child.context("cannot run PostgreSQL's psql")?;
        let mut input = child.stdin.take().context("psql has no input")?;
        input.write_all(sql.as_bytes()).await.context("psql does not read")?;
        drop(input);
        let output = child.wait_with_output().await.context("psql does not end")?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "psql failed: {}", complaint.trim());
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    pub async fn count(&self, sql: &str) -> anyhow::Result<u64> {
        let text = self.sql(sql).await?;
        text.parse().with_context(|| format!("{sql} is no number: {text}"))
    }

    /// Transactions a second, the time for connecting left out.
    pub async fn pgbench(&self, script: &Script<'_>) -> anyhow::Result<f64> {
        let file = self.folder.join(format!("{}.sql", script.name));
        let readable = fs::Permissions::from_mode(0o644);
        fs::write(&file, script.sql)
            .and_then(|()| fs::set_permissions(&file, readable))
            .with_context(|| format!("cannot write {}", file.display()))?;
        let mut arguments = vec!["--no-vacuum".to_owned(), format!("--file={}", file.display())];
        arguments.extend(script.variables.iter().map(|(name, value)| format!("--define={name}={value}")));
        self.run_pgbench(arguments, script.clients, script.until).await
    }

    /// One of pgbench's own scripts, on its own tables.
    pub async fn builtin(&self, flag: &str, clients: usize, until: Until) -> anyhow::Result<f64> {
        self.run_pgbench(vec![flag.to_owned(), "--no-vacuum".to_owned()], clients, until).await
    }

    /// Makes pgbench's own tables: 100,000 rows for each of `scale`.
    pub async fn initialise_pgbench(&self, scale: u32) -> anyhow::Result<()> {
        self.pgbench_says(vec!["--initialize".to_owned(), "--quiet".to_owned(), format!("--scale={scale}")])
            .await
            .map(drop)
    }

    async fn run_pgbench(
        &self,
        mut arguments: Vec<String>,
        clients: usize,
        until: Until,
    ) -> anyhow::Result<f64> {
        arguments.extend([
            "--protocol=prepared".to_owned(),
            format!("--client={clients}"),
            format!("--jobs={}", THREADS.min(clients)),
            match until {
                Until::Seconds(seconds) => format!("--time={seconds}"),
                Until::Each(transactions) => format!("--transactions={transactions}"),
            },
        ]);
        let said = self.pgbench_says(arguments).await?;
        let failed = after(&said, "number of failed transactions: ");
        ensure!(failed.is_none_or(|failed| failed == "0"), "transactions of pgbench failed: {said}");
        let rate = after(&said, "tps = ")
            .with_context(|| format!("pgbench does not say how fast it was: {said}"))?;
        rate.parse().with_context(|| format!("pgbench was {rate} fast"))
    }

    async fn pgbench_says(&self, arguments: Vec<String>) -> anyhow::Result<String> {
        let mut command = self.programs.command("pgbench");
        command.args(arguments).arg(&self.url).stdout(Stdio::piped()).stderr(Stdio::piped());
        let command = tokio::process::Command::from(command).kill_on_drop(true).output();
        let output = command.await.context("cannot run PostgreSQL's pgbench")?;
        let complaint = String::from_utf8_lossy(&output.stderr);
        ensure!(output.status.success(), "pgbench failed: {}", complaint.trim());
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }
}

/// The word behind a label.
fn after<'a>(text: &'a str, label: &str) -> Option<&'a str> {
    let (_, rest) = text.split_once(label)?;
    rest.split_whitespace().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_is_read_from_what_pgbench_says() {
        let said = "number of failed transactions: 0 (0.000%)\nlatency average = 4.9 ms\n\
                    tps = 12971.3 (without initial connection time)\n";
        assert_eq!(after(said, "tps = "), Some("12971.3"));
        assert_eq!(after(said, "number of failed transactions: "), Some("0"));
        assert_eq!(after(said, "progress: "), None);
    }
}
