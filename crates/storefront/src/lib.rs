//! The storefront: what a fan sees, and the operator's console.
//!
//! Plain files under `web/`, served as they are: the pages talk to v1 with the visitor's own credentials, like any other
//! client, and this crate holds no state and no rule. Every page of a fan is the one document `index.html`, every page
//! of the console `operator.html`; which of them is shown, the script in it decides by the path.

mod assets;
mod guards;
mod modules;
mod page;
mod qr;

use actix_web::web::{self, Data};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::page::Pages;

/// The pages and what they are made of.
#[derive(Clone)]
pub struct Storefront {
    pages: Data<Pages>,
}

impl Storefront {
    /// An error: a file that the pages need is not there.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self { pages: Data::new(Pages::new()?) })
    }

    /// What handlers find in their app data.
    pub fn provide(&self, config: &mut web::ServiceConfig) {
        config.app_data(self.pages.clone());
    }

    /// The pages' routes. No API's document lists them: they are for browsers.
    pub fn public(routes: &mut ServiceConfig<'_>) {
        routes.map(|config| {
            config
                .service(page::home)
                .service(page::inner)
                .service(page::console)
                .service(assets::show)
                .service(qr::draw)
        });
    }
}
