use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::reservation::SeatState;
use crate::shared::{Amount, ReservationId};

/// A plan out of `(section, rows, seats in a row)`, numbered as seat plans are.
fn plan(sections: &[(&str, u32, u32)]) -> Vec<InventorySeat> {
    let mut seats: Vec<InventorySeat> = Vec::new();
    for (section, rows, width) in sections {
        for row in 1..=*rows {
            for _ in 0..*width {
                let number = u32::try_from(seats.len()).unwrap() + 1;
                seats.push(InventorySeat {
                    id: SeatId(Uuid::from_u128(u128::from(number) * 7919 % 10_007)),
                    number,
                    section: (*section).to_owned(),
                    row,
                    price: Amount::new(1).unwrap(),
                    state: SeatState::Available,
                });
            }
        }
    }
    seats
}

fn wish(quantity: u32, section: Option<&str>) -> BestAvailable {
    BestAvailable { quantity: NonZeroU32::new(quantity).unwrap(), section: section.map(str::to_owned) }
}

fn free(seats: &[InventorySeat]) -> FreeSeats {
    FreeSeats::of(seats, DateTime::UNIX_EPOCH)
}

/// What fans get who come one after the other.
fn in_turn(seats: &[InventorySeat], wish: &BestAvailable, fans: usize) -> Vec<Vec<u32>> {
    let mut free = free(seats);
    let choices = (0..fans).map(|_| {
        let seats = free.best(wish).unwrap();
        let numbers: Vec<u32> = seats.iter().map(|seat| seat.number).collect();
        for number in &numbers {
            free.take(*number);
        }
        numbers
    });
    choices.collect()
}

#[test]
fn the_centre_of_every_row_goes_first_from_the_stage_on() {
    let seats = plan(&[("Floor", 3, 6)]);
    let expected = [[3, 4], [9, 10], [15, 16], [1, 2], [5, 6], [7, 8], [11, 12], [13, 14], [17, 18]];
    assert_eq!(in_turn(&seats, &wish(2, None), 9), expected);
    assert_eq!(in_turn(&seats, &wish(3, None), 2), [[2, 3, 4], [8, 9, 10]]);
}

#[test]
fn a_row_keeps_its_centre_whatever_is_taken_of_it() {
    let mut seats = plan(&[("Floor", 2, 9)]);
    for seat in seats.iter_mut().filter(|seat| (4..=9).contains(&seat.number)) {
        seat.state = SeatState::Blocked;
    }
    assert_eq!(in_turn(&seats, &wish(2, None), 3), [[13, 14], [15, 16], [2, 3]]);
}

#[test]
fn the_sections_are_as_good_as_the_plan_has_them() {
    // By name, price or width the second would be better.
    let seats = plan(&[("Stalls", 1, 4), ("Balcony", 2, 8)]);
    assert_eq!(in_turn(&seats, &wish(2, None), 3), [[2, 3], [8, 9], [16, 17]]);
    assert_eq!(in_turn(&seats, &wish(2, Some("Balcony")), 1), [[8, 9]]);
    assert_eq!(in_turn(&seats, &wish(4, None), 2), [[1, 2, 3, 4], [7, 8, 9, 10]]);
}

#[test]
fn the_end_of_a_row_and_the_beginning_of_the_next_are_not_side_by_side() {
    let mut seats = plan(&[("Floor", 2, 3), ("Side", 1, 2)]);
    for seat in seats.iter_mut().filter(|seat| ![3, 4, 6, 7].contains(&seat.number)) {
        seat.state = SeatState::Blocked;
    }
    assert_eq!(free(&seats).best(&wish(2, None)), Err(NoChoice::AtMost(1)));
}

#[test]
fn whoever_finds_none_is_told_how_many_there_are_or_that_there_is_no_such_section() {
    let mut seats = plan(&[("Floor", 1, 7), ("Side", 1, 5)]);
    seats[3].state = SeatState::Sold { to: ReservationId(Uuid::from_u128(1)) };
    assert_eq!(free(&seats).best(&wish(6, None)), Err(NoChoice::AtMost(5)));
    assert_eq!(free(&seats).best(&wish(4, Some("Floor"))), Err(NoChoice::AtMost(3)));
    assert_eq!(free(&seats).best(&wish(1, Some("floor"))), Err(NoChoice::UnknownSection("floor".to_owned())));
    assert_eq!(free(&[]).best(&wish(1, None)), Err(NoChoice::AtMost(0)));
    assert_eq!(free(&seats).best(&wish(u32::MAX, None)), Err(NoChoice::AtMost(5)));
}

