use actix_web::http::header::EntityTag;
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use anyhow::Context;

use crate::assets::{self, Files};

/// The one document behind every page.
pub struct Page {
    version: String,
    html: String,
}

impl Page {
    /// Where `index.html` has the files' version.
    const VERSION: &str = "/assets/current/";
    /// Where `index.html` has every module: without it a browser hears of each only from the one that imports it, one
    /// round trip later.
    const MODULES: &str = "<!-- modules -->";

    pub fn new() -> anyhow::Result<Self> {
        let file = Files::get("index.html").context("the storefront has no index.html")?;
        let html = std::str::from_utf8(&file.data).context("index.html is not UTF-8")?;
        let mut modules: Vec<_> = Files::iter().filter(|name| name.ends_with(".js")).collect();
        modules.sort_unstable();
        let modules = modules.iter().map(|name| {
            let address = format!("{}{name}", Self::VERSION);
            format!("<link rel=\"modulepreload\" href=\"{address}\">")
        });
        let html = html.replace(Self::MODULES, &modules.collect::<Vec<_>>().join("\n    "));
        let version = assets::version();
        let html = html.replace(Self::VERSION, &format!("/assets/{version}/"));
        Ok(Self { version, html })
    }

    /// That of all files together.
    pub fn version(&self) -> &str {
        &self.version
    }

    fn answer(&self, request: &HttpRequest) -> HttpResponse {
        // The version covers index.html and everything it names.
        let tag = EntityTag::new_strong(self.version.clone());
        assets::answer(request, &tag, "no-cache", "text/html; charset=utf-8", self.html.clone().into_bytes())
    }
}

#[get("/")]
pub async fn home(request: HttpRequest, page: Data<Page>) -> HttpResponse {
    page.answer(&request)
}

/// A page that has been linked to or reloaded. Whether there is such a one, its script knows.
#[get("/app/{path:.*}")]
pub async fn inner(request: HttpRequest, page: Data<Page>) -> HttpResponse {
    page.answer(&request)
}
