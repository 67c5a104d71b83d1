//! Which seats are the best that are left: one rule over the free seats of a performance, the same for every store.
//!
//! Seats are offered side by side or not at all: with consecutive numbers in one row of one section. The first section of
//! the plan that has such seats is the best, since a plan begins at the stage. In it the seats nearest the centre of their
//! row are the best, of equally central ones those in the row nearest the stage, and of these the lower numbers.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;

use chrono::{DateTime, Utc};

use super::{InventorySeat, ReservedSeat};
use crate::shared::SeatId;

/// So many seats side by side, the best there are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct BestAvailable {
    pub quantity: NonZeroU32,
    /// Only in this one; `None`: in any.
    pub section: Option<String>,
}

impl BestAvailable {
    /// Whether these seats could be what this wish led to.
    pub fn is_met_by(&self, seats: &[ReservedSeat]) -> bool {
        u32::try_from(seats.len()).is_ok_and(|count| count == self.quantity.get())
            && seats.iter().all(|seat| self.section.as_ref().is_none_or(|section| *section == seat.section))
    }
}

/// A row of a section, and what is free in it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FreeRow {
    section: String,
    row: u32,
    /// The numbers of its outermost seats, free or not: its centre is half way between them.
    first: u32,
    last: u32,
    /// By number.
    seats: Vec<FreeSeat>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct FreeSeat {
    /// Unique within the performance.
    pub number: u32,
    pub id: SeatId,
}

/// The free seats of a performance.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct FreeSeats {
    /// In the order of the plan, which is that of the sections' lowest numbers.
    sections: Vec<(String, Vec<FreeRow>)>,
}

/// Why there is no choice.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum NoChoice {
    UnknownSection(String),
    /// The most that are side by side where they are wanted; fewer than that.
    AtMost(u32),
}

impl FreeSeats {
    /// Every row of the performance, in any order.
    pub fn new(mut rows: Vec<FreeRow>) -> Self {
        rows.sort_by_key(|row| row.first);
        let mut sections: Vec<(String, Vec<FreeRow>)> = Vec::new();
        for row in rows {
            match sections.iter_mut().find(|(name, _)| *name == row.section) {
                Some((_, rows)) => rows.push(row),
                None => sections.push((row.section.clone(), vec![row])),
            }
        }
        Self { sections }
    }

    /// Those that are claimable at `now`, of all seats of the performance.
    pub fn of<'a>(stock: impl IntoIterator<Item = &'a InventorySeat>, now: DateTime<Utc>) -> Self {
        let (mut rows, mut free) = (BTreeMap::<(&str, u32), Vec<FreeSeat>>::new(), BTreeSet::new());
        for InventorySeat { id, number, section, row, price: _, state } in stock {
            rows.entry((section, *row)).or_default().push(FreeSeat { number: *number, id: *id });
            if state.claimable_at(now) {
                free.insert(*number);
            }
        }
        let rows =
            rows.into_iter().map(|((section, row), seats)| FreeRow::whole(section.to_owned(), row, seats));
        Self::new(rows.collect()).only(|number| free.contains(&number))
    }

    /// Those of these whose numbers are free; rows stay where they are, and as wide.
    #[must_use]
    pub fn only(&self, free: impl Fn(u32) -> bool) -> Self {
        let still = |row: &FreeRow| {
            let seats = row.seats.iter().filter(|seat| free(seat.number)).copied().collect();
            FreeRow { section: row.section.clone(), seats, ..*row }
        };
        let sections =
            self.sections.iter().map(|(name, rows)| (name.clone(), rows.iter().map(still).collect()));
        Self { sections: sections.collect() }
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.sections.iter().flat_map(|(_, rows)| rows).map(|row| row.seats.len()).sum()
    }

    /// The best seats for this wish, by number.
    pub fn best(&self, wish: &BestAvailable) -> Result<Vec<FreeSeat>, NoChoice> {
        let asked = |name: &String| wish.section.as_ref().is_none_or(|section| section == name);
        let sections: Vec<_> = self.sections.iter().filter(|(name, _)| asked(name)).collect();
        if let (Some(section), true) = (&wish.section, sections.is_empty()) {
            return Err(NoChoice::UnknownSection(section.clone()));
        }
        let best = sections.iter().find_map(|(_, rows)| best_of(rows, wish.quantity));
        best.map(<[FreeSeat]>::to_vec).ok_or_else(|| {
            let runs = sections.iter().flat_map(|(_, rows)| rows).map(FreeRow::longest_run);
            NoChoice::AtMost(runs.max().unwrap_or(0))
        })
    }

    /// Takes a seat out, if it is there.
    pub fn take(&mut self, number: u32) {
        let rows = self.sections.iter_mut().flat_map(|(_, rows)| rows);
        for row in rows.filter(|row| row.first <= number && number <= row.last) {
            row.seats.retain(|seat| seat.number != number);
        }
    }
}

/// The best of one section.
fn best_of(rows: &[FreeRow], quantity: NonZeroU32) -> Option<&[FreeSeat]> {
    let blocks = rows.iter().flat_map(|row| row.blocks(quantity));
    blocks.min_by_key(|(rank, _)| *rank).map(|(_, seats)| seats)
}

/// The smaller, the better: twice the distance of its centre from that of its row, its row, its lowest number.
type Rank = (u64, u32, u32);

impl FreeRow {
    /// A row with all its seats, each once; rows count from 1 at the stage.
    pub fn whole(section: String, row: u32, mut seats: Vec<FreeSeat>) -> Self {
        seats.sort_unstable();
        let number = |seat: Option<&FreeSeat>| seat.map_or(0, |seat| seat.number);
        let (first, last) = (number(seats.first()), number(seats.last()));
        Self { section, row, first, last, seats }
    }

    /// Every block of so many free seats side by side.
    fn blocks(&self, quantity: NonZeroU32) -> impl Iterator<Item = (Rank, &[FreeSeat])> {
        let size = usize::try_from(quantity.get()).unwrap_or(usize::MAX);
        // The centre lies between two numbers or on one: doubled, it is a whole number either way.
        let centre = u64::from(self.first) + u64::from(self.last);
        self.seats.windows(size).filter_map(move |seats| {
            let (first, last) = (seats.first()?.number, seats.last()?.number);
            let side_by_side = last - first == quantity.get() - 1;
            let off_centre = (u64::from(first) + u64::from(last)).abs_diff(centre);
            side_by_side.then_some(((off_centre, self.row, first), seats))
        })
    }

    /// The most free seats side by side.
    fn longest_run(&self) -> u32 {
        let (mut longest, mut run, mut before) = (0, 0, None);
        for FreeSeat { number, id: _ } in &self.seats {
            run = if before == number.checked_sub(1) { run + 1 } else { 1 };
            longest = longest.max(run);
            before = Some(*number);
        }
        longest
    }
}

#[cfg(test)]
mod tests;
