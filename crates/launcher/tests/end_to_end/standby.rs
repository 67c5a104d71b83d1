//! Two queue-services behind one gateway: one is active, and whichever it is may be killed.

mod queues;

use std::collections::HashSet;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::{join, join_all};
use launcher::audit::audit;
use serde_json::Value;
use test_kit::Reply;

use crate::fan::Fan;
use crate::gateway::events::Events;
use crate::gateway::site::{Plan, Site};
use crate::hall::{MAIN_QUEUE, admit_at_most, text};
use crate::stack::{Stack, eventually, free_ports};
use queues::{By, Queues};

const FEW_INSIDE: u64 = 5;
/// So many are there at any time, one way or another.
const AT_ONCE: usize = 24;
/// Served by the one that is killed next, before it is.
const SERVED_BETWEEN: u64 = 20;
const KILLS: u64 = 5;

/// As a browser does: what is refused for now is asked for again.
async fn insist(what: &str, ask: impl AsyncFn() -> Reply) -> Reply {
    eventually(what, || async {
        let reply = ask().await;
        if reply.status == 503 {
            assert_eq!(reply.header("retry-after"), Some("1"), "{:#}", reply.body);
            reply.problem(503, "unavailable");
            return None;
        }
        Some(reply)
    })
    .await
}

/// What a fan is told, from joining to leaving.
struct Visit {
    entry: String,
    /// Each as often as it was told.
    positions: Vec<u64>,
    passes: Vec<String>,
    /// The longest wait for a poll to be answered, however often it had to be asked.
    longest: Duration,
}

/// Joins, polls until inside, asks once more for the same pass, and goes.
async fn visit(stack: &Stack, fan: &mut Fan) -> Visit {
    let place = insist("the fan has a place", || fan.join(stack)).await;
    assert!([200, 201].contains(&place.status), "{:#}", place.body);
    fan.queue_token = text(&place.body, "queueToken");
    let entry = text(&place.body, "entryId");
    let (mut positions, mut passes, mut longest) = (Vec::new(), Vec::new(), Duration::ZERO);
    while passes.len() < 2 {
        let asked = Instant::now();
        let told = insist("the place is there", || fan.look(stack)).await.expect(200);
        longest = longest.max(asked.elapsed());
        assert_eq!(told["entryId"], *entry);
        positions.push(told["position"].as_u64().unwrap());
        if told["status"] == "admitted" {
            passes.push(text(&told, "pass"));
        }
    }
    let left = insist("the fan leaves", || fan.leave(stack)).await;
    // The first answer may have been lost with whoever gave it.
    assert!([204, 401].contains(&left.status), "{:#}", left.body);
    Visit { entry, positions, passes, longest }
}

/// Never more inside than there may be, whoever is asked.
async fn watch_the_limit(stack: &Stack, over: &AtomicBool) -> u64 {
    let mut looks = 0;
    while !over.load(Ordering::Relaxed) {
        let reply = stack.get(&format!("/v1/queues/{MAIN_QUEUE}")).send().await;
        if reply.status == 200 {
            let inside = reply.body["admitted"].as_u64().unwrap();
            assert!(inside <= FEW_INSIDE, "{inside} are inside");
            looks += 1;
        }
    }
    looks
}

