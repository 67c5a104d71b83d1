//! The real thing: PostgreSQL and the four binaries as processes, killed.

use std::time::Duration;

use crowd::chaos::{Options, run};
use crowd::http::{Ask, Caller, Outcome};
use crowd::stack::{self, Member, Service, Stack};

/// Twice through the bag of five.
const KILLS: usize = 10;
/// The same plan every time; what the processes make of it differs.
const SEED: u64 = 20_261_121;

#[tokio::test(flavor = "multi_thread")]
async fn every_promise_is_kept_although_everybody_is_killed() {
    // More than one a second: outages overlap, and the run is soon over.
    let options = Options {
        kills: Some(KILLS),
        kills_per_minute: 80.0,
        fans: 24,
        // What is judged at once will do for a short run.
        audit_patience_seconds: 0,
        seed: Some(SEED),
        ..Options::default()
    };
    let report = run(&options).await.unwrap();
    assert!(report.is_clean(), "{report}");
    assert!(report.kills >= KILLS, "{report}");
    for member in Member::ALL {
        assert!(report.killed(member) > 0, "{member} lived through it all: {report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_without_a_faulty_network_comes_back_after_all_five_were_killed() {
    let folder = tempfile::tempdir().unwrap();
    let binaries = Options::default().binaries().unwrap();
    let options = stack::Options {
        binaries: &binaries,
        folder: folder.path(),
        settings: &[],
        postgres: &[],
        faulty_network: None,
    };
    let stack = Stack::start(options).await.unwrap();
    for member in Member::ALL {
        assert!(stack.kill(member, Duration::ZERO).await, "{member}");
    }
    stack.serving().await.unwrap();
    let caller = Caller::new(stack.doors.clone(), stack::START_DEADLINE).unwrap();
    for service in Service::ALL {
        let outcome = caller.ask(&Ask::get(service, "/readyz")).await;
        assert!(
            matches!(&outcome, Outcome::Answered(reply) if reply.status == 200),
            "{service}: {outcome:?}"
        );
    }
    assert_eq!(stack.mishaps.ended(), Vec::<String>::new());
    stack.stop().await;
}
