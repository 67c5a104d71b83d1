//! The rules of Idempotency-Keys, on both of their adapters.

use std::sync::Arc;

use async_trait::async_trait;
use diesel_async::SimpleAsyncConnection;
use domain::adapters::system::Version7;
use domain::shared::{IdGenerator, UserId};
use futures_util::future::join_all;
use service_kit::answer::Answer;
use service_kit::idempotency::{
    Claim, Claimed, KEPT_HOURS, Key, Keys, LEASE_SECONDS, MemoryKeys, PostgresKeys,
};
use service_kit::postgres::Database;
use test_kit::{ManualClock, TestDatabase, TimeTravel};

const TABLE: &str =
    include_str!("../../../../migrations/wallet/2026-11-21-000100_create_idempotency_keys/up.sql");

test_kit::port_suite! {
    crate::keys: [
        a_new_key_is_claimed_and_its_answer_repeated,
        a_key_that_somebody_is_at_is_in_flight_until_the_claim_lapses,
        a_released_key_is_claimed_at_once_under_its_id,
        a_driver_that_stalled_past_its_claim_overwrites_no_newer_answer,
        a_driver_that_stalled_may_be_the_first_to_answer_all_the_same,
        of_two_answers_at_once_one_is_kept_and_both_are_given_it,
        a_driver_that_stalled_takes_no_claim_away,
        an_answer_to_a_command_long_forgotten_is_no_answer_to_the_next,
        keys_that_come_together_are_each_their_own,
        one_key_wanted_by_many_at_once_is_run_once,
        old_keys_are_forgotten,
    ],
    memory: in_memory(),
    postgres: on_postgres().await,
}

#[derive(Clone)]
pub struct Subject {
    keys: Arc<dyn Keys>,
    time: Arc<dyn TimeTravel>,
}

fn in_memory() -> Subject {
    let clock = Arc::new(ManualClock::new());
    Subject { keys: Arc::new(MemoryKeys::new(clock.clone())), time: clock }
}

async fn on_postgres() -> Subject {
    let test = TestDatabase::for_all().await;
    let database = test.database("wallet").await;
    let ageing = Ageing { database: database.clone(), _kept: test };
    ageing.execute(TABLE).await;
    Subject { keys: Arc::new(PostgresKeys::new(database)), time: Arc::new(ageing) }
}

/// Nobody sets PostgreSQL's clock: the rows are made older instead.
struct Ageing {
    database: Database,
    _kept: TestDatabase,
}

impl Ageing {
    async fn execute(&self, statements: &str) {
        self.database.connection().await.unwrap().batch_execute(statements).await.unwrap();
    }
}

#[async_trait]
impl TimeTravel for Ageing {
    async fn pass(&self, seconds: i64) {
        let age = format!("make_interval(secs => {seconds})");
        self.execute(&format!(
            "UPDATE idempotency_keys SET created_at = created_at - {age}, claimed_until = claimed_until - {age}"
        ))
        .await;
    }
}

fn key() -> Key {
    Key { user: UserId(Version7.next()), word: "one".to_owned() }
}

fn answer(body: &str) -> Answer {
    let (content_type, body) = ("application/json".to_owned(), body.as_bytes().to_vec());
    Answer { status: 201, content_type, location: Some("/v1/x".to_owned()), body }
}

impl Subject {
    async fn claim(&self, key: &Key) -> Claim {
        self.keys.claim(key, [7; 32], Version7.next()).await.unwrap()
    }

    async fn run(&self, key: &Key) -> Claimed {
        match self.claim(key).await {
            Claim::Run(claimed) => claimed,
            other => panic!("{key:?} is not ours: {other:?}"),
        }
    }

    async fn complete(&self, key: &Key, claimed: Claimed, body: &str) -> Answer {
        self.keys.complete(key, claimed, answer(body)).await.unwrap()
    }
}

pub async fn a_new_key_is_claimed_and_its_answer_repeated(subject: Subject) {
    let key = key();
    let claimed = subject.run(&key).await;
    assert_eq!(subject.keys.recorded(&key).await.unwrap().unwrap().owner(), claimed);
    assert_eq!(subject.complete(&key, claimed, "first").await, answer("first"));
    for _ in 0..2 {
        assert_eq!(subject.claim(&key).await, Claim::Replay(answer("first")));
    }
    assert_eq!(subject.keys.claim(&key, [8; 32], Version7.next()).await.unwrap(), Claim::OtherRequest);
    let anothers = Key { user: UserId(Version7.next()), ..key };
    subject.run(&anothers).await;
}

pub async fn a_key_that_somebody_is_at_is_in_flight_until_the_claim_lapses(subject: Subject) {
    let key = key();
    let first = subject.run(&key).await;
    assert_eq!(subject.claim(&key).await, Claim::InFlight);
    subject.time.pass(LEASE_SECONDS).await;
    let second = subject.run(&key).await;
    assert_eq!(first.id, second.id);
    assert_eq!(subject.claim(&key).await, Claim::InFlight);
}

pub async fn a_released_key_is_claimed_at_once_under_its_id(subject: Subject) {
    let key = key();
    let first = subject.run(&key).await;
    subject.keys.release(&key, first).await.unwrap();
    assert_eq!(subject.run(&key).await.id, first.id);
    assert_eq!(subject.claim(&key).await, Claim::InFlight);
}

