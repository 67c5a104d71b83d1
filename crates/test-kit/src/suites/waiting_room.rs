//! The rules of `domain::queue::WaitingRoom`.

#![expect(clippy::indexing_slicing, reason = "a line is as long as the rule has made it")]

mod absence;
mod admission;
mod contention;
mod endings;
mod joining;
mod order;
mod polls;
mod queues;
mod revocations;

use std::sync::Arc;

use domain::adapters::system;
use domain::queue::{
    AdmissionPolicy, EntryState, JoinError, JoinRequest, Joined, Polled, Queue, QueueChange, QueueFigures,
    QueueOverview, QueueState, QueueTotals, Revocations, Standing, WaitingRoom,
};
use domain::shared::{EntryId, IdGenerator, QueueId, UserId};
use uuid::Uuid;

use crate::clock::TimeTravel;

pub use absence::*;
pub use admission::*;
pub use contention::*;
pub use endings::*;
pub use joining::*;
pub use order::*;
pub use polls::*;
pub use queues::*;
pub use revocations::*;

/// Runs every rule of this suite: `waiting_room_suite! { memory: …, postgres: … }`.
#[macro_export]
macro_rules! waiting_room_suite {
    ($($subjects:tt)+) => {
        $crate::port_suite! {
            $crate::suites::waiting_room: [
                a_new_place_is_at_the_end_of_the_line,
                joining_again_gives_the_place_one_has,
                joining_again_once_admitted_gives_the_admission,
                a_place_that_has_ended_is_followed_by_one_at_the_end,
                each_queue_has_its_own_line,
                nobody_joins_a_queue_that_is_not_there,
                a_paused_queue_takes_nobody_new,
                a_draining_or_closed_queue_takes_nobody_new,
                who_has_a_place_keeps_it_whatever_the_state,
                a_place_nobody_has_stands_nowhere,
                ahead_is_exact_and_never_rises,
                where_three_of_ten_leave_at_random_everybody_stands_where_they_stand,
                who_is_first_come_is_first_served,
                a_fan_silent_for_the_limit_is_passed_over_and_keeps_the_place,
                whoever_comes_back_within_the_grace_stands_where_they_stood,
                a_fan_silent_for_limit_and_grace_has_lost_the_place,
                every_sign_of_life_counts,
                looking_at_a_place_is_no_sign_of_life,
                many_who_are_absent_let_everybody_behind_them_in,
                a_paused_queue_does_not_keep_the_places_of_the_silent,
                who_is_inside_may_be_silent,
                a_poll_in_less_than_half_the_time_told_is_refused,
                a_refused_poll_costs_nothing,
                everybody_has_a_poll_budget_of_their_own,
                who_is_inside_may_poll_as_often_as_they_like,
                a_place_that_has_ended_may_be_polled_and_one_that_never_was_is_nowhere,
                many_polls_at_once_are_one,
                every_change_is_seen_to_be_one_and_no_look_is,
                a_slot_opens_with_every_way_of_ending,
                no_more_are_inside_than_the_limit,
                a_lower_limit_ends_no_admission_and_a_higher_one_lets_in_more,
                a_limit_of_none_lets_nobody_in,
                no_window_of_a_minute_sees_more_admissions_than_the_limit,
                an_admission_counts_for_its_minute_even_when_it_has_ended,
                admissions_of_the_last_minute_are_counted,
                a_pass_lasts_as_long_as_the_queue_says_and_ends_on_a_whole_second,
                an_admission_stays_as_it_is_however_often_one_looks,
                a_paused_queue_admits_nobody_and_keeps_every_place,
                a_draining_queue_admits_who_waits,
                a_closed_queue_turns_away_who_waits_and_keeps_who_is_inside,
                nobody_is_admitted_to_a_queue_that_is_not_there,
                an_admission_ends_at_its_time_with_every_job_dead,
                an_admission_that_has_run_out_is_marked_and_replaced,
                finishing_is_done_once,
                who_waits_can_not_finish,
                leaving_gives_up_a_place_or_a_slot_once,
                a_slot_is_yielded_only_to_somebody_who_waits,
                a_slot_is_not_yielded_where_another_is_free,
                a_slot_is_not_yielded_in_a_queue_that_admits_nobody,
                a_yielded_slot_goes_to_the_next_in_line,
                what_is_not_there_does_not_end,
                every_early_end_revokes_its_pass_once,
                a_place_without_a_pass_revokes_nothing,
                a_pass_that_would_have_ended_anyway_is_not_listed,
                a_follower_is_told_only_what_is_new,
                a_queue_is_created_with_what_is_given_and_the_rest_of_the_template,
                a_change_leaves_what_it_does_not_name,
                a_queue_that_makes_no_sense_is_refused_and_not_created,
                an_overview_counts_who_waits_and_who_is_inside,
                every_queue_is_listed_once,
                the_totals_of_a_queue_only_grow,
                reading_again_counts_nothing,
                the_main_queue_is_created_once,
                other_settings_change_only_queues_without_limits_of_their_own,
                one_fan_joining_a_hundred_times_at_once_has_one_place,
                fifty_fans_joining_at_once_get_fifty_places,
                admitting_many_times_at_once_lets_in_no_more_than_the_limit,
                the_limit_holds_while_everything_happens_at_once,
                one_admission_finished_by_many_at_once_ends_once,
                of_many_who_yield_to_one_only_one_gives_up_the_slot,
                no_revocation_is_missed_while_many_are_written,
                a_queue_configured_by_many_at_once_is_created_once,
            ],
            $($subjects)+
        }
    };
}

