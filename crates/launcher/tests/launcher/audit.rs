//! `boxoffice audit` on the installation's own cluster.

use std::path::Path;
use std::process::{Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};

use crate::sandbox::folder;

fn boxoffice(data_dir: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_boxoffice"));
    command.arg("--data-dir").arg(data_dir).args(arguments).env_remove("DATABASE_URL").kill_on_drop(true);
    command
}

async fn audit(data_dir: &Path) -> Output {
    boxoffice(data_dir, &["audit", "--json"]).output().await.unwrap()
}

/// What each check came to, of an audit that finds no violation.
fn clean(output: &Output, name: &str) -> Value {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(0), "{said}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["violations"], 0, "{report:#}");
    let check = report["checks"].as_array().unwrap().iter().find(|check| check["name"] == name);
    check.unwrap_or_else(|| panic!("no check {name} in {report:#}")).clone()
}

/// Once it is open; and where.
async fn up(data_dir: &Path) -> (Child, String) {
    let mut up = boxoffice(data_dir, &["up", "--no-demo"]);
    up.env("BOXOFFICE__HTTP__PORT", "0").stdout(Stdio::piped());
    let mut child = up.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if let Some(address) = line.strip_prefix("Boxoffice is open: ") {
            let address = address.to_owned();
            // What else it prints must find somebody who reads.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return (child, address);
        }
    }
    panic!("boxoffice did not open");
}

#[tokio::test]
async fn an_installation_is_audited_running_and_stopped_and_left_as_it_was() {
    let folder = folder();
    let (mut running, address) = up(folder.path()).await;
    // What operators see is on no public address.
    assert_eq!(reqwest::get(format!("{address}/metrics")).await.unwrap().status(), 404);
    let live = audit(folder.path()).await;
    assert_eq!(clean(&live, "entries_sum_to_zero")["verdict"], "holds");
    // It is still running, undisturbed.
    assert!(running.try_wait().unwrap().is_none());
    assert!(folder.path().join("postgres/postmaster.pid").exists());

    kill(Pid::from_raw(running.id().unwrap().try_into().unwrap()), Signal::SIGTERM).unwrap();
    assert!(running.wait().await.unwrap().success());
    assert!(!folder.path().join("postgres/postmaster.pid").exists());
    let stopped = audit(folder.path()).await;
    assert_eq!(clean(&stopped, "entries_sum_to_zero")["verdict"], "holds");
    // Nobody is there to drive a payment, so nobody is blamed for it.
    assert_eq!(clean(&stopped, "payments_are_driven")["verdict"], "not_judged");
    assert!(!folder.path().join("postgres/postmaster.pid").exists());
}

#[tokio::test]
async fn where_there_is_no_installation_the_audit_says_so_and_makes_none() {
    let folder = folder();
    let data_dir = folder.path().join("nothing");
    let output = audit(&data_dir).await;
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(2), "{said}");
    for way_out in ["DATABASE_URL", "BOXOFFICE__DATA_DIR", "boxoffice up"] {
        assert!(said.contains(way_out), "{said}");
    }
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(!data_dir.exists());
}
