//! The real thing: PostgreSQL and the four binaries as processes, killed.

use std::time::Duration;

use crowd::chaos::{Options, run};
use crowd::http::{Ask, Caller, Outcome};
use crowd::stack::{self, Member, Service, Stack};

/// Twice through the bag of five, a second reservation-service and a queue-service that stands by.
const KILLS: usize = 14;
const TWICE: [Service; 2] = [Service::Queue, Service::Reservation];
/// The same plan every time; what the processes make of it differs.
const SEED: u64 = 20_261_121;

#[tokio::test(flavor = "multi_thread")]
async fn every_promise_is_kept_although_everybody_is_killed() {
    // More than one a second: outages overlap, and the run is soon over.
    let options = Options {
        kills: Some(KILLS),
        kills_per_minute: 80.0,
        fans: 24,
        twice: TWICE.to_vec(),
        // What is judged at once will do for a short run.
        audit_patience_seconds: 0,
        seed: Some(SEED),
        ..Options::default()
    };
    let report = run(&options).await.unwrap();
    assert!(report.is_clean(), "{report}");
    assert!(report.kills >= KILLS, "{report}");
    for member in Member::ALL.into_iter().chain(TWICE.map(Member::Second)) {
        assert!(report.killed(member) > 0, "{member} lived through it all: {report}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_of_every_service_under_a_crowd_loses_nothing() {
    let options = Options {
        kills: Some(1),
        rolling: true,
        fans: 24,
        audit_patience_seconds: 0,
        seed: Some(SEED),
        ..Options::default()
    };
    let report = run(&options).await.unwrap();
    assert!(report.is_clean(), "{report}");
    for service in Service::ALL {
        assert!(report.killed(Member::Service(service)) > 0, "{service} was never restarted: {report}");
        assert!(report.killed(Member::Second(service)) > 0, "the second {service} never was: {report}");
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
        twice: &[],
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
