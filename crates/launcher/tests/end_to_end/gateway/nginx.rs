//! nginx with the configuration of the containers.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::{Pid, Uid};
use tempfile::TempDir;

use super::site::client_at;
use crate::stack::{eventually, free_ports};

/// The file that the containers have.
const TEMPLATE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/gateway/nginx.conf.template");

/// Of the template's variables, by their names without the prefix `GATEWAY_`.
pub type Values = BTreeMap<String, String>;

/// Ended with the test.
pub struct Nginx {
    process: Process,
    pub port: u16,
    folder: TempDir,
}

/// Ended when it is dropped.
pub struct Process {
    child: Child,
    by: Signal,
}

impl Process {
    pub fn start(command: &mut Command) -> Self {
        let child = command.spawn().unwrap_or_else(|error| panic!("{command:?} cannot be started: {error}"));
        Self { child, by: Signal::SIGKILL }
    }

    pub fn runs(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if self.runs() {
            kill(Pid::from_raw(self.child.id().try_into().unwrap()), self.by).unwrap();
            self.child.wait().unwrap();
        }
    }
}

/// A gateway that refuses nobody and believes nobody; who is behind it is not said.
fn refusing_nobody() -> Values {
    let values = [
        ("RESOLVER", "127.0.0.1"),
        ("TRUSTED_PROXY", "unix:"),
        ("TRACE_CONTEXT", "dropped"),
        ("CALLS_RATE", "100000r/s"),
        ("CALLS_BURST", "10000"),
        ("PAGES_RATE", "100000r/s"),
        ("PAGES_BURST", "10000"),
        ("NEWCOMERS_RATE", "100000r/s"),
        ("NEWCOMERS_BURST", "10000"),
        ("CONNECTIONS_PER_CLIENT", "1000"),
    ];
    values.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

impl Nginx {
    /// With these values; where one is not given, one that refuses nobody.
    pub async fn start(given: Values) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut values = refusing_nobody();
        values.extend(given);
        let [port, status] = free_ports();
        values.insert("PORT".to_owned(), port.to_string());
        values.insert("STATUS_PORT".to_owned(), status.to_string());
        fs::write(folder.path().join("nginx.conf"), render(&values)).unwrap();
        // Its workers would outlive a master that is killed.
        let mut process = Process::start(&mut command(folder.path()));
        process.by = Signal::SIGTERM;
        let up = comes_up(&mut process, status).await;
        assert!(up, "nginx has ended: {}", fs::read_to_string(folder.path().join("error.log")).unwrap());
        Self { process, port, folder }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// A line for each request.
    pub fn access_log(&self) -> String {
        fs::read_to_string(self.folder.path().join("access.log")).unwrap()
    }

    pub fn runs(&mut self) -> bool {
        self.process.runs()
    }
}

/// Whether nginx answers, rather than has ended.
async fn comes_up(process: &mut Process, status: u16) -> bool {
    let ready = format!("http://127.0.0.1:{status}/healthz");
    let client = client_at("127.0.0.1");
    let answers = eventually("nginx answers or has ended", || {
        let runs = process.runs();
        let answer = client.get(&ready).send();
        async move {
            if !runs {
                return Some(false);
            }
            answer.await.is_ok_and(|answer| answer.status().is_success()).then_some(true)
        }
    });
    answers.await
}

/// What `envsubst` does in the container.
fn render(values: &Values) -> String {
    let template = fs::read_to_string(TEMPLATE).unwrap();
    let rendered = values
        .iter()
        .fold(template, |text, (name, value)| text.replace(&format!("${{GATEWAY_{name}}}"), value));
    assert!(!rendered.contains("${GATEWAY_"), "a variable has no value here: {rendered}");
    rendered
}

fn command(folder: &Path) -> Command {
    let log = |name: &str| File::create(folder.join(name)).unwrap();
    // Workers of a root's nginx are nobody otherwise, and may not enter the folder of the test.
    let user = if Uid::effective().is_root() { " user root;" } else { "" };
    let mut command = Command::new(binary());
    command.arg("-e").arg("stderr").arg("-p").arg(folder).arg("-c").arg(folder.join("nginx.conf"));
    command.arg("-g").arg(format!("daemon off;{user}"));
    command.env_clear().stdin(Stdio::null()).stdout(log("access.log")).stderr(log("error.log"));
    command
}

/// Debian puts it where only root looks. `BOXOFFICE_TEST_NGINX` names another one.
fn binary() -> PathBuf {
    if let Some(path) = std::env::var_os("BOXOFFICE_TEST_NGINX") {
        return path.into();
    }
    let found = std::env::var_os("PATH").and_then(|path| {
        let folders = std::env::split_paths(&path).chain([PathBuf::from("/usr/sbin")]);
        folders.map(|folder| folder.join("nginx")).find(|program| program.is_file())
    });
    found.expect("nginx is installed: scripts/setup nginx does that")
}
