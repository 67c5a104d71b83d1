//! The installation's own judgement after each row.

use std::time::Duration;

use super::row::Row;
use crate::chaos::audit::audit;
use crate::stack::Installation;

/// What it says becomes the row's, and an error of the row's where it is not clean.
pub async fn look(installation: &Installation, row: &mut Row) -> anyhow::Result<()> {
    // What can be judged at once will do: no process was killed.
    let found = audit(installation, Duration::ZERO).await?;
    row.check(found.is_clean(), || format!("audit {found}"));
    row.audit = Some(found.to_string());
    Ok(())
}
