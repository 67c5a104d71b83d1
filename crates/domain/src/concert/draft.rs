//! Performances on their way to being published.

use super::{PlannedSeat, Schedule};
use crate::shared::ScheduleId;

/// A performance that nobody sees yet.
///
/// Its ids may be known to the inventory: an answer that was lost leaves that open. So they never change once the
/// draft is stored, and asking again goes on with them.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    pub schedule: Schedule,
    /// By number, from 1.
    pub seats: Vec<PlannedSeat>,
}

/// What a store has for the concert and the time of a draft.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Recorded {
    Draft(Draft),
    Published(ScheduleId),
}

/// What storing a draft came to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Drafted {
    /// The draft to publish: this one, stored, or one of the same plan that was stored before.
    Ready(Draft),
    /// A draft of another plan stands at that time. The inventory may have its seats, so nothing takes its place:
    /// it is published by asking again for its own plan.
    OtherPlan(ScheduleId),
    /// The concert has a published performance at that time.
    AlreadyPublished(ScheduleId),
}

impl Draft {
    /// Decides a draft over what is recorded for its concert and time; it is to be stored where nothing is.
    #[must_use]
    pub fn decide(self, recorded: Option<Recorded>) -> Drafted {
        match recorded {
            None => Drafted::Ready(self),
            Some(Recorded::Draft(stored)) if stored.has_the_plan_of(&self) => Drafted::Ready(stored),
            Some(Recorded::Draft(stored)) => Drafted::OtherPlan(stored.schedule.id),
            Some(Recorded::Published(schedule)) => Drafted::AlreadyPublished(schedule),
        }
    }

    /// The same seats but for their ids.
    fn has_the_plan_of(&self, other: &Self) -> bool {
        self.seats.len() == other.seats.len()
            && self.seats.iter().zip(&other.seats).all(|(one, another)| one.stands_as(another))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapters::system::Version7;
    use crate::concert::{SeatPlan, Section};
    use crate::shared::{Amount, ConcertId, IdGenerator};
    use chrono::DateTime;

    fn draft(seats_per_row: u32, price: i64) -> Draft {
        let (name, price) = ("Floor".to_owned(), Amount::new(price).unwrap());
        let plan = SeatPlan::new(vec![Section { name, rows: 2, seats_per_row, price }]).unwrap();
        let (id, concert_id) = (ScheduleId(Version7.next()), ConcertId(uuid::Uuid::nil()));
        let schedule = Schedule { id, concert_id, starts_at: DateTime::UNIX_EPOCH };
        Draft { schedule, seats: plan.seats(&Version7) }
    }

    #[test]
    fn a_new_draft_is_ready_as_it_is() {
        let new = draft(3, 100);
        assert_eq!(new.clone().decide(None), Drafted::Ready(new));
    }

    #[test]
    fn the_same_plan_again_goes_on_under_the_ids_that_the_inventory_may_know() {
        let stored = draft(3, 100);
        let decided = draft(3, 100).decide(Some(Recorded::Draft(stored.clone())));
        assert_eq!(decided, Drafted::Ready(stored));
    }

    #[test]
    fn another_plan_never_takes_the_place_of_a_draft() {
        let stored = draft(3, 100);
        for other in [draft(4, 100), draft(2, 100), draft(3, 101)] {
            let decided = other.decide(Some(Recorded::Draft(stored.clone())));
            assert_eq!(decided, Drafted::OtherPlan(stored.schedule.id));
        }
    }

    #[test]
    fn a_published_performance_is_named() {
        let published = ScheduleId(Version7.next());
        let decided = draft(3, 100).decide(Some(Recorded::Published(published)));
        assert_eq!(decided, Drafted::AlreadyPublished(published));
    }
}
