use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};

use crate::sandbox::{ask, folder, is_gone, until};

/// `boxoffice with-postgres`, its clusters in `folder`.
pub fn boxoffice(folder: &TempDir, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_boxoffice"));
    command.arg("with-postgres").args(arguments).env("TMPDIR", folder.path()).stdin(Stdio::piped());
    command
}

/// Started with a command that tells its process id and `DATABASE_URL`, and then waits for its input to end.
pub async fn waiting(folder: &TempDir) -> (Child, i32, String) {
    let script = r#"echo "$$ $DATABASE_URL"; exec cat"#;
    let mut child = boxoffice(folder, &["--", "sh", "-c", script]).stdout(Stdio::piped()).spawn().unwrap();
    let output: ChildStdout = child.stdout.take().unwrap();
    let line = BufReader::new(output).lines().next_line().await.unwrap().unwrap();
    let (pid, url) = line.split_once(' ').unwrap();
    (child, pid.parse().unwrap(), url.to_owned())
}

async fn run(folder: &TempDir, arguments: &[&str]) -> Output {
    boxoffice(folder, arguments).output().await.unwrap()
}

fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).unwrap().next().is_none()
}

#[tokio::test]
async fn the_commands_exit_code_is_forwarded_and_nothing_stays() {
    let folder = folder();
    let output = run(&folder, &["--", "sh", "-c", "exit 7"]).await;
    assert_eq!(output.status.code(), Some(7), "{output:?}");
    assert!(is_empty(folder.path()));
}

#[tokio::test]
async fn a_command_ended_by_a_signal_counts_as_in_a_shell() {
    let folder = folder();
    let output = run(&folder, &["--", "sh", "-c", "kill -9 $$"]).await;
    assert_eq!(output.status.code(), Some(137), "{output:?}");
}

#[tokio::test]
async fn a_command_that_does_not_exist_is_one_clear_error() {
    let folder = folder();
    let output = run(&folder, &["--", "no-such-command"]).await;
    assert_eq!(output.status.code(), Some(1));
    let message = String::from_utf8(output.stderr).unwrap();
    assert!(message.starts_with("error: cannot run no-such-command: "), "{message}");
    assert_eq!(message.lines().count(), 1, "{message}");
    assert!(is_empty(folder.path()));
}

#[tokio::test]
async fn kept_files_are_named() {
    let folder = folder();
    let output = run(&folder, &["--keep", "--", "true"]).await;
    assert!(output.status.success(), "{output:?}");
    let kept = fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    assert!(String::from_utf8(output.stderr).unwrap().contains(&kept.display().to_string()));
    assert!(kept.join("postgres/PG_VERSION").exists());
    assert!(!kept.join("postgres/postmaster.pid").exists(), "PostgreSQL was stopped properly");
}

#[tokio::test]
async fn a_signal_ends_the_command_then_postgresql() {
    for (signal, code) in [(Signal::SIGINT, 130), (Signal::SIGTERM, 143)] {
        let folder = folder();
        let (mut boxoffice, command, url) = waiting(&folder).await;
        assert_eq!(ask(&url, "current_database()::text").await, "boxoffice");
        kill(Pid::from_raw(i32::try_from(boxoffice.id().unwrap()).unwrap()), signal).unwrap();
        // The command's input stays open: only the signal can have ended it.
        let input = boxoffice.stdin.take();
        assert_eq!(boxoffice.wait().await.unwrap().code(), Some(code));
        until("the command ends", || is_gone(command)).await;
        assert!(is_empty(folder.path()));
        drop(input);
    }
}
