//! The storefront: what a fan sees.
//!
//! Plain files under `web/`, served as they are: the pages talk to v1 with the fan's own credentials, like any other
//! client, and this crate holds no state and no rule. Every page is the one document `index.html`; which of them is
//! shown, the script in it decides by the path.

mod assets;
mod guards;
mod page;
mod qr;

use actix_web::web::{self, Data};
use utoipa_actix_web::service_config::ServiceConfig;

use crate::page::Page;

/// The pages and what they are made of.
#[derive(Clone)]
pub struct Storefront {
    page: Data<Page>,
}

impl Storefront {
    /// An error: a file that the pages need is not there.
    pub fn new() -> anyhow::Result<Self> {
        Ok(Self { page: Data::new(Page::new()?) })
    }

    /// What handlers find in their app data.
    pub fn provide(&self, config: &mut web::ServiceConfig) {
        config.app_data(self.page.clone());
    }

    /// The pages' routes. No API's document lists them: they are for browsers.
    pub fn public(routes: &mut ServiceConfig<'_>) {
        routes.map(|config| {
            config.service(page::home).service(page::inner).service(assets::show).service(qr::draw)
        });
    }
}
