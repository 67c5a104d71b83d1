//! P6 and the flow: fans who buy. Each purchase uses up a pass, so everybody is in before the clock starts.

mod buyer;
mod complete;
mod flow;

use crate::bench::fans::{User, Waiting};
use crate::bench::halls::PRICE;
use crate::bench::stage::Stage;
use crate::promoter::MAIN_QUEUE;

use super::Rows;

pub async fn measure(stage: &Stage<'_>, rows: &mut Rows) -> anyhow::Result<()> {
    if stage.bench.options.wants("P6") {
        let mut row = complete::row(stage).await?;
        stage.audit(&mut row).await?;
        rows.add(row);
    }
    if stage.bench.options.wants("flow") {
        let mut row = flow::row(stage).await?;
        stage.audit(&mut row).await?;
        rows.add(row);
    }
    Ok(())
}

/// New fans who are inside, each with the price of one seat.
async fn moneyed(stage: &Stage<'_>, many: usize) -> anyhow::Result<Vec<Waiting>> {
    let users: Vec<User> = stage.users(many)?;
    stage.charge(&users, PRICE)?;
    stage.admitted(users, MAIN_QUEUE).await
}