#[test]
fn a_hold_that_has_lapsed_leaves_its_seat_free_and_a_live_one_does_not() {
    let (by, now) = (ReservationId(Uuid::from_u128(1)), DateTime::UNIX_EPOCH);
    let mut seats = plan(&[("Floor", 1, 4)]);
    seats[1].state = SeatState::Held { by, until: Some(now) };
    assert_eq!(in_turn(&seats, &wish(2, None), 1), [[2, 3]]);
    seats[2].state = SeatState::Held { by, until: None };
    assert_eq!(in_turn(&seats, &wish(2, None), 1), [[1, 2]]);
}

/// The rule read aloud, over every set of seats there is: (section's place in the plan, twice the way to the centre, row,
/// number), the smallest first.
fn best_of_all(seats: &[InventorySeat], wish: &BestAvailable) -> Option<Vec<u32>> {
    let numbers: BTreeSet<u32> = seats.iter().map(|seat| seat.number).collect();
    let quantity = wish.quantity.get();
    let block = |first: u32| {
        let block: Option<Vec<_>> =
            (first..first + quantity).map(|number| seats.iter().find(|seat| seat.number == number)).collect();
        let block = block?;
        let front = *block.first()?;
        let same_row = block.iter().all(|seat| seat.section == front.section && seat.row == front.row);
        let wanted = wish.section.as_ref().is_none_or(|section| *section == front.section);
        let all_free = block.iter().all(|seat| seat.state.claimable_at(DateTime::UNIX_EPOCH));
        if !same_row || !wanted || !all_free {
            return None;
        }
        let of_section = seats.iter().filter(|seat| seat.section == front.section);
        let place = of_section.clone().map(|seat| seat.number).min()?;
        let row = of_section.filter(|seat| seat.row == front.row).map(|seat| seat.number);
        let (left, right) = (row.clone().min()?, row.max()?);
        let way = i64::from(first + first + quantity - 1) - i64::from(left + right);
        Some(((place, way.abs(), front.row, first), (first..first + quantity).collect()))
    };
    numbers.into_iter().filter_map(block).min().map(|(_, seats)| seats)
}

proptest! {
    #[test]
    fn nothing_is_better_than_what_is_chosen(
        shape in vec((1..4_u32, 1..8_u32), 1..4),
        taken in vec(any::<bool>(), 84),
        gap in 0..40_u32,
        quantity in 1..5_u32,
        section in 0..4_usize,
        turn in 0..84_usize,
    ) {
        let names = ["C", "A", "B"];
        let sections: Vec<_> =
            names.iter().zip(shape).map(|(name, (rows, width))| (*name, rows, width)).collect();
        let mut seats = plan(&sections);
        for (seat, taken) in seats.iter_mut().zip(taken) {
            if taken {
                seat.state = SeatState::Blocked;
            }
        }
        // A number that was never given: an aisle.
        seats.retain(|seat| seat.number != gap);
        let wish = wish(quantity, names.get(section).filter(|_| section < sections.len()).copied());
        // An aisle may have been the whole of a section.
        prop_assume!(wish.section.as_ref().is_none_or(|name| seats.iter().any(|seat| seat.section == *name)));
        let chosen = free(&seats).best(&wish);
        let numbers = chosen.clone().ok().map(|seats| seats.iter().map(|seat| seat.number).collect::<Vec<_>>());
        prop_assert_eq!(numbers, best_of_all(&seats, &wish));
        if let Err(none) = &chosen {
            let fits = |quantity: &u32| {
                let wish = BestAvailable { quantity: NonZeroU32::new(*quantity).unwrap(), ..wish.clone() };
                best_of_all(&seats, &wish).is_some()
            };
            let most = (1..=8).rev().find(fits).unwrap_or(0);
            prop_assert_eq!(none, &NoChoice::AtMost(most));
        }
        // The order in which a store reads its rows is of no matter.
        let turn = turn % seats.len().max(1);
        seats.rotate_left(turn);
        prop_assert_eq!(free(&seats).best(&wish), chosen);
    }

    #[test]
    fn fans_in_turn_get_different_seats_until_no_block_is_left(width in 1..12_u32, rows in 1..5_u32, quantity in 1..5_u32) {
        let seats = plan(&[("Floor", rows, width)]);
        let (mut free, wish, mut given) = (free(&seats), wish(quantity, None), BTreeSet::new());
        while let Ok(block) = free.best(&wish) {
            for seat in block {
                prop_assert!(given.insert(seat.number));
                prop_assert_eq!(seats.iter().find(|one| one.number == seat.number).map(|one| one.id), Some(seat.id));
                free.take(seat.number);
            }
        }
        let left = seats.iter().filter(|seat| !given.contains(&seat.number)).cloned().collect::<Vec<_>>();
        prop_assert_eq!(best_of_all(&left, &wish), None);
    }
}
