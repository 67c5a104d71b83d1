//! Document 002: `/queues`, `/concerts/…`, `/payments/…`, status words wait, service and complete.

mod concerts;
mod payments;
mod queues;
mod tickets;
mod wording;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes
        .service(queues::enter)
        .service(queues::poll)
        .service(concerts::dates)
        .service(concerts::seats)
        .service(tickets::hold)
        .service(payments::charge)
        .service(payments::account)
        .service(payments::pay);
}
