use std::collections::BTreeSet;

use actix_web::http::header::EntityTag;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, routes};
use anyhow::Context;

use crate::assets::{self, Files};
use crate::modules;

/// The documents: one behind every page of a fan, one behind every page of the operator.
pub struct Pages {
    version: String,
    fan: String,
    operator: String,
}

impl Pages {
    /// Where a document has the files' version.
    const VERSION: &str = "/assets/current/";
    /// Where a document has every module that its own one reaches: without them a browser hears of each only from the
    /// one that imports it, one round trip later.
    const MODULES: &str = "<!-- modules -->";

    pub fn new() -> anyhow::Result<Self> {
        let version = assets::version();
        let fan = Self::document("index.html", "app.js", &version)?;
        let operator = Self::document("operator.html", "operator/app.js", &version)?;
        Ok(Self { version, fan, operator })
    }

    fn document(name: &str, first_module: &str, version: &str) -> anyhow::Result<String> {
        let file = Files::get(name).with_context(|| format!("the storefront has no {name}"))?;
        let html = std::str::from_utf8(&file.data).with_context(|| format!("{name} is not UTF-8"))?;
        let modules: BTreeSet<_> = modules::reached_from(first_module)?;
        let modules = modules.iter().map(|name| {
            let address = format!("{}{name}", Self::VERSION);
            format!("<link rel=\"modulepreload\" href=\"{address}\">")
        });
        let html = html.replace(Self::MODULES, &modules.collect::<Vec<_>>().join("\n    "));
        Ok(html.replace(Self::VERSION, &format!("/assets/{version}/")))
    }

    /// That of all files together.
    pub fn version(&self) -> &str {
        &self.version
    }

    fn answer(&self, request: &HttpRequest, html: &str) -> HttpResponse {
        // The version covers both documents and everything they name; an address has one of them.
        let tag = EntityTag::new_strong(self.version.clone());
        assets::answer(request, &tag, "no-cache", "text/html; charset=utf-8", html.as_bytes().to_vec())
    }
}

#[get("/")]
pub async fn home(request: HttpRequest, pages: Data<Pages>) -> HttpResponse {
    pages.answer(&request, &pages.fan)
}

/// A page that has been linked to or reloaded. Whether there is such a one, its script knows.
#[get("/app/{path:.*}")]
pub async fn inner(request: HttpRequest, pages: Data<Pages>) -> HttpResponse {
    pages.answer(&request, &pages.fan)
}

/// The operator's console, and each of its pages.
#[routes]
#[get("/operator")]
#[get("/operator/{path:.*}")]
pub async fn console(request: HttpRequest, pages: Data<Pages>) -> HttpResponse {
    pages.answer(&request, &pages.operator)
}
