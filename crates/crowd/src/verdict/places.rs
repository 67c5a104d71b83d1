//! Places in line.

use contracts::queue::EntryStatus;
use contracts::wallet::WalletEntryType;

use super::{Judgement, Picture, PlaceSeen};
use crate::ledger::{Account, Place, PlaceStatus};

pub(super) fn judge(account: &Account, picture: &Picture, judgement: &mut Judgement) {
    let mut live = 0;
    for place in &account.places {
        let id = place.entry_id;
        let Some(seen) = picture.places.get(&id) else { continue };
        live += usize::from(matches!(seen, PlaceSeen::Live { .. }));
        if is_lost(account, picture, place, seen) {
            judgement.lost(format!("place {id} was {:?} and is {seen:?}", place.status));
        }
    }
    if live > 1 {
        judgement.contradicted(format!("{live} places in one line"));
    }
}

fn is_lost(account: &Account, picture: &Picture, place: &Place, seen: &PlaceSeen) -> bool {
    let has_paid = || picture.entries.iter().any(|entry| entry.r#type == WalletEntryType::Payment);
    match seen {
        PlaceSeen::Refused(_) => true,
        PlaceSeen::Live { entry_id, status } => {
            let fell_back = match place.status {
                PlaceStatus::Waiting { .. } => false,
                PlaceStatus::Admitted => *status != EntryStatus::Admitted,
                PlaceStatus::Left | PlaceStatus::Ended(_) => true,
            };
            fell_back || *entry_id != place.entry_id
        }
        PlaceSeen::Ended(word) => match &place.status {
            // Only a payment makes a place `done`.
            PlaceStatus::Waiting { .. } | PlaceStatus::Admitted if word == "done" => !has_paid(),
            PlaceStatus::Waiting { .. } | PlaceStatus::Admitted => {
                place.is_too_soon_to_end(picture.read_at, account.pass_ttl)
            }
            PlaceStatus::Left => word != "expired",
            PlaceStatus::Ended(before) => before != word,
        },
    }
}
