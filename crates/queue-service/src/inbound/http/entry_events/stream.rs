use std::convert::Infallible;
use std::time::Duration;

use actix_web::web::{Bytes, Data};
use anyhow::Context;
use contracts::queue::EntryBody;
use domain::queue::{EntryError, EntryState, Standing, Waiting};
use domain::shared::EntryId;
use futures_util::{Stream, StreamExt, stream};
use service_kit::streams::{OpenStream, STILL_HERE};
use tokio::sync::watch;
use tokio::time::{Instant, Interval, MissedTickBehavior, interval_at};

use super::super::issuer::Issuer;

/// The last word of a stream whose place has ended.
const PLACE_ENDED: Bytes = Bytes::from_static(b"event: end\ndata: {\"code\":\"pass_expired\"}\n\n");

/// One fan's stream. It holds no event: it looks where the fan stands when the connection has room for a word.
pub struct EntryStream {
    waiting: Data<Waiting>,
    issuer: Data<Issuer>,
    entry: EntryId,
    token: String,
    told: Option<Standing>,
    news: watch::Receiver<u64>,
    heartbeat: Interval,
    next: Next,
    _open: OpenStream<EntryId>,
}

/// What the stream does when the connection has room.
enum Next {
    Look,
    Wait,
    Say(Bytes),
    End,
}

impl EntryStream {
    pub fn new(
        waiting: Data<Waiting>,
        issuer: Data<Issuer>,
        (entry, token): (EntryId, String),
        news: watch::Receiver<u64>,
        open: OpenStream<EntryId>,
        heartbeat: Duration,
    ) -> Self {
        let mut heartbeat = interval_at(Instant::now() + heartbeat, heartbeat);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        Self { waiting, issuer, entry, token, told: None, news, heartbeat, next: Next::Look, _open: open }
    }

    pub fn into_chunks(self) -> impl Stream<Item = Result<Bytes, Infallible>> {
        let chunks = stream::unfold(self, |mut stream| async move {
            let chunk = stream.next().await?;
            Some((Ok(chunk), stream))
        });
        chunks.fuse()
    }

    async fn next(&mut self) -> Option<Bytes> {
        loop {
            match std::mem::replace(&mut self.next, Next::Look) {
                Next::Look => {
                    self.news.mark_unchanged();
                    match self.look().await {
                        Ok(Some(word)) => return Some(word),
                        Ok(None) => self.next = Next::Wait,
                        Err(error) => {
                            // The fan comes back, and is told over there what the matter is.
                            tracing::debug!(entry = %self.entry, error = format!("{error:#}"), "a stream ends");
                            return None;
                        }
                    }
                }
                Next::Wait => tokio::select! {
                    changed = self.news.changed() => changed.ok()?,
                    // Time alone changes what is to be expected, so there is a look as well.
                    _ = self.heartbeat.tick() => {
                        self.waiting.touch(self.entry);
                        match self.look().await {
                            Ok(word) => return Some(word.unwrap_or(STILL_HERE)),
                            Err(_told_at_the_next_look) => {}
                        }
                    }
                },
                Next::Say(word) => {
                    self.next = Next::End;
                    return Some(word);
                }
                Next::End => return None,
            }
        }
    }

    /// Looks where the fan stands; the event that says so, where it is news.
    async fn look(&mut self) -> anyhow::Result<Option<Bytes>> {
        let standing = match self.waiting.follow(self.entry).await {
            Ok(standing) => standing,
            Err(error @ (EntryError::NoSuchEntry | EntryError::Ended { .. })) => {
                return Err(anyhow::Error::new(error));
            }
            Err(EntryError::Unexpected(error)) => return Err(error),
        };
        if !self.is_news(&standing) {
            return Ok(None);
        }
        self.waiting.touch(self.entry);
        let body = self.issuer.body(&standing, self.token.clone());
        let word = entry_event(&body.map_err(|problem| anyhow::anyhow!("{problem}"))?)?;
        if standing.entry.state.has_ended() {
            self.next = Next::Say(PLACE_ENDED);
        }
        self.told = Some(standing);
        Ok(Some(word))
    }

    /// Whoever waits is told all there is. To whoever is inside only the pass matters, not how many wait.
    fn is_news(&self, standing: &Standing) -> bool {
        let Some(told) = &self.told else { return true };
        match standing.entry.state {
            EntryState::Waiting => told != standing,
            EntryState::Admitted { .. } | EntryState::Done | EntryState::Expired => {
                told.entry.state != standing.entry.state
            }
        }
    }
}

fn entry_event(body: &EntryBody) -> anyhow::Result<Bytes> {
    let mut bytes = b"event: entry\ndata: ".to_vec();
    // JSON escapes line breaks, so it is one line.
    serde_json::to_writer(&mut bytes, body).context("a place that is no JSON")?;
    bytes.extend_from_slice(b"\n\n");
    Ok(bytes.into())
}
