use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::Context;
use serde::Serialize;
use tokio::time::Instant;
use uuid::Uuid;

use super::account::Account;
use super::event::Event;

/// Every event of every fan in the order of its happening, one JSON a line, for whoever has to find out what happened.
/// It also keeps the accounts of fans who are done.
#[derive(Debug)]
pub struct Diary {
    begun: Instant,
    file: Mutex<BufWriter<File>>,
    closed: Mutex<Vec<Account>>,
}

#[derive(Serialize)]
struct Line<'a> {
    ms: u128,
    user: Uuid,
    #[serde(flatten)]
    event: &'a Event,
}

impl Diary {
    pub fn begin(file: &Path) -> anyhow::Result<Self> {
        let file = File::create(file).with_context(|| format!("cannot write {}", file.display()))?;
        Ok(Self { begun: Instant::now(), file: Mutex::new(BufWriter::new(file)), closed: Mutex::default() })
    }

    /// When the run began: what every event is reckoned from.
    pub fn begun(&self) -> Instant {
        self.begun
    }

    /// Takes an event down, in the account and in the file.
    pub fn note(&self, account: &mut Account, event: &Event) {
        let at = self.begun.elapsed();
        account.note(event, at);
        let line = Line { ms: at.as_millis(), user: account.user_id, event };
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        // The accounts are the ledger; a full disk costs the file alone.
        if let Ok(line) = serde_json::to_string(&line) {
            writeln!(file, "{line}").ok();
        }
    }

    /// The fan is done.
    pub fn close(&self, account: Account) {
        self.closed.lock().unwrap_or_else(PoisonError::into_inner).push(account);
    }

    /// All accounts that were closed; the file is complete from here on.
    pub fn finish(&self) -> Vec<Account> {
        self.file.lock().unwrap_or_else(PoisonError::into_inner).flush().ok();
        std::mem::take(&mut *self.closed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
