//! The end of a world: what fans see is compared with what is, and then every service dies for good, so that it
//! shows that holds end without anybody to end them.

use std::sync::Arc;
use std::time::Duration;

use domain::concert::SeatMap;
use domain::reservation::{HoldRequest, SeatState, SeatWish};
use domain::shared::{EntryId, IdGenerator, ReservationId, ScheduleId, SeatId, UserId};

use super::World;
use crate::executor::Process;
use crate::network::seat_status;
use crate::planted;

/// Looks at the map until no late call has come in between.
const MAPS: u32 = 5;

/// Starts it; `busy` says when it is done.
pub fn close(world: &Arc<World>) {
    world.watch().busy += 1;
    let this = Arc::clone(world);
    world.executor.spawn(Process::World, async move {
        compare_maps(&this).await;
        this.apps().stopped_for_good = true;
        for process in Process::SERVICES {
            this.apps().stop(process);
            this.executor.doom(process);
        }
        // Beyond the longest hold.
        this.executor.sleep(Duration::from_secs(this.settings.hold.hold_ttl_seconds.into())).await;
        claim_what_lapsed(&this).await;
        this.watch().busy -= 1;
    });
}

/// 2: What fans are shown adds up, and is what the inventory has.
async fn compare_maps(world: &Arc<World>) {
    let schedules: Vec<ScheduleId> =
        world.stores.box_office.inspect(|stock| stock.sales.keys().copied().collect());
    for schedule in schedules {
        for _ in 0..MAPS {
            let Some(concert) = world.apps().concert.clone() else { return };
            let Ok(map) = concert.map(schedule).await else { continue };
            // A call that comes late has written since: the map is older, and asked for again.
            if world.stores.box_office.inspect(|stock| stock.version) != map.cursor() {
                continue;
            }
            if let Some(message) = differs(world, &map) {
                world.violated("2", message);
            }
            break;
        }
    }
}

fn differs(world: &World, map: &SeatMap) -> Option<String> {
    let now = world.executor.now().date();
    world.stores.box_office.inspect(|stock| {
        map.seats().find_map(|live| {
            let state = stock.seats.get(&live.seat.id)?.seat.state;
            // A hold may have lapsed since the map was drawn.
            let (shown, due) = (live.status.at(now), seat_status(state).at(now));
            let same = std::mem::discriminant(&due) == std::mem::discriminant(&shown);
            (!same).then(|| format!("seat {} is shown {:?} and is {state:?}", live.seat.id, live.status))
        })
    })
}

/// 16: With every job dead, a seat whose hold has ended can be taken.
async fn claim_what_lapsed(world: &Arc<World>) {
    let holds = planted::holds(world);
    let seats: Vec<(SeatId, ScheduleId, SeatState)> = world.stores.box_office.inspect(|stock| {
        stock
            .seats
            .values()
            .map(|stocked| (stocked.seat.id, stocked.schedule_id, stocked.seat.state))
            .collect()
    });
    for (seat, schedule_id, state) in seats {
        let claimable = match state {
            SeatState::Available | SeatState::Held { until: Some(_), .. } => true,
            SeatState::Held { until: None, .. } | SeatState::Sold { .. } | SeatState::Blocked => false,
        };
        if !claimable {
            continue;
        }
        let queue_id = crate::fans::QUEUE;
        let request = HoldRequest {
            reservation_id: ReservationId(world.ids.next()),
            schedule_id,
            user_id: UserId(world.ids.next()),
            pass_id: EntryId(world.ids.next()),
            queue_id,
            seats: SeatWish::These(vec![seat]),
            hold_ttl_seconds: world.settings.hold.hold_ttl_seconds,
            max_seats_per_user: 1,
        };
        if let Err(error) = holds.place(request).await {
            world
                .violated("16", format!("seat {seat} is {state:?}, has lapsed, and cannot be held: {error}"));
        }
    }
}
