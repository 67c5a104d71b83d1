use std::sync::{Arc, Weak};
use std::time::Duration;

use actix_web::web::Bytes;
use futures_util::{Stream, StreamExt, stream};
use service_kit::auth::Pass;
use service_kit::streams::{OpenStream, STILL_HERE};
use tokio::sync::oneshot::error::TryRecvError;
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::super::live_seats::{Onward, Published};
use super::super::shared_body::next_slice;
use super::frame::{Frame, PASS_ENDED};

/// One reader's way through the versions. It holds no event: it knows where it is, and takes the next step when the
/// connection has room. Whoever reads slowly takes fewer steps, and a snapshot once the log has moved on.
pub struct SeatStream {
    published: watch::Receiver<Published>,
    known: Option<i64>,
    sending: Option<Sending>,
    open: OpenStream<Pass>,
    heartbeat: Interval,
    over: bool,
}

/// An event on its way. Somebody else keeps it for as long as it is worth sending, so a reader who has stopped
/// keeps nothing alive.
struct Sending {
    frame: Weak<Frame>,
    sent: usize,
}

/// The connection is closed within an event: it has become too old. The reader may begin again after the last whole
/// one.
#[derive(Debug, thiserror::Error)]
pub enum Cut {
    #[error("the reader is too slow")]
    TooSlow,
    #[error("an event could not be written: {0:#}")]
    Unwritten(anyhow::Error),
}

impl SeatStream {
    /// Goes on after the version `known`.
    pub fn new(
        published: watch::Receiver<Published>,
        known: Option<i64>,
        open: OpenStream<Pass>,
        heartbeat: Duration,
    ) -> Self {
        let mut heartbeat = interval_at(Instant::now() + heartbeat, heartbeat);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { published, known, sending: None, open, heartbeat, over: false }
    }

    pub fn into_chunks(self) -> impl Stream<Item = Result<Bytes, Cut>> {
        let chunks = stream::unfold(self, |mut stream| async move {
            let chunk = stream.next().await?;
            Some((chunk, stream))
        });
        chunks.fuse()
    }

    async fn next(&mut self) -> Option<Result<Bytes, Cut>> {
        loop {
            if self.over {
                return None;
            }
            if let Some(chunk) = self.slice() {
                return Some(chunk);
            }
            if self.open.ended.try_recv() == Err(TryRecvError::Closed) {
                return Some(Ok(self.end()));
            }
            match self.step() {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => return Some(Err(self.cut(Cut::Unwritten(error)))),
            }
            tokio::select! {
                _ = &mut self.open.ended => return Some(Ok(self.end())),
                // Nobody follows the performance any more: the reader comes back, and somebody does.
                changed = self.published.changed() => changed.ok()?,
                _ = self.heartbeat.tick() => return Some(Ok(STILL_HERE)),
            }
        }
    }

    /// Begins with the next event, where there is one.
    fn step(&mut self) -> anyhow::Result<bool> {
        let onward = self.published.borrow_and_update().onward(self.known);
        let frame = match onward {
            Onward::Nothing => return Ok(false),
            Onward::Step(frame) => frame,
            Onward::Snapshot(view) => view.snapshot()?,
        };
        self.known = Some(frame.version);
        self.sending = Some(Sending { frame: Arc::downgrade(&frame), sent: 0 });
        Ok(true)
    }

    /// The next part of the event on its way.
    fn slice(&mut self) -> Option<Result<Bytes, Cut>> {
        let sending = self.sending.as_mut()?;
        let Some(frame) = sending.frame.upgrade() else { return Some(Err(self.cut(Cut::TooSlow))) };
        let mut rest = frame.bytes.slice(sending.sent.min(frame.bytes.len())..);
        let slice = next_slice(&mut rest)?;
        if rest.is_empty() {
            self.sending = None;
        } else {
            sending.sent += slice.len();
        }
        Some(Ok(slice))
    }

    fn end(&mut self) -> Bytes {
        self.over = true;
        PASS_ENDED
    }

    const fn cut(&mut self, why: Cut) -> Cut {
        self.over = true;
        why
    }
}
