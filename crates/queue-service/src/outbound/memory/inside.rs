use std::collections::HashMap;

use domain::queue::Entry;
use domain::shared::{EntryId, QueueId, UserId};

/// Everybody who has been let in and whose row does not say yet that this is over.
#[derive(Default)]
pub struct Inside {
    entries: HashMap<EntryId, Entry>,
    by_user: HashMap<(QueueId, UserId), EntryId>,
}

impl Inside {
    pub fn get(&self, entry: EntryId) -> Option<&Entry> {
        self.entries.get(&entry)
    }

    pub fn find_user(&self, queue: QueueId, user: UserId) -> Option<&Entry> {
        self.entries.get(self.by_user.get(&(queue, user))?)
    }

    pub fn insert(&mut self, entry: Entry) {
        self.by_user.insert((entry.queue_id, entry.user_id), entry.id);
        self.entries.insert(entry.id, entry);
    }

    pub fn remove(&mut self, entry: EntryId) -> Option<Entry> {
        let entry = self.entries.remove(&entry)?;
        let user = (entry.queue_id, entry.user_id);
        if self.by_user.get(&user) == Some(&entry.id) {
            self.by_user.remove(&user);
        }
        Some(entry)
    }
}
