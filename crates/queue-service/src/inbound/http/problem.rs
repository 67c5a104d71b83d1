//! Every error of the use cases and what it is on the wire.

use actix_web::http::StatusCode;
use domain::queue::{EntryError, JoinError, PollError, QueueError};
use service_kit::Problem;

pub fn of_join(error: JoinError) -> Problem {
    match error {
        JoinError::NoSuchQueue => of_queue(QueueError::NoSuchQueue),
        JoinError::Paused => Problem::new(StatusCode::CONFLICT, "queue_paused", "The queue is paused")
            .detail("nobody new joins for now; try again later"),
        JoinError::Closed => Problem::new(StatusCode::CONFLICT, "sale_closed", "The sale is over"),
        JoinError::Unexpected(error) => Problem::unexpected(&error),
    }
}

pub fn of_entry(error: EntryError) -> Problem {
    match error {
        EntryError::NoSuchEntry => Problem::not_found("this place is in no queue of this id"),
        EntryError::Ended { status } => {
            Problem::pass_expired("this place has ended").with("entryStatus", status)
        }
        EntryError::Unexpected(error) => Problem::unexpected(&error),
    }
}

pub fn of_queue(error: QueueError) -> Problem {
    match error {
        QueueError::NoSuchQueue => Problem::not_found("there is no such queue"),
        QueueError::Invalid(invalid) => Problem::invalid_request([(invalid.field, invalid.message)]),
        QueueError::Unexpected(error) => Problem::unexpected(&error),
    }
}

pub fn of_poll(error: PollError) -> Problem {
    match error {
        PollError::TooEarly(early) => {
            Problem::new(StatusCode::TOO_MANY_REQUESTS, "too_many_requests", "Too early")
                .detail("pollAfterMs of the last answer says when to ask again")
                .retry_after(early.retry_after_seconds())
        }
        PollError::Entry(error) => of_entry(error),
    }
}
