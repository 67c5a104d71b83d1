//! Payments, voids and refunds, in sets: each once under its payment's id. The number of statements does not grow with
//! that of the commands.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use async_trait::async_trait;
use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use domain::shared::{Balance, IdGenerator, JournalEntryId, PaymentId, UserId};
use domain::wallet::{Debit, DebitAnswer, DebitRequest, DebitState, JournalEntry, RefundAnswer, VoidAnswer};
use service_kit::gather::{CarriesOut, Gathering};
use service_kit::postgres::{Database, TransactionError, now, statement};
use uuid::Uuid;

use super::postings::{Postings, all_written};
use super::rows::DebitRow;
use super::schema::debits;

/// Two writers keep two cores busy, one deciding while the other commits, and one of them goes on while the other waits
/// for a wallet. 500 are a whole set of reservation-service's.
pub const DEBITING: Gathering = Gathering { name: "debits", writers: 2, largest_set: 500, queue: 10_000 };

/// One command about a payment id.
#[derive(Clone, Copy, Debug)]
pub enum Command {
    Debit(DebitRequest),
    Void(PaymentId),
    Refund(PaymentId),
}

/// What a command came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Done {
    Debit(DebitAnswer),
    Void(VoidAnswer),
    Refund(RefundAnswer),
}

impl Command {
    fn payment(&self) -> PaymentId {
        match self {
            Self::Debit(request) => request.payment_id,
            Self::Void(payment) | Self::Refund(payment) => *payment,
        }
    }
}

/// Debits, voids and refunds on this database.
pub struct Debiting {
    pub database: Database,
    pub ids: Arc<dyn IdGenerator>,
}

#[async_trait]
impl CarriesOut<Command> for Debiting {
    type Answer = Done;

    async fn carry_out(&self, commands: &[Command]) -> anyhow::Result<Vec<Done>> {
        let carried_out = self.database.transaction(async |connection: &mut AsyncPgConnection| {
            let mut set = Set::lock(connection, commands).await?;
            let done = commands.iter().map(|command| set.decide(command, self.ids.as_ref())).collect();
            set.write(connection).await?;
            Ok(done)
        });
        carried_out.await
    }
}

type Refusable<T> = Result<T, TransactionError<anyhow::Error>>;

/// What the set is about, locked, and what has been decided of it so far.
struct Set {
    recorded: HashMap<PaymentId, Debit>,
    changed: BTreeMap<PaymentId, Debit>,
    postings: Postings,
}

impl Set {
    /// First the payment ids, in order, and then the wallets, in order, as in every transaction.
    async fn lock(connection: &mut AsyncPgConnection, commands: &[Command]) -> Refusable<Self> {
        let claimed = claim(connection, commands).await?;
        let known = commands.iter().map(Command::payment).filter(|payment| !claimed.contains(payment));
        let recorded = read(connection, known.collect()).await?;
        let moved = commands.iter().filter_map(|command| match command {
            Command::Debit(request) => claimed.contains(&request.payment_id).then_some(request.user_id),
            Command::Void(_) => None,
            Command::Refund(payment) => match recorded.get(payment)?.state {
                DebitState::Captured { user_id, .. } => Some(user_id),
                DebitState::Declined { .. } | DebitState::Voided | DebitState::Refunded { .. } => None,
            },
        });
        let postings = Postings::lock(connection, moved.collect()).await?;
        Ok(Self { recorded, changed: BTreeMap::new(), postings })
    }

    fn decide(&mut self, command: &Command, ids: &dyn IdGenerator) -> Done {
        match command {
            Command::Debit(request) => Done::Debit(self.debit(request, ids)),
            Command::Void(payment) => Done::Void(self.void(*payment)),
            Command::Refund(payment) => Done::Refund(self.refund(*payment, ids)),
        }
    }

    fn debit(&mut self, request: &DebitRequest, ids: &dyn IdGenerator) -> DebitAnswer {
        let recorded = self.recorded.get(&request.payment_id).copied();
        let (answer, written) = Debit::decide(recorded, request, self.balance(request.user_id));
        if let Some((debit, balance_after)) = written {
            if let DebitState::Captured { user_id, amount, .. } = debit.state {
                let id = JournalEntryId(ids.next());
                let entry = JournalEntry::payment(id, debit.payment_id, user_id, amount);
                self.postings.post(entry, user_id, balance_after);
            }
            self.record(debit);
        }
        answer
    }

    fn void(&mut self, payment: PaymentId) -> VoidAnswer {
        let (answer, tombstone) = Debit::void(self.recorded.get(&payment).copied(), payment);
        if let Some(debit) = tombstone {
            // The claim has written it already.
            self.recorded.insert(payment, debit);
        }
        answer
    }

