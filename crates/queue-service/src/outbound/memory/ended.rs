use std::collections::{HashMap, VecDeque};

use domain::queue::Entry;
use domain::shared::EntryId;

/// Places that have ended lately, some 2 MB of them: each of 10,000 streams that ends with its queue is told so without a
/// question to the database, and so is whoever goes on asking with a token that is used up. An end is final, so what is
/// remembered is never wrong.
const REMEMBERED: usize = 10_000;

#[derive(Default)]
pub struct Ended {
    entries: HashMap<EntryId, Entry>,
    order: VecDeque<EntryId>,
}

impl Ended {
    pub fn get(&self, entry: EntryId) -> Option<Entry> {
        self.entries.get(&entry).cloned()
    }

    pub fn remember(&mut self, entry: Entry) {
        let id = entry.id;
        if self.entries.insert(id, entry).is_none() {
            self.order.push_back(id);
        }
        if self.order.len() > REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.entries.remove(&oldest);
        }
    }
}
