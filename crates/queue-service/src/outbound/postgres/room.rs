use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use async_trait::async_trait;
use domain::queue::{
    AbsencePolicy, Entry, JoinError, JoinRequest, Joined, LeaveEffect, Polled, Queue, QueueChange,
    QueueError, QueueFigures, QueueOverview, Revocations, Standing, WaitingRoom,
};
use domain::shared::{EntryId, QueueId, Unavailable};
use service_kit::duty::Duty;
use service_kit::gather::{Gathered, Gathering};
use service_kit::postgres::Database;
use tokio::sync::Semaphore;
use tokio_util::sync::DropGuard;

use super::command::{Answer, Command};
use super::deciding_admission::MOST_AT_ONCE;
use super::election::Candidate;
use super::opening::Opening;
use super::settling::Doubts;
use super::shared::Shared;
use super::time::Stopwatch;
use super::writer::Writer;
use super::{reading, revocations};

/// A thousand rows are one insert of a few milliseconds.
const WRITES: Gathering =
    Gathering { name: "changes of the rooms", writers: 1, largest_set: 1_000, queue: 20_000 };
/// Of those who may wait to be written, so many at most join, which is what ten thousand fans do in the time that a few
/// sets take: however many knock, those who pay and leave get through.
const JOINS: usize = 10_000;
/// While nothing is written the database is asked so often whose the rooms are and what time it is.
const ASK_EVERY: Duration = Duration::from_secs(1);

/// The queues in the queue-service's schema. PostgreSQL is what is true; who waits and who is inside is in memory too,
/// and every look is answered from there.
pub struct PostgresWaitingRoom {
    database: Database,
    shared: Arc<Shared>,
    doubts: Arc<Doubts>,
    writes: Arc<Gathered<Command, Answer>>,
    joins: Semaphore,
    opening: Arc<Opening>,
    /// The lock is given up with the room.
    _relief: DropGuard,
}

impl PostgresWaitingRoom {
    /// Takes the rooms over and reads them, unless another process keeps them: then this one stands by until it can.
    pub async fn open(
        database: Database,
        absence: AbsencePolicy,
        stopwatch: Arc<dyn Stopwatch>,
    ) -> anyhow::Result<Self> {
        let shared = Arc::new(Shared::new(absence, stopwatch));
        let doubts = Arc::new(Doubts::default());
        let (writer_database, shared_by_writer) = (database.clone(), Arc::clone(&shared));
        let writer =
            Writer { database: writer_database, shared: shared_by_writer, doubts: Arc::clone(&doubts) };
        let writes = Arc::new(Gathered::new(WRITES, writer));
        let opening = Arc::new(Opening::new(Arc::clone(&shared), Arc::clone(&writes)));
        let relief = shared.post.relief();
        let started = Candidate::start(database.clone(), Arc::clone(&shared), Arc::clone(&opening));
        started.await.context("the election has ended")??;
        Ok(Self { database, shared, doubts, writes, joins: Semaphore::new(JOINS), opening, _relief: relief })
    }

    /// Whether this process keeps the rooms, and how it gives them up.
    pub fn duty(&self) -> Duty {
        self.shared.post.duty()
    }

    /// Reads everything again: after a hand other than this room's has changed the tables. What is known of when
    /// somebody was last seen is kept.
    pub async fn reload(&self) -> anyhow::Result<()> {
        self.writes.carry_out(Command::Reload).await.map(|_| ())
    }

    /// Somebody who is not remembered: their place has ended, or there is none.
    async fn ended(&self, id: EntryId) -> anyhow::Result<Option<Entry>> {
        let remembered = self.shared.ended().get(id);
        if remembered.is_some() {
            return Ok(remembered);
        }
        let Some(entry) = reading::entry(&self.database, id).await? else { return Ok(None) };
        if entry.state.has_ended() {
            self.shared.ended().remember(entry.clone());
            return Ok(Some(entry));
        }
        // It may have become so after memory was asked, or somebody else has taken the rooms over.
        if self.shared.rooms()?.entry(id).is_some() {
            return Ok(Some(entry));
        }
        Err(anyhow!("entry {id} is not remembered as it is").context(Unavailable("the waiting room")))
    }

