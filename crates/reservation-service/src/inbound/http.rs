//! The route table.

mod inspection;
mod inventories;
mod payments;
mod problem;
mod reservations;
mod sales;
mod tickets;
mod vitals;

use utoipa_actix_web::service_config::ServiceConfig;

pub use tickets::TicketCodes;

/// What the outside world reaches.
pub fn public(routes: &mut ServiceConfig<'_>) {
    routes
        .service(reservations::create)
        .service(reservations::list)
        .service(reservations::show)
        .service(reservations::give_up)
        .service(payments::create)
        .service(payments::show)
        .service(tickets::list)
        .service(sales::show)
        .service(inspection::list)
        .service(inspection::show)
        .service(inspection::release)
        .service(vitals::show);
}

/// What other services reach.
pub fn internal(routes: &mut ServiceConfig<'_>) {
    routes.service(inventories::publish).service(inventories::changes);
}
