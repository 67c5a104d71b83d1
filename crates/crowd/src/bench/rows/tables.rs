//! Tables of the yardsticks: the services' own, column by column and index by index, in a schema beside theirs.

use crate::bench::database::Database;

const PREPARE: &str = include_str!("../sql/copy_tables.sql");

/// Makes a new schema `yardstick` with empty copies of these tables.
pub async fn copy(database: &Database, tables: &[(&str, &str)]) -> anyhow::Result<()> {
    database.sql(PREPARE).await?;
    for (schema, table) in tables {
        database.sql(&format!("SELECT yardstick.copy_table('{schema}', '{table}')")).await?;
    }
    Ok(())
}