    async fn standing_off(&self, id: EntryId) -> anyhow::Result<Option<Standing>> {
        let Some(entry) = self.ended(id).await? else { return Ok(None) };
        let now = self.shared.time.now();
        Ok(self.shared.rooms()?.standing_off(entry, now, self.shared.absence))
    }

    fn is_live(&self, entry: EntryId) -> anyhow::Result<bool> {
        Ok(self.shared.rooms()?.entry(entry).is_some())
    }

    /// Ends an admission; whoever is not inside any more costs no writing.
    async fn end(&self, entry: EntryId, command: Command) -> anyhow::Result<bool> {
        if !self.is_live(entry)? && self.ended(entry).await?.is_none_or(|entry| entry.state.has_ended()) {
            return Ok(false);
        }
        match self.write(command).await? {
            Answer::Ended(freed) => Ok(freed),
            Answer::Joined(_)
            | Answer::Left(_)
            | Answer::Admitted(_)
            | Answer::Configured(_)
            | Answer::Done => {
                bail!("an ending was answered with something else")
            }
        }
    }

    /// What to write where there is something to do in a queue.
    fn admission(&self, queue: QueueId) -> anyhow::Result<Option<(Command, u64)>> {
        let Shared { time, absence, .. } = &*self.shared;
        let rooms = self.shared.rooms()?;
        let work = rooms.work(queue, time.now(), time.moment(), *absence, MOST_AT_ONCE);
        let any = work.any || self.doubts.any();
        Ok(any.then_some((Command::Admit { queue, lapsed: work.lapsed }, rooms.changes)))
    }

    async fn ask_whose_the_rooms_are(&self) -> anyhow::Result<()> {
        if !self.shared.time.is_older_than(ASK_EVERY) {
            return Ok(());
        }
        self.opening.ask_whose(&self.database).await
    }

    /// Has a command written, where that is for this process to do.
    async fn write(&self, command: Command) -> anyhow::Result<Answer> {
        drop(self.shared.rooms()?);
        self.writes.carry_out(command).await
    }
}

#[async_trait]
impl WaitingRoom for PostgresWaitingRoom {
    async fn join(&self, request: JoinRequest) -> Result<Joined, JoinError> {
        if let Some(standing) = self.place_of(&request)? {
            return Ok(Joined { standing, is_new: false });
        }
        let full = |_| anyhow!("too many joins are waiting").context(Unavailable("the database"));
        let _turn = self.joins.try_acquire().map_err(full)?;
        match self.write(Command::Join(request)).await? {
            Answer::Joined(joined) => {
                if let Ok(joined) = &joined {
                    self.touch(joined.standing.entry.id);
                }
                joined
            }
            Answer::Left(_)
            | Answer::Ended(_)
            | Answer::Admitted(_)
            | Answer::Configured(_)
            | Answer::Done => Err(anyhow!("a join was answered with something else").into()),
        }
    }

    async fn standing(&self, entry: EntryId) -> anyhow::Result<Option<Standing>> {
        let known = self.shared.rooms()?.standing(entry, self.shared.time.now(), self.shared.absence);
        match known {
            Some(standing) => Ok(Some(standing)),
            None => self.standing_off(entry).await,
        }
    }

    async fn poll(&self, entry: EntryId) -> anyhow::Result<Polled> {
        if let Some(polled) = self.poll_waiting(entry)? {
            return Ok(polled);
        }
        Ok(self.standing(entry).await?.map_or(Polled::Nowhere, Polled::Stands))
    }

    fn touch(&self, entry: EntryId) {
        if let Ok(rooms) = self.shared.rooms()
            && let Some(fan) = rooms.fan(entry)
        {
            fan.presence.touch(self.shared.time.moment());
        }
    }

    fn changes(&self) -> u64 {
        self.shared.rooms().map_or(u64::MAX, |rooms| rooms.changes)
    }

    async fn leave(&self, entry: EntryId) -> anyhow::Result<Option<LeaveEffect>> {
        if !self.is_live(entry)? {
            match self.ended(entry).await? {
                None => return Ok(None),
                Some(entry) if entry.state.has_ended() => return Ok(Some(LeaveEffect::AlreadyEnded)),
                Some(_) => {}
            }
        }
        match self.write(Command::Leave(entry)).await? {
            Answer::Left(effect) => Ok(Some(effect)),
            Answer::Joined(_)
            | Answer::Ended(_)
            | Answer::Admitted(_)
            | Answer::Configured(_)
            | Answer::Done => {
                bail!("leaving was answered with something else")
            }
        }
    }

