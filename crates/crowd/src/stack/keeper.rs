//! Keeps one process running, and kills it when told to.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::Context;
use nix::unistd::Pid;
use tokio::process::Child;
use tokio::sync::{mpsc, oneshot, watch};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, timeout};

use super::program::Program;

/// As a process supervisor would (`RestartSec`), where a process ends by itself.
const RESTART_AFTER: Duration = Duration::from_millis(200);
/// A service lets its requests end for at most 10 s, PostgreSQL writes one checkpoint.
const STOP_DEADLINE: Duration = Duration::from_secs(20);

/// How a process stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// There is none.
    Down,
    /// There is one, and it cannot do its work yet.
    Starting,
    Serving,
}

/// What happened to a process that nobody asked for.
#[derive(Clone, Debug, Default)]
pub struct Mishaps(Arc<Mutex<Noted>>);

#[derive(Clone, Debug, Default)]
struct Noted {
    failed_starts: usize,
    ended: Vec<String>,
}

impl Mishaps {
    /// Starts that came to nothing, as without a database they must.
    pub fn failed_starts(&self) -> usize {
        self.noted(|noted| noted.failed_starts)
    }

    /// Processes that served and ended by themselves.
    pub fn ended(&self) -> Vec<String> {
        self.noted(|noted| noted.ended.clone())
    }

    fn ended_by_itself(&self, while_starting: bool, line: String) {
        self.noted(|noted| if while_starting { noted.failed_starts += 1 } else { noted.ended.push(line) });
    }

