//! Users, what they have to spend, and where every won of it came from and went.

mod charge;
mod debit;
mod journal;
mod ports;
mod service;

pub use charge::{Charge, ChargeState, ChargeStep};
pub use debit::{Debit, DebitAnswer, DebitRequest, DebitState, RefundAnswer, VoidAnswer};
pub use journal::{Account, JournalEntry, JournalLine, Reason, Unbalanced};
pub use ports::{
    ChargeRefused, Charged, Ledger, NewUser, PaymentProvider, ProviderAnswer, StatementLine, Wallet,
};
pub use service::{Cashier, ChargeError, WalletError, Wallets};
