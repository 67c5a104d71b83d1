//! The route table.

mod charges;
mod debits;
mod issuer;
mod problem;
mod users;
mod vitals;
mod wallets;

use utoipa_actix_web::service_config::ServiceConfig;

pub use issuer::Issuer;

/// What the outside world reaches.
pub fn public(routes: &mut ServiceConfig<'_>) {
    routes
        .service(users::create)
        .service(wallets::show)
        .service(wallets::entries)
        .service(charges::create)
        .service(vitals::show);
}

/// What other services reach.
pub fn internal(routes: &mut ServiceConfig<'_>) {
    routes.service(issuer::access_keys).service(debits::debit).service(debits::void).service(debits::refund);
}