/// One adapter under test, empty.
#[derive(Clone)]
pub struct Subject {
    pub room: Arc<dyn WaitingRoom>,
    pub time: Arc<dyn TimeTravel>,
}

const SETTINGS: AdmissionPolicy =
    AdmissionPolicy { max_active: 100, admit_per_minute: None, pass_ttl_seconds: 600 };

fn new_id() -> Uuid {
    system::Version7.next()
}

fn new_queue() -> Queue {
    Queue::new(QueueId(new_id()), "Hall".to_owned(), SETTINGS)
}

fn limit(max_active: u32) -> QueueChange {
    QueueChange { max_active: Some(max_active), ..QueueChange::default() }
}

fn state(state: QueueState) -> QueueChange {
    QueueChange { state: Some(state), ..QueueChange::default() }
}

impl Subject {
    async fn queue(&self, max_active: u32) -> QueueId {
        let template = new_queue();
        let id = template.id;
        self.room.configure(template, limit(max_active)).await.expect("a new queue");
        id
    }

    async fn change(&self, queue: QueueId, change: QueueChange) -> QueueOverview {
        let template = Queue { id: queue, ..new_queue() };
        let (overview, created) = self.room.configure(template, change).await.expect("a change");
        assert!(!created, "the queue was there before");
        overview
    }

    async fn overview(&self, queue: QueueId) -> QueueOverview {
        self.room.overview(queue).await.expect("an overview").expect("the queue is there")
    }

    async fn figures(&self, queue: QueueId) -> QueueFigures {
        self.room.figures(queue).await.expect("the figures").expect("the queue is there")
    }

    async fn totals(&self, queue: QueueId) -> (u64, u64, u64) {
        let QueueTotals { joined, admitted, finished } = self.figures(queue).await.totals;
        (joined, admitted, finished)
    }

    async fn try_join(&self, queue_id: QueueId, user_id: UserId) -> Result<Joined, JoinError> {
        self.room.join(JoinRequest { entry_id: EntryId(new_id()), queue_id, user_id }).await
    }

    async fn join_as(&self, queue: QueueId, user: UserId) -> Joined {
        self.try_join(queue, user).await.expect("joining")
    }

    /// Somebody new joins.
    async fn join(&self, queue: QueueId) -> EntryId {
        self.join_as(queue, UserId(new_id())).await.standing.entry.id
    }

    async fn join_many(&self, queue: QueueId, fans: usize) -> Vec<EntryId> {
        let mut places = Vec::with_capacity(fans);
        for _ in 0..fans {
            places.push(self.join(queue).await);
        }
        places
    }

    async fn standing(&self, entry: EntryId) -> Standing {
        self.room.standing(entry).await.expect("a standing").expect("the entry is there")
    }

    async fn poll(&self, entry: EntryId) -> Polled {
        self.room.poll(entry).await.expect("an answered poll")
    }

    async fn state(&self, entry: EntryId) -> EntryState {
        self.standing(entry).await.entry.state
    }

    async fn word(&self, entry: EntryId) -> &'static str {
        self.state(entry).await.word()
    }

    async fn admit(&self, queue: QueueId) -> Vec<EntryId> {
        let admitted = self.room.admit(queue).await.expect("admitting");
        assert!(admitted.iter().all(|entry| entry.queue_id == queue && entry.state.word() == "admitted"));
        admitted.into_iter().map(|entry| entry.id).collect()
    }

    async fn finish(&self, entry: EntryId) -> bool {
        self.room.finish(entry).await.expect("finishing")
    }

    async fn yield_slot(&self, entry: EntryId) -> bool {
        self.room.yield_slot(entry).await.expect("yielding")
    }

    async fn leave(&self, entry: EntryId) -> domain::queue::LeaveEffect {
        self.room.leave(entry).await.expect("leaving").expect("the entry is there")
    }

    async fn revoked_after(&self, version: i64) -> Revocations {
        self.room.revoked_after(version).await.expect("revocations")
    }
}
