//! What happens after a set whose outcome nobody knows: what it was about is read again before the next one is decided.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use diesel_async::AsyncPgConnection;
use domain::shared::{EntryId, QueueId};

use super::draft::Draft;
use super::reading;
use super::shared::Shared;
use super::writer::{Refusable, inconsistent};

/// What may have been written although nobody said so.
#[derive(Default)]
pub struct Doubts(Mutex<Doubtful>);

#[derive(Default)]
struct Doubtful {
    entries: HashSet<EntryId>,
    queues: HashSet<QueueId>,
}

impl Doubts {
    /// A draft is about to be written.
    pub fn begin(&self, draft: &Draft) {
        let mut doubtful = self.lock();
        doubtful.entries.extend(draft.changes.iter().map(|change| change.entry.id));
        doubtful.queues.extend(draft.queues());
    }

    /// What was written is known.
    pub fn end(&self) {
        *self.lock() = Doubtful::default();
    }

    pub fn any(&self) -> bool {
        let doubtful = self.lock();
        !(doubtful.entries.is_empty() && doubtful.queues.is_empty())
    }

    /// Reads again what is in doubt. Whoever wrote it held the lock that this transaction has, and so is through with it.
    /// False where memory cannot be mended with it.
    pub async fn settle(
        &self,
        shared: &Shared,
        connection: &mut AsyncPgConnection,
        at: DateTime<Utc>,
    ) -> Refusable<bool> {
        if !self.any() {
            return Ok(true);
        }
        let (ids, queues) = {
            let doubtful = self.lock();
            (doubtful.entries.clone(), doubtful.queues.clone())
        };
        let entries = reading::some_entries(connection, ids.iter().map(|id| id.0).collect()).await?;
        let read = reading::some_queues(connection, queues.iter().map(|id| id.0).collect()).await?;
        let revocation = reading::revocation(connection).await?;
        let mut admissions = Vec::with_capacity(read.len());
        for (queue, _) in &read {
            admissions.push((queue.id, reading::admissions(connection, queue.id, at).await?));
        }
        let moment = shared.time.moment();
        let mut remembered = shared.change();
        let rooms = &mut remembered.rooms;
        for (queue, last_sequence) in read {
            let id = queue.id;
            rooms.put_queue(queue).map_err(inconsistent)?;
            rooms.count_to(id, last_sequence);
        }
        let there: HashSet<EntryId> = entries.iter().map(|entry| entry.id).collect();
        for never in ids.difference(&there) {
            rooms.forget(*never);
        }
        for entry in &entries {
            if rooms.put(entry, moment).is_err() {
                return Ok(false);
            }
        }
        for (queue, admissions) in admissions {
            rooms.put_admissions(queue, admissions);
        }
        rooms.revocation = revocation;
        Ok(true)
    }

    fn lock(&self) -> MutexGuard<'_, Doubtful> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