    fn refund(&mut self, payment: PaymentId, ids: &dyn IdGenerator) -> RefundAnswer {
        let recorded = self.recorded.get(&payment).copied();
        let balance = match recorded.map(|debit| debit.state) {
            Some(DebitState::Captured { user_id, .. }) => self.balance(user_id),
            Some(DebitState::Declined { .. } | DebitState::Voided | DebitState::Refunded { .. }) | None => {
                Balance::ZERO
            }
        };
        let (answer, written) = Debit::refund(recorded, balance);
        if let Some((debit, balance_after)) = written {
            if let DebitState::Refunded { user_id, amount, .. } = debit.state {
                let entry = JournalEntry::refund(JournalEntryId(ids.next()), payment, user_id, amount);
                self.postings.post(entry, user_id, balance_after);
            }
            self.record(debit);
        }
        answer
    }

    /// A user without a wallet has nothing.
    fn balance(&self, user: UserId) -> Balance {
        self.postings.balance(user).unwrap_or_default()
    }

    fn record(&mut self, debit: Debit) {
        self.recorded.insert(debit.payment_id, debit);
        self.changed.insert(debit.payment_id, debit);
    }

    async fn write(&self, connection: &mut AsyncPgConnection) -> Refusable<()> {
        if self.changed.is_empty() {
            return Ok(());
        }
        // Read with all locks had, so that a statement's instants are in the order of its lines.
        let at = now(connection).await?;
        self.postings.write(connection, at).await?;
        let rows: Vec<_> = self.changed.values().map(DebitRow::of).collect();
        let update = statement(
            "UPDATE debits SET state = decided.state, user_id = decided.user_id, amount = decided.amount, \
                               balance = decided.balance \
             FROM unnest($1, $2, $3, $4, $5) AS decided (payment_id, state, user_id, amount, balance) \
             WHERE debits.payment_id = decided.payment_id",
        );
        let written = update
            .bind::<Array<SqlUuid>, _>(rows.iter().map(|row| row.payment_id).collect::<Vec<_>>())
            .bind::<Array<Text>, _>(rows.iter().map(|row| row.state.as_str()).collect::<Vec<_>>())
            .bind::<Array<Nullable<SqlUuid>>, _>(rows.iter().map(|row| row.user_id).collect::<Vec<_>>())
            .bind::<Array<Nullable<BigInt>>, _>(rows.iter().map(|row| row.amount).collect::<Vec<_>>())
            .bind::<Array<Nullable<BigInt>>, _>(rows.iter().map(|row| row.balance).collect::<Vec<_>>())
            .execute(connection)
            .await?;
        // Each was claimed or read above.
        all_written("debits", rows.len(), written)
    }
}

#[derive(QueryableByName)]
struct Claimed {
    #[diesel(sql_type = SqlUuid)]
    payment_id: Uuid,
}

/// Makes this transaction the only one that decides about the payment ids, as far as they are new; a refund alone
/// decides nothing about a new one. A provisional tombstone is the lock: whoever comes second waits on its primary key
/// until the first has committed, and then reads what was decided.
async fn claim(
    connection: &mut AsyncPgConnection,
    commands: &[Command],
) -> Result<BTreeSet<PaymentId>, diesel::result::Error> {
    let ids = commands.iter().filter_map(|command| match command {
        Command::Debit(DebitRequest { payment_id, .. }) | Command::Void(payment_id) => Some(payment_id.0),
        Command::Refund(_) => None,
    });
    let ids: BTreeSet<_> = ids.collect();
    if ids.is_empty() {
        return Ok(BTreeSet::new());
    }
    let insert = statement(
        "INSERT INTO debits (payment_id, state) \
         SELECT payment_id, 'voided' FROM unnest($1) AS claimed (payment_id) ORDER BY payment_id \
         ON CONFLICT DO NOTHING RETURNING payment_id",
    );
    let insert = insert.bind::<Array<SqlUuid>, _>(ids.into_iter().collect::<Vec<_>>());
    let claimed: Vec<Claimed> = insert.load(connection).await?;
    Ok(claimed.into_iter().map(|Claimed { payment_id }| PaymentId(payment_id)).collect())
}

/// Locks what was recorded of the payment ids before, by id.
async fn read(
    connection: &mut AsyncPgConnection,
    payments: BTreeSet<PaymentId>,
) -> Refusable<HashMap<PaymentId, Debit>> {
    if payments.is_empty() {
        return Ok(HashMap::new());
    }
    let ids: Vec<Uuid> = payments.into_iter().map(|payment| payment.0).collect();
    let rows = debits::table.filter(debits::payment_id.eq_any(ids)).order(debits::payment_id);
    let rows: Vec<DebitRow> = rows.select(DebitRow::as_select()).for_update().load(connection).await?;
    let recorded = rows.into_iter().map(|row| Ok((PaymentId(row.payment_id), row.debit()?)));
    recorded.collect::<anyhow::Result<_>>().map_err(TransactionError::Refused)
}
