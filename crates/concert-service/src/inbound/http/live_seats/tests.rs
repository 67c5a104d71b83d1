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
use uuid::Uuid;

use super::*;

const SCHEDULE: ScheduleId = ScheduleId(Uuid::from_u128(1));
const ZERO: Duration = Duration::ZERO;
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

/// Ten seats on sale, and looks at them that may be `max_age` old.
async fn ten_seats(max_age: Duration, permits: usize) -> (LiveSeats, Arc<PatientInventory>) {
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
    (LiveSeats::new(SeatMaps::new(Arc::new(catalogue), inventory.clone()), max_age), inventory)
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

#[tokio::test]
async fn a_crowd_behind_a_look_under_way_shares_the_next_one() {
    let (live, inventory) = ten_seats(ZERO, 0).await;
    let crowd = requests(&live, 50).await;
    assert_eq!(inventory.asked(), 1);
    inventory.permits.add_permits(50);
    for view in join_all(crowd).await {
        assert_eq!(view.unwrap().count().available, 10);
    }
    assert_eq!(inventory.asked(), 2, "what came during the first look may not be in it");
}

#[tokio::test]
async fn a_crowd_within_the_age_allowed_shares_one_look() {
    let (live, inventory) = ten_seats(AN_HOUR, 0).await;
    let crowd = requests(&live, 50).await;
    inventory.permits.add_permits(50);
    for view in join_all(crowd).await {
        view.unwrap();
    }
    inventory.sell_one();
    assert_eq!(live.view(SCHEDULE).await.unwrap().count().available, 10);
    assert_eq!(inventory.asked(), 1);
}

#[tokio::test]
async fn past_the_age_allowed_each_request_sees_what_was_before_it() {
    let (live, inventory) = ten_seats(ZERO, 9).await;
    for available in (5..10).rev() {
        inventory.sell_one();
        assert_eq!(live.view(SCHEDULE).await.unwrap().count().available, available);
    }
    assert_eq!(inventory.asked(), 5);
}

#[tokio::test]
async fn a_failure_is_shared_by_those_who_waited_for_it_and_by_nobody_after() {
    let (live, inventory) = ten_seats(AN_HOUR, 0).await;
    inventory.with(|state| state.out_of_reach = true);
    let crowd = requests(&live, 50).await;
    inventory.permits.add_permits(50);
    for view in join_all(crowd).await {
        assert!(view.err().unwrap().is::<Unavailable>());
    }
    assert_eq!(inventory.asked(), 1);
    inventory.with(|state| state.out_of_reach = false);
    assert_eq!(live.view(SCHEDULE).await.unwrap().count().available, 10);
}

#[tokio::test]
async fn a_request_that_is_given_up_while_it_looks_holds_nobody_up() {
    let (live, inventory) = ten_seats(ZERO, 0).await;
    let mut crowd = requests(&live, 3).await;
    drop(crowd.remove(0));
    inventory.permits.add_permits(3);
    for view in join_all(crowd).await {
        view.unwrap();
    }
}

#[tokio::test]
async fn what_was_written_out_serves_until_a_fan_would_see_a_difference() {
    let (live, inventory) = ten_seats(ZERO, 9).await;
    let first = live.view(SCHEDULE).await.unwrap();
    inventory.with(|state| state.version += 5);
    assert!(Arc::ptr_eq(&first, &live.view(SCHEDULE).await.unwrap()));
    inventory.sell_one();
    assert!(!Arc::ptr_eq(&first, &live.view(SCHEDULE).await.unwrap()));
}

#[tokio::test]
async fn each_answer_has_a_tag_of_its_own() {
    use contracts::concert::SeatStatusBody::{Available, Blocked, Held, Sold};

    let (live, inventory) = ten_seats(ZERO, 9).await;
    let tags = |view: &SeatView| {
        [None, Some(Available), Some(Held), Some(Sold), Some(Blocked)]
            .map(|status| view.rendered(SCHEDULE, status).unwrap().tag.to_string())
    };
    let before = tags(&live.view(SCHEDULE).await.unwrap());
    // The version stands still while a seat changes.
    inventory.sell_one();
    inventory.with(|state| state.version -= 1);
    let after = tags(&live.view(SCHEDULE).await.unwrap());
    let mut distinct: Vec<_> = before.iter().chain([&after[0], &after[1], &after[3]]).collect();
    distinct.sort();
    distinct.dedup();
    assert_eq!(distinct.len(), 8, "{before:?} {after:?}");
    assert_eq!(
        (&before[2], &before[4]),
        (&after[2], &after[4]),
        "nothing held and nothing blocked, as before"
    );
}
