//! From sections of rows to numbered seats on a drawing.

use crate::shared::{Amount, IdGenerator, SeatId};

/// One block of equal rows at one price.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Section {
    pub name: String,
    pub rows: u32,
    pub seats_per_row: u32,
    pub price: Amount,
}

/// What is wrong with a plan: the field, as `sections[2].rows`, and why.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{field}: {message}")]
pub struct InvalidSeatPlan {
    pub field: String,
    pub message: String,
}

/// A seat as planned; its status is the inventory's business.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PlannedSeat {
    pub id: SeatId,
    /// From 1, unique within the performance.
    pub number: u32,
    pub section: String,
    /// From 1 at the stage.
    pub row: u32,
    /// Seat widths from the middle line of the hall, in thousandths.
    pub x: i32,
    /// Seat widths from the stage, in thousandths.
    pub y: i32,
    pub price: Amount,
}

impl PlannedSeat {
    /// Whether both stand at the same place at the same price, whatever their ids.
    pub fn stands_as(&self, other: &Self) -> bool {
        let Self { id: _, number, section, row, x, y, price } = self;
        (*number, section, *row, *x, *y, *price)
            == (other.number, &other.section, other.row, other.x, other.y, other.price)
    }
}

/// All sections of a performance, the one nearest the stage first.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SeatPlan {
    sections: Vec<Section>,
}

impl SeatPlan {
    /// More than the largest stadium sells; above it a plan is a mistake.
    pub const MAX_SEATS: u32 = 100_000;
    /// One seat width on the drawing.
    const PITCH: i32 = 1_000;
    /// Free rows between two sections.
    const AISLE_ROWS: i32 = 1;

    /// A plan whose sections have names of their own, seats, and together no more than [`Self::MAX_SEATS`].
    pub fn new(sections: Vec<Section>) -> Result<Self, InvalidSeatPlan> {
        let invalid =
            |field: String, message: &str| Err(InvalidSeatPlan { field, message: message.to_owned() });
        if sections.is_empty() {
            return invalid("sections".to_owned(), "must name at least one section");
        }
        let mut total: u32 = 0;
        for (index, section) in sections.iter().enumerate() {
            let field = |name: &str| format!("sections[{index}].{name}");
            if section.name.trim().is_empty() || section.name.chars().count() > 80 {
                return invalid(field("name"), "must have 1 to 80 characters");
            }
            if sections.iter().take(index).any(|other| other.name == section.name) {
                return invalid(field("name"), "is the name of another section too");
            }
            if section.rows == 0 {
                return invalid(field("rows"), "must be at least 1");
            }
            if section.seats_per_row == 0 {
                return invalid(field("seatsPerRow"), "must be at least 1");
            }
            total = total.saturating_add(section.rows.saturating_mul(section.seats_per_row));
            if total > Self::MAX_SEATS {
                return invalid("sections".to_owned(), "hold more than 100000 seats together");
            }
        }
        Ok(Self { sections })
    }

    pub fn sections(&self) -> &[Section] {
        &self.sections
    }

    /// Every seat, numbered from 1 through the sections in order, row by row from the stage.
    pub fn seats(&self, ids: &dyn IdGenerator) -> Vec<PlannedSeat> {
        let mut seats = Vec::new();
        let mut front: i32 = 0;
        for section in &self.sections {
            for row in 1..=section.rows {
                let y = front + Self::PITCH * i32::try_from(row).unwrap_or(i32::MAX / Self::PITCH);
                let width = i32::try_from(section.seats_per_row).unwrap_or(i32::MAX / Self::PITCH);
                for place in 0..width {
                    // Doubled so that rows of an even number of seats stay whole before halving.
                    let x = (2 * place + 1 - width) * (Self::PITCH / 2);
                    seats.push(PlannedSeat {
                        id: SeatId(ids.next()),
                        number: u32::try_from(seats.len()).unwrap_or(u32::MAX).saturating_add(1),
                        section: section.name.clone(),
                        row,
                        x,
                        y,
                        price: section.price,
                    });
                }
            }
            let depth = i32::try_from(section.rows).unwrap_or(i32::MAX / Self::PITCH) + Self::AISLE_ROWS;
            front += Self::PITCH * depth;
        }
        seats
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::system::Version7;
    use proptest::prelude::*;

    fn section(name: &str, rows: u32, seats_per_row: u32) -> Section {
        Section { name: name.to_owned(), rows, seats_per_row, price: Amount::new(50_000).unwrap() }
    }

    #[test]
    fn a_hall_of_fifty_has_the_numbers_one_to_fifty() {
        let seats = SeatPlan::new(vec![section("Floor", 5, 10)]).unwrap().seats(&Version7);
        assert_eq!(seats.iter().map(|seat| seat.number).collect::<Vec<_>>(), (1..=50).collect::<Vec<_>>());
        assert_eq!((seats[0].x, seats[0].y), (-4_500, 1_000));
        assert_eq!((seats[49].x, seats[49].y), (4_500, 5_000));
    }

    #[test]
    fn what_is_wrong_with_a_plan_is_named() {
        for (sections, field) in [
            (vec![], "sections"),
            (vec![section(" ", 1, 1)], "sections[0].name"),
            (vec![section("A", 1, 1), section("A", 1, 1)], "sections[1].name"),
            (vec![section("A", 0, 1)], "sections[0].rows"),
            (vec![section("A", 1, 0)], "sections[0].seatsPerRow"),
            (vec![section("A", u32::MAX, u32::MAX)], "sections"),
        ] {
            assert_eq!(SeatPlan::new(sections).unwrap_err().field, field);
        }
    }

    proptest! {
        #[test]
        fn no_two_seats_stand_on_the_same_spot(shape in proptest::collection::vec((1..6_u32, 1..9_u32), 1..4)) {
            let sections = shape.iter().enumerate().map(|(n, (rows, width))| section(&n.to_string(), *rows, *width));
            let seats = SeatPlan::new(sections.collect()).unwrap().seats(&Version7);
            let spots: std::collections::HashSet<_> = seats.iter().map(|seat| (seat.x, seat.y)).collect();
            prop_assert_eq!(spots.len(), seats.len());
        }
    }
}
