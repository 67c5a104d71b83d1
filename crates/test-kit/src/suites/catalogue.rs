//! The rules of `domain::concert::Catalogue`.

mod concerts;
mod contention;
mod drafts;
mod seats;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use domain::adapters::system::{self, Version7};
use domain::concert::{Catalogue, Concert, Draft, Drafted, SalesWindow, Schedule, SeatPlan, Section};
use domain::shared::{Amount, ConcertId, IdGenerator, QueueId, ScheduleId};
use uuid::Uuid;

use crate::database::TestDatabase;

pub use concerts::*;
pub use contention::*;
pub use drafts::*;
pub use seats::*;

/// Runs every rule of this suite: `catalogue_suite! { memory: …, postgres: … }`.
#[macro_export]
macro_rules! catalogue_suite {
    ($($subjects:tt)+) => {
        $crate::port_suite! {
            $crate::suites::catalogue: [
                a_concert_reads_back_as_it_was_added,
                a_concert_nobody_added_is_not_there,
                adding_again_under_an_id_changes_nothing,
                concerts_are_listed_in_the_order_of_their_making,
                pages_of_concerts_cover_each_once,
                a_draft_is_shown_to_nobody,
                a_published_performance_is_shown,
                publishing_again_changes_nothing,
                a_performance_that_was_never_drafted_is_not_published,
                a_draft_belongs_to_a_concert_that_exists,
                the_same_plan_again_goes_on_with_the_draft_and_its_ids,
                another_plan_at_the_time_of_a_draft_is_told_so,
                a_published_time_is_taken,
                the_same_time_of_another_concert_is_free,
                performances_are_listed_by_their_start,
                seats_read_back_by_number_as_planned,
                a_performance_that_is_not_there_has_no_seats,
                ten_thousand_seats_are_stored_whole,
                one_time_drafted_by_many_at_once_is_drafted_once,
            ],
            $($subjects)+
        }
    };
}

/// A catalogue under test, empty.
#[derive(Clone)]
pub struct Subject {
    pub catalogue: Arc<dyn Catalogue>,
    /// What it lives in, for as long as the test.
    pub database: Option<TestDatabase>,
}

impl Subject {
    /// A concert that has been added.
    async fn concert(&self) -> Concert {
        let concert = concert();
        self.catalogue.add_concert(concert.clone()).await.expect("adding a concert");
        concert
    }

    async fn draft(&self, draft: &Draft) -> Drafted {
        self.catalogue.draft(draft.clone()).await.expect("drafting")
    }

    /// A performance that has been published.
    async fn published(&self, concert: &Concert, day: i64) -> Schedule {
        let draft = draft(concert, day, 1);
        self.draft(&draft).await;
        self.catalogue.publish(draft.schedule.id).await.expect("publishing");
        draft.schedule
    }

    async fn listed(&self, concert: &Concert) -> Vec<Schedule> {
        self.catalogue.schedules(concert.id).await.expect("listing performances")
    }
}

fn new_id() -> Uuid {
    system::Version7.next()
}

fn day(day: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_800_000_000, 123_456_000).expect("an instant") + TimeDelta::days(day)
}

fn concert() -> Concert {
    let sales = SalesWindow::new(day(0), day(10)).expect("a window");
    let (title, venue) = ("아리랑 \"2027\"".to_owned(), "Hall".to_owned());
    Concert { id: ConcertId(new_id()), title, venue, queue_id: QueueId(new_id()), sales }
}

/// Of two sections with `rows` rows of ten each.
fn draft(concert: &Concert, at_day: i64, rows: u32) -> Draft {
    let section = |name: &str, won| {
        let price = Amount::new(won).expect("a price");
        Section { name: name.to_owned(), rows, seats_per_row: 10, price }
    };
    let plan = SeatPlan::new(vec![section("Floor", 150_000), section("가나다", 1)]).expect("a plan");
    let schedule = Schedule { id: ScheduleId(new_id()), concert_id: concert.id, starts_at: day(at_day) };
    Draft { schedule, seats: plan.seats(&Version7) }
}
