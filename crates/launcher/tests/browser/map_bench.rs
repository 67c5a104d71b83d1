//! How the map of 10,000 seats paints: figures from the browser itself, printed by scripts/bench-map. No test: nothing
//! here fails for being slow.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use test_kit::Request;
use tokio::task::JoinSet;

use crate::driver::{Looks, OnEachPage};
use crate::fan::Fan;
use crate::frames::percentile;
use crate::office::{ARENA, Office};
use crate::patience::eventually;

/// So often the page is opened: the first time its files come from the network.
const LOADS: usize = 7;
/// How long the changes go on for each view.
const WINDOW: Duration = Duration::from_secs(20);
/// 4 fans that take or give back 25 seats 5 times a second: 500 changes a second.
const FEEDERS: usize = 4;
const SEATS_AT_ONCE: usize = 25;
const EVERY: Duration = Duration::from_millis(200);

/// Runs before anything of the page: notes when the first seats have been painted, and the time between frames.
const RECORDER: &str = "
    const seen = (window.mapBench = { painted: 0, frames: [], slow: [] });
    const { fill } = CanvasRenderingContext2D.prototype;
    CanvasRenderingContext2D.prototype.fill = function (...what) {
        if (seen.painted === 0 && what[0] instanceof Path2D) {
            seen.painted = -1;
            requestAnimationFrame(() => setTimeout(() => (seen.painted = performance.now())));
        }
        return fill.apply(this, what);
    };
    let before = 0;
    const frame = (now) => {
        if (before > 0) seen.frames.push(now - before);
        before = now;
        requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
    new PerformanceObserver((list) => seen.slow.push(...list.getEntries().map((entry) => entry.duration)))
        .observe({ type: 'long-animation-frame' });
";

const ARRIVED: &str =
    "performance.getEntriesByType('resource').find(({ name }) => name.endsWith('/seats')).responseEnd";

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a benchmark: scripts/bench-map"]
async fn the_arena_paints_at_once_and_keeps_its_frames_under_changes() {
    let office = Office::open(&[("BOXOFFICE__RESERVATION__MAX_SEATS_PER_USER", "10000")]);
    let office = Arc::new(office);
    let fan = Fan::new(&office, Looks::DESKTOP).await;
    fan.client.issue_cmd(OnEachPage(RECORDER)).await.unwrap();
    fan.come_to_seats(&office.concert(ARENA).await).await;
    fan.press("[data-kind=map]").await;
    let here = fan.client.current_url().await.unwrap();
    let schedule = here.path().split('/').nth(5).unwrap().to_owned();

    let mut paints = Vec::new();
    for _ in 0..LOADS {
        fan.client.refresh().await.unwrap();
        fan.until("the map is painted", "return window.mapBench?.painted > 0").await;
        paints.push(fan.ask(&format!("return window.mapBench.painted - {ARRIVED}")).await.as_f64().unwrap());
    }
    println!("\n| the arena of 10,000 seats, {LOADS} loads | median | worst |\n|---|--:|--:|");
    println!(
        "| seats have arrived → map is painted | {:.0} ms | {:.0} ms |",
        percentile(&paints, 0.5),
        percentile(&paints, 1.0)
    );

    println!(
        "\n| 500 changes a second, {} s | changes | gap p50 | p99 | longest | > 50 ms | > 100 ms | long frames | longest |",
        WINDOW.as_secs()
    );
    println!("|---|--:|--:|--:|--:|--:|--:|--:|--:|");
    fan.see(".connection-live").await;
    measure(&office, &fan, &schedule, "nothing changes", 0).await;
    measure(&office, &fan, &schedule, "the whole hall", FEEDERS).await;
    fan.press(".legend-section").await;
    fan.press(".tool:first-child").await;
    measure(&office, &fan, &schedule, "one section, near", FEEDERS).await;
    fan.press("[data-kind=list]").await;
    measure(&office, &fan, &schedule, "the list", FEEDERS).await;
}

/// Prints what a stretch of changes did to the frames, once the page shows what the office has.
async fn measure(office: &Arc<Office>, fan: &Fan, schedule: &str, view: &str, feeders: usize) {
    fan.ask("window.mapBench.frames = []; window.mapBench.slow = []").await;
    let changes = feed(office, schedule, feeders).await;
    let seen = fan.ask("return window.mapBench").await;
    let gaps: Vec<f64> = seen["frames"].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    let slow: Vec<f64> = seen["slow"].as_array().unwrap().iter().filter_map(Value::as_f64).collect();
    let longer = |than: f64| gaps.iter().filter(|gap| **gap > than).count();
    println!(
        "| {view} | {:.0}/s | {:.1} ms | {:.1} ms | {:.0} ms | {} | {} | {} | {:.0} ms |",
        changes / WINDOW.as_secs_f64(),
        percentile(&gaps, 0.5),
        percentile(&gaps, 0.99),
        percentile(&gaps, 1.0),
        longer(50.0),
        longer(100.0),
        slow.len(),
        slow.iter().copied().fold(0.0, f64::max),
    );
    fan.until(
        "the page shows that all seats are free again",
        "return [...document.querySelectorAll('.legend-sections .quiet')]
            .reduce((sum, { textContent }) => sum + Number(textContent.replace(/\\D/g, '')), 0) === 10000",
    )
    .await;
}

/// Takes seats and gives them back for as long as the window is, and says how many seats changed.
async fn feed(office: &Arc<Office>, schedule: &str, feeders: usize) -> f64 {
    let changed = Arc::new(AtomicUsize::new(0));
    let end = Instant::now() + WINDOW;
    let mut all = JoinSet::new();
    for number in 0..feeders {
        let (office, changed, schedule) = (Arc::clone(office), Arc::clone(&changed), schedule.to_owned());
        all.spawn(async move { Feeder::new(office, schedule, number).await.run(end, &changed).await });
    }
    tokio::time::sleep_until(end.into()).await;
    all.join_all().await;
    f64::from(u32::try_from(changed.load(Ordering::Relaxed)).unwrap())
}

struct Feeder {
    office: Arc<Office>,
    schedule: String,
    pass: String,
    seats: Vec<String>,
}

impl Feeder {
    /// Every fourth seat is this one's, so that nobody is in another's way and changes are all over the hall.
    async fn new(office: Arc<Office>, schedule: String, number: usize) -> Self {
        let token = office.new_fan().await;
        let pass = eventually("the feeder is inside", || async {
            office.join(&token).await["pass"].as_str().map(str::to_owned)
        })
        .await;
        let request = office.request(Method::GET, &format!("/v1/schedules/{schedule}/seats"));
        let map = Request::new(request).bearer(&pass).send().await.expect(200);
        let all =
            map["seats"].as_array().unwrap().iter().map(|seat| seat["seatId"].as_str().unwrap().to_owned());
        let seats = all.skip(number).step_by(FEEDERS).collect();
        Self { office, schedule, pass, seats }
    }

    async fn run(self, end: Instant, changed: &AtomicUsize) {
        let mut pace = tokio::time::interval(EVERY);
        // Neighbours in this list are seats of different rows: a stride that has no factor in common with their number.
        let mut chosen = (0..self.seats.len()).map(|index| (index * 397) % self.seats.len()).cycle();
        while Instant::now() < end {
            pace.tick().await;
            let seats: Vec<_> = chosen.by_ref().take(SEATS_AT_ONCE).map(|index| &self.seats[index]).collect();
            let body = json!({ "scheduleId": self.schedule, "seatIds": seats });
            let hold = self.office.request(Method::POST, "/v1/reservations").json(&body);
            let held = Request::new(hold).bearer(&self.pass).send().await.expect(201);
            changed.fetch_add(SEATS_AT_ONCE, Ordering::Relaxed);
            pace.tick().await;
            let path = format!("/v1/reservations/{}", held["reservationId"].as_str().unwrap());
            let released =
                Request::new(self.office.request(Method::DELETE, &path)).bearer(&self.pass).send().await;
            released.expect(204);
            changed.fetch_add(SEATS_AT_ONCE, Ordering::Relaxed);
        }
    }
}
