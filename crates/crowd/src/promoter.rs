//! The operator's side of a sale: a waiting room's limits, a concert, and performances as they sell out.

use std::collections::BTreeMap;

use anyhow::{Context, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use contracts::concert::{ConcertBody, NewConcertBody, NewScheduleBody, PublishedScheduleBody, SectionBody};
use contracts::queue::QueueChangeBody;
use rand::Rng;
use uuid::Uuid;

use crate::http::{Ask, Caller, Curtain, Manners, Reply, Tally};
use crate::stack::Service;

/// The queue that is there from the first start on.
pub const MAIN_QUEUE: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001);
/// Dear in front, cheap behind; 120 seats, so that several performances sell out in minutes.
const SECTIONS: [(&str, u32, u32, i64); 2] = [("Floor", 4, 15, 30_000), ("Balcony", 4, 15, 10_000)];
/// A sale that has long begun and will not end while anybody looks: no clock is needed to set it up.
const OPENS: &str = "2020-01-01T00:00:00Z";
const CLOSES: &str = "2090-01-01T00:00:00Z";
const FIRST_NIGHT: &str = "2091-01-01T19:00:00Z";

/// Somebody with an operator's token.
#[derive(Debug)]
pub struct Promoter {
    caller: Caller,
    token: String,
    curtain: Curtain,
    tally: Tally,
}

/// Performances that were acknowledged as on sale, with the number of their seats.
pub type OnSale = BTreeMap<Uuid, usize>;

impl Promoter {
    pub fn new(caller: Caller, token: String, curtain: Curtain) -> Self {
        Self { caller, token, curtain, tally: Tally::default() }
    }

    pub const fn caller(&self) -> &Caller {
        &self.caller
    }

    /// Asks until it is done.
    async fn insist(&self, ask: Ask) -> anyhow::Result<Reply> {
        let ask = ask.bearer(&self.token);
        let asked = self.caller.insist(&ask, &self.curtain, &self.tally, Manners::default()).await;
        let reply =
            asked.ok().with_context(|| format!("the run ended before an answer: {}", ask.route()))?.reply;
        ensure!(reply.is_success(), "{} answered {reply}", ask.route());
        Ok(reply)
    }

    /// Sets how many fans are inside at once.
    pub async fn admit_at_most(&self, max_active: u32) -> anyhow::Result<()> {
        let change = QueueChangeBody { max_active: Some(max_active), ..QueueChangeBody::default() };
        self.change_queue(MAIN_QUEUE, &change).await
    }

    /// Changes a queue, or opens it.
    pub async fn change_queue(&self, queue: Uuid, change: &QueueChangeBody) -> anyhow::Result<()> {
        let path = format!("/v1/admin/queues/{queue}");
        self.insist(Ask::put(Service::Queue, path).json(change)?).await.map(drop)
    }

    /// Adds a concert behind the main queue; its id.
    pub async fn add_concert(&self) -> anyhow::Result<Uuid> {
        let body = NewConcertBody {
            title: "Chaos Night".to_owned(),
            venue: "Small Hall".to_owned(),
            queue_id: None,
            sales_open_at: OPENS.parse().context("a date that is none")?,
            sales_close_at: CLOSES.parse().context("a date that is none")?,
        };
        let ask = Ask::post(Service::Concert, "/v1/admin/concerts").key(fresh_key()).json(&body)?;
        Ok(self.insist(ask).await?.read::<ConcertBody>()?.concert_id)
    }

    /// Puts the `number`th performance on sale; its id and how many seats it has.
    pub async fn publish(&self, concert: Uuid, number: u32) -> anyhow::Result<(Uuid, usize)> {
        let section = |&(name, rows, seats_per_row, price): &(&str, u32, u32, i64)| SectionBody {
            name: name.to_owned(),
            rows,
            seats_per_row,
            price,
        };
        self.publish_plan(concert, number, SECTIONS.iter().map(section).collect()).await
    }

    /// As [`Promoter::publish`], with a seat plan of one's own.
    pub async fn publish_plan(
        &self,
        concert: Uuid,
        number: u32,
        sections: Vec<SectionBody>,
    ) -> anyhow::Result<(Uuid, usize)> {
        let first: DateTime<Utc> = FIRST_NIGHT.parse().context("a date that is none")?;
        let body = NewScheduleBody { starts_at: first + TimeDelta::days(number.into()), sections };
        let path = format!("/v1/admin/concerts/{concert}/schedules");
        let reply = self.insist(Ask::post(Service::Concert, path).key(fresh_key()).json(&body)?).await?;
        let published: PublishedScheduleBody = reply.read()?;
        Ok((published.schedule_id, published.seats_total))
    }
}

fn fresh_key() -> Uuid {
    uuid::Builder::from_random_bytes(rand::rng().random()).into_uuid()
}
