use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use anyhow::Context;
use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::lock;
use crate::shared::{
    Amount, Balance, ChargeId, Clock, IdGenerator, JournalEntryId, Page, PageRequest, PaymentId, UserId,
};
use crate::wallet::{
    Account, Charge, ChargeRefused, ChargeState, Charged, Debit, DebitAnswer, DebitRequest, DebitState,
    JournalEntry, Ledger, NewUser, ProviderAnswer, RefundAnswer, StatementLine, VoidAnswer, Wallet,
};

/// The books in memory.
pub struct MemoryLedger {
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdGenerator>,
    books: Mutex<Books>,
}

/// The tables of the wallet context, ordered by id so that what reads them all reads them the same way each time.
#[derive(Default)]
pub struct Books {
    pub wallets: BTreeMap<UserId, Wallet>,
    pub charges: BTreeMap<ChargeId, TouchedCharge>,
    pub debits: BTreeMap<PaymentId, Debit>,
    /// In the order of posting.
    pub journal: Vec<Posted>,
}

/// A charge, and when somebody last took it up.
pub struct TouchedCharge {
    pub charge: Charge,
    pub touched_at: DateTime<Utc>,
}

/// A journal entry, and what it left in the wallet of the user it concerns.
pub struct Posted {
    pub entry: JournalEntry,
    pub user_id: UserId,
    pub balance_after: Balance,
    pub created_at: DateTime<Utc>,
}

impl Books {
    fn balance(&self, user: UserId) -> Option<Balance> {
        self.wallets.get(&user).map(|wallet| wallet.balance)
    }

    /// Writes an entry and the balance it leaves, together.
    fn post(&mut self, entry: JournalEntry, user_id: UserId, balance_after: Balance, now: DateTime<Utc>) {
        if let Some(wallet) = self.wallets.get_mut(&user_id) {
            wallet.balance = balance_after;
        }
        self.journal.push(Posted { entry, user_id, balance_after, created_at: now });
    }
}

impl MemoryLedger {
    pub fn new(clock: Arc<dyn Clock>, ids: Arc<dyn IdGenerator>) -> Self {
        Self { clock, ids, books: Mutex::default() }
    }

    /// Opens the tables, between two transactions, to an audit or to a test that breaks them on purpose. No use case
    /// comes through here: what is changed in this way no rule has decided.
    pub fn inspect<R>(&self, look: impl FnOnce(&mut Books) -> R) -> R {
        look(&mut lock(&self.books))
    }

