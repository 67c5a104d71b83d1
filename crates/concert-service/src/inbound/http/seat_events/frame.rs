use actix_web::web::Bytes;
use anyhow::Context;
use contracts::concert::SeatsEventBody;

/// The last word of a stream whose pass has ended.
pub const PASS_ENDED: Bytes = Bytes::from_static(b"event: end\ndata: {\"code\":\"pass_expired\"}\n\n");

/// One event as it goes out, written once for all streams.
pub struct Frame {
    /// That of the seat map after it.
    pub version: i64,
    pub bytes: Bytes,
}

impl Frame {
    pub fn seats(body: &SeatsEventBody) -> anyhow::Result<Self> {
        let version = body.version;
        let mut bytes = format!("id: {version}\nevent: seats\ndata: ").into_bytes();
        // JSON escapes line breaks, so it is one line.
        serde_json::to_writer(&mut bytes, body).context("seat changes that are no JSON")?;
        bytes.extend_from_slice(b"\n\n");
        Ok(Self { version, bytes: bytes.into() })
    }
}
