//! Giving out places, in sets: whoever joins while the last set is committed is in the next one. The number of
//! statements does not grow with the number of fans, and all of a set share one commit.

use std::collections::{BTreeSet, HashMap};

use anyhow::Context;
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::queue::{Entry, JoinError, JoinRequest, Joined, Queue, Standing};
use domain::shared::{QueueId, UserId};
use service_kit::gather::CarriesOut;
use service_kit::postgres::{Database, now};

use super::counts::{Counts, count};
use super::places::stand;
use super::queues;
use super::room::{Refusable, inconsistent};
use super::rows::EntryRow;
use super::schema::queues as queue_rows;

/// Joins on this database.
pub struct Joins(pub Database);

#[async_trait]
impl CarriesOut<JoinRequest> for Joins {
    type Answer = Result<Joined, JoinError>;

    async fn carry_out(&self, requests: &[JoinRequest]) -> anyhow::Result<Vec<Self::Answer>> {
        let joined = self.0.transaction(async |connection: &mut AsyncPgConnection| {
            let mut line = Line::lock(connection, requests).await?;
            let live = line.live(connection, requests).await?;
            let plan: Vec<_> = requests.iter().map(|request| line.place(request, &live)).collect();
            line.write(connection).await?;
            let mut answers = Vec::with_capacity(plan.len());
            for place in plan {
                answers.push(line.answer(connection, place).await?);
            }
            Ok(answers)
        });
        joined.await
    }
}

/// The queues that are joined, locked, and the new places in them.
struct Line {
    at: DateTime<Utc>,
    queues: HashMap<QueueId, Joining>,
    new: Vec<Entry>,
}

/// One queue while it is joined.
struct Joining {
    queue: Queue,
    last_sequence: i64,
    counts: Counts,
    /// How many of the set have got a new place.
    new: u64,
    /// Whoever asks twice within the set has one place.
    places: HashMap<UserId, Entry>,
}

/// What a request comes to.
enum Place {
    New {
        entry: Entry,
        ahead: u64,
    },
    /// Where it has the id that was asked for, an earlier attempt of this very set gave it out.
    Known {
        entry: Entry,
        is_new: bool,
    },
    Refused(JoinError),
}

impl Line {
    /// In the order of their ids, so that no two sets wait for each other.
    async fn lock(connection: &mut AsyncPgConnection, requests: &[JoinRequest]) -> Refusable<Self> {
        let ids: BTreeSet<QueueId> = requests.iter().map(|request| request.queue_id).collect();
        let mut locked = Vec::with_capacity(ids.len());
        for id in ids {
            if let Some(queue) = queues::lock(connection, id).await? {
                let last = queue_rows::table.find(id.0).select(queue_rows::last_sequence);
                locked.push((queue, last.get_result(connection).await?));
            }
        }
        // Whoever decides after waiting for a lock decides by the time at which it was had.
        let at = now(connection).await?;
        let mut queues = HashMap::new();
        for (queue, last_sequence) in locked {
            let counts = count(connection, queue.id, at).await?;
            let joining = Joining { last_sequence, counts, new: 0, places: HashMap::new(), queue };
            queues.insert(joining.queue.id, joining);
        }
        Ok(Self { at, queues, new: Vec::new() })
    }

    /// The live places that those who ask have already. One whose time is up and of which no job has said so yet has
    /// ended, and its row must say so before another can be this user's live one.
    async fn live(
        &self,
        connection: &mut AsyncPgConnection,
        requests: &[JoinRequest],
    ) -> Refusable<HashMap<(QueueId, UserId), Entry>> {
        let (queues, users): (Vec<_>, Vec<_>) =
            requests.iter().map(|request| (request.queue_id.0, request.user_id.0)).unzip();
        let run_out = diesel::sql_query(
            "UPDATE entries SET state = 'expired' FROM unnest($1, $2) AS asking (queue_id, user_id) \
             WHERE entries.queue_id = asking.queue_id AND entries.user_id = asking.user_id \
               AND state = 'admitted' AND expires_at <= $3",
        );
        run_out
            .bind::<Array<SqlUuid>, _>(&queues)
            .bind::<Array<SqlUuid>, _>(&users)
            .bind::<Timestamptz, _>(self.at)
            .execute(connection)
            .await?;
        let live = diesel::sql_query(
            "SELECT DISTINCT entries.* FROM entries JOIN unnest($1, $2) AS asking (queue_id, user_id) \
               USING (queue_id, user_id) WHERE state IN ('waiting', 'admitted')",
        );
        let rows: Vec<EntryRow> = live
            .bind::<Array<SqlUuid>, _>(&queues)
            .bind::<Array<SqlUuid>, _>(&users)
            .load(connection)
            .await?;
        let entries: anyhow::Result<Vec<Entry>> = rows.into_iter().map(EntryRow::entry).collect();
        let entries = entries.context("reading who has a place already").map_err(inconsistent)?;
        Ok(entries.into_iter().map(|entry| ((entry.queue_id, entry.user_id), entry)).collect())
    }

