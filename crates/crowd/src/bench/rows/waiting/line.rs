//! Lines of fans: most of them are rows in the database alone, those who ask are spread evenly among them.

use anyhow::ensure;
use uuid::Uuid;

use crate::bench::fans::{User, Waiting, entries};
use crate::bench::load::{Shots, request};
use crate::bench::stage::{Stage, blocking};
use crate::stack::{Member, Service};

const FILL: &str = include_str!("../../sql/fill_line.sql");
/// Beside the main queue, which lets everybody in.
const LONG: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_00a0);
const AS_THE_PEERS: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_00a1);
const SHORT: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_00a2);

/// One queue, and those in it who ask.
pub struct Line {
    pub queue: Uuid,
    pub waiting: usize,
    pub fans: Vec<Waiting>,
}

/// Open and empty.
pub struct Lines<T = Vec<User>> {
    users: T,
}

/// All three, full.
pub struct Full {
    pub million: Line,
    pub peers: Line,
    pub few: Line,
}

impl Lines {
    /// Queues that let nobody in, and users for them. The service has answered as many connections as it will have
    /// when its size is looked at again.
    pub async fn open(stage: &Stage<'_>) -> anyhow::Result<Self> {
        for (queue, name) in [(LONG, "Long"), (AS_THE_PEERS, "As the peers"), (SHORT, "Short")] {
            stage.open_queue(queue, name, 0).await?;
        }
        let door = stage.door(Service::Queue)?;
        let requests = [request::get(&format!("/v1/queues/{LONG}"), "")];
        let shots = Shots { requests: &requests, expected: 200, again: true };
        blocking(|| shots.fire(door, stage.timed()))?;
        Ok(Self { users: stage.users(stage.bench.scale.asking)? })
    }

    /// Fills the lines behind the service's back, while it is down, and asks for the places of those who ask.
    pub async fn fill(self, stage: &Stage<'_>) -> anyhow::Result<Full> {
        let scale = stage.bench.scale;
        let queue_service = Member::Service(Service::Queue);
        let lines =
            [(LONG, scale.waiting), (AS_THE_PEERS, scale.waiting_at_peers), (SHORT, scale.waiting_few)];
        stage.stack.rest(queue_service).await;
        for (queue, waiting) in lines {
            stage.database.sql(&fill(queue, waiting, &self.users)).await?;
        }
        stage.database.sql("VACUUM ANALYZE queue.entries; CHECKPOINT;").await?;
        stage.stack.start_again(queue_service).await;
        stage.stack.serving().await?;
        let line = |(queue, waiting)| {
            let fans = stage.join(self.users.clone(), queue)?;
            let places = places(waiting, fans.len());
            let right = fans.iter().zip(places).all(|(fan, place)| u64::try_from(place) == Ok(fan.position));
            ensure!(right, "fans in a line of {waiting} are not told the places they have");
            Ok(Line { queue, waiting, fans })
        };
        let [million, peers, few] = lines.map(line);
        Ok(Full { million: million?, peers: peers?, few: few? })
    }
}

impl Full {
    pub fn waiting(&self) -> usize {
        self.million.waiting + self.peers.waiting + self.few.waiting
    }
}

impl Line {
    /// A poll of each of those who ask.
    pub fn polls(&self) -> Vec<Vec<u8>> {
        let path = format!("{}/me", entries(self.queue));
        self.fans.iter().map(|fan| request::get(&path, &fan.queue_token)).collect()
    }
}

/// Which places of a line those who ask have: the first of them the first.
fn places(waiting: usize, asking: usize) -> impl Iterator<Item = usize> {
    let apart = waiting / asking.max(1);
    (0..asking).map(move |number| number * apart + 1)
}

fn fill(queue: Uuid, waiting: usize, users: &[User]) -> String {
    let known = users.iter().zip(places(waiting, users.len()));
    let known: Vec<_> = known.map(|(user, place)| format!("({place}, '{}'::uuid)", user.user_id)).collect();
    FILL.replace(":queue", &format!("'{queue}'"))
        .replace(":waiting", &waiting.to_string())
        .replace(":known", &known.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_ask_stand_throughout_the_line() {
        assert_eq!(places(1_000_000, 4).collect::<Vec<_>>(), [1, 250_001, 500_001, 750_001]);
        assert_eq!(places(3, 3).collect::<Vec<_>>(), [1, 2, 3]);
    }
}
