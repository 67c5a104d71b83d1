//! The sets on PostgreSQL against the memory ledger, which knows of none and does one command after the other.

use std::sync::Arc;

use domain::adapters::memory::MemoryLedger;
use domain::adapters::system::{SystemClock, Version7};
use domain::shared::{Amount, ChargeId, IdGenerator, Money, PageRequest, PaymentId, UserId};
use domain::wallet::{
    ChargeRefused, ChargeState, Charged, DebitRequest, Ledger, NewUser, ProviderAnswer, Reason,
};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use service_kit::Service;
use service_kit::audit::{Look, Scope, snapshot};
use service_kit::gather::CarriesOut;
use service_kit::postgres::{Database, provision};
use test_kit::TestDatabase;
use uuid::Uuid;

use super::PostgresLedger;
use super::charges::{self, Charging};
use super::debits::{self, Debiting, Done};
use crate::WalletService;

/// Enough users, payments and top-ups for sets in which they differ, and few enough for them to meet.
const USERS: usize = 3;
const PAYMENTS: usize = 6;
const CHARGES: usize = 4;

/// A command about the nth of everything; the user behind the last has no wallet.
#[derive(Clone, Debug)]
enum Plan {
    Debit { payment: usize, user: usize, won: i64 },
    Void { payment: usize },
    Refund { payment: usize },
}

#[derive(Clone, Debug)]
enum TopUp {
    Begin { charge: usize, user: usize, won: i64 },
    Settle { charge: usize, answer: ProviderAnswer },
}

/// What is carried out as one set.
#[derive(Clone, Debug)]
enum Set {
    Debits(Vec<Plan>),
    Charges(Vec<TopUp>),
}

fn sets() -> impl Strategy<Value = Vec<Set>> {
    let (payment, charge) = (0..PAYMENTS, 0..CHARGES);
    let plan = prop_oneof![
        5 => (payment.clone(), 0..=USERS, 1..400_i64)
            .prop_map(|(payment, user, won)| Plan::Debit { payment, user, won }),
        1 => payment.clone().prop_map(|payment| Plan::Void { payment }),
        2 => payment.prop_map(|payment| Plan::Refund { payment }),
    ];
    let answer = prop_oneof![
        4 => Just(ProviderAnswer::Captured),
        1 => Just(ProviderAnswer::Declined { reason: "the card is stolen".to_owned() }),
        1 => Just(ProviderAnswer::Cancelled),
    ];
    let top_up = prop_oneof![
        // Few amounts, so that the same charge is begun again as often as another under its id.
        (charge.clone(), 0..=USERS, 500..502_i64).prop_map(|(charge, user, won)| TopUp::Begin {
            charge,
            user,
            won
        }),
        (charge, answer).prop_map(|(charge, answer)| TopUp::Settle { charge, answer }),
    ];
    let set = prop_oneof![
        2 => proptest::collection::vec(plan, 1..16).prop_map(Set::Debits),
        1 => proptest::collection::vec(top_up, 1..10).prop_map(Set::Charges),
    ];
    proptest::collection::vec(set, 1..8)
}

/// Ids that are new in each case, and both ledgers.
struct Case<'a> {
    database: &'a Database,
    memory: MemoryLedger,
    users: Vec<Uuid>,
    payments: Vec<Uuid>,
    charges: Vec<Uuid>,
}

impl<'a> Case<'a> {
    async fn new(database: &'a Database) -> Self {
        let ids = |count| (0..count).map(|_| Version7.next()).collect::<Vec<_>>();
        let memory = MemoryLedger::new(Arc::new(SystemClock), Arc::new(Version7));
        let postgres = PostgresLedger::new(database.clone(), Arc::new(Version7));
        let users = ids(USERS + 1);
        for user in &users[..USERS] {
            let both: [&dyn Ledger; 2] = [&memory, &postgres];
            for ledger in both {
                ledger.open(NewUser { id: UserId(*user), name: "Kim".to_owned() }).await.unwrap();
            }
        }
        Self { database, memory, users, payments: ids(PAYMENTS), charges: ids(CHARGES) }
    }