pub async fn a_driver_that_stalled_past_its_claim_overwrites_no_newer_answer(subject: Subject) {
    let key = key();
    let stalled = subject.run(&key).await;
    subject.time.pass(LEASE_SECONDS).await;
    let second = subject.run(&key).await;
    assert_eq!(subject.complete(&key, second, "newer").await, answer("newer"));
    // What it says itself is what everybody else hears.
    assert_eq!(subject.complete(&key, stalled, "late").await, answer("newer"));
    assert_eq!(subject.claim(&key).await, Claim::Replay(answer("newer")));
}

pub async fn a_driver_that_stalled_may_be_the_first_to_answer_all_the_same(subject: Subject) {
    let key = key();
    let stalled = subject.run(&key).await;
    subject.time.pass(LEASE_SECONDS).await;
    let second = subject.run(&key).await;
    assert_eq!(subject.complete(&key, stalled, "late").await, answer("late"));
    assert_eq!(subject.complete(&key, second, "newer").await, answer("late"));
    assert_eq!(subject.claim(&key).await, Claim::Replay(answer("late")));
}

pub async fn of_two_answers_at_once_one_is_kept_and_both_are_given_it(subject: Subject) {
    for _ in 0..20 {
        let key = key();
        let stalled = subject.run(&key).await;
        subject.time.pass(LEASE_SECONDS).await;
        let second = subject.run(&key).await;
        let (one, other) =
            tokio::join!(subject.complete(&key, stalled, "late"), subject.complete(&key, second, "newer"));
        assert_eq!(one, other);
        assert_eq!(subject.claim(&key).await, Claim::Replay(one));
    }
}

pub async fn a_driver_that_stalled_takes_no_claim_away(subject: Subject) {
    let key = key();
    let stalled = subject.run(&key).await;
    subject.time.pass(LEASE_SECONDS).await;
    let second = subject.run(&key).await;
    subject.keys.release(&key, stalled).await.unwrap();
    assert_eq!(subject.claim(&key).await, Claim::InFlight);
    subject.keys.release(&key, second).await.unwrap();
    subject.run(&key).await;
}

pub async fn an_answer_to_a_command_long_forgotten_is_no_answer_to_the_next(subject: Subject) {
    let key = key();
    let stalled = subject.run(&key).await;
    subject.time.pass(KEPT_HOURS * 3_600).await;
    let next = subject.run(&key).await;
    assert_ne!(stalled.id, next.id);
    assert_eq!(subject.complete(&key, stalled, "long ago").await, answer("long ago"));
    assert_eq!(subject.claim(&key).await, Claim::InFlight);
    assert_eq!(subject.complete(&key, next, "today").await, answer("today"));
    assert_eq!(subject.claim(&key).await, Claim::Replay(answer("today")));
}

/// New ones, answered ones, ones that are in flight and ones that have lapsed, all at once and in no order.
pub async fn keys_that_come_together_are_each_their_own(subject: Subject) {
    let keys: Vec<_> = (0..300).map(|_| key()).collect();
    let (old, fresh) = keys.split_at(200);
    let claimed = join_all(old.iter().map(|key| subject.run(key))).await;
    subject.time.pass(LEASE_SECONDS).await;
    let (answered, lapsed) = old.split_at(100);
    let completed = answered.iter().zip(&claimed).map(|(key, claimed)| async {
        let body = key.user.to_string();
        assert_eq!(subject.complete(key, *claimed, &body).await, answer(&body));
    });
    join_all(completed).await;
    let all = lapsed.iter().chain(fresh).chain(answered);
    let claims = join_all(all.clone().map(|key| subject.claim(key))).await;
    for ((nth, key), claim) in all.enumerate().zip(claims) {
        match claim {
            Claim::Run(again) if nth < 100 => assert_eq!(again.id, claimed[100 + nth].id),
            Claim::Run(_) => assert!(nth < 200, "{key:?} was answered"),
            Claim::Replay(kept) => assert_eq!(kept, answer(&key.user.to_string())),
            Claim::InFlight | Claim::OtherRequest => panic!("{key:?}: {claim:?}"),
        }
    }
}

pub async fn one_key_wanted_by_many_at_once_is_run_once(subject: Subject) {
    let (wanted, other) = (key(), key());
    let claims = (0..100).map(|nth| subject.claim(if nth % 2 == 0 { &wanted } else { &other }));
    let claims = join_all(claims).await;
    for half in [0, 1] {
        let of_one: Vec<_> = claims.iter().skip(half).step_by(2).collect();
        let runs = of_one.iter().filter(|claim| matches!(claim, Claim::Run(_))).count();
        let waits = of_one.iter().filter(|claim| ***claim == Claim::InFlight).count();
        assert_eq!((runs, waits), (1, 49));
    }
}

pub async fn old_keys_are_forgotten(subject: Subject) {
    let (old, young) = (key(), key());
    subject.run(&old).await;
    subject.time.pass(KEPT_HOURS * 3_600).await;
    subject.run(&young).await;
    assert_eq!(subject.keys.forget_old().await.unwrap(), 1);
    assert!(subject.keys.recorded(&old).await.unwrap().is_none());
    assert!(subject.keys.recorded(&young).await.unwrap().is_some());
}
