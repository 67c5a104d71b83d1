//! The row "clock of a process off by 5 minutes": expiry is unaffected.

use chrono::TimeDelta;
use domain::queue::EntryState;
use domain::shared::EntryId;

use crate::services::Pass;
use crate::world::World;

/// Half of the longest round trip in which the queue's clock is learnt: two attempts of 2 s, and a stalled asker.
const TOLERANCE_SECONDS: i64 = 12;

/// Within so long every door has heard of a pass that ended: three looks in a row that fail, and the slowest interval.
const NEWS_SECONDS: u64 = 10;

/// 15: A pass that has ended opens nothing: asked of a door that let it pass.
pub fn let_in(world: &World, pass: &Pass) {
    let Some(ended) = world.watch().passes_ended.get(&pass.id).copied() else { return };
    let since = std::cmp::max(ended, world.trouble_until());
    let now = world.executor.now();
    if (now - since).as_secs() > NEWS_SECONDS {
        world.violated("15", format!("pass {} ended at {ended} and still opens a door", pass.id));
    }
}

/// 15: A slot is handed on only by a pass that holds nothing. Asked where the queue has just ended one: whoever sent it
/// looked last of all whether the pass held seats again, so no hold that still lives is older than the sending. One that
/// was placed while the call was under way is the one that nobody could know of (docs/SIMULATION.md).
pub fn ended(world: &World, pass: EntryId) {
    let handed_on = world.stores.room.inspect(|rooms| {
        let entry = rooms.sequences.get(&pass).and_then(|place| rooms.entries.get(place));
        entry.is_some_and(|entry| entry.state == EntryState::Expired)
    });
    let Some(sent) = world.watch().yield_sent.get(&pass).copied().filter(|_| handed_on) else { return };
    let now = world.executor.now().date();
    let overlooked = world.stores.box_office.inspect(|stock| {
        let of_pass = stock.reservations.values().filter(|reservation| reservation.pass_id == pass);
        let mut live = of_pass.filter(|reservation| reservation.seats_taken_at(now) > 0);
        live.find(|reservation| reservation.created_at < sent).map(|reservation| reservation.id)
    });
    if let Some(held) = overlooked {
        world.violated(
            "15",
            format!("the slot of pass {pass} was handed on, and it holds the seats of {held}"),
        );
    }
}

/// After a door has judged whether a pass has expired; `heard`: whether it has heard the queue's clock since it came up.
pub fn judged(world: &World, pass: &Pass, heard: bool, expired: bool) {
    let now = world.executor.now().date();
    let tolerance = TimeDelta::seconds(TOLERANCE_SECONDS);
    let (surely_good, surely_over) = (now + tolerance < pass.expires_at, pass.expires_at + tolerance <= now);
    if heard && (expired && surely_good || !expired && surely_over) {
        let id = pass.id;
        let message =
            format!("pass {id} ends {} and was judged expired: {expired} at {now}", pass.expires_at);
        world.violated("clock of a process off by 5 minutes", message);
    }
}
