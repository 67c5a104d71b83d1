//! The one writer of a process: whatever changes the rooms comes through here, set by set.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use diesel_async::AsyncPgConnection;
use service_kit::gather::CarriesOut;
use service_kit::postgres::{Database, TransactionError};

use super::answers;
use super::command::{Answer, Command};
use super::deciding::Deciding;
use super::draft::Draft;
use super::owner::{Ownership, Word};
use super::reading;
use super::settling::Doubts;
use super::shared::{Remembered, Shared};

/// Decides a set against what is remembered, writes it, and remembers it once it is committed: the order of commits is
/// the order in memory, and nobody sees what is not committed.
pub struct Writer {
    pub database: Database,
    pub shared: Arc<Shared>,
    pub doubts: Arc<Doubts>,
}

#[async_trait]
impl CarriesOut<Command> for Writer {
    type Answer = Answer;

    async fn carry_out(&self, commands: &[Command]) -> anyhow::Result<Vec<Answer>> {
        let owner = self.shared.owner()?;
        let reload = commands.iter().any(|command| matches!(command, Command::Reload));
        let written = self.database.transaction(async |connection: &mut AsyncPgConnection| {
            let asked = self.shared.time.moment();
            let word = Ownership::lock(connection).await?;
            self.hear(owner, &word, asked).map_err(inconsistent)?;
            if reload
                || !self.shared.remembers(owner)
                || !self.doubts.settle(&self.shared, connection, word.at).await?
            {
                self.read_everything(connection, owner, &word).await?;
            }
            let draft = self.decide(commands, &word).map_err(inconsistent)?;
            self.doubts.begin(&draft);
            draft.write(connection).await?;
            Ok(draft)
        });
        let draft: Draft = written.await?;
        let answers = answers::after(draft, &self.shared)?;
        self.doubts.end();
        Ok(answers)
    }
}

impl Writer {
    /// Where the rooms are another's, what is remembered of them is of no use any more.
    fn hear(&self, owner: Ownership, word: &Word, asked: Duration) -> anyhow::Result<()> {
        let heard = self.shared.hear(owner, word, asked);
        if heard.is_err() {
            self.shared.forget();
        }
        heard
    }

    async fn read_everything(
        &self,
        connection: &mut AsyncPgConnection,
        owner: Ownership,
        word: &Word,
    ) -> Refusable<()> {
        Ownership::take_time(connection).await?;
        if !self.shared.remembers(owner) {
            // Whoever was seen, and whatever has happened, another process knows.
            self.shared.forget();
        }
        let mut read = reading::everything(connection, word.at, self.shared.time.moment()).await?;
        let mut remembered = self.shared.change();
        read.keep_presence_of(&remembered.rooms);
        read.keep_totals_of(&remembered.rooms);
        read.changes += remembered.rooms.changes;
        *remembered = Remembered { rooms: read, under: Some(owner) };
        Ok(())
    }

    fn decide(&self, commands: &[Command], word: &Word) -> anyhow::Result<Draft> {
        let rooms = self.shared.read();
        Deciding::new(&rooms, self.shared.absence, word.at, self.shared.time.moment()).decide(commands)
    }
}

/// What a step inside a transaction comes to.
pub(super) type Refusable<T> = Result<T, TransactionError<anyhow::Error>>;

/// What cannot be ends the transaction.
pub(super) fn inconsistent(error: anyhow::Error) -> TransactionError<anyhow::Error> {
    TransactionError::Refused(error)
}
