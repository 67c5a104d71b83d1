//! One connection over a link, from its first byte to its last.

use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use rand::Rng;
use rand::rngs::StdRng;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::watch;

use super::fault::{Fault, Side, Trouble};

/// A usual socket buffer's worth.
const PIECE_BYTES: usize = 16 * 1024;

/// What all connections of a link share.
#[derive(Clone)]
pub(super) struct Conditions {
    pub(super) trouble: watch::Receiver<Option<Trouble>>,
    pub(super) random: Arc<Mutex<StdRng>>,
    pub(super) struck: Arc<AtomicU64>,
}

/// Why a connection ends before both ends have said all they had to say.
#[derive(Debug)]
enum Cut {
    Reset,
    Closed,
}

/// What becomes of one piece.
enum Fate {
    Pass,
    Reset,
    Part(usize),
}

/// Carries bytes both ways until both ends are done, or a fault or either end cuts it.
pub(super) async fn carry(mut caller: TcpStream, mut callee: TcpStream, conditions: Conditions) {
    let ended = {
        let (questions, answers) = caller.split();
        let (replies, asks) = callee.split();
        let requests = pump(questions, asks, Side::Requests, conditions.clone());
        let replies = pump(replies, answers, Side::Answers, conditions);
        tokio::try_join!(requests, replies).map(drop)
    };
    if let Err(Cut::Reset) = ended {
        reset(&caller);
        reset(&callee);
    }
}

/// Ends a connection with RST when it is dropped; a failure means that it has ended already.
pub(super) fn reset(stream: &TcpStream) {
    stream.set_zero_linger().ok();
}

async fn pump(
    mut from: ReadHalf<'_>,
    mut to: WriteHalf<'_>,
    side: Side,
    mut conditions: Conditions,
) -> Result<(), Cut> {
    let lost = |_: io::Error| Cut::Reset;
    let mut buffer = vec![0; PIECE_BYTES];
    loop {
        let read = from.read(&mut buffer).await.map_err(lost)?;
        match conditions.fate(side).await {
            Fate::Pass => {}
            Fate::Reset => return Err(Cut::Reset),
            Fate::Part(bytes) => {
                let part = buffer.get(..read.min(bytes)).unwrap_or_default();
                to.write_all(part).await.map_err(lost)?;
                return Err(Cut::Closed);
            }
        }
        if read == 0 {
            to.shutdown().await.map_err(lost)?;
            return Ok(());
        }
        to.write_all(buffer.get(..read).unwrap_or_default()).await.map_err(lost)?;
    }
}

impl Conditions {
    /// What the trouble of the moment does to a piece on its way; waits where it is held up.
    async fn fate(&mut self, side: Side) -> Fate {
        let Some(Trouble { fault, percent }) = *self.trouble.borrow() else { return Fate::Pass };
        let concerned = match fault {
            Fault::Delay(_) => true,
            Fault::Reset(hit) | Fault::BlackHole(hit) => hit == side,
            Fault::HalfAnswer { .. } => side == Side::Answers,
        };
        if !concerned || !self.hits(percent) {
            return Fate::Pass;
        }
        self.struck.fetch_add(1, Ordering::Relaxed);
        match fault {
            Fault::Delay(by) => {
                tokio::time::sleep(by).await;
                Fate::Pass
            }
            Fault::Reset(_) => Fate::Reset,
            Fault::BlackHole(_) => {
                let hole = |trouble: &Option<Trouble>| {
                    !matches!(trouble, Some(Trouble { fault: Fault::BlackHole(_), .. }))
                };
                // An error means that the link is gone, and everything with it.
                self.trouble.wait_for(hole).await.ok();
                Fate::Pass
            }
            Fault::HalfAnswer { bytes } => Fate::Part(bytes),
        }
    }

    fn hits(&self, percent: u32) -> bool {
        self.random.lock().unwrap_or_else(PoisonError::into_inner).random_range(0..100) < percent
    }
}
