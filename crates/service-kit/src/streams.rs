//! Answers that go on: server-sent events, and how many of them there may be.

use std::collections::HashMap;
use std::convert::Infallible;
use std::error::Error;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::Bytes;
use actix_web::{HttpRequest, HttpResponse};
use domain::shared::EntryId;
use futures_util::{Stream, StreamExt};
use tokio::sync::oneshot;
use uuid::Uuid;

use crate::Problem;
use crate::auth::Pass;
use crate::http::Stopping;

/// What a stream says when it has nothing to say: a comment, which clients pass over.
pub const STILL_HERE: Bytes = Bytes::from_static(b":\n\n");

/// An answer that goes on until its events end, or the server stops.
pub fn answer<E>(
    request: &HttpRequest,
    events: impl Stream<Item = Result<Bytes, E>> + 'static,
) -> HttpResponse
where
    E: Into<Box<dyn Error>> + 'static,
{
    HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "text/event-stream"))
        .insert_header((CACHE_CONTROL, "no-store"))
        // nginx would keep the events until it has a page full of them.
        .insert_header(("x-accel-buffering", "no"))
        .streaming(events.take_until(Stopping::of(request).begun()))
}

/// By what a stream was opened, and so what may end it.
pub trait Credential {
    /// Whose streams are counted together.
    fn holder(&self) -> Uuid;
}

impl Credential for Pass {
    fn holder(&self) -> Uuid {
        self.user_id.0
    }
}

impl Credential for EntryId {
    fn holder(&self) -> Uuid {
        self.0
    }
}

/// The streams that are open, so that there are never too many, and those of a credential that is spent can be ended.
pub struct OpenStreams<C> {
    limits: StreamLimits,
    open: Mutex<Open<C>>,
}

/// How many streams there may be.
#[derive(Clone, Copy, Debug)]
pub struct StreamLimits {
    pub altogether: usize,
    /// A fan, or a place.
    pub per_holder: usize,
}

struct Open<C> {
    last_id: u64,
    streams: HashMap<u64, Opened<C>>,
    by_holder: HashMap<Uuid, usize>,
}

struct Opened<C> {
    credential: C,
    /// The stream ends when this is dropped.
    _until: oneshot::Sender<Infallible>,
}

/// Why one more stream is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Full {
    OfThisHolder,
    Altogether,
}

/// One stream, until it is dropped.
pub struct OpenStream<C> {
    streams: Arc<OpenStreams<C>>,
    id: u64,
    holder: Uuid,
    /// Closed when the credential is spent.
    pub ended: oneshot::Receiver<Infallible>,
}

impl<C: Credential> OpenStreams<C> {
    pub fn new(limits: StreamLimits) -> Self {
        let open = Open { last_id: 0, streams: HashMap::new(), by_holder: HashMap::new() };
        Self { limits, open: Mutex::new(open) }
    }

    pub fn open(self: Arc<Self>, credential: C) -> Result<OpenStream<C>, Full> {
        let holder = credential.holder();
        let mut open = self.lock();
        if open.by_holder.get(&holder).is_some_and(|count| *count >= self.limits.per_holder) {
            return Err(Full::OfThisHolder);
        }
        if open.streams.len() >= self.limits.altogether {
            return Err(Full::Altogether);
        }
        open.last_id += 1;
        let (id, (until, ended)) = (open.last_id, oneshot::channel());
        open.streams.insert(id, Opened { credential, _until: until });
        *open.by_holder.entry(holder).or_default() += 1;
        drop(open);
        Ok(OpenStream { streams: self, id, holder, ended })
    }

    /// Ends the streams of credentials that are spent; how many there were.
    pub fn end_spent(&self, is_spent: impl Fn(&C) -> bool) -> usize {
        let mut open = self.lock();
        // Each drops what its stream listens to.
        open.streams.extract_if(|_, stream| is_spent(&stream.credential)).count()
    }
}

impl<C> OpenStreams<C> {
    fn lock(&self) -> MutexGuard<'_, Open<C>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<C> Drop for OpenStream<C> {
    fn drop(&mut self) {
        let mut open = self.streams.lock();
        open.streams.remove(&self.id);
        if let Some(count) = open.by_holder.get_mut(&self.holder) {
            *count -= 1;
            if *count == 0 {
                open.by_holder.remove(&self.holder);
            }
        }
    }
}

impl From<Full> for Problem {
    fn from(full: Full) -> Self {
        match full {
            Full::OfThisHolder => {
                Self::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too many streams at once")
                    .detail("As many streams as a fan may have are open; close one")
                    .retry_after(1)
            }
            Full::Altogether => Self::unavailable("There are as many streams as this process takes"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn place(number: u128) -> EntryId {
        EntryId(Uuid::from_u128(number))
    }

    #[test]
    fn streams_are_counted_until_they_are_dropped_or_their_credential_is_spent() {
        let streams = Arc::new(OpenStreams::new(StreamLimits { altogether: 3, per_holder: 2 }));
        let open = |number| Arc::clone(&streams).open(place(number));
        let (first, _second) = (open(1).unwrap(), open(1).unwrap());
        assert_eq!(open(1).err(), Some(Full::OfThisHolder));
        let other = open(2).unwrap();
        assert_eq!(open(3).err(), Some(Full::Altogether));
        drop(first);
        let _first = open(1).unwrap();
        assert_eq!(streams.end_spent(|entry| *entry == place(2)), 1);
        let _third = open(3).unwrap();
        drop(other);
        assert_eq!(open(4).err(), Some(Full::Altogether), "what has ended is counted off once");
    }
}