    fn noted<T>(&self, look: impl FnOnce(&mut Noted) -> T) -> T {
        look(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Where callers find a process, among those that do the same work.
#[derive(Clone, Debug)]
pub(super) struct Entrance {
    pub(super) address: SocketAddr,
    pub(super) open: watch::Sender<Vec<SocketAddr>>,
}

impl Entrance {
    /// Whether callers can connect.
    fn set(&self, is_open: bool) {
        self.open.send_if_modified(|open| {
            let was_open = open.contains(&self.address);
            open.retain(|other| *other != self.address);
            if is_open {
                open.push(self.address);
            }
            was_open != is_open
        });
    }
}

enum Order {
    Kill {
        down_for: Duration,
        killed: oneshot::Sender<bool>,
    },
    /// End well, and stay down until [`Order::Start`].
    Rest {
        rests: oneshot::Sender<()>,
    },
    Start,
    Stop {
        stopped: oneshot::Sender<()>,
    },
}

/// One process and its restarts.
pub(super) struct Keeper {
    name: String,
    orders: mpsc::Sender<Order>,
    state: watch::Receiver<State>,
    pid: watch::Receiver<Option<Pid>>,
    task: JoinHandle<()>,
}

impl Keeper {
    pub(super) fn start(program: Program, entrance: Entrance, mishaps: Mishaps) -> Self {
        let (orders, taken) = mpsc::channel(8);
        let (shown, state) = watch::channel(State::Down);
        let (known, pid) = watch::channel(None);
        let name = program.name();
        let keeping = Keeping { program, state: shown, pid: known, entrance, mishaps, orders: taken };
        Self { name, orders, state, pid, task: tokio::spawn(keeping.run()) }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn state(&self) -> State {
        *self.state.borrow()
    }

    /// Waits until the process does its work.
    pub(super) async fn serving(&self, deadline: Duration) -> anyhow::Result<()> {
        let mut state = self.state.clone();
        let waited = timeout(deadline, state.wait_for(|state| *state == State::Serving)).await;
        waited
            .ok()
            .and_then(Result::ok)
            .map(drop)
            .with_context(|| format!("{} does not serve within {} s", self.name, deadline.as_secs()))
    }

    /// `kill -9`, and a start after `down_for`; whether there was a process to kill.
    pub(super) async fn kill(&self, down_for: Duration) -> bool {
        let (killed, answer) = oneshot::channel();
        self.orders.send(Order::Kill { down_for, killed }).await.is_ok() && answer.await.unwrap_or(false)
    }

    /// The process that there is now.
    pub(super) fn pid(&self) -> Option<Pid> {
        *self.pid.borrow()
    }

    /// Lets the process end well; there is none until [`Keeper::start_again`].
    pub(super) async fn rest(&self) {
        let (rests, answer) = oneshot::channel();
        if self.orders.send(Order::Rest { rests }).await.is_ok() {
            answer.await.ok();
        }
    }

    /// Starts a process that rests; nothing where it does not.
    pub(super) async fn start_again(&self) {
        self.orders.send(Order::Start).await.ok();
    }

    pub(super) async fn stop(self) {
        let (stopped, answer) = oneshot::channel();
        if self.orders.send(Order::Stop { stopped }).await.is_ok() {
            answer.await.ok();
        }
        self.task.await.ok();
    }
}

struct Keeping {
    program: Program,
    state: watch::Sender<State>,
    pid: watch::Sender<Option<Pid>>,
    entrance: Entrance,
    mishaps: Mishaps,
    orders: mpsc::Receiver<Order>,
}

/// Why a process is no more.
enum End {
    Killed { down_for: Duration },
    ByItself,
    Rests,
    Stopped,
}

impl Keeping {
    async fn run(mut self) {
        loop {
            let end = self.live().await;
            self.pid.send_replace(None);
            self.show(State::Down);
            let goes_on = match end {
                End::Killed { down_for } => self.stay_down(down_for).await,
                End::ByItself => self.stay_down(RESTART_AFTER).await,
                End::Rests => self.stay_down_until_started().await,
                End::Stopped => return,
            };
            if goes_on.is_none() {
                return;
            }
        }
    }

    /// One process from its start to its end.
    async fn live(&mut self) -> End {
        let born = Instant::now();
        let started = self.program.spawn().and_then(|child| {
            let pid = child.id().and_then(|pid| i32::try_from(pid).ok()).context("it has no process id")?;
            Ok((child, Pid::from_raw(pid)))
        });
        let (mut child, pid) = match started {
            Ok(started) => started,
            Err(error) => {
                self.mishaps.ended_by_itself(false, format!("{error:#}"));
                return End::ByItself;
            }
        };
        self.pid.send_replace(Some(pid));
        self.show(State::Starting);
        let program = self.program.clone();
        let mut serves = std::pin::pin!(program.serves(pid));
        loop {
            let starting = *self.state.borrow() == State::Starting;
            tokio::select! {
                () = &mut serves, if starting => self.show(State::Serving),
                status = child.wait() => {
                    let how = status.map_or_else(|error| error.to_string(), |status| status.to_string());
                    let line = format!("{} ended by itself ({how}), {} s old", program.name(), born.elapsed().as_secs());
                    self.mishaps.ended_by_itself(starting, line);
                    return End::ByItself;
                }
                order = self.orders.recv() => if let Some(end) = self.obey(order, &mut child, pid).await {
                    return end;
                },
            }
        }
    }

    /// `None`: the process goes on.
    async fn obey(&mut self, order: Option<Order>, child: &mut Child, pid: Pid) -> Option<End> {
        Some(match order {
            Some(Order::Kill { down_for, killed }) => {
                self.program.slay(pid);
                child.wait().await.ok();
                self.show(State::Down);
                killed.send(true).ok();
                End::Killed { down_for }
            }
            Some(Order::Stop { stopped }) => {
                self.dismiss(child, pid).await;
                stopped.send(()).ok();
                End::Stopped
            }
            Some(Order::Rest { rests }) => {
                self.dismiss(child, pid).await;
                rests.send(()).ok();
                End::Rests
            }
            Some(Order::Start) => return None,
            None => {
                self.dismiss(child, pid).await;
                End::Stopped
            }
        })
    }

    /// Nobody is sent there any more before it is told to end, as a load balancer does it.
    async fn dismiss(&mut self, child: &mut Child, pid: Pid) {
        self.entrance.set(false);
        Program::dismiss(pid);
        if timeout(STOP_DEADLINE, child.wait()).await.is_err() {
            self.program.slay(pid);
            child.wait().await.ok();
        }
        self.show(State::Down);
    }

    /// `None` where the pause ended with the whole run.
    async fn stay_down(&mut self, pause: Duration) -> Option<()> {
        let until = Instant::now() + pause;
        loop {
            let order = tokio::select! {
                () = sleep(until.saturating_duration_since(Instant::now())) => return Some(()),
                order = self.orders.recv() => order?,
            };
            match order {
                Order::Kill { killed, .. } => {
                    killed.send(false).ok();
                }
                Order::Rest { rests } => {
                    rests.send(()).ok();
                    return self.stay_down_until_started().await;
                }
                Order::Start => {}
                Order::Stop { stopped } => {
                    stopped.send(()).ok();
                    return None;
                }
            }
        }
    }

    /// `None` where the rest ended with the whole run.
    async fn stay_down_until_started(&mut self) -> Option<()> {
        loop {
            match self.orders.recv().await? {
                Order::Start => return Some(()),
                Order::Rest { rests } => {
                    rests.send(()).ok();
                }
                Order::Kill { killed, .. } => {
                    killed.send(false).ok();
                }
                Order::Stop { stopped } => {
                    stopped.send(()).ok();
                    return None;
                }
            }
        }
    }

    fn show(&self, state: State) {
        self.state.send_replace(state);
        let reachable = match state {
            State::Down => false,
            State::Starting => self.program.listens_while_starting(),
            State::Serving => true,
        };
        self.entrance.set(reachable);
    }
}
