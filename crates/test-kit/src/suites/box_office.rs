//! The rules of the seven ports of `domain::reservation`, which one store is behind.

#![expect(clippy::indexing_slicing, reason = "a rule that reads past the end fails, as it should")]

mod back_office;
mod best_available;
mod checkouts;
mod contention;
mod follower;
mod giving_up;
mod holds;
mod inventory;
mod lapsing;
mod limits;
mod outbox;
mod recovery;
mod reservations;
mod sets;
mod stage;
mod yielding;

use std::sync::Arc;

use domain::reservation::{Checkouts, Holds, Inspection, Inventory, Outbox, Releases, Reservations};

use crate::clock::TimeTravel;

pub use back_office::*;
pub use best_available::*;
pub use checkouts::*;
pub use contention::*;
pub use follower::*;
pub use giving_up::*;
pub use holds::*;
pub use inventory::*;
pub use lapsing::*;
pub use limits::*;
pub use outbox::*;
pub use recovery::*;
pub use reservations::*;
pub use sets::*;
pub use yielding::*;

/// Runs every rule of this suite: `box_office_suite! { memory: …, postgres: … }`.
#[macro_export]
macro_rules! box_office_suite {
    ($($subjects:tt)+) => {
        $crate::port_suite! {
            $crate::suites::box_office: [
                a_performance_goes_on_sale_with_every_seat_available,
                a_performance_published_again_stays_as_it_is,
                a_performance_that_is_not_on_sale_has_no_seats_to_report,
                whatever_changed_behind_a_version_is_reported,
                a_follower_ends_with_what_is_there,
                a_hold_takes_its_seats_until_its_time,
                a_hold_is_all_or_nothing_and_names_every_seat_that_is_taken,
                seats_that_are_none_of_this_performance_are_named,
                a_performance_that_is_not_on_sale_is_not_held,
                a_pass_for_another_queue_holds_nothing,
                a_sale_opens_and_closes_at_its_times,
                the_same_reservation_again_is_answered_as_it_stands,
                another_hold_under_the_same_id_is_refused,
                a_fan_has_no_more_seats_than_the_limit,
                only_what_a_fan_has_now_counts_against_the_limit,
                the_limit_holds_for_many_holds_at_once,
                the_best_seats_are_held_like_any_others,
                the_centre_of_every_row_goes_first_from_the_stage_on,
                the_first_section_of_the_plan_is_the_best_unless_one_is_asked_for,
                what_is_taken_is_not_given_and_what_has_lapsed_is,
                whoever_finds_no_seats_side_by_side_is_told_how_many_there_are,
                the_best_seats_are_had_only_while_the_sale_is_open_and_through_its_queue,
                the_best_seats_count_against_the_limit,
                the_same_choice_again_is_answered_as_it_stands,
                the_same_choice_by_many_at_once_is_one,
                pairs_for_one_hundred_and_sixty_at_once_are_different_and_none_is_refused,
                pairs_are_given_at_once_to_the_last_one,
                one_fan_on_many_devices_gets_no_more_of_the_best_than_the_limit,
                whoever_takes_the_best_never_loses_to_those_who_name_their_seats,
                a_hold_lapses_at_its_very_instant_with_nothing_swept,
                a_lapsed_hold_does_not_come_back,
                what_is_held_is_not_swept,
                a_sweep_frees_only_what_is_still_of_the_lapsed_hold,
                a_sweep_ends_no_more_than_asked_for_and_the_oldest_first,
                a_slot_is_yielded_when_the_last_hold_of_its_pass_lapses,
                a_pass_that_pays_or_has_paid_yields_no_slot,
                of_two_hundred_who_want_one_seat_one_gets_it,
                seats_wanted_crosswise_never_lock_each_other_out,
                the_same_reservation_placed_by_many_at_once_is_one,
                a_reservation_paid_by_many_at_once_has_one_payment,
                paying_and_giving_up_at_once_agree,
                a_payment_settled_by_many_at_once_sells_once,
                a_sale_cancelled_by_many_at_once_is_refunded_once,
                everything_at_once_leaves_every_seat_with_one_owner,
                a_payment_claims_what_is_held,
                nobody_pays_what_is_anothers_or_not_there,
                a_payment_begun_too_late_is_none,
                seats_that_went_to_another_are_not_paid_for,
                what_was_given_up_is_not_paid_for,
                seats_being_paid_for_never_lapse,
                beginning_again_answers_with_the_payment_there_is,
                money_taken_sells_the_seats,
                money_not_taken_leaves_the_hold_to_its_own_time,
                money_not_taken_after_the_hold_ran_out_frees_the_seats,
                a_reservation_is_paid_anew_after_a_payment_that_took_nothing,
                a_payment_given_up_keeps_the_seats_until_the_wallet_has_spoken,
                a_payment_that_has_ended_absorbs_every_answer,
                a_payment_that_is_not_there_is_not_settled,
                a_driver_that_was_replaced_writes_nothing,
                only_payments_whose_lease_has_lapsed_are_stalled,
                payments_that_rest_are_never_stalled,
                a_refund_left_alone_is_stalled_too,
                stalled_payments_go_to_one_driver_each,
                a_hold_given_up_frees_its_seats_and_yields_the_slot,
                a_slot_is_kept_while_its_pass_holds_anything_else,
                holds_of_one_pass_given_up_at_once_yield_its_slot,
                a_sale_given_up_is_refunded_and_its_tickets_withdrawn,
                seats_of_a_cancelled_sale_are_sold_again,
                a_sale_is_final_once_the_performance_has_begun,
                nothing_is_given_up_while_it_is_paid_for,
                giving_up_twice_changes_nothing,
                what_has_lapsed_is_given_up_without_effect,
                nobody_gives_up_what_is_anothers,
                a_late_answer_to_a_cancelled_sale_changes_nothing,
                an_event_is_claimed_once_per_lease,
                an_event_that_arrived_is_gone,
                no_more_events_are_claimed_than_asked_for,
                events_are_claimed_by_one_of_many,
                a_new_hold_withdraws_the_yielded_slot_of_its_pass,
                a_hold_that_comes_to_nothing_withdraws_nothing,
                the_end_of_a_pass_that_paid_is_not_withdrawn,
                a_hold_and_a_release_at_once_leave_no_yield_behind,
                holds_and_sweeps_at_once_leave_no_yield_behind,
                payments_that_begin_at_once_are_each_answered_for_themselves,
                answers_that_come_at_once_are_each_written_for_themselves,
                purchases_at_once_all_run_their_course,
                what_is_not_there_is_not_found,
                a_fan_sees_their_own_reservations_newest_first,
                pages_of_reservations_cover_each_once,
                a_hold_past_its_time_is_shown_as_expired,
                there_are_tickets_only_while_a_sale_stands,
                a_performance_that_nobody_bought_of_has_its_seats,
                a_sale_is_counted_by_what_everything_is_now,
                nothing_is_processing_once_everything_has_ended,
                reservations_are_inspected_oldest_first_by_status_and_seat,
                pages_of_inspected_reservations_cover_each_once,
                a_reservation_is_inspected_with_its_last_payment,
                a_hold_released_by_hand_frees_its_seats_yields_its_slot_and_says_why,
                a_release_repeated_under_its_id_is_one,
                only_what_is_held_is_released_by_hand,
                paying_and_a_release_by_hand_at_once_agree,
                a_hold_released_by_many_at_once_is_released_once,
            ],
            $($subjects)+
        }
    };
}

/// One store under test, empty, and its clock.
#[derive(Clone)]
pub struct Subject {
    inventory: Arc<dyn Inventory>,
    holds: Arc<dyn Holds>,
    reservations: Arc<dyn Reservations>,
    checkouts: Arc<dyn Checkouts>,
    outbox: Arc<dyn Outbox>,
    inspection: Arc<dyn Inspection>,
    releases: Arc<dyn Releases>,
    time: Arc<dyn TimeTravel>,
}

impl Subject {
    pub fn new<S>(store: S, time: Arc<dyn TimeTravel>) -> Self
    where
        S: Inventory + Holds + Reservations + Checkouts + Outbox + Inspection + Releases + 'static,
    {
        let store = Arc::new(store);
        Self {
            inventory: Arc::<S>::clone(&store),
            holds: Arc::<S>::clone(&store),
            reservations: Arc::<S>::clone(&store),
            checkouts: Arc::<S>::clone(&store),
            outbox: Arc::<S>::clone(&store),
            inspection: Arc::<S>::clone(&store),
            releases: store,
            time,
        }
    }
}
