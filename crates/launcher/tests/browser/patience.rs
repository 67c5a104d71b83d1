//! Waiting for what is to come.

use std::time::Duration;

/// Two busy cores bring a page up within this, many times over.
const PATIENCE: Duration = Duration::from_mins(1);
/// How often a condition is looked at.
const GLANCE: Duration = Duration::from_millis(40);

/// Waits until `look` sees something; `what` names it where it never comes.
pub async fn eventually<T, F, Fut>(what: &str, mut look: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let looking = async {
        let mut glance = tokio::time::interval(GLANCE);
        loop {
            glance.tick().await;
            if let Some(seen) = look().await {
                return seen;
            }
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.unwrap_or_else(|_| panic!("never came about: {what}"))
}
