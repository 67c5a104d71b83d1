/// Marks an error whose cause is a store or a peer that is out of reach or too busy, as opposed to a bug.
///
/// Adapters attach it with [`anyhow::Error::context`]; the edge finds it with `is::<Unavailable>()` and
/// answers "try again" in place of "broken".
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is out of reach")]
pub struct Unavailable(pub &'static str);
