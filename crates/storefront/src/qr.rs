use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::{HttpResponse, post};
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use serde::Deserialize;
use service_kit::Problem;
use service_kit::body::Body;

use crate::guards::guard;

/// `POST /storefront/qr`: in the body, because an address is kept in histories and logs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    code: String,
}

/// Far above a ticket's code (64 characters), and below what a QR code of this correction level holds (2,331 bytes).
const MAX_CODE_BYTES: usize = 512;

/// A ticket's code as something a scanner at the door reads.
#[post("/storefront/qr")]
pub async fn draw(body: Body<Wanted>) -> Result<HttpResponse, Problem> {
    let code = body.0.code;
    let invalid = |message: String| Problem::invalid_request([("code", message)]);
    if code.is_empty() || code.len() > MAX_CODE_BYTES {
        return Err(invalid(format!("must have 1 to {MAX_CODE_BYTES} bytes")));
    }
    // Medium: a scratched screen or a thumb at the edge is forgiven, and the squares stay large on a phone.
    let drawn = QrCode::with_error_correction_level(code, EcLevel::M)
        .map_err(|error| invalid(format!("is no QR code: {error}")))?
        .render::<svg::Color<'_>>()
        .min_dimensions(240, 240)
        .build();
    Ok(guard(&mut HttpResponse::Ok())
        .insert_header((CONTENT_TYPE, "image/svg+xml"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .body(drawn))
}
