//! Cursor paging: a page starts behind the last row of the one before, whatever was inserted meanwhile.

use std::fmt;
use std::str::FromStr;

use uuid::Uuid;

/// Where a page starts: behind the row with this id. Opaque to clients.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor(pub Uuid);

/// The text is no cursor that this service has given out.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("is not a cursor of this list")]
pub struct InvalidCursor;

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.simple().fmt(f)
    }
}

impl FromStr for Cursor {
    type Err = InvalidCursor;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let cursor = Uuid::try_parse(text).map(Self).map_err(|_| InvalidCursor)?;
        // An id has many spellings, and only one of them was given out.
        if cursor.to_string() == text { Ok(cursor) } else { Err(InvalidCursor) }
    }
}

/// Which page of a list is wanted.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PageRequest {
    limit: usize,
    pub after: Option<Cursor>,
}

impl PageRequest {
    pub const DEFAULT_LIMIT: usize = 20;
    /// Beyond this a page costs more than the round trip it saves.
    pub const MAX_LIMIT: usize = 100;

    /// `None` where `limit` is 0 or above [`Self::MAX_LIMIT`].
    pub fn new(limit: usize, after: Option<Cursor>) -> Option<Self> {
        (1..=Self::MAX_LIMIT).contains(&limit).then_some(Self { limit, after })
    }

    pub const fn limit(&self) -> usize {
        self.limit
    }
}

impl Default for PageRequest {
    fn default() -> Self {
        Self { limit: Self::DEFAULT_LIMIT, after: None }
    }
}

/// One page of a list, and where the next one starts (`None`: this was the last).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Page<T> {
    pub items: Vec<T>,
    pub next: Option<Cursor>,
}

impl<T> Page<T> {
    /// Cuts a page out of up to `limit + 1` rows: the one too many says that there is a next page.
    pub fn cut(mut rows: Vec<T>, request: &PageRequest, id: impl Fn(&T) -> Uuid) -> Self {
        let more = rows.len() > request.limit;
        rows.truncate(request.limit);
        let next = rows.last().filter(|_| more).map(|last| Cursor(id(last)));
        Self { items: rows, next }
    }

    pub fn map<U>(self, each: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(each).collect(), next: self.next }
    }
}
