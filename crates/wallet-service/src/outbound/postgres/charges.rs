//! Top-ups, in sets: begun before the provider is asked, settled with what it said. The number of statements does not
//! grow with that of the commands.

mod set;

use std::sync::Arc;

use async_trait::async_trait;
use chrono::TimeDelta;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::shared::{Amount, ChargeId, IdGenerator, UserId};
use domain::wallet::{ChargeRefused, Charged, ProviderAnswer};
use service_kit::gather::{CarriesOut, Gathering};
use service_kit::postgres::{Database, TransactionError, now};

use super::rows::ChargeRow;
use super::schema::charges;
use set::Set;

/// As for debits; a fan tops up once, so sets of half the size take more than there ever are at once.
pub const CHARGING: Gathering = Gathering { name: "top-ups", writers: 2, largest_set: 256, queue: 10_000 };

/// One step of a top-up.
#[derive(Clone, Debug)]
pub enum Command {
    Begin { id: ChargeId, user: UserId, amount: Amount },
    Settle { id: ChargeId, answer: ProviderAnswer },
}

/// Top-ups on this database.
pub struct Charging {
    pub database: Database,
    pub ids: Arc<dyn IdGenerator>,
}

#[async_trait]
impl CarriesOut<Command> for Charging {
    type Answer = Result<Charged, ChargeRefused>;

    async fn carry_out(&self, commands: &[Command]) -> anyhow::Result<Vec<Self::Answer>> {
        let carried_out = self.database.transaction(async |connection: &mut AsyncPgConnection| {
            let mut set = Set::lock(connection, commands).await?;
            let done = commands.iter().map(|command| set.decide(command, self.ids.as_ref())).collect();
            set.write(connection).await?;
            Ok::<_, TransactionError<anyhow::Error>>(done)
        });
        carried_out.await
    }
}

pub async fn stalled(database: &Database, idle_seconds: u32, limit: usize) -> anyhow::Result<Vec<Charged>> {
    let limit = i64::try_from(limit)?;
    let stalled = database.transaction(async |connection: &mut AsyncPgConnection| {
        let at = now(connection).await?;
        let idle_since = at - TimeDelta::seconds(idle_seconds.into());
        let rows: Vec<ChargeRow> = charges::table
            .filter(charges::state.eq("pending").and(charges::touched_at.le(idle_since)))
            .order(charges::created_at)
            .limit(limit)
            .select(ChargeRow::as_select())
            .for_update()
            .skip_locked()
            .load(connection)
            .await?;
        let ids: Vec<_> = rows.iter().map(|row| row.charge_id).collect();
        let touched = diesel::update(charges::table.filter(charges::charge_id.eq_any(ids)));
        touched.set(charges::touched_at.eq(at)).execute(connection).await?;
        let charges = rows.into_iter().map(|row| Ok(Charged { charge: row.charge()?, now: at }));
        charges.collect::<anyhow::Result<Vec<_>>>().map_err(TransactionError::Refused)
    });
    stalled.await
}
