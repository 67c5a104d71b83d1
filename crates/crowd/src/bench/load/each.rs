//! One request for each of many things, as fast as a loop takes them: for what must be there before the clock starts.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use anyhow::ensure;

use super::{Answer, Body, Client, Connection, Load, Measured, Turn, run};

/// Whom to ask, and with how many connections.
#[derive(Clone, Copy, Debug)]
pub struct Asking {
    pub door: SocketAddr,
    pub clients: usize,
    pub threads: usize,
    /// Asks again where the service says that it is busy: what is prepared is not what is measured.
    pub patient: bool,
}

/// For a busy service, as its `Retry-After` would say at the least.
const PAUSE: Duration = Duration::from_millis(200);
const ATTEMPTS: usize = 50;

struct Asker<'a, T, R, W, A> {
    connection: Connection,
    items: &'a [T],
    next: &'a AtomicUsize,
    write: &'a W,
    read: &'a A,
    known: &'a Mutex<Vec<(usize, R)>>,
    patient: bool,
}

impl<T, R, W, A> Client for Asker<'_, T, R, W, A>
where
    W: Fn(&T) -> anyhow::Result<Vec<u8>>,
    A: Fn(&T, &Answer<'_>) -> anyhow::Result<R>,
{
    async fn turn(&mut self) -> anyhow::Result<Turn> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let Some(item) = self.items.get(number) else { return Ok(Turn::Exhausted) };
        let request = (self.write)(item)?;
        let mut attempts = if self.patient { ATTEMPTS } else { 1 };
        loop {
            attempts -= 1;
            let answer = self.connection.ask(&request, Body::Keep).await?;
            if attempts > 0 && matches!(answer.status, 429 | 503) {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
            let read = (self.read)(item, &answer)?;
            self.known.lock().unwrap_or_else(PoisonError::into_inner).push((number, read));
            return Ok(Turn::Done);
        }
    }
}

impl Asking {
    /// What was answered, in the order of the things asked about. Any failure is one of the whole.
    pub fn each<T, R, W, A>(&self, items: &[T], write: W, read: A) -> anyhow::Result<Vec<R>>
    where
        T: Sync,
        R: Send,
        W: Fn(&T) -> anyhow::Result<Vec<u8>> + Sync,
        A: Fn(&T, &Answer<'_>) -> anyhow::Result<R> + Sync,
    {
        self.each_timed(items, write, read).map(|(answers, _)| answers)
    }

    /// As [`Asking::each`], with how long it took.
    pub fn each_timed<T, R, W, A>(&self, items: &[T], write: W, read: A) -> anyhow::Result<(Vec<R>, Measured)>
    where
        T: Sync,
        R: Send,
        W: Fn(&T) -> anyhow::Result<Vec<u8>> + Sync,
        A: Fn(&T, &Answer<'_>) -> anyhow::Result<R> + Sync,
    {
        let (next, known) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(items.len())));
        let load = Load { clients: self.clients, threads: self.threads, lasts: None };
        let measured = run(load, async |_| {
            let connection = Connection::open(self.door).await?;
            Ok(Asker {
                connection,
                items,
                next: &next,
                write: &write,
                read: &read,
                known: &known,
                patient: self.patient,
            })
        })?;
        ensure!(measured.failed == 0, "{} failed: {}", measured.failed, measured.samples.join("; "));
        let mut known = known.into_inner().unwrap_or_else(PoisonError::into_inner);
        known.sort_unstable_by_key(|(number, _)| *number);
        ensure!(known.len() == items.len(), "{} of {} were answered", known.len(), items.len());
        Ok((known.into_iter().map(|(_, read)| read).collect(), measured))
    }
}
