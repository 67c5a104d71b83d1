//! The seats of every performance against everybody's purchases.

use std::collections::{BTreeMap, BTreeSet};

use contracts::concert::{SeatMapBody, SeatStatusBody};
use uuid::Uuid;

use super::{Finding, Kind, Picture};

/// A performance that was acknowledged as on sale, and its seats as they are shown.
#[derive(Clone, Debug)]
pub struct Hall {
    pub schedule_id: Uuid,
    pub seats_total: usize,
    /// `None`: it is not there.
    pub map: Option<SeatMapBody<'static>>,
}

/// Each seat is sold to one fan of the whole crowd at most, and the map shows exactly those as sold.
pub fn judge_halls<'a>(halls: &[Hall], pictures: impl IntoIterator<Item = &'a Picture>) -> Vec<Finding> {
    let found = |kind, what| Finding { kind, what };
    let mut sold: BTreeMap<(Uuid, Uuid), Vec<Uuid>> = BTreeMap::new();
    for picture in pictures {
        for reservation in picture.reservations.values().filter(|one| one.status == "confirmed") {
            for seat in &reservation.seats {
                sold.entry((reservation.schedule_id, seat.seat_id))
                    .or_default()
                    .push(reservation.reservation_id);
            }
        }
    }
    let mut findings = Vec::new();
    for ((schedule, seat), owners) in sold.iter().filter(|(_, owners)| owners.len() > 1) {
        let what = format!("seat {seat} of performance {schedule} is sold by reservations {owners:?}");
        findings.push(found(Kind::Contradiction, what));
    }
    for hall in halls {
        let schedule = hall.schedule_id;
        let Some(map) = &hall.map else {
            findings.push(found(Kind::Lost, format!("performance {schedule} is not on sale")));
            continue;
        };
        if map.seats.len() != hall.seats_total {
            let what =
                format!("performance {schedule} of {} seats has {}", hall.seats_total, map.seats.len());
            findings.push(found(Kind::Lost, what));
        }
        let shown = map.seats.iter().filter(|seat| seat.status == SeatStatusBody::Sold);
        let shown: BTreeSet<Uuid> = shown.map(|seat| seat.seat_id).collect();
        let bought = sold.keys().filter(|(of, _)| *of == schedule).map(|(_, seat)| *seat);
        let bought: BTreeSet<Uuid> = bought.collect();
        for seat in bought.difference(&shown) {
            let what = format!("seat {seat} of performance {schedule} was bought and is not shown as sold");
            findings.push(found(Kind::Lost, what));
        }
        for seat in shown.difference(&bought) {
            let what = format!("seat {seat} of performance {schedule} is sold, and nobody has bought it");
            findings.push(found(Kind::Unexplained, what));
        }
    }
    findings
}
