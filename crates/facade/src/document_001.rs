//! Document 001: `/api/queue`, `/api/concert…`, `/api/point`, status words waiting and working.

mod concerts;
mod points;
mod queue;
mod reservations;
mod wording;

use utoipa_actix_web::service_config::ServiceConfig;

pub fn routes(routes: &mut ServiceConfig<'_>) {
    routes
        .service(queue::poll)
        .service(concerts::schedules)
        .service(concerts::seats)
        .service(reservations::reserve)
        .service(reservations::pay)
        .service(points::show)
        .service(points::charge)
        .service(points::history);
}
