use async_trait::async_trait;
use domain::adapters::memory::{Books, MemoryLedger, Posted};
use domain::shared::{
    Amount, Balance, ChargeId, IdGenerator, JournalEntryId, Page, PageRequest, PaymentId, UserId,
};
use domain::wallet::{
    ChargeRefused, ChargeState, Charged, Debit, DebitAnswer, DebitRequest, DebitState, JournalEntry, Ledger,
    NewUser, ProviderAnswer, RefundAnswer, StatementLine, VoidAnswer, Wallet,
};

use super::{Plant, Wrong};

#[async_trait]
impl Ledger for Wrong<MemoryLedger> {
    async fn open(&self, user: NewUser) -> anyhow::Result<()> {
        self.right.open(user).await
    }

    async fn wallet(&self, user: UserId) -> anyhow::Result<Option<Wallet>> {
        self.right.wallet(user).await
    }

    async fn begin_charge(
        &self,
        id: ChargeId,
        user: UserId,
        amount: Amount,
    ) -> Result<Charged, ChargeRefused> {
        let begun = self.right.begin_charge(id, user, amount).await?;
        if self.plant == Plant::TopUpOnCredit {
            return Ok(self.right.settle_charge(id, ProviderAnswer::Captured).await?);
        }
        Ok(begun)
    }

    async fn settle_charge(&self, id: ChargeId, answer: ProviderAnswer) -> anyhow::Result<Charged> {
        if self.plant == Plant::TopUpTwice {
            self.right.inspect(|books| {
                if let Some(touched) = books.charges.get_mut(&id) {
                    touched.charge.state = ChargeState::Pending;
                }
            });
        }
        self.right.settle_charge(id, answer).await
    }

    async fn stalled_charges(&self, idle_seconds: u32, limit: usize) -> anyhow::Result<Vec<Charged>> {
        self.right.stalled_charges(idle_seconds, limit).await
    }

    async fn debit(&self, request: DebitRequest) -> anyhow::Result<DebitAnswer> {
        match self.plant {
            Plant::DebitTwice => {
                self.forget(request.payment_id, |state| matches!(state, DebitState::Captured { .. }));
            }
            Plant::DeclineLeavesNoTombstone => {
                self.forget(request.payment_id, |state| matches!(state, DebitState::Declined { .. }));
            }
            Plant::DebitTooLittle => {
                let less = Amount::new(request.amount.as_won() - 1).unwrap_or(request.amount);
                return self.right.debit(DebitRequest { amount: less, ..request }).await;
            }
            Plant::TwoStepDebit => return self.debit_in_two_steps(request).await,
            Plant::Overdraft => return Ok(self.overdraw(&request)),
            _ => {}
        }
        self.right.debit(request).await
    }

    async fn void(&self, payment: PaymentId) -> anyhow::Result<VoidAnswer> {
        let answer = self.right.void(payment).await?;
        if self.plant == Plant::VoidLeavesNoTombstone {
            self.forget(payment, |state| state == DebitState::Voided);
        }
        Ok(answer)
    }

    async fn refund(&self, payment: PaymentId) -> anyhow::Result<RefundAnswer> {
        if let Some(answer) = self.refund_wrongly(payment) {
            return Ok(answer);
        }
        if self.plant == Plant::RefundTwice {
            self.right.inspect(|books| {
                if let Some(debit) = books.debits.get_mut(&payment)
                    && let DebitState::Refunded { user_id, amount, balance_after } = debit.state
                {
                    debit.state = DebitState::Captured { user_id, amount, balance_after };
                }
            });
        }
        self.right.refund(payment).await
    }

    async fn statement(&self, user: UserId, page: PageRequest) -> anyhow::Result<Page<StatementLine>> {
        self.right.statement(user, page).await
    }
}

impl Wrong<MemoryLedger> {
    fn forget(&self, payment: PaymentId, which: impl Fn(DebitState) -> bool) {
        self.right.inspect(|books| books.debits.retain(|id, debit| *id != payment || !which(debit.state)));
    }

    fn balance(&self, user: UserId) -> Balance {
        self.right.inspect(|books| books.wallets.get(&user).map_or(Balance::ZERO, |wallet| wallet.balance))
    }

    async fn debit_in_two_steps(&self, request: DebitRequest) -> anyhow::Result<DebitAnswer> {
        let recorded = self.right.inspect(|books| books.debits.get(&request.payment_id).copied());
        let (answer, written) = Debit::decide(recorded, &request, self.balance(request.user_id));
        self.between_two_transactions().await;
        if let Some((debit, balance_after)) = written {
            self.right.inspect(|books| self.write(books, debit, balance_after));
        }
        Ok(answer)
    }

    /// Half of it, or to somebody else.
    fn refund_wrongly(&self, payment: PaymentId) -> Option<RefundAnswer> {
        let (half, another) = (self.plant == Plant::RefundHalf, self.plant == Plant::RefundToAnother);
        if !half && !another {
            return None;
        }
        self.right.inspect(|books| {
            let debit = *books.debits.get(&payment)?;
            let DebitState::Captured { user_id, amount, .. } = debit.state else { return None };
            let given = if half { Amount::new(amount.as_won() / 2).ok()? } else { amount };
            let mut fans = books.wallets.keys().copied();
            let to = if another { fans.find(|fan| *fan != user_id)? } else { user_id };
            let balance_after = books.wallets.get(&to)?.balance.deposit(given)?;
            let entry = JournalEntry::refund(JournalEntryId(self.world.ids.next()), payment, to, given);
            self.post(books, entry, to, balance_after);
            let state = DebitState::Refunded { user_id, amount, balance_after };
            books.debits.insert(payment, Debit { state, ..debit });
            Some(RefundAnswer::Refunded { balance: balance_after })
        })
    }

    fn overdraw(&self, request: &DebitRequest) -> DebitAnswer {
        let recorded = self.right.inspect(|books| books.debits.get(&request.payment_id).copied());
        if let Some(recorded) = recorded {
            return recorded.answer();
        }
        let DebitRequest { payment_id, user_id, amount } = *request;
        let balance_after = self.balance(user_id).withdraw(amount).unwrap_or(Balance::ZERO);
        let state = DebitState::Captured { user_id, amount, balance_after };
        self.right.inspect(|books| self.write(books, Debit { payment_id, state }, balance_after));
        DebitAnswer::Captured { balance: balance_after }
    }

    fn write(&self, books: &mut Books, debit: Debit, balance_after: Balance) {
        if let DebitState::Captured { user_id, amount, .. } = debit.state {
            let id = JournalEntryId(self.world.ids.next());
            let entry = JournalEntry::payment(id, debit.payment_id, user_id, amount);
            self.post(books, entry, user_id, balance_after);
        }
        books.debits.insert(debit.payment_id, debit);
    }

    fn post(&self, books: &mut Books, entry: JournalEntry, user_id: UserId, balance_after: Balance) {
        let created_at = self.world.executor.now().date();
        books.journal.push(Posted { entry, user_id, balance_after, created_at });
        if let Some(wallet) = books.wallets.get_mut(&user_id) {
            wallet.balance = balance_after;
        }
    }
}
