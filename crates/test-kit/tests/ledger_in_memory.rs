//! The suite of the ledger on its memory adapter; the wallet-service runs it on both.

use std::sync::Arc;

use domain::adapters::memory::MemoryLedger;
use domain::adapters::system::Version7;
use test_kit::ManualClock;
use test_kit::suites::ledger::Subject;

fn in_memory() -> Subject {
    let clock = Arc::new(ManualClock::new());
    Subject { ledger: Arc::new(MemoryLedger::new(clock.clone(), Arc::new(Version7))), time: clock }
}

test_kit::ledger_suite! { memory: in_memory() }
