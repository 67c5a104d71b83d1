//! What is done when a process begins to keep the rooms.

use std::sync::Arc;

use anyhow::anyhow;
use domain::queue::Queue;
use service_kit::gather::Gathered;
use service_kit::postgres::Database;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::command::{Answer, Command};
use super::owner::{Ownership, SILENCE};
use super::shared::Shared;

/// The rooms before they are open, and those who open them.
pub struct Opening {
    shared: Arc<Shared>,
    writes: Arc<Gathered<Command, Answer>>,
    /// The queue that is to be there from the beginning on.
    main: Mutex<Option<Queue>>,
}

impl Opening {
    pub fn new(shared: Arc<Shared>, writes: Arc<Gathered<Command, Answer>>) -> Self {
        Self { shared, writes, main: Mutex::default() }
    }

    /// Reads the rooms and lets everybody ask.
    pub async fn open(&self, owner: Ownership) -> anyhow::Result<()> {
        self.writes.carry_out(Command::Reload).await?;
        let main = self.main.lock().await;
        if let Some(main) = &*main {
            self.writes.carry_out(Command::Establish(main.clone())).await?;
        }
        self.shared.begin(owner)
    }

    /// The rooms have become another's: the writer finds that too, and forgets them.
    pub async fn close(&self) {
        self.writes.carry_out(Command::Reload).await.ok();
    }

    /// Asks the database whose the rooms are; an error: another's, or nobody answered.
    pub async fn ask_whose(&self, database: &Database) -> anyhow::Result<()> {
        let (owner, asked) = (self.shared.owner()?, self.shared.time.moment());
        let ask = async { Ownership::ask(&mut *database.connection().await?).await };
        let word =
            timeout(SILENCE, ask).await.map_err(|_elapsed| anyhow!("PostgreSQL does not answer"))??;
        let heard = self.shared.hear(owner, &word, asked);
        if heard.is_err() {
            self.close().await;
        }
        heard
    }

    /// Now, where this process keeps the rooms; else when it begins to.
    pub async fn establish(&self, queue: Queue) -> anyhow::Result<()> {
        let mut main = self.main.lock().await;
        *main = Some(queue.clone());
        if self.shared.is_active() {
            self.writes.carry_out(Command::Establish(queue)).await?;
        }
        Ok(())
    }
}
