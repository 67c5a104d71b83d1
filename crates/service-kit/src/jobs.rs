//! Time is a caller too: work that runs by the clock, or when somebody says that there is some.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use domain::adapters::system::Version7;
use domain::shared::IdGenerator;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use crate::request_id;

type Work = Box<dyn Fn() -> Pin<Box<dyn Future<Output = anyhow::Result<usize>> + Send>> + Send + Sync>;

/// One recurring piece of work. It reports how many things it did.
pub struct Job {
    name: &'static str,
    every: Duration,
    wake: Option<Arc<Notify>>,
    work: Work,
}

impl Job {
    pub fn new<F, Fut>(name: &'static str, every: Duration, work: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = anyhow::Result<usize>> + Send + 'static,
    {
        Self { name, every, wake: None, work: Box::new(move || Box::pin(work())) }
    }

    /// Runs as soon as `wake` is notified too.
    #[must_use]
    pub fn woken_by(mut self, wake: Arc<Notify>) -> Self {
        self.wake = Some(wake);
        self
    }

    /// Runs until `stop`; a failure is logged when it begins and when it ends, not every time in between.
    async fn run(self, stop: CancellationToken) {
        let mut failing = false;
        loop {
            // Each run has an id of its own, under which it calls others and is found in their logs.
            let id = Version7.next().to_string();
            failing = request_id::scope_job(id, self.name, self.run_once(failing)).await;
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(self.every) => {}
                () = woken(self.wake.as_deref()) => {}
            }
        }
    }

    /// Whether it fails now.
    async fn run_once(&self, failing: bool) -> bool {
        match (self.work)().await {
            Ok(done) => {
                if failing {
                    tracing::info!(job = self.name, "the job works again");
                }
                if done > 0 {
                    tracing::debug!(job = self.name, done, "job done");
                }
                false
            }
            Err(error) => {
                if !failing {
                    let error = format!("{error:#}");
                    tracing::warn!(job = self.name, error, "the job fails; it goes on trying");
                }
                true
            }
        }
    }
}

async fn woken(wake: Option<&Notify>) {
    match wake {
        Some(wake) => wake.notified().await,
        None => std::future::pending().await,
    }
}

/// The jobs of one service while they run.
pub struct Jobs {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Jobs {
    pub fn start(jobs: Vec<Job>) -> Self {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        for job in jobs {
            tasks.spawn(job.run(stop.clone()));
        }
        tasks.close();
        Self { stop, tasks }
    }

    /// Lets each finish what it is at, and waits for that.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.wait().await;
    }
}
