use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use domain::shared::UserId;
use service_kit::auth::Pass;
use tokio::sync::oneshot;

/// The streams that are open, so that there are never too many, and those of a pass that has ended can be ended.
pub struct OpenStreams {
    limits: StreamLimits,
    open: Mutex<Open>,
}

/// How many streams there may be.
#[derive(Clone, Copy, Debug)]
pub struct StreamLimits {
    pub altogether: usize,
    pub per_user: usize,
}

#[derive(Default)]
struct Open {
    last_id: u64,
    streams: HashMap<u64, Stream>,
    by_user: HashMap<UserId, usize>,
}

struct Stream {
    pass: Pass,
    /// The stream ends when this is dropped.
    _until: oneshot::Sender<Infallible>,
}

/// Why one more stream is refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Full {
    OfThisUser,
    Altogether,
}

/// One stream, until it is dropped.
pub struct OpenStream {
    streams: Arc<OpenStreams>,
    id: u64,
    user: UserId,
    /// Closed when the pass has ended.
    pub ended: oneshot::Receiver<Infallible>,
}

impl OpenStreams {
    pub fn new(limits: StreamLimits) -> Self {
        Self { limits, open: Mutex::default() }
    }

    pub fn open(self: Arc<Self>, pass: Pass) -> Result<OpenStream, Full> {
        let mut open = self.lock();
        if open.by_user.get(&pass.user_id).is_some_and(|count| *count >= self.limits.per_user) {
            return Err(Full::OfThisUser);
        }
        if open.streams.len() >= self.limits.altogether {
            return Err(Full::Altogether);
        }
        open.last_id += 1;
        let (id, (until, ended)) = (open.last_id, oneshot::channel());
        open.streams.insert(id, Stream { pass, _until: until });
        *open.by_user.entry(pass.user_id).or_default() += 1;
        drop(open);
        Ok(OpenStream { streams: self, id, user: pass.user_id, ended })
    }

    /// Ends the streams of passes that are spent; how many there were.
    pub fn end_spent(&self, is_spent: impl Fn(&Pass) -> bool) -> usize {
        let mut open = self.lock();
        // Each drops what its stream listens to.
        open.streams.extract_if(|_, stream| is_spent(&stream.pass)).count()
    }

    fn lock(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for OpenStream {
    fn drop(&mut self) {
        let mut open = self.streams.lock();
        open.streams.remove(&self.id);
        if let Some(count) = open.by_user.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                open.by_user.remove(&self.user);
            }
        }
    }
}
