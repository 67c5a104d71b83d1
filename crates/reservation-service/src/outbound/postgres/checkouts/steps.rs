//! The steps of paying, in sets. A payment's beginning and the end of another meet in one transaction: what is locked,
//! read and written for them is the same.

use std::sync::Arc;

use async_trait::async_trait;
use diesel_async::AsyncPgConnection;
use domain::reservation::{BeginPayment, Begun, PayError, SettleError, Settled, WalletAnswer};
use domain::shared::{IdGenerator, PaymentId};
use service_kit::gather::{CarriesOut, Gathering};
use service_kit::postgres::{Database, TransactionError};

use super::desk::Desk;

/// Sets larger than this gain nothing and make the last in them wait.
pub const STEPS: Gathering = Gathering { name: "payments", writers: 2, largest_set: 256, queue: 10_000 };

/// One step of one payment.
#[derive(Clone, Copy, Debug)]
pub enum Step {
    Begin(BeginPayment),
    Settle { payment: PaymentId, fence: i64, answer: WalletAnswer },
}

/// What a step came to.
#[derive(Debug)]
pub enum Outcome {
    Begun(Result<Begun, PayError>),
    Settled(Result<Settled, SettleError>),
}

/// Takes steps on this database.
pub struct Steps {
    pub database: Database,
    pub ids: Arc<dyn IdGenerator>,
}

#[async_trait]
impl CarriesOut<Step> for Steps {
    type Answer = Outcome;

    async fn carry_out(&self, steps: &[Step]) -> anyhow::Result<Vec<Outcome>> {
        let taken = self.database.transaction(async |connection: &mut AsyncPgConnection| {
            let mut desk = Desk::lock(connection, steps, self.ids.as_ref()).await?;
            let outcomes = steps.iter().map(|step| desk.take(step)).collect();
            desk.changes().write(connection).await?;
            Ok::<_, TransactionError<anyhow::Error>>(outcomes)
        });
        taken.await
    }
}
