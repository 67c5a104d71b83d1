//! Fans as a row needs them: with a user, money, a place, and a pass.

use std::time::Duration;

use anyhow::{Context, bail, ensure};
use contracts::queue::{EntryBody, EntryStatus};
use contracts::wallet::{NewChargeBody, NewUserBody, UserBody};
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::load::{Answer, request};
use super::stage::{Stage, blocking};
use crate::stack::Service;

/// A hundred thousand are let in within seconds.
const ADMISSION_DEADLINE: Duration = Duration::from_mins(2);
const GLANCE: Duration = Duration::from_millis(20);

/// Somebody with an access token.
#[derive(Clone, Debug)]
pub struct User {
    pub user_id: Uuid,
    pub access: String,
}

/// Somebody in line.
#[derive(Clone, Debug)]
pub struct Waiting {
    pub user: User,
    pub queue_token: String,
    pub position: u64,
}

/// Somebody inside.
#[derive(Clone, Debug)]
pub struct Fan {
    pub user: User,
    pub pass: String,
}

fn expect(answer: &Answer<'_>, statuses: &[u16]) -> anyhow::Result<()> {
    ensure!(statuses.contains(&answer.status), "answered {}", answer.sample());
    Ok(())
}

/// The route of a queue's places.
pub fn entries(queue: Uuid) -> String {
    format!("/v1/queues/{queue}/entries")
}

impl Stage<'_> {
    /// So many new users.
    pub fn users(&self, many: usize) -> anyhow::Result<Vec<User>> {
        let names: Vec<usize> = (0..many).collect();
        let asking = self.asking(Service::Wallet)?;
        let write = |number: &usize| {
            request::post_json("/v1/users", "", &NewUserBody { name: format!("Fan {number}") })
        };
        let read = |_: &usize, answer: &Answer<'_>| {
            expect(answer, &[201])?;
            let UserBody { user_id, access_token, .. } = answer.read()?;
            Ok(User { user_id, access: access_token })
        };
        blocking(|| asking.each(&names, write, read)).context("cannot create users")
    }

    /// Tops everybody's wallet up.
    pub fn charge(&self, users: &[User], amount: i64) -> anyhow::Result<()> {
        let asking = self.asking(Service::Wallet)?;
        let write = |user: &User| {
            let path = format!("/v1/wallets/{}/charges", user.user_id);
            request::post_json(&path, &user.access, &NewChargeBody { amount })
        };
        let read = |_: &User, answer: &Answer<'_>| expect(answer, &[201]);
        blocking(|| asking.each(users, write, read)).map(drop).context("cannot top wallets up")
    }

    /// Takes a place for everybody, or finds the one they have.
    pub fn join(&self, users: Vec<User>, queue: Uuid) -> anyhow::Result<Vec<Waiting>> {
        let asking = self.asking(Service::Queue)?;
        let path = entries(queue);
        let write = |user: &User| Ok(request::post(&path, &user.access));
        let read = |_: &User, answer: &Answer<'_>| {
            expect(answer, &[200, 201])?;
            let EntryBody { queue_token, position, .. } = answer.read()?;
            Ok((queue_token, position))
        };
        let places = blocking(|| asking.each(&users, write, read)).context("cannot join")?;
        let waiting = users.into_iter().zip(places);
        Ok(waiting.map(|(user, (queue_token, position))| Waiting { user, queue_token, position }).collect())
    }

    /// Where everybody stands now.
    pub fn positions(&self, fans: &[Waiting], queue: Uuid) -> anyhow::Result<Vec<u64>> {
        let asking = self.asking(Service::Queue)?;
        let path = format!("{}/me", entries(queue));
        let write = |fan: &Waiting| Ok(request::get(&path, &fan.queue_token));
        let read = |_: &Waiting, answer: &Answer<'_>| {
            expect(answer, &[200])?;
            Ok(answer.read::<EntryBody>()?.position)
        };
        blocking(|| asking.each(fans, write, read)).context("cannot poll")
    }

    /// Fetches the passes of those who were let in.
    pub fn passes(&self, waiting: Vec<Waiting>, queue: Uuid) -> anyhow::Result<Vec<Fan>> {
        let asking = self.asking(Service::Queue)?;
        let path = format!("{}/me", entries(queue));
        let write = |fan: &Waiting| Ok(request::get(&path, &fan.queue_token));
        let read = |_: &Waiting, answer: &Answer<'_>| {
            expect(answer, &[200])?;
            let EntryBody { status, pass, .. } = answer.read()?;
            match (status, pass) {
                (EntryStatus::Admitted, Some(pass)) => Ok(pass),
                (status, _) => bail!("is {status:?}, without a pass"),
            }
        };
        let passes = blocking(|| asking.each(&waiting, write, read)).context("cannot fetch the passes")?;
        let fans = waiting.into_iter().zip(passes);
        Ok(fans.map(|(Waiting { user, .. }, pass)| Fan { user, pass }).collect())
    }

    /// New users, in line at the main queue, and let in; their passes are not fetched yet.
    pub async fn admitted(&self, users: Vec<User>, queue: Uuid) -> anyhow::Result<Vec<Waiting>> {
        let waiting = self.join(users, queue)?;
        let deadline = Instant::now() + ADMISSION_DEADLINE;
        while self.overview(queue).await?.waiting > 0 {
            ensure!(Instant::now() < deadline, "the line is not let in");
            sleep(GLANCE).await;
        }
        Ok(waiting)
    }

    /// So many new fans with passes.
    pub async fn crowd(&self, many: usize, queue: Uuid) -> anyhow::Result<Vec<Fan>> {
        let waiting = self.admitted(self.users(many)?, queue).await?;
        self.passes(waiting, queue)
    }

    /// Waits until no more than `many` are inside.
    pub async fn until_inside(&self, queue: Uuid, many: u64) -> anyhow::Result<()> {
        let deadline = Instant::now() + ADMISSION_DEADLINE;
        while self.overview(queue).await?.admitted > many {
            ensure!(Instant::now() < deadline, "passes that have paid are not finished");
            sleep(GLANCE).await;
        }
        Ok(())
    }
}
