//! Of all processes on one database one keeps the rooms: the one whose session has the lock. The others ask for it.
//!
//! The lock chooses, and `room_owner.epoch` protects: a session can be lost without its process knowing, but whoever has the
//! lock next raises the epoch, under which alone anything is written. Whoever gets the lock back and finds the epoch that
//! it had goes on: nobody has written meanwhile.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use service_kit::postgres::{Database, classify, statement};
use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout};

use super::opening::Opening;
use super::owner::{Ownership, SILENCE};
use super::shared::Shared;

/// The lock, in the database that has the queues: "boxrooms" in ASCII. No other lock of ours has this number.
const ROOMS: i64 = i64::from_be_bytes(*b"boxrooms");

/// What the session with the lock is told. One that says nothing for three seconds is ended by PostgreSQL, and its lock
/// free: its process hangs, or its machine is gone. So is one whose machine does not answer the network's own questions.
/// And no statement of it waits longer for a row than anybody waits for its answer: it would be carried out all the same.
const SESSION: &str = "SET idle_session_timeout = 3000; SET lock_timeout = 2500; SET tcp_keepalives_idle = 1; \
                       SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 2; SET tcp_user_timeout = 3000";
/// How often who stands by asks for the lock. Waiting for it in one statement would be told at once; but a statement that
/// runs has a snapshot, and while that is open, be it for days, no row version that is newer is ever cleared away, of
/// any service in the database.
const ASK: Duration = Duration::from_millis(50);
/// A sixth of what PostgreSQL waits for.
const BEAT: Duration = Duration::from_millis(500);
/// Between losing a session and asking for the next: long enough that who stands by with a good one has asked before.
const AGAIN: Duration = Duration::from_millis(250);
/// Where the rooms could not be read the pause is doubled each time, up to this: whoever tries again raises the epoch, and
/// reads a million places for seconds. Others who stand by have the lock meanwhile.
const LONGEST_PAUSE: Duration = Duration::from_secs(8);
/// A start that was refused the lock waits for it for so long before it serves without: the session of a process that was
/// killed a moment ago is gone as soon as PostgreSQL has looked at its socket.
const AT_THE_START: Duration = Duration::from_secs(1);
/// Without a word from PostgreSQL for so long a process stands by, whatever it remembers: another one that does reach it has
/// had the rooms for most of that time, and fans may be asking both. A PostgreSQL that restarts is back before.
const UNHEARD: Duration = Duration::from_secs(30);

/// How a start has gone: it keeps the rooms, or stands by; or it cannot do either.
type Started = oneshot::Sender<anyhow::Result<()>>;

/// Why a term is over.
enum Ended {
    /// The lock is lost or out of reach.
    Unlocked(anyhow::Error),
    /// The lock was had, and the rooms could not be read.
    Closed(anyhow::Error),
}

impl From<anyhow::Error> for Ended {
    fn from(error: anyhow::Error) -> Self {
        Self::Unlocked(error)
    }
}

/// What is known from one term to the next.
struct Terms {
    started: Option<Started>,
    /// How often in a row the rooms could not be read.
    failures: u32,
    said: String,
}

#[derive(QueryableByName)]
struct Answer {
    #[diesel(sql_type = Bool)]
    had: bool,
}

/// A process that keeps the rooms or would keep them.
pub struct Candidate {
    database: Database,
    shared: Arc<Shared>,
    opening: Arc<Opening>,
}

impl Candidate {
    /// Stands for as long as nobody is asked to hand over.
    pub fn start(
        database: Database,
        shared: Arc<Shared>,
        opening: Arc<Opening>,
    ) -> oneshot::Receiver<anyhow::Result<()>> {
        let (started, outcome) = oneshot::channel();
        let (relieved, keeping) = (shared.post.relieved(), shared.post.keeping());
        let this = Self { database, shared, opening };
        tokio::spawn(async move {
            let _keeping = keeping;
            // The lock goes with the session, and the session with what is dropped here.
            relieved.run_until_cancelled_owned(this.stand(started)).await;
        });
        outcome
    }

    async fn stand(self, started: Started) {
        let mut terms = Terms { started: Some(started), failures: 0, said: String::new() };
        loop {
            let Err(ended) = tokio::select! {
                ended = self.term(&mut terms) => ended,
                ended = self.unheard() => ended,
            };
            let (error, what) = match ended {
                Ended::Unlocked(error) => {
                    (error, "the lock of the rooms is lost or out of reach; it is asked for again")
                }
                Ended::Closed(error) => {
                    terms.failures = terms.failures.saturating_add(1);
                    (error, "the rooms cannot be read; it is tried again")
                }
            };
            if let Some(started) = terms.started.take() {
                started.send(Err(error)).ok();
                return;
            }
            let why = format!("{error:#}");
            if why != terms.said {
                tracing::warn!(error = why, "{what}");
                terms.said = why;
            }
            sleep(pause_after(terms.failures)).await;
        }
    }

