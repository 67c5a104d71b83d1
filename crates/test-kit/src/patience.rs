//! Waiting for what is to come.

use std::future::Future;
use std::time::Duration;

/// Two busy cores start four unoptimised processes, or bring a page up, within this, many times over.
pub const PATIENCE: Duration = Duration::from_mins(1);
/// How often a condition is looked at, unless it is said.
const GLANCE: Duration = Duration::from_millis(20);

/// Waits until `look` sees something, as long as a busy machine may need; `what` names it where it never comes.
pub async fn eventually<T, F, Fut>(what: &str, look: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    eventually_every(GLANCE, what, look).await
}

/// As [`eventually`], looking at it every `glance`.
pub async fn eventually_every<T, F, Fut>(glance: Duration, what: &str, mut look: F) -> T
where
    F: FnMut() -> Fut,
    Fut: Future<Output = Option<T>>,
{
    let looking = async {
        let mut glance = tokio::time::interval(glance);
        loop {
            glance.tick().await;
            if let Some(seen) = look().await {
                return seen;
            }
        }
    };
    tokio::time::timeout(PATIENCE, looking).await.unwrap_or_else(|_| panic!("never came about: {what}"))
}
