//! `?limit=&cursor=` of every list.

use domain::shared::{Cursor, PageRequest};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::problem::Problem;

/// Which page of a list.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// Rows at most, 1 to 100; 20 where absent.
    limit: Option<usize>,
    /// `nextCursor` of the page before.
    cursor: Option<String>,
}

impl PageQuery {
    /// Of a list with more in its query than the page.
    pub const fn new(limit: Option<usize>, cursor: Option<String>) -> Self {
        Self { limit, cursor }
    }

    pub fn request(&self) -> Result<PageRequest, Problem> {
        let after = self.cursor.as_deref().map(str::parse::<Cursor>).transpose();
        let after = after.map_err(|error| Problem::invalid_request([("cursor", error.to_string())]))?;
        PageRequest::new(self.limit.unwrap_or(PageRequest::DEFAULT_LIMIT), after)
            .ok_or_else(|| Problem::invalid_request([("limit", "must be between 1 and 100")]))
    }
}