    /// From asking for the lock to losing it.
    async fn term(&self, terms: &mut Terms) -> Result<Infallible, Ended> {
        let mut session = self.lock(terms).await?;
        self.keep(&mut session, terms).await
    }

    async fn lock(&self, terms: &mut Terms) -> anyhow::Result<AsyncPgConnection> {
        let mut session = self.database.session(SESSION).await?;
        let mut refused = None;
        loop {
            let ask = statement("SELECT pg_try_advisory_lock($1) AS had").bind::<BigInt, _>(ROOMS);
            let answer = timeout(SILENCE, ask.get_result::<Answer>(&mut session)).await;
            let answer = answer.map_err(|_elapsed| anyhow!("PostgreSQL does not answer"))?;
            if answer.map_err(classify).context("asking for the lock of the rooms")?.had {
                return Ok(session);
            }
            if refused.get_or_insert_with(Instant::now).elapsed() >= AT_THE_START && terms.tell() {
                tracing::info!("another queue-service keeps the rooms; this one waits for its lock");
            }
            sleep(ASK).await;
        }
    }

    /// Resolves when this process has kept the rooms without a word from PostgreSQL for too long; it stands by then.
    async fn unheard(&self) -> Result<Infallible, Ended> {
        loop {
            sleep(BEAT).await;
            if !self.shared.is_active() || !self.shared.time.is_older_than(UNHEARD) {
                continue;
            }
            // A machine that was asleep has heard nothing either: the question decides, not the time.
            if let Err(error) = self.opening.ask_whose(&self.database).await {
                self.shared.stand_by_unheard();
                return Err(error.context("nothing was heard from PostgreSQL").into());
            }
        }
    }

    /// While the session lasts nobody else takes the rooms.
    async fn keep(&self, session: &mut AsyncPgConnection, terms: &mut Terms) -> Result<Infallible, Ended> {
        let owner = self.unchanged(session).await?;
        let to_open = match owner {
            Some(_goes_on) => None,
            None => {
                let taken = timeout(SILENCE, Ownership::take(session)).await;
                Some(taken.context("taking the rooms over")??)
            }
        };
        let mut beating = pin!(self.beat(session));
        if let Some(owner) = to_open {
            let begun = Instant::now();
            self.shared.own(owner);
            tokio::select! {
                opened = self.opening.open(owner) => {
                    opened.context("reading the rooms").map_err(Ended::Closed)?;
                }
                lost = &mut beating => return Ok(lost?),
            }
            terms.failures = 0;
            tracing::info!(took_ms = begun.elapsed().as_millis(), "this queue-service keeps the rooms");
        }
        terms.tell();
        Ok(beating.await?)
    }

    /// The ownership under which this process goes on, where nobody has taken the rooms since.
    async fn unchanged(&self, session: &mut AsyncPgConnection) -> anyhow::Result<Option<Ownership>> {
        if !self.shared.is_active() {
            return Ok(None);
        }
        let (owner, asked) = (self.shared.owner()?, self.shared.time.moment());
        let word = timeout(SILENCE, Ownership::ask(session)).await??;
        Ok(self.shared.hear(owner, &word, asked).ok().map(|()| owner))
    }

    /// Says that this process is there, and hears whose the rooms are.
    async fn beat(&self, session: &mut AsyncPgConnection) -> anyhow::Result<Infallible> {
        loop {
            sleep(BEAT).await;
            let (owner, asked) = (self.shared.owner()?, self.shared.time.moment());
            let word = timeout(SILENCE, Ownership::ask(session)).await;
            let word = word.map_err(|_elapsed| anyhow!("PostgreSQL does not answer"))??;
            if let Err(taken_over) = self.shared.hear(owner, &word, asked) {
                self.opening.close().await;
                return Err(taken_over);
            }
        }
    }
}

impl Terms {
    /// Lets the start go on; whether it had not been let.
    fn tell(&mut self) -> bool {
        self.started.take().is_some_and(|started| started.send(Ok(())).is_ok())
    }
}

fn pause_after(failures: u32) -> Duration {
    LONGEST_PAUSE.min(AGAIN * 2_u32.saturating_pow(failures))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_cannot_read_the_rooms_tries_less_and_less_often_and_never_gives_up() {
        let pauses: Vec<u128> = (0..8).map(|failures| pause_after(failures).as_millis()).collect();
        assert_eq!(pauses, [250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000]);
        assert_eq!(pause_after(u32::MAX), LONGEST_PAUSE);
    }
}
