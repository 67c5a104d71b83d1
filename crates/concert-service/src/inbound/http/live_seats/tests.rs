use std::collections::HashSet;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Mutex as SyncMutex;
use std::task::Poll;

use chrono::DateTime;
use domain::adapters::memory::MemoryCatalogue;
use domain::adapters::system::Version7;
use domain::concert::{Catalogue, Concert, Draft, SalesWindow, Schedule};
use domain::concert::{Inventory, InventoryPlan, SeatChanges, SeatPlan, SeatStatus, Section};
use domain::shared::{Amount, ConcertId, QueueId, SeatId};
use futures_util::future::join_all;
use tokio::sync::Semaphore;
use tokio::task::yield_now;
use tokio::time::timeout;
use uuid::Uuid;

use super::*;

const SCHEDULE: ScheduleId = ScheduleId(Uuid::from_u128(1));
/// More questions than any test asks.
const ENDLESS: usize = 1_000_000;
const AN_HOUR: Duration = Duration::from_hours(1);

/// An inventory that answers one question for each permit, and tells everything each time.
struct PatientInventory {
    permits: Semaphore,
    state: SyncMutex<State>,
}

#[derive(Default)]
struct State {
    asked: usize,
    out_of_reach: bool,
    seats: HashMap<SeatId, SeatStatus>,
    version: i64,
}

impl PatientInventory {
    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap())
    }

    fn asked(&self) -> usize {
        self.with(|state| state.asked)
    }

    fn sell_one(&self) {
        self.with(|state| {
            let available = state.seats.values_mut().find(|status| **status == SeatStatus::Available);
            *available.unwrap() = SeatStatus::Sold;
            state.version += 1;
        });
    }
}

#[async_trait::async_trait]
impl Inventory for PatientInventory {
    async fn publish(&self, plan: &InventoryPlan) -> anyhow::Result<()> {
        let available = plan.seats.iter().map(|seat| (seat.id, SeatStatus::Available)).collect();
        self.with(|state| state.seats = available);
        Ok(())
    }

    async fn changes(&self, _: ScheduleId, _: i64) -> anyhow::Result<SeatChanges> {
        self.with(|state| state.asked += 1);
        self.permits.acquire().await?.forget();
        self.with(|state| {
            if state.out_of_reach {
                anyhow::bail!(Unavailable("the inventory"));
            }
            let changes = state.seats.iter().map(|(seat, status)| (*seat, *status)).collect();
            Ok(SeatChanges { version: state.version, now: DateTime::UNIX_EPOCH, changes })
        })
    }
}

const OFTEN: Pace = Pace { interval: Duration::from_millis(1), idle: AN_HOUR, max_age: AN_HOUR };
const ONCE: Pace = Pace { interval: AN_HOUR, ..OFTEN };

/// Ten seats on sale, of which nobody has asked yet.
async fn ten_seats(pace: Pace, permits: usize) -> (LiveSeats, Arc<PatientInventory>) {
    let catalogue = MemoryCatalogue::default();
    let day = |n: i64| DateTime::from_timestamp(n * 86_400, 0).unwrap();
    let sales = SalesWindow::new(day(0), day(1)).unwrap();
    let (title, venue, queue_id) = ("Arirang".to_owned(), "Hall".to_owned(), QueueId(Uuid::nil()));
    let concert = Concert { id: ConcertId(Uuid::nil()), title, venue, queue_id, sales };
    catalogue.add_concert(concert).await.unwrap();
    let section =
        Section { name: "A".to_owned(), rows: 1, seats_per_row: 10, price: Amount::new(1).unwrap() };
    let seats = SeatPlan::new(vec![section]).unwrap().seats(&Version7);
    let schedule = Schedule { id: SCHEDULE, concert_id: ConcertId(Uuid::nil()), starts_at: day(2) };
    catalogue.draft(Draft { schedule: schedule.clone(), seats: seats.clone() }).await.unwrap();
    let inventory = PatientInventory { permits: Semaphore::new(permits), state: SyncMutex::default() };
    inventory.publish(&InventoryPlan { schedule, queue_id, sales, seats }).await.unwrap();
    let inventory = Arc::new(inventory);
    (LiveSeats::new(SeatMaps::new(Arc::new(catalogue), inventory.clone()), pace), inventory)
}

