use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use domain::shared::Clock;
use uuid::Uuid;

use super::{Claim, Claimed, Fingerprint, Key, Keys, Record};
use crate::answer::Answer;

/// Keys in memory.
pub struct MemoryKeys {
    clock: Arc<dyn Clock>,
    records: Mutex<HashMap<Key, Record>>,
}

impl MemoryKeys {
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, records: Mutex::default() }
    }

    fn records(&self) -> MutexGuard<'_, HashMap<Key, Record>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Keys for MemoryKeys {
    async fn claim(&self, key: &Key, fingerprint: Fingerprint, fresh: Uuid) -> anyhow::Result<Claim> {
        let mut records = self.records();
        let (claim, changed) = Record::claim(records.get(key).cloned(), fingerprint, fresh, self.clock.now());
        if let Some(record) = changed {
            records.insert(key.clone(), record);
        }
        Ok(claim)
    }

    async fn recorded(&self, key: &Key) -> anyhow::Result<Option<Record>> {
        Ok(self.records().get(key).cloned())
    }

    async fn complete(&self, key: &Key, claimed: Claimed, answer: Answer) -> anyhow::Result<Answer> {
        Ok(match self.records().get_mut(key) {
            Some(record) => record.complete(claimed, answer),
            None => answer,
        })
    }

    async fn release(&self, key: &Key, claimed: Claimed) -> anyhow::Result<()> {
        let now = self.clock.now();
        if let Some(record) = self.records().get_mut(key) {
            record.release(claimed, now);
        }
        Ok(())
    }

    async fn forget_old(&self) -> anyhow::Result<usize> {
        let now = self.clock.now();
        let mut records = self.records();
        let before = records.len();
        records.retain(|_, record| !record.is_old(now));
        Ok(before - records.len())
    }
}
