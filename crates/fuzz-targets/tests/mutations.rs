//! Every target against a bounded number of mutations of what is valid, in every run of the tests. `FUZZ_CASES` sets
//! another number of them.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "a test that cannot go on fails loudly")]

use fuzz_targets::{TARGETS, Target};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, TestCaseError, TestRunner};

/// A few seconds for all targets, unoptimised.
const CASES: u32 = 1_500;

/// Bytes that mean something to one of the readers.
const TELLING: &[u8] = b"\0\t\n \"%&'*+,-./0129:;=?@AZ[\\]_az{}~\x7f\x80\xc3\xff";

#[derive(Clone, Debug)]
enum Change {
    Replace(Index, u8),
    Insert(Index, u8),
    Delete(Index, Index),
    Copy(Index, Index, Index),
    Truncate(Index),
}

fn byte() -> impl Strategy<Value = u8> {
    prop_oneof![select(TELLING), any::<u8>()]
}

fn change() -> impl Strategy<Value = Change> {
    let place = any::<Index>;
    prop_oneof![
        3 => (place(), byte()).prop_map(|(at, with)| Change::Replace(at, with)),
        2 => (place(), byte()).prop_map(|(at, with)| Change::Insert(at, with)),
        2 => (place(), place()).prop_map(|(from, to)| Change::Delete(from, to)),
        2 => (place(), place(), place()).prop_map(|(from, to, at)| Change::Copy(from, to, at)),
        1 => place().prop_map(Change::Truncate),
    ]
}

fn apply(bytes: &mut Vec<u8>, change: &Change) {
    let length = bytes.len() + 1;
    let range = |from: &Index, to: &Index| {
        let (from, to) = (from.index(length), to.index(length));
        from.min(to)..from.max(to)
    };
    match change {
        Change::Replace(at, with) if !bytes.is_empty() => {
            let at = at.index(bytes.len());
            bytes[at] = *with;
        }
        Change::Replace(_, with) => bytes.push(*with),
        Change::Insert(at, with) => bytes.insert(at.index(length), *with),
        Change::Delete(from, to) => drop(bytes.drain(range(from, to))),
        Change::Copy(from, to, at) => {
            let copied = bytes[range(from, to)].to_vec();
            let at = at.index(length);
            bytes.splice(at..at, copied);
        }
        Change::Truncate(at) => bytes.truncate(at.index(length)),
    }
}

/// A seed after up to eight changes, or bytes that have nothing to do with any.
fn inputs(target: &Target) -> impl Strategy<Value = Vec<u8>> + use<> {
    let mutated = (select((target.seeds)()), vec(change(), 0..8)).prop_map(|(mut bytes, changes)| {
        for change in changes {
            apply(&mut bytes, &change);
        }
        bytes
    });
    prop_oneof![9 => mutated, 1 => vec(any::<u8>(), 0..200)]
}

fn hold(name: &str) {
    let target = TARGETS.iter().find(|target| target.name == name).unwrap();
    for seed in (target.seeds)() {
        (target.run)(&seed);
    }
    let cases = std::env::var("FUZZ_CASES").map_or(CASES, |cases| cases.parse().unwrap());
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&inputs(target), |input| {
        (target.run)(&input);
        Ok::<_, TestCaseError>(())
    });
    outcome.unwrap_or_else(|broken| panic!("{name}: {broken}"));
}

macro_rules! targets {
    ($($target:ident)*) => {
        $(#[test] fn $target() { hold(stringify!($target)); })*

        #[test]
        fn every_target_is_run() {
            assert_eq!(TARGETS.map(|target| target.name), [$(stringify!($target)),*]);
        }
    };
}

targets! {
    credential altered_credential authorization_header if_none_match idempotency_key request_id page seat_plan
    new_reservation
}
