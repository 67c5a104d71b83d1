//! The load generator: a closed loop of clients, each with connections of its own, in this one process.
//!
//! Ours and every HTTP yardstick are driven by the same code, so what it costs is in both figures. Each thread is one
//! current-thread runtime with its share of the clients: two cores are shared by everybody, and waking another thread
//! for every answer would cost more than the answer.

mod chunks;
mod connection;
mod each;
mod measured;
pub mod request;
mod shots;

use std::cell::RefCell;
use std::future::Future;
use std::rc::Rc;
use std::sync::Barrier;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow};

pub use chunks::Chunks;
pub use connection::{Answer, Body, Connection};
pub use each::Asking;
pub use measured::{Latencies, Measured};
pub use shots::Shots;

/// How it is driven.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    pub clients: usize,
    pub threads: usize,
    /// Nothing is begun later; `None`: until the clients have nothing left to do.
    pub lasts: Option<Duration>,
}

/// What one turn of a client came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Turn {
    /// What the row counts.
    Done,
    /// An answer that should not be; a sample of it.
    Unexpected(String),
    /// There is nothing left to do.
    Exhausted,
}

/// One client in its loop.
pub trait Client {
    /// An error ends the client: its connection is of no more use.
    fn turn(&mut self) -> impl Future<Output = anyhow::Result<Turn>>;
}

/// Runs the loop to its end. Blocks: a caller within a runtime says so to it.
pub fn run<C, F, O>(load: Load, connect: F) -> anyhow::Result<Measured>
where
    C: Client,
    F: Fn(usize) -> O + Sync,
    O: Future<Output = anyhow::Result<C>>,
{
    let threads = load.threads.clamp(1, load.clients.max(1));
    let together = Barrier::new(threads);
    std::thread::scope(|scope| {
        let begun: Vec<_> = (0..threads)
            .map(|thread| {
                let numbers = (thread..load.clients).step_by(threads);
                let (connect, together) = (&connect, &together);
                scope.spawn(move || drive_share(load, numbers, connect, together))
            })
            .collect();
        let mut all = Measured::default();
        for thread in begun {
            all.add(&thread.join().map_err(|_| anyhow!("a thread of the load generator broke down"))??);
        }
        Ok(all)
    })
}

fn drive_share<C, F, O>(
    load: Load,
    numbers: impl Iterator<Item = usize>,
    connect: &F,
    together: &Barrier,
) -> anyhow::Result<Measured>
where
    C: Client,
    F: Fn(usize) -> O,
    O: Future<Output = anyhow::Result<C>>,
{
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.context("cannot start a runtime of the load generator")?;
    let connected = runtime.block_on(futures_util::future::try_join_all(numbers.map(connect)));
    // Also of those who could not connect, since the others wait for them.
    together.wait();
    let clients = connected?;
    let measured = Rc::new(RefCell::new(Measured::default()));
    let begun = Instant::now();
    let end = load.lasts.map(|lasts| begun + lasts);
    let loops = clients.into_iter().map(|client| drive(client, begun, end, Rc::clone(&measured)));
    runtime.block_on(futures_util::future::join_all(loops));
    Ok(measured.take())
}

async fn drive<C: Client>(
    mut client: C,
    begun: Instant,
    end: Option<Instant>,
    measured: Rc<RefCell<Measured>>,
) {
    loop {
        let asked = Instant::now();
        if end.is_some_and(|end| asked >= end) {
            return;
        }
        let turn = client.turn().await;
        let answered = Instant::now();
        let mut measured = measured.borrow_mut();
        match turn {
            Ok(Turn::Done) => measured.done(answered - asked, answered - begun),
            Ok(Turn::Unexpected(sample)) => measured.failed(sample),
            Ok(Turn::Exhausted) => return,
            Err(error) => {
                measured.failed(format!("{error:#}"));
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    struct Countdown<'a>(&'a AtomicU64);

    impl Client for Countdown<'_> {
        async fn turn(&mut self) -> anyhow::Result<Turn> {
            let left = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
            Ok(match left {
                Ok(1) => Turn::Unexpected("the last".to_owned()),
                Ok(_) => Turn::Done,
                Err(_) => Turn::Exhausted,
            })
        }
    }

    #[test]
    fn everything_is_done_once_and_what_is_unexpected_is_shown() {
        let left = AtomicU64::new(1_000);
        let load = Load { clients: 7, threads: 2, lasts: None };
        let measured = run(load, async |_| Ok(Countdown(&left))).unwrap();
        assert_eq!((measured.done, measured.failed), (999, 1));
        assert_eq!(measured.samples, ["the last"]);
        assert_eq!(measured.latencies.len(), 999);
    }

    #[test]
    fn nothing_is_begun_after_the_end() {
        let left = AtomicU64::new(u64::MAX);
        let load = Load { clients: 2, threads: 2, lasts: Some(Duration::ZERO) };
        assert_eq!(run(load, async |_| Ok(Countdown(&left))).unwrap().done, 0);
    }

    #[test]
    fn a_client_that_cannot_connect_ends_the_run() {
        let load = Load { clients: 2, threads: 2, lasts: None };
        let never = async |_| Err::<Countdown<'_>, _>(anyhow!("no connection"));
        assert_eq!(run(load, never).unwrap_err().to_string(), "no connection");
    }
}
