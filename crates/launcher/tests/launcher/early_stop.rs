use std::process::Stdio;

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::sandbox::folder;

#[tokio::test]
async fn a_signal_before_boxoffice_has_opened_stops_it_and_its_database() {
    let folder = folder();
    let data_dir = folder.path().join("data");
    let mut boxoffice = Command::new(env!("CARGO_BIN_EXE_boxoffice"))
        .arg("up")
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("BOXOFFICE__HTTP__PORT", "0")
        .env("BOXOFFICE__DATA_DIR", &data_dir)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut told = BufReader::new(boxoffice.stderr.take().unwrap()).lines();
    while let Some(line) = told.next_line().await.unwrap() {
        if line.contains("starting the four services") {
            break;
        }
    }
    let pid = Pid::from_raw(i32::try_from(boxoffice.id().unwrap()).unwrap());
    kill(pid, Signal::SIGINT).unwrap();
    // What it says further must find a reader.
    while told.next_line().await.unwrap().is_some() {}
    assert!(boxoffice.wait().await.unwrap().success());
    assert!(data_dir.join("postgres/PG_VERSION").exists());
    assert!(!data_dir.join("postgres/postmaster.pid").exists());
}