    fn entry_id(&self) -> JournalEntryId {
        JournalEntryId(self.ids.next())
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn open(&self, user: NewUser) -> anyhow::Result<()> {
        let NewUser { id, name } = user;
        lock(&self.books).wallets.entry(id).or_insert(Wallet { user_id: id, name, balance: Balance::ZERO });
        Ok(())
    }

    async fn wallet(&self, user: UserId) -> anyhow::Result<Option<Wallet>> {
        Ok(lock(&self.books).wallets.get(&user).cloned())
    }

    async fn begin_charge(
        &self,
        id: ChargeId,
        user: UserId,
        amount: Amount,
    ) -> Result<Charged, ChargeRefused> {
        let now = self.clock.now();
        let mut books = lock(&self.books);
        if !books.wallets.contains_key(&user) {
            return Err(ChargeRefused::NoSuchUser);
        }
        let begun = books.charges.entry(id).or_insert_with(|| {
            let charge = Charge { id, user_id: user, amount, created_at: now, state: ChargeState::Pending };
            TouchedCharge { charge, touched_at: now }
        });
        if begun.charge.user_id != user || begun.charge.amount != amount {
            return Err(ChargeRefused::OtherCharge);
        }
        Ok(Charged { charge: begun.charge.clone(), now })
    }

    async fn settle_charge(&self, id: ChargeId, answer: ProviderAnswer) -> anyhow::Result<Charged> {
        let now = self.clock.now();
        let mut books = lock(&self.books);
        let mut charge =
            books.charges.get(&id).context("settling a charge that was never begun")?.charge.clone();
        if charge.state == ChargeState::Pending {
            charge.state = match answer {
                ProviderAnswer::Captured => {
                    let balance =
                        books.balance(charge.user_id).context("a charge of a user without a wallet")?;
                    let after = balance.deposit(charge.amount).context("the balance would overflow")?;
                    let entry = JournalEntry::charge(self.entry_id(), id, charge.user_id, charge.amount);
                    books.post(entry, charge.user_id, after, now);
                    ChargeState::Captured { balance_after: after }
                }
                ProviderAnswer::Declined { reason } => ChargeState::Declined { reason },
                ProviderAnswer::Cancelled => ChargeState::Cancelled,
            };
            books.charges.insert(id, TouchedCharge { charge: charge.clone(), touched_at: now });
        }
        Ok(Charged { charge, now })
    }

    async fn stalled_charges(&self, idle_seconds: u32, limit: usize) -> anyhow::Result<Vec<Charged>> {
        let now = self.clock.now();
        let idle = chrono::TimeDelta::seconds(idle_seconds.into());
        let mut books = lock(&self.books);
        let mut stalled: Vec<_> = books
            .charges
            .values_mut()
            .filter(|touched| {
                touched.charge.state == ChargeState::Pending && now - touched.touched_at >= idle
            })
            .collect();
        stalled.sort_by_key(|touched| touched.charge.created_at);
        stalled.truncate(limit);
        let mut taken = Vec::with_capacity(stalled.len());
        for touched in stalled {
            touched.touched_at = now;
            taken.push(Charged { charge: touched.charge.clone(), now });
        }
        Ok(taken)
    }

    async fn debit(&self, request: DebitRequest) -> anyhow::Result<DebitAnswer> {
        let now = self.clock.now();
        let mut books = lock(&self.books);
        let balance = books.balance(request.user_id).unwrap_or_default();
        let recorded = books.debits.get(&request.payment_id).copied();
        let (answer, written) = Debit::decide(recorded, &request, balance);
        if let Some((debit, balance_after)) = written {
            if let DebitState::Captured { user_id, amount, .. } = debit.state {
                let entry = JournalEntry::payment(self.entry_id(), debit.payment_id, user_id, amount);
                books.post(entry, user_id, balance_after, now);
            }
            books.debits.insert(debit.payment_id, debit);
        }
        Ok(answer)
    }

    async fn void(&self, payment: PaymentId) -> anyhow::Result<VoidAnswer> {
        let mut books = lock(&self.books);
        let (answer, tombstone) = Debit::void(books.debits.get(&payment).copied(), payment);
        if let Some(debit) = tombstone {
            books.debits.insert(payment, debit);
        }
        Ok(answer)
    }

    async fn refund(&self, payment: PaymentId) -> anyhow::Result<RefundAnswer> {
        let now = self.clock.now();
        let mut books = lock(&self.books);
        let recorded = books.debits.get(&payment).copied();
        let balance = match recorded.map(|debit| debit.state) {
            Some(DebitState::Captured { user_id, .. }) => books.balance(user_id).unwrap_or_default(),
            Some(DebitState::Declined { .. } | DebitState::Voided | DebitState::Refunded { .. }) | None => {
                Balance::ZERO
            }
        };
        let (answer, written) = Debit::refund(recorded, balance);
        if let Some((debit, balance_after)) = written {
            if let DebitState::Refunded { user_id, amount, .. } = debit.state {
                let entry = JournalEntry::refund(self.entry_id(), payment, user_id, amount);
                books.post(entry, user_id, balance_after, now);
            }
            books.debits.insert(payment, debit);
        }
        Ok(answer)
    }

    async fn statement(&self, user: UserId, page: PageRequest) -> anyhow::Result<Page<StatementLine>> {
        let books = lock(&self.books);
        let mut lines: Vec<_> = books.journal.iter().rev().filter(|posted| posted.user_id == user).collect();
        if let Some(cursor) = page.after {
            let behind = lines.iter().position(|posted| posted.entry.id().0 == cursor.0);
            lines = behind.map_or_else(Vec::new, |index| lines.split_off(index + 1));
        }
        let rows = lines.into_iter().take(page.limit() + 1).map(Posted::statement_line).collect();
        Ok(Page::cut(rows, &page, |line| line.entry_id.0))
    }
}

impl Posted {
    fn statement_line(&self) -> StatementLine {
        StatementLine {
            entry_id: self.entry.id(),
            reason: self.entry.reason(),
            amount: self.entry.effect_on(Account::Wallet(self.user_id)),
            balance_after: self.balance_after,
            created_at: self.created_at,
        }
    }
}
