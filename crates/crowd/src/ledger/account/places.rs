//! Places in line.

use std::time::Duration;

use contracts::queue::EntryStatus;
use uuid::Uuid;

use super::{Account, Belied, Place, PlaceStatus};

/// An answer may be this old when it comes: a fan's own deadline and a little.
const SLACK: Duration = Duration::from_secs(5);

impl Account {
    fn place(&mut self, entry_id: Uuid) -> Option<&mut Place> {
        self.places.iter_mut().find(|place| place.entry_id == entry_id)
    }

    pub(super) fn placed(
        &mut self,
        entry_id: Uuid,
        queue_token: &str,
        status: PlaceStatus,
        at: Duration,
    ) -> Belied {
        let Some(known) = self.place(entry_id) else {
            let queue_token = queue_token.to_owned();
            self.places.push(Place { entry_id, queue_token, status, leave_asked: false, seen_at: at });
            return None;
        };
        let line = known.belied_by(&status, queue_token);
        (known.status, known.seen_at) = (status, at);
        line
    }

    pub(super) fn place_ended(&mut self, entry_id: Uuid, status: &str, at: Duration) -> Belied {
        let pass_ttl = self.pass_ttl;
        let known = self.place(entry_id)?;
        let too_soon = known.is_too_soon_to_end(at, pass_ttl);
        let line = too_soon.then(|| format!("place {entry_id} was {:?} and is {status}", known.status));
        known.status = PlaceStatus::Ended(status.to_owned());
        line
    }

    pub(super) fn leave_asked(&mut self, entry_id: Uuid) -> Belied {
        self.place(entry_id)?.leave_asked = true;
        None
    }

    pub(super) fn left(&mut self, entry_id: Uuid) -> Belied {
        self.place(entry_id)?.status = PlaceStatus::Left;
        None
    }
}

impl PlaceStatus {
    pub(super) fn of(status: EntryStatus, position: u64) -> Self {
        match status {
            EntryStatus::Waiting => Self::Waiting { position },
            EntryStatus::Admitted => Self::Admitted,
            EntryStatus::Done => Self::Ended("done".to_owned()),
            EntryStatus::Expired => Self::Ended("expired".to_owned()),
        }
    }
}

impl Place {
    /// Whether it cannot have been let in and have run out since it was last seen waiting.
    pub fn is_too_soon_to_end(&self, at: Duration, pass_ttl: Duration) -> bool {
        let waited = matches!(self.status, PlaceStatus::Waiting { .. });
        waited && !self.leave_asked && at.saturating_sub(self.seen_at) + SLACK < pass_ttl
    }

    fn belied_by(&self, status: &PlaceStatus, queue_token: &str) -> Belied {
        let fell_back = match (&self.status, status) {
            (PlaceStatus::Waiting { position: before }, PlaceStatus::Waiting { position: now }) => {
                now > before
            }
            (PlaceStatus::Admitted, PlaceStatus::Waiting { .. })
            | (
                PlaceStatus::Left | PlaceStatus::Ended(_),
                PlaceStatus::Waiting { .. } | PlaceStatus::Admitted,
            ) => true,
            (PlaceStatus::Waiting { .. } | PlaceStatus::Admitted, PlaceStatus::Admitted)
            | (_, PlaceStatus::Left | PlaceStatus::Ended(_)) => false,
        };
        if queue_token != self.queue_token {
            return Some(format!("the queue token of place {} changed", self.entry_id));
        }
        fell_back.then(|| format!("place {} was {:?} and is {status:?}", self.entry_id, self.status))
    }
}