    async fn debits(&self, plans: &[Plan]) {
        let payment = |nth: usize| PaymentId(self.payments[nth]);
        let commands = plans.iter().map(|plan| match *plan {
            Plan::Debit { payment: nth, user, won } => debits::Command::Debit(DebitRequest {
                payment_id: payment(nth),
                user_id: UserId(self.users[user]),
                amount: Amount::new(won).unwrap(),
            }),
            Plan::Void { payment: nth } => debits::Command::Void(payment(nth)),
            Plan::Refund { payment: nth } => debits::Command::Refund(payment(nth)),
        });
        let commands: Vec<_> = commands.collect();
        let mut expected = Vec::new();
        for command in &commands {
            expected.push(match *command {
                debits::Command::Debit(request) => Done::Debit(self.memory.debit(request).await.unwrap()),
                debits::Command::Void(payment) => Done::Void(self.memory.void(payment).await.unwrap()),
                debits::Command::Refund(payment) => Done::Refund(self.memory.refund(payment).await.unwrap()),
            });
        }
        let debiting = Debiting { database: self.database.clone(), ids: Arc::new(Version7) };
        assert_eq!(debiting.carry_out(&commands).await.unwrap(), expected);
    }

    async fn charges(&self, top_ups: &[TopUp]) {
        let commands = top_ups.iter().map(|top_up| match top_up {
            TopUp::Begin { charge, user, won } => charges::Command::Begin {
                id: ChargeId(self.charges[*charge]),
                user: UserId(self.users[*user]),
                amount: Amount::new(*won).unwrap(),
            },
            TopUp::Settle { charge, answer } => {
                charges::Command::Settle { id: ChargeId(self.charges[*charge]), answer: answer.clone() }
            }
        });
        let commands: Vec<_> = commands.collect();
        let mut expected = Vec::new();
        for command in commands.clone() {
            expected.push(said(match command {
                charges::Command::Begin { id, user, amount } => {
                    self.memory.begin_charge(id, user, amount).await
                }
                charges::Command::Settle { id, answer } => {
                    self.memory.settle_charge(id, answer).await.map_err(ChargeRefused::from)
                }
            }));
        }
        let charging = Charging { database: self.database.clone(), ids: Arc::new(Version7) };
        let done = charging.carry_out(&commands).await.unwrap();
        assert_eq!(done.into_iter().map(said).collect::<Vec<_>>(), expected);
    }

    /// Statements and balances are the same in both, for everyone.
    async fn assert_same_books(&self) {
        let postgres = PostgresLedger::new(self.database.clone(), Arc::new(Version7));
        for user in &self.users {
            let (here, there) = (books(&postgres, *user).await, books(&self.memory, *user).await);
            assert_eq!(here, there, "the books of {user}");
        }
    }
}

/// What can be compared of a charge: two clocks differ.
fn said(charged: Result<Charged, ChargeRefused>) -> Result<(UserId, Amount, ChargeState), String> {
    let charge = charged.map_err(|refused| format!("{refused:#}"))?.charge;
    Ok((charge.user_id, charge.amount, charge.state))
}

async fn books(ledger: &dyn Ledger, user: Uuid) -> (Option<i64>, Vec<(Reason, Money, i64)>) {
    let wallet = ledger.wallet(UserId(user)).await.unwrap();
    let page = PageRequest::new(PageRequest::MAX_LIMIT, None).unwrap();
    let lines = ledger.statement(UserId(user), page).await.unwrap().items;
    let lines = lines.into_iter().map(|line| (line.reason, line.amount, line.balance_after.as_won()));
    (wallet.map(|wallet| wallet.balance.as_won()), lines.collect())
}

/// Whatever the sets are cut like, each command is answered as if it had come alone, and the books are the same.
#[test]
fn a_set_does_what_its_commands_do_one_after_the_other() {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    let test = runtime.block_on(TestDatabase::new(WalletService::SECTION, WalletService::MIGRATIONS));
    let database = runtime.block_on(test.database(WalletService::SECTION));
    let mut runner = TestRunner::new(Config { cases: 64, failure_persistence: None, ..Config::default() });
    let agree = |sets: Vec<Set>| {
        runtime.block_on(async {
            let case = Case::new(&database).await;
            for set in &sets {
                match set {
                    Set::Debits(plans) => case.debits(plans).await,
                    Set::Charges(top_ups) => case.charges(top_ups).await,
                }
                case.assert_same_books().await;
            }
        });
        Ok(())
    };
    runner.run(&sets(), agree).unwrap_or_else(|failure| panic!("{failure}"));

    let findings = runtime.block_on(async {
        let mut connection = provision::connect(test.url(WalletService::SECTION)).await.unwrap();
        snapshot(&mut connection, &[Scope::of::<WalletService>()], Look::WHOLE).await.unwrap().1
    });
    for finding in findings {
        assert_eq!(finding.verdict.violations(), 0, "{}: {:?}", finding.check.name, finding.verdict);
    }
}
