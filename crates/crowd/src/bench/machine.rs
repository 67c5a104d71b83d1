//! What it was measured on, as the system tells it; empty where it does not.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde::Serialize;

/// The machine, the day and the commit.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Machine {
    pub cores: usize,
    pub memory_mib: u64,
    pub cpu: String,
    pub kernel: String,
    pub postgres: String,
    pub date: String,
    pub commit: String,
}

impl Machine {
    /// `postgres`: what the program says of its version.
    pub fn look(postgres: String) -> Self {
        let line = |file: &str, name: &str| {
            let text = fs::read_to_string(file).unwrap_or_default();
            let found = text.lines().find_map(|line| line.strip_prefix(name)?.trim_start().strip_prefix(':'));
            found.unwrap_or_default().trim().to_owned()
        };
        let kib = line("/proc/meminfo", "MemTotal");
        let kib: u64 = kib.trim_end_matches(" kB").parse().unwrap_or_default();
        // The sources that this was built from, wherever it is run.
        let sources = env!("CARGO_MANIFEST_DIR");
        let git = |arguments: &[&str]| said("git", &[&["-C", sources], arguments].concat());
        let changed = git(&["status", "--porcelain", "--untracked-files=no"]);
        let commit = git(&["rev-parse", "--short=12", "HEAD"]);
        Self {
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            memory_mib: kib / 1_024,
            cpu: line("/proc/cpuinfo", "model name"),
            kernel: said("uname", &["-sr"]),
            postgres,
            date: said("date", &["-u", "+%Y-%m-%dT%H:%M:%SZ"]),
            commit: if changed.is_empty() || commit.is_empty() {
                commit
            } else {
                format!("{commit}, changed")
            },
        }
    }
}

/// What a program prints; empty where it fails.
fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let output = output.ok().filter(|output| output.status.success());
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

/// Memory that a process has in use, in bytes.
pub fn resident_bytes(pid: i32) -> Option<u64> {
    let status = fs::read_to_string(Path::new("/proc").join(pid.to_string()).join("status")).ok()?;
    let kib = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    Some(kib.trim().trim_end_matches(" kB").parse::<u64>().ok()? * 1_024)
}
