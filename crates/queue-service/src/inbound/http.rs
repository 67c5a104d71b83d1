//! The route table.

mod entries;
mod issuer;
mod passes;
mod poll_budget;
mod problem;
mod queues;

use utoipa_actix_web::service_config::ServiceConfig;

pub use issuer::Issuer;
pub use poll_budget::PollBudget;

/// What the outside world reaches.
pub fn public(routes: &mut ServiceConfig<'_>) {
    routes
        .service(entries::join)
        .service(entries::show)
        .service(entries::leave)
        .service(queues::show)
        .service(queues::configure)
        .service(issuer::pass_keys);
}

/// What other services reach.
pub fn internal(routes: &mut ServiceConfig<'_>) {
    routes.service(passes::finish).service(passes::yield_slot).service(passes::revoked);
}
