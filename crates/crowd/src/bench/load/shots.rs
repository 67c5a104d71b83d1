//! Requests that were written beforehand, sent by many clients, each answered with one status.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::{Body, Client, Connection, Load, Measured, Turn, run};

/// What is sent, and what must come back.
#[derive(Clone, Copy, Debug)]
pub struct Shots<'a> {
    pub requests: &'a [Vec<u8>],
    pub expected: u16,
    /// From the first again behind the last; otherwise each is sent once.
    pub again: bool,
}

struct Shooter<'a> {
    connection: Connection,
    shots: Shots<'a>,
    next: &'a AtomicUsize,
}

impl Client for Shooter<'_> {
    async fn turn(&mut self) -> anyhow::Result<Turn> {
        let Shots { requests, expected, again } = self.shots;
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let number = if again { number % requests.len().max(1) } else { number };
        let Some(request) = requests.get(number) else { return Ok(Turn::Exhausted) };
        let answer = self.connection.ask(request, Body::Skip).await?;
        Ok(if answer.status == expected { Turn::Done } else { Turn::Unexpected(answer.sample()) })
    }
}

impl Shots<'_> {
    /// Sends them as fast as they are answered.
    pub fn fire(self, door: SocketAddr, load: Load) -> anyhow::Result<Measured> {
        let next = AtomicUsize::new(0);
        run(load, async |_| {
            Ok(Shooter { connection: Connection::open(door).await?, shots: self, next: &next })
        })
    }
}
