//! Waiting for what is to come.

use std::time::Duration;

/// How often a page is looked at: each look asks the browser's driver.
const GLANCE: Duration = Duration::from_millis(40);

/// Waits until `look` sees something; `what` names it where it never comes.
pub async fn eventually<T, F, Fut>(what: &str, look: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    test_kit::eventually_every(GLANCE, what, look).await
}
