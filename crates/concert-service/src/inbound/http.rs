//! The route table.

mod admin;
mod concerts;
mod live_seats;
mod problem;
mod schedules;
mod seat_events;
mod seat_query;
mod seat_view;
mod seats;
mod shared_body;
mod vitals;

use utoipa_actix_web::service_config::ServiceConfig;

pub use admin::MainQueue;
pub use live_seats::{LiveSeats, Pace};
pub use seat_events::{Heartbeat, OpenStreams};

/// What the outside world reaches. Routes are tried in this order; the seat map is asked for most.
pub fn public(routes: &mut ServiceConfig<'_>) {
    routes
        .map(|config| config.service(seats::LOOKED_AT.to(seats::look)))
        .service(seats::show)
        .service(concerts::list)
        .service(concerts::show)
        .service(schedules::list)
        .service(schedules::show)
        .service(seat_events::follow)
        .service(admin::add_concert)
        .service(admin::publish_schedule)
        .service(schedules::list_for_operators)
        .service(vitals::show);
}

/// What other services reach: nothing. They are told what they need when a performance is published.
pub fn internal(_routes: &mut ServiceConfig<'_>) {}
