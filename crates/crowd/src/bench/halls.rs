//! Performances with seats to hold.

use anyhow::{Context, ensure};
use contracts::concert::SectionBody;
use contracts::queue::{QueueBody, QueueChangeBody};
use uuid::Uuid;

use super::stage::Stage;
use crate::http::{Ask, Outcome, Reply};
use crate::stack::Service;

/// What every seat costs.
pub const PRICE: i64 = 10_000;
const SECTION: usize = 2_000;
const ROW: usize = 20;

/// One performance and its seats, in the order of their numbers.
#[derive(Clone, Debug)]
pub struct Hall {
    pub schedule: Uuid,
    pub seats: Vec<Uuid>,
}

/// Sections of at most 2,000 seats in rows of 20.
fn plan(seats: usize) -> anyhow::Result<Vec<SectionBody>> {
    ensure!(seats > 0 && seats.is_multiple_of(ROW), "{seats} seats are no rows of {ROW}");
    let sections = (0..seats.div_ceil(SECTION)).map(|number| {
        let rows = (seats - number * SECTION).min(SECTION) / ROW;
        let (rows, seats_per_row) = (u32::try_from(rows)?, u32::try_from(ROW)?);
        Ok(SectionBody { name: format!("Section {}", number + 1), rows, seats_per_row, price: PRICE })
    });
    sections.collect()
}

impl Stage<'_> {
    /// So many performances of so many seats.
    pub async fn halls(&self, many: usize, seats: usize) -> anyhow::Result<Vec<Hall>> {
        let concert = self.promoter.add_concert().await?;
        let mut halls = Vec::with_capacity(many);
        for number in 0..many {
            let number = u32::try_from(number).context("too many performances")?;
            let (schedule, total) = self.promoter.publish_plan(concert, number, plan(seats)?).await?;
            ensure!(total == seats, "{total} of {seats} seats are on sale");
            halls.push(Hall { schedule, seats: self.seats(schedule).await? });
        }
        Ok(halls)
    }

    /// From the database: whoever asked for the map would have it kept up to date while holds are measured.
    async fn seats(&self, schedule: Uuid) -> anyhow::Result<Vec<Uuid>> {
        let sql =
            format!("SELECT seat_id FROM reservation.seats WHERE schedule_id = '{schedule}' ORDER BY number");
        let seats = self.database.sql(&sql).await?;
        seats.lines().map(|seat| seat.parse().context("a seat without an id")).collect()
    }

    /// Opens a queue, or lets another number of fans into it at once.
    pub async fn open_queue(&self, queue: Uuid, name: &str, max_active: u32) -> anyhow::Result<()> {
        let (name, max_active) = (Some(name.to_owned()), Some(max_active));
        let change = QueueChangeBody { name, max_active, ..QueueChangeBody::default() };
        self.promoter.change_queue(queue, &change).await
    }

    /// How a queue stands.
    pub async fn overview(&self, queue: Uuid) -> anyhow::Result<QueueBody> {
        self.caller_ask(&Ask::get(Service::Queue, format!("/v1/queues/{queue}"))).await?.read()
    }

    async fn caller_ask(&self, ask: &Ask) -> anyhow::Result<Reply> {
        match self.promoter.caller().ask(ask).await {
            Outcome::Answered(reply) if reply.is_success() => Ok(reply),
            outcome => anyhow::bail!("{} → {outcome:?}", ask.place()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plan_has_as_many_seats_as_it_should() {
        for seats in [20, 100, 2_000, 2_020, 10_000] {
            let sections = plan(seats).unwrap();
            let total: u32 = sections.iter().map(|section| section.rows * section.seats_per_row).sum();
            assert_eq!(usize::try_from(total).unwrap(), seats);
        }
        assert!(plan(30).is_err());
    }
}