    async fn finish(&self, entry: EntryId) -> anyhow::Result<bool> {
        self.end(entry, Command::Finish(entry)).await
    }

    async fn yield_slot(&self, entry: EntryId) -> anyhow::Result<bool> {
        self.end(entry, Command::YieldSlot(entry)).await
    }

    /// Looks first and writes only where there is something to do: most of the time there is not, and writing costs a
    /// commit on disk.
    async fn admit(&self, queue: QueueId) -> anyhow::Result<Vec<Entry>> {
        let mut admitted = Vec::new();
        while let Some((command, changes)) = self.admission(queue)? {
            match self.write(command).await? {
                Answer::Admitted(entries) => admitted.extend(entries),
                Answer::Joined(_)
                | Answer::Left(_)
                | Answer::Ended(_)
                | Answer::Configured(_)
                | Answer::Done => {
                    bail!("an admission was answered with something else")
                }
            }
            // What a look found may be gone when its turn comes; and nobody looks for ever.
            if self.shared.rooms()?.changes == changes {
                break;
            }
        }
        self.ask_whose_the_rooms_are().await?;
        Ok(admitted)
    }

    async fn establish(&self, main: Queue) -> anyhow::Result<()> {
        self.opening.establish(main).await
    }

    async fn configure(
        &self,
        template: Queue,
        change: QueueChange,
    ) -> Result<(QueueOverview, bool), QueueError> {
        match self.write(Command::Configure { template, change }).await? {
            Answer::Configured(configured) => configured,
            Answer::Joined(_) | Answer::Left(_) | Answer::Ended(_) | Answer::Admitted(_) | Answer::Done => {
                Err(anyhow!("a configuration was answered with something else").into())
            }
        }
    }

    async fn overview(&self, queue: QueueId) -> anyhow::Result<Option<QueueOverview>> {
        Ok(self.shared.rooms()?.overview(queue, self.shared.time.now()))
    }

    async fn figures(&self, queue: QueueId) -> anyhow::Result<Option<QueueFigures>> {
        let rooms = self.shared.rooms()?;
        let Some(room) = rooms.room(queue) else { return Ok(None) };
        let (totals, now) = (room.totals, self.shared.time.now());
        let (since, overview) = (rooms.counted_since.unwrap_or(now), rooms.overview(queue, now));
        Ok(overview.map(|overview| QueueFigures { overview, totals, since }))
    }

    async fn queues(&self) -> anyhow::Result<Vec<QueueId>> {
        Ok(self.shared.rooms()?.queues().collect())
    }

    async fn revoked_after(&self, version: i64) -> anyhow::Result<Revocations> {
        revocations::revoked_after(&self.database, version).await
    }
}

impl PostgresWaitingRoom {
    /// The live place that a fan has already, where nothing is to be written for it.
    fn place_of(&self, request: &JoinRequest) -> anyhow::Result<Option<Standing>> {
        let Shared { time, absence, .. } = &*self.shared;
        let (now, rooms) = (time.now(), self.shared.rooms()?);
        let Some(entry) = rooms.live(request.queue_id, request.user_id) else { return Ok(None) };
        if entry.clone().at(now).state.has_ended() {
            return Ok(None);
        }
        if let Some(fan) = rooms.fan(entry.id) {
            fan.presence.touch(time.moment());
        }
        Ok(rooms.standing(entry.id, now, *absence))
    }

    /// The poll of somebody who waits; `None`: this one does not.
    fn poll_waiting(&self, entry: EntryId) -> anyhow::Result<Option<Polled>> {
        let Shared { time, absence, .. } = &*self.shared;
        let (moment, rooms) = (time.moment(), self.shared.rooms()?);
        let Some(fan) = rooms.fan(entry) else { return Ok(None) };
        if let Err(early) = fan.presence.check(moment) {
            return Ok(Some(Polled::TooEarly(early)));
        }
        let Some(standing) = rooms.standing_of(fan, time.now(), *absence) else { return Ok(None) };
        let taken = fan.presence.take(moment, standing.poll_after_ms);
        Ok(Some(taken.map_or_else(Polled::TooEarly, |()| Polled::Stands(standing))))
    }
}
