use contracts::Invalid;
use contracts::concert::SeatStatusBody;
use serde::Deserialize;
use serde::de::value::{Error, StrDeserializer};
use utoipa::IntoParams;

/// Which seats of a performance.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct SeatQuery {
    /// Only seats with this status; all where absent.
    #[param(value_type = Option<SeatStatusBody>)]
    status: Option<String>,
}

impl SeatQuery {
    pub fn status(&self) -> Result<Option<SeatStatusBody>, Invalid> {
        let Some(word) = &self.status else { return Ok(None) };
        let status = SeatStatusBody::deserialize(StrDeserializer::<Error>::new(word));
        status.map(Some).map_err(|_| Invalid::new("status", "must be available, held, sold or blocked"))
    }
}
