//! The route table.

mod entries;
mod entry_events;
mod issuer;
mod passes;
mod problem;
mod queues;
mod vitals;

use utoipa_actix_web::service_config::ServiceConfig;

pub use entry_events::{EntryStreams, News};
pub use issuer::Issuer;

/// What the outside world reaches. Routes are tried in this order; polls are nearly all there is.
pub fn public(routes: &mut ServiceConfig<'_>) {
    routes
        .map(|config| config.service(entries::POLLED.to(entries::poll)))
        .service(entries::show)
        .service(entries::join)
        .service(entry_events::follow)
        .service(entries::leave)
        .service(queues::show)
        .service(queues::list_figures)
        .service(queues::show_figures)
        .service(queues::configure)
        .service(issuer::pass_keys)
        .service(vitals::show);
}

/// What other services reach.
pub fn internal(routes: &mut ServiceConfig<'_>) {
    routes.service(passes::end).service(passes::revoked);
}
