use std::collections::BTreeSet;

use async_trait::async_trait;

use super::MemoryBoxOffice;
use crate::adapters::memory::lock;
use crate::reservation::{
    EventBody, FreeSeats, HoldError, HoldRequest, Holds, InventorySeat, Reservation, ReservationState,
    SeatChoice, SeatClaim, SeatState, SeatWish, Seen, choose_seats, decide_hold,
};
use crate::shared::SeatId;

#[async_trait]
impl Holds for MemoryBoxOffice {
    async fn place(&self, request: HoldRequest) -> Result<Seen<Reservation>, HoldError> {
        let now = self.clock.now();
        let mut stock = lock(&self.stock);
        if let Some(known) = stock.reservations.get(&request.reservation_id) {
            known.check_same(&request)?;
            return Ok(Seen { value: known.clone(), now });
        }
        let terms = stock.sales.get(&request.schedule_id).ok_or(HoldError::NoSuchSchedule)?;
        let of_user = stock
            .reservations
            .values()
            .filter(|other| other.user_id == request.user_id && other.schedule_id == request.schedule_id);
        let taken_by_user = of_user.map(|other| other.seats_taken_at(now)).sum();
        let of_performance = stock.seats.values().filter(|seat| seat.schedule_id == request.schedule_id);
        let wanted: Vec<SeatId> = match &request.seats {
            SeatWish::These(seats) => seats.clone(),
            SeatWish::BestAvailable(wish) => {
                let free = FreeSeats::of(of_performance.map(|seat| &seat.seat), now);
                let choice = SeatChoice { terms, free: &free, taken_by_user, now };
                choose_seats(&request, wish, &choice)?.into_iter().map(|seat| seat.id).collect()
            }
        };
        let wanted = wanted.iter().filter_map(|id| stock.seats.get(id));
        let seats: Vec<InventorySeat> = wanted
            .filter(|seat| seat.schedule_id == request.schedule_id)
            .map(|seat| seat.seat.clone())
            .collect();
        let reservation = decide_hold(&request, &SeatClaim { terms, seats: &seats, taken_by_user, now })?;
        let held = SeatState::Held { by: reservation.id, until: Some(reservation.held_until) };
        stock.set_seats(&reservation, held);
        stock.reservations.insert(reservation.id, reservation.clone());
        stock.keep_slot(reservation.pass_id);
        Ok(Seen { value: reservation, now })
    }

    async fn sweep_lapsed(&self, limit: usize) -> anyhow::Result<usize> {
        let now = self.clock.now();
        let mut stock = lock(&self.stock);
        let lapsed = stock.reservations.values().filter(|reservation| {
            reservation.state == ReservationState::Held
                && reservation.state_at(now) == ReservationState::Expired
        });
        let mut lapsed: Vec<Reservation> = lapsed.cloned().collect();
        lapsed.sort_by_key(|reservation| (reservation.held_until, reservation.id));
        lapsed.truncate(limit);
        for reservation in &lapsed {
            stock.free_seats(reservation);
            if let Some(kept) = stock.reservations.get_mut(&reservation.id) {
                kept.state = ReservationState::Expired;
            }
        }
        // Once for each pass, however many of its holds have lapsed.
        let passes: BTreeSet<_> = lapsed.iter().map(|reservation| reservation.pass_id).collect();
        for pass_id in passes.into_iter().filter(|pass| stock.pass_is_idle(*pass, now)).collect::<Vec<_>>() {
            stock.enqueue(self.event(EventBody::SlotYielded { pass_id }));
        }
        Ok(lapsed.len())
    }
}