    /// The place for one request, in the order of asking.
    fn place(&mut self, request: &JoinRequest, live: &HashMap<(QueueId, UserId), Entry>) -> Place {
        let JoinRequest { entry_id, queue_id, user_id } = *request;
        let Some(joining) = self.queues.get_mut(&queue_id) else {
            return Place::Refused(JoinError::NoSuchQueue);
        };
        let known = live.get(&(queue_id, user_id)).or_else(|| joining.places.get(&user_id));
        if let Some(entry) = known.cloned() {
            return Place::Known { is_new: entry.id == entry_id, entry };
        }
        if let Err(refused) = joining.queue.check_open() {
            return Place::Refused(refused);
        }
        joining.last_sequence += 1;
        let entry = Entry::joined(entry_id, queue_id, user_id, joining.last_sequence, self.at);
        let ahead = joining.counts.waiting + joining.new;
        joining.new += 1;
        joining.places.insert(user_id, entry.clone());
        self.new.push(entry.clone());
        Place::New { entry, ahead }
    }

    async fn write(&self, connection: &mut AsyncPgConnection) -> Result<(), diesel::result::Error> {
        if self.new.is_empty() {
            return Ok(());
        }
        for joining in self.queues.values().filter(|joining| joining.new > 0) {
            diesel::update(queue_rows::table.find(joining.queue.id.0))
                .set(queue_rows::last_sequence.eq(joining.last_sequence))
                .execute(connection)
                .await?;
        }
        let ids: Vec<_> = self.new.iter().map(|entry| entry.id.0).collect();
        let queues: Vec<_> = self.new.iter().map(|entry| entry.queue_id.0).collect();
        let users: Vec<_> = self.new.iter().map(|entry| entry.user_id.0).collect();
        let sequences: Vec<_> = self.new.iter().map(|entry| entry.sequence).collect();
        let insert = diesel::sql_query(
            "INSERT INTO entries (entry_id, queue_id, user_id, sequence, state, joined_at) \
             SELECT entry_id, queue_id, user_id, sequence, 'waiting', $5 \
             FROM unnest($1, $2, $3, $4) AS joined (entry_id, queue_id, user_id, sequence)",
        );
        insert
            .bind::<Array<SqlUuid>, _>(ids)
            .bind::<Array<SqlUuid>, _>(queues)
            .bind::<Array<SqlUuid>, _>(users)
            .bind::<Array<BigInt>, _>(sequences)
            .bind::<Timestamptz, _>(self.at)
            .execute(connection)
            .await?;
        Ok(())
    }

    /// What the fan is told, with the numbers of this instant.
    async fn answer(
        &self,
        connection: &mut AsyncPgConnection,
        place: Place,
    ) -> Refusable<Result<Joined, JoinError>> {
        let (entry, ahead) = match place {
            Place::Refused(refused) => return Ok(Err(refused)),
            Place::Known { entry, is_new } => {
                let standing = stand(connection, entry.id, self.at).await?;
                return Ok(Ok(Joined { standing, is_new }));
            }
            Place::New { entry, ahead } => (entry, ahead),
        };
        let Some(joining) = self.queues.get(&entry.queue_id) else { return Ok(Err(JoinError::NoSuchQueue)) };
        let standing = Standing {
            entry,
            ahead,
            waiting: joining.counts.waiting + joining.new,
            admitted_last_minute: joining.counts.load.admitted_last_minute,
        };
        Ok(Ok(Joined { standing, is_new: true }))
    }
}