type Answer<'a> = Pin<Box<dyn Future<Output = anyhow::Result<Arc<SeatView>>> + 'a>>;

/// Requests that have all been made, each as far as it gets without the inventory.
async fn requests(live: &LiveSeats, count: usize) -> Vec<Answer<'_>> {
    let mut requests: Vec<Answer<'_>> = Vec::new();
    for _ in 0..count {
        requests.push(Box::pin(live.view(SCHEDULE)));
    }
    for request in &mut requests {
        poll_fn(|context| {
            assert!(request.as_mut().poll(context).is_pending());
            Poll::Ready(())
        })
        .await;
    }
    requests
}

async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let watching = async {
        while !holds().await {
            yield_now().await;
        }
    };
    timeout(Duration::from_secs(20), watching).await.unwrap_or_else(|_| panic!("never: {what}"));
}

async fn available(live: &LiveSeats) -> usize {
    live.view(SCHEDULE).await.unwrap().count().available
}

#[tokio::test]
async fn a_crowd_shares_the_first_answer_and_those_after_it_wait_for_nothing() {
    let (live, inventory) = ten_seats(ONCE, 0).await;
    let crowd = requests(&live, 50).await;
    inventory.permits.add_permits(1);
    for view in join_all(crowd).await {
        assert_eq!(view.unwrap().count().available, 10);
    }
    assert!(matches!(requests_answered_at_once(&live).await, Poll::Ready(Ok(_))));
    assert_eq!(inventory.asked(), 1);
}

async fn requests_answered_at_once(live: &LiveSeats) -> Poll<anyhow::Result<Arc<SeatView>>> {
    let mut request: Answer<'_> = Box::pin(live.view(SCHEDULE));
    poll_fn(|context| Poll::Ready(request.as_mut().poll(context))).await
}

#[tokio::test]
async fn what_changes_is_seen_without_anybody_asking_for_it() {
    let (live, inventory) = ten_seats(OFTEN, ENDLESS).await;
    for left in (5..10).rev() {
        inventory.sell_one();
        eventually("one less is available", async || available(&live).await == left).await;
    }
}

#[tokio::test]
async fn a_failure_is_shared_by_those_who_wait_and_ends_with_its_cause() {
    let (live, inventory) = ten_seats(OFTEN, 0).await;
    inventory.with(|state| state.out_of_reach = true);
    let crowd = requests(&live, 50).await;
    inventory.permits.add_permits(1);
    for view in join_all(crowd).await {
        assert!(view.err().unwrap().is::<Unavailable>());
    }
    inventory.with(|state| state.out_of_reach = false);
    inventory.permits.add_permits(ENDLESS);
    eventually("there are seats again", async || live.view(SCHEDULE).await.is_ok()).await;
}

#[tokio::test]
async fn the_last_picture_serves_while_the_inventory_is_out_of_reach() {
    let (live, inventory) = ten_seats(OFTEN, ENDLESS).await;
    assert_eq!(available(&live).await, 10);
    inventory.with(|state| state.out_of_reach = true);
    let asked = inventory.asked();
    eventually("it was asked in vain", async || inventory.asked() > asked + 3).await;
    assert_eq!(available(&live).await, 10);
}

#[tokio::test]
async fn a_picture_that_is_too_old_serves_nobody() {
    let (live, inventory) = ten_seats(Pace { max_age: Duration::from_millis(20), ..OFTEN }, ENDLESS).await;
    live.view(SCHEDULE).await.unwrap();
    inventory.with(|state| state.out_of_reach = true);
    let refused = async || live.view(SCHEDULE).await.err().is_some_and(|error| error.is::<Unavailable>());
    eventually("it is too old", refused).await;
    inventory.with(|state| state.out_of_reach = false);
    eventually("there are seats again", async || live.view(SCHEDULE).await.is_ok()).await;
}

