//! 14, 15: the waiting room.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use domain::queue::{Entry, EntryState};

use super::{Finding, Memory, View};

/// Who is inside now.
pub fn inside<'a>(view: &View<'a>) -> impl Iterator<Item = &'a Entry> {
    let now = view.now;
    let entries = view.rooms.entries.values();
    entries.filter(move |entry| entry.state.pass_expires_at().is_some_and(|end| end > now))
}

/// 14: Admitted ≤ maxActive in every instant, admissions ≤ admitPerMinute in every window; first come first served;
/// places unique.
pub fn limits_and_order(view: &View<'_>, memory: &Memory) -> Finding {
    let policy = view.settings.admission;
    let active = inside(view).count();
    if u32::try_from(active).is_ok_and(|active| active > policy.max_active) {
        return Some(format!("{active} fans are inside, of at most {}", policy.max_active));
    }
    let newcomers: Vec<&Entry> =
        view.rooms.entries.values().filter(|entry| just_admitted(entry, memory)).collect();
    if let Some(rate) = policy.admit_per_minute {
        let lately = memory.admitted_lately(view.now) + newcomers.len();
        if !newcomers.is_empty() && u32::try_from(lately).is_ok_and(|lately| lately > rate) {
            return Some(format!("{lately} fans were let in within a minute, of at most {rate}"));
        }
    }
    newcomers.iter().find_map(|newcomer| overtook(view, newcomer)).or_else(|| places_are_unique(view))
}

fn just_admitted(entry: &Entry, memory: &Memory) -> bool {
    let was_inside = matches!(memory.entries.get(&entry.id), Some(EntryState::Admitted { .. }));
    matches!(entry.state, EntryState::Admitted { .. }) && !was_inside
}

fn overtook(view: &View<'_>, newcomer: &Entry) -> Finding {
    let waits = |entry: &&Entry| entry.state == EntryState::Waiting && entry.queue_id == newcomer.queue_id;
    let in_front = view.rooms.entries.values().filter(waits).find(|entry| entry.sequence < newcomer.sequence);
    in_front.map(|entry| format!("{} was let in before {}, who came first", newcomer.id, entry.id))
}

fn places_are_unique(view: &View<'_>) -> Finding {
    let (mut fans, mut last) = (BTreeSet::new(), None);
    for (key, entry) in &view.rooms.entries {
        if *key != (entry.queue_id, entry.sequence) || view.rooms.sequences.get(&entry.id) != Some(key) {
            return Some(format!("place {} of {} is not where it says", entry.sequence, entry.id));
        }
        if last.is_some_and(|last| last > entry.joined_at) {
            return Some(format!("{} stands behind somebody who came later", entry.id));
        }
        last = Some(entry.joined_at);
        let live = !entry.clone().at(view.now).state.has_ended();
        if live && !fans.insert((entry.queue_id, entry.user_id)) {
            return Some(format!("fan {} has two places", entry.user_id));
        }
    }
    None
}

/// 15: A pass is finished once, after payment, leaving, handing on or expiry; its slot is refilled.
pub fn passes_end_for_a_reason(view: &View<'_>, memory: &Memory) -> Finding {
    let groundless = view.rooms.entries.values().find_map(|entry| {
        let (before, after) = (*memory.entries.get(&entry.id)?, entry.state);
        if before == after || has_reason(view, entry, before) {
            return None;
        }
        Some(format!("{} was {before:?} and became {after:?} for no reason", entry.id))
    });
    let mut revoked = BTreeSet::new();
    let mut twice = || view.rooms.revoked.iter().find(|pass| !revoked.insert(pass.entry_id));
    groundless
        .or_else(|| twice().map(|pass| format!("pass {} ended twice", pass.entry_id)))
        .or_else(|| unfilled(view, memory))
}

fn has_reason(view: &View<'_>, entry: &Entry, before: EntryState) -> bool {
    let (id, watch) = (entry.id, view.watch);
    match (before, entry.state) {
        (EntryState::Waiting, EntryState::Admitted { .. }) => true,
        (EntryState::Waiting, EntryState::Expired) => watch.leave_asked.contains(&id),
        (EntryState::Admitted { .. }, EntryState::Done) => watch.finish_asked.contains(&id),
        (EntryState::Admitted { expires_at, .. }, EntryState::Expired) => {
            expires_at <= view.now || watch.leave_asked.contains(&id) || watch.yield_asked.contains(&id)
        }
        (EntryState::Waiting, EntryState::Waiting | EntryState::Done)
        | (EntryState::Admitted { .. }, EntryState::Waiting | EntryState::Admitted { .. })
        | (EntryState::Done | EntryState::Expired, _) => false,
    }
}

/// A free slot that somebody waits for is filled within a second of the last fault: the job looks five times in it.
fn unfilled(view: &View<'_>, memory: &Memory) -> Finding {
    let since = std::cmp::max(memory.unfilled_since?, view.trouble_until);
    (view.now - since > TimeDelta::milliseconds(1_500))
        .then(|| format!("a slot is free since {since} and somebody waits for it"))
}
