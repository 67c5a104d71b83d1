//! Every error of the use cases and what it is on the wire.

use actix_web::http::StatusCode;
use contracts::Invalid;
use domain::concert::{ConcertError, PublishError};
use service_kit::Problem;

pub fn invalid(invalid: Invalid) -> Problem {
    Problem::invalid_request([invalid.into()])
}

pub fn of_concert(error: ConcertError) -> Problem {
    match error {
        ConcertError::NoSuchConcert | ConcertError::NoSuchSchedule => Problem::not_found(error.to_string()),
        ConcertError::OtherQueue => Problem::not_admitted(error.to_string()),
        ConcertError::Unexpected(error) => Problem::unexpected(&error),
    }
}

pub fn of_publication(error: PublishError) -> Problem {
    match error {
        PublishError::NoSuchConcert => of_concert(ConcertError::NoSuchConcert),
        PublishError::StartsBeforeSale(_) => invalid(Invalid::new("startsAt", error)),
        PublishError::AlreadyPublished(schedule) => Problem::new(
            StatusCode::CONFLICT,
            "schedule_exists",
            "The concert has a performance at that time",
        )
        .with("scheduleId", schedule.to_string()),
        PublishError::OtherPlan(schedule) => Problem::new(
            StatusCode::CONFLICT,
            "schedule_draft_exists",
            "A performance with another seat plan is being published for that time",
        )
        .detail("Ask again with the seat plan of the first request to finish it, or take another time")
        .with("scheduleId", schedule.to_string()),
        PublishError::Unexpected(error) => Problem::unexpected(&error),
    }
}