#[tokio::test]
async fn a_hold_lapses_in_time_although_the_inventory_is_out_of_reach() {
    let (live, inventory) = ten_seats(OFTEN, ENDLESS).await;
    // The inventory's clock shows the beginning of 1970 in every answer.
    let until = DateTime::from_timestamp_millis(50);
    inventory.with(|state| *state.seats.values_mut().next().unwrap() = SeatStatus::Held { until });
    assert_eq!(available(&live).await, 9);
    inventory.with(|state| state.out_of_reach = true);
    eventually("the hold has lapsed", async || available(&live).await == 10).await;
}

#[tokio::test]
async fn a_request_that_is_given_up_while_it_waits_holds_nobody_up() {
    let (live, inventory) = ten_seats(ONCE, 0).await;
    let mut crowd = requests(&live, 3).await;
    drop(crowd.remove(0));
    inventory.permits.add_permits(1);
    for view in join_all(crowd).await {
        view.unwrap();
    }
}

#[tokio::test]
async fn a_version_is_written_out_once_and_serves_until_a_fan_would_see_a_difference() {
    let (live, inventory) = ten_seats(OFTEN, ENDLESS).await;
    let (first, asked) = (live.view(SCHEDULE).await.unwrap(), inventory.asked());
    inventory.with(|state| state.version += 5);
    eventually("it was asked again", async || inventory.asked() > asked + 2).await;
    let same = live.view(SCHEDULE).await.unwrap();
    assert_eq!(first.body(None).unwrap().as_ptr(), same.body(None).unwrap().as_ptr());
    inventory.sell_one();
    eventually("it looks different", async || !Arc::ptr_eq(&first, &live.view(SCHEDULE).await.unwrap()))
        .await;
}

#[tokio::test]
async fn rounds_that_bring_nothing_new_wake_no_stream() {
    let (live, inventory) = ten_seats(OFTEN, ENDLESS).await;
    let mut stream = live.follow(SCHEDULE).await.unwrap();
    stream.borrow_and_update();
    let asked = inventory.asked();
    eventually("there were rounds", async || inventory.asked() > asked + 3).await;
    assert!(!stream.has_changed().unwrap());
    inventory.sell_one();
    timeout(AN_HOUR, stream.changed()).await.unwrap().unwrap();
}

#[tokio::test]
async fn what_nobody_looks_at_is_not_followed_and_is_fresh_when_somebody_does_again() {
    let (live, inventory) = ten_seats(Pace { idle: Duration::ZERO, ..OFTEN }, ENDLESS).await;
    let followed = || live.0.performances.read().unwrap().len();
    assert_eq!(available(&live).await, 10);
    eventually("it is not followed any more", async || followed() == 0).await;
    inventory.sell_one();
    assert_eq!(available(&live).await, 9);
    let stream = live.follow(SCHEDULE).await.unwrap();
    let asked = inventory.asked();
    eventually("there were rounds", async || inventory.asked() > asked + 20).await;
    assert_eq!(followed(), 1, "a stream is open");
    drop(stream);
    eventually("it is not followed any more", async || followed() == 0).await;
}

#[tokio::test]
async fn each_answer_has_a_tag_of_its_own() {
    use contracts::concert::SeatStatusBody::{Available, Blocked, Held, Sold};

    let (live, inventory) = ten_seats(OFTEN, ENDLESS).await;
    let tags = |view: &SeatView| {
        [None, Some(Available), Some(Held), Some(Sold), Some(Blocked)]
            .map(|status| view.tag(status).to_string())
    };
    let first = live.view(SCHEDULE).await.unwrap();
    inventory.sell_one();
    eventually("it looks different", async || !Arc::ptr_eq(&first, &live.view(SCHEDULE).await.unwrap()))
        .await;
    let later = live.view(SCHEDULE).await.unwrap();
    let distinct: HashSet<_> = tags(&first).into_iter().chain(tags(&later)).collect();
    assert_eq!(distinct.len(), 10, "{distinct:?}");
}
