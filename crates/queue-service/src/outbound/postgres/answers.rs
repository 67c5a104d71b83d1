//! What is told of a set once it is committed.

use anyhow::Context;
use domain::queue::{Entry, EntryState, Joined, Standing};

use super::command::Answer;
use super::draft::{Decided, Draft};
use super::shared::Shared;

/// Remembers a draft, which is committed, and answers each of its commands.
pub fn after(draft: Draft, shared: &Shared) -> anyhow::Result<Vec<Answer>> {
    let decided = remember(draft, shared)?;
    decided.into_iter().map(|decided| answer(decided, shared)).collect()
}

fn remember(draft: Draft, shared: &Shared) -> anyhow::Result<Vec<Decided>> {
    let moment = shared.time.moment();
    let mut remembered = shared.change();
    let rooms = &mut remembered.rooms;
    for room in draft.rooms.values().filter(|room| room.is_changed) {
        rooms.put_queue(room.queue.clone())?;
    }
    let mut ended = Vec::new();
    for change in draft.changes {
        rooms.put(&change.entry, moment)?;
        if let Some((admitted_at, _)) = change.admission {
            rooms.note_admission(change.entry.queue_id, admitted_at);
            if change.entry.state == EntryState::Expired {
                rooms.count_short_visit(change.entry.queue_id);
            }
        }
        if change.is_new {
            rooms.count_to(change.entry.queue_id, change.entry.sequence);
        }
        if change.entry.state.has_ended() {
            ended.push(change.entry);
        }
    }
    for entry in draft.passed_over {
        rooms.pass_over(entry);
    }
    rooms.revocation = draft.revocation;
    drop(remembered);
    let mut places = shared.ended();
    for entry in ended {
        places.remember(entry);
    }
    Ok(draft.decided)
}

fn answer(decided: Decided, shared: &Shared) -> anyhow::Result<Answer> {
    Ok(match decided {
        Decided::Joined { entry, is_new } => {
            Answer::Joined(Ok(Joined { standing: standing(entry, shared)?, is_new }))
        }
        Decided::NotJoined(refused) => Answer::Joined(Err(refused)),
        Decided::Left(effect) => Answer::Left(effect),
        Decided::Ended(freed) => Answer::Ended(freed),
        Decided::Admitted(entries) => Answer::Admitted(entries),
        Decided::Configured { queue, created } => {
            let overview = shared.read().overview(queue, shared.time.now());
            Answer::Configured(Ok((overview.context("a queue that was just written")?, created)))
        }
        Decided::NotConfigured(refused) => Answer::Configured(Err(refused)),
        Decided::Done => Answer::Done,
    })
}

/// With the numbers behind the set. Whose place has ended within it again is told of it as it was.
fn standing(entry: Entry, shared: &Shared) -> anyhow::Result<Standing> {
    let now = shared.time.now();
    let rooms = shared.read();
    let stands = rooms.standing(entry.id, now, shared.absence);
    stands.or_else(|| rooms.standing_off(entry, now, shared.absence)).context("a place in no queue")
}
