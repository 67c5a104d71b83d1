use std::process::Child;
use std::time::{Duration, Instant};

use launcher::installation::Service;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;

use crate::stack::{Stack, eventually};

/// Two queue-services: one is active, the other stands by.
pub struct Queues<'a> {
    stack: &'a Stack,
    client: reqwest::Client,
    processes: [Process; 2],
}

struct Process {
    /// Where it says how it is.
    port: u16,
    /// Where it listens while it is the active one.
    active_port: u16,
    child: Child,
}

/// How a process is ended.
#[derive(Clone, Copy, Debug)]
pub enum By {
    Kill,
    /// It may hand over.
    Signal,
}

impl<'a> Queues<'a> {
    /// In place of the stack's own queue-service this one and another, at these ports.
    pub async fn beside(stack: &'a Stack, port: u16, active_port: u16) -> Self {
        stack.kill(Service::Queue);
        let own = [stack.port(Service::Queue), stack.active_port()];
        let processes = [own, [port, active_port]].map(|[port, active_port]| Process {
            port,
            active_port,
            child: start(stack, port, active_port),
        });
        let queues =
            Self { stack, client: service_kit::client::build(Duration::from_secs(2)).unwrap(), processes };
        queues.settled().await;
        queues
    }

    /// Waits until one is active and the other stands by; which of them is active.
    async fn settled(&self) -> usize {
        eventually("one is active and one stands by", || async {
            let [first, second] = [self.says(0).await?, self.says(1).await?];
            match (first.as_str(), second.as_str()) {
                ("ready", "standby") => Some(0),
                ("standby", "ready") => Some(1),
                _ => None,
            }
        })
        .await
    }

    /// Where the one that stands by would listen.
    pub async fn shut_port(&self) -> u16 {
        self.processes[1 - self.settled().await].active_port
    }

    async fn says(&self, number: usize) -> Option<String> {
        let url = format!("http://127.0.0.1:{}/readyz?standby=ok", self.processes[number].port);
        let body: Value = self.client.get(url).send().await.ok()?.json().await.ok()?;
        body["status"].as_str().map(str::to_owned)
    }

    /// Ends the active one and starts it again; how long it took until the other one was active.
    pub async fn end_the_active_one(&mut self, by: By) -> Duration {
        let active = self.settled().await;
        let process = &self.processes[active];
        let signal = match by {
            By::Kill => Signal::SIGKILL,
            By::Signal => Signal::SIGTERM,
        };
        let ended = Instant::now();
        kill(Pid::from_raw(process.child.id().try_into().unwrap()), signal).unwrap();
        eventually("the other one is active", || async {
            (self.says(1 - active).await? == "ready").then_some(())
        })
        .await;
        let took = ended.elapsed();
        let process = &mut self.processes[active];
        let status = process.child.wait().unwrap();
        assert!(matches!(by, By::Kill) || status.success(), "{status}");
        process.child = start(self.stack, process.port, process.active_port);
        self.settled().await;
        took
    }
}

impl Drop for Queues<'_> {
    fn drop(&mut self) {
        for process in &mut self.processes {
            process.child.kill().ok();
            process.child.wait().ok();
        }
    }
}

fn start(stack: &Stack, port: u16, active_port: u16) -> Child {
    let mut command = stack.command(Service::Queue);
    command.env("BOXOFFICE__HTTP__PORT", port.to_string());
    command.env("BOXOFFICE__HTTP__ACTIVE_PORT", active_port.to_string());
    command.spawn().unwrap()
}
