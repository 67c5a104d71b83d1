use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, EntityTag};
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, ResponseError, get};
use aws_lc_rs::digest::{Context, SHA256};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rust_embed::{EmbeddedFile, RustEmbed};
use service_kit::Problem;
use service_kit::etag::is_known;

use crate::guards::guard;
use crate::page::Pages;

/// The files of the pages: in the binary, but read from the source tree by an unoptimised build.
#[derive(RustEmbed)]
#[folder = "web/"]
pub struct Files;

/// Bytes of a digest that are enough to tell versions apart.
const TAG_BYTES: usize = 12;

/// The version of all files together. It stands in their addresses, so that none of them is ever asked about again.
pub fn version() -> String {
    let mut all = Context::new(&SHA256);
    let mut names: Vec<_> = Files::iter().collect();
    names.sort_unstable();
    for name in names {
        all.update(name.as_bytes());
        if let Some(file) = Files::get(&name) {
            all.update(&file.metadata.sha256_hash());
        }
    }
    short(all.finish().as_ref())
}

/// The kinds of files there are; a file of another kind is not served.
fn content_type(path: &str) -> Option<&'static str> {
    match path.rsplit_once('.')?.1 {
        "css" => Some("text/css; charset=utf-8"),
        "js" => Some("text/javascript; charset=utf-8"),
        "svg" => Some("image/svg+xml"),
        _ => None,
    }
}

/// A file. Under the version that is served now it never changes; under another one, which a page of yesterday may
/// still ask for, it is asked about every time.
#[get("/assets/{version}/{path:.*}")]
pub async fn show(request: HttpRequest, named: Path<(String, String)>, pages: Data<Pages>) -> HttpResponse {
    let (version, path) = named.into_inner();
    let Some((file, content_type)) = Files::get(&path).zip(content_type(&path)) else {
        return Problem::not_found(format!("there is nothing at {}", request.path())).error_response();
    };
    let caching =
        if version == pages.version() { "public, max-age=31536000, immutable" } else { "public, no-cache" };
    answer(&request, &tag(&file), caching, content_type, file.data.into_owned())
}

/// The bytes, or 304 to whoever has them.
pub fn answer(
    request: &HttpRequest,
    tag: &EntityTag,
    caching: &'static str,
    content_type: &'static str,
    body: Vec<u8>,
) -> HttpResponse {
    let known = is_known(request, tag);
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    guard(&mut response).insert_header((ETAG, tag.to_string())).insert_header((CACHE_CONTROL, caching));
    if known { response.finish() } else { response.insert_header((CONTENT_TYPE, content_type)).body(body) }
}

fn tag(file: &EmbeddedFile) -> EntityTag {
    EntityTag::new_strong(short(&file.metadata.sha256_hash()))
}

fn short(digest: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest.get(..TAG_BYTES).unwrap_or(digest))
}
