use domain::shared::{Cursor, PageRequest};
use service_kit::paging::PageQuery;
use service_kit::query;

use crate::owned;

/// A page that is read has a limit that can be, and begins behind a cursor as it was given out.
pub fn page(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    if let Ok(cursor) = text.parse::<Cursor>() {
        assert_eq!(cursor.to_string(), text, "a cursor has one spelling");
    }
    let Ok(page) = query::read::<PageQuery>(text).and_then(|page| page.request()) else { return };
    assert!((1..=PageRequest::MAX_LIMIT).contains(&page.limit()), "{page:?}");
    let written = match page.after {
        Some(after) => format!("limit={}&cursor={after}", page.limit()),
        None => format!("limit={}", page.limit()),
    };
    let again = query::read::<PageQuery>(&written).and_then(|page| page.request());
    assert_eq!(again.expect("what was read can be read again"), page, "{text:?}");
}

pub fn seeds() -> Vec<Vec<u8>> {
    owned([
        "01900000000070008000000000000001",
        "01900000-0000-7000-8000-000000000001",
        "{01900000-0000-7000-8000-000000000001}",
        "urn:uuid:01900000-0000-7000-8000-000000000001",
        "limit=20&cursor=01900000000070008000000000000001",
        "limit=100",
        "limit=+7",
        "limit=7&limit=8",
        "cursor=%30%31",
        "",
    ])
}