#[tokio::test(flavor = "multi_thread")]
async fn whichever_queue_service_is_killed_under_load_the_other_goes_on_and_no_place_is_lost() {
    let [port, active_port] = free_ports();
    let few = FEW_INSIDE.to_string();
    let settings = [("BOXOFFICE__QUEUE__MAX_ACTIVE", few.as_str())];
    let plan = Plan { settings: &settings, other_queue: Some(active_port), ..Plan::default() };
    let site = Site::open(plan).await;
    let (stack, mut queues) = (&site.stack, Queues::beside(&site.stack, port, active_port).await);

    let (over, served) = (AtomicBool::new(false), AtomicU64::new(0));
    let visitors = join_all((0..AT_ONCE).map(|_| async {
        let mut visits = Vec::new();
        while !over.load(Ordering::Relaxed) {
            visits.push(visit(stack, &mut Fan::new(stack).await).await);
            served.fetch_add(1, Ordering::Relaxed);
        }
        visits
    }));
    let killing = async {
        let mut took = Vec::new();
        for _ in 0..KILLS {
            let enough = served.load(Ordering::Relaxed) + SERVED_BETWEEN;
            eventually("some are served", || async {
                (served.load(Ordering::Relaxed) >= enough).then_some(())
            })
            .await;
            took.push(queues.end_the_active_one(By::Kill).await);
        }
        over.store(true, Ordering::Relaxed);
        took
    };
    let (visits, (looks, took)) = join(visitors, join(watch_the_limit(stack, &over), killing)).await;

    assert!(looks > 0);
    let visits: Vec<Visit> = visits.into_iter().flatten().collect();
    let longest = visits.iter().map(|visit| visit.longest).max();
    println!("after a kill the other one was active within {took:?}; no poll took longer than {longest:?}");
    let entries: HashSet<&str> = visits.iter().map(|visit| visit.entry.as_str()).collect();
    assert_eq!(entries.len(), visits.len(), "everybody has a place of their own");
    for Visit { positions, passes, .. } in &visits {
        assert!(positions.windows(2).all(|two| two[0] >= two[1]), "somebody was sent back: {positions:?}");
        assert_eq!(passes[0], passes[1]);
    }
    nothing_is_violated(stack).await;
}

/// Among the checks: places are given out once, fans come in in the order of joining, and never too many at once.
async fn nothing_is_violated(stack: &Stack) {
    let report = audit(stack.database.admin_url()).await.unwrap();
    assert!(report.is_clean(), "{report}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_the_place_through_the_gateway_follows_it_on_with_the_next_one() {
    let [port, active_port] = free_ports();
    let settings = [("BOXOFFICE__QUEUE__MAX_ACTIVE", "0")];
    let plan = Plan { settings: &settings, other_queue: Some(active_port), ..Plan::default() };
    let site = Site::open(plan).await;
    let (stack, mut queues) = (&site.stack, Queues::beside(&site.stack, port, active_port).await);
    let (first, second) = (Fan::waiting(stack).await, Fan::waiting(stack).await);
    let path = format!("/v1/queues/{MAIN_QUEUE}/entries/me/events");
    let waits = |position: u64| move |entry: &Value| entry["position"] == position;
    for by in [By::Signal, By::Kill, By::Signal] {
        let mut place = Events::open(&site, &path, &second.queue_token).await;
        place.until("entry", waits(2)).await;
        let took = queues.end_the_active_one(by).await;
        println!("{by:?}: the other one is active after {} ms", took.as_millis());
        // What is read was written before the end.
        while let Ok(Some(_earlier)) = place.next_or_broken_off().await {}
        insist("the gateway has found the next one", || second.look(stack)).await.expect(200);
    }
    let mut place = Events::open(&site, &path, &second.queue_token).await;
    place.until("entry", waits(2)).await;
    first.leave(stack).await.expect(204);
    place.until("entry", waits(1)).await;
    admit_at_most(stack, 1).await;
    place.until("entry", |entry| entry["status"] == "admitted").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_service_that_stands_by_is_no_door() {
    let [port, active_port] = free_ports();
    let plan = Plan { other_queue: Some(active_port), ..Plan::default() };
    let site = Site::open(plan).await;
    let (stack, queues) = (&site.stack, Queues::beside(&site.stack, port, active_port).await);
    // Whatever the method: where nothing was sent, nothing can be done twice.
    for fan in join_all((0..20).map(|_| Fan::waiting(stack))).await {
        fan.look(stack).await.expect(200);
        fan.leave(stack).await.expect(204);
    }
    let asked = site.asked("queue");
    let standby = format!("127.0.0.1:{}\"", queues.shut_port().await);
    assert!(asked.iter().all(|upstream| !upstream.ends_with(&standby)), "{asked:?}");
}
