use std::time::Duration;

use async_trait::async_trait;
use domain::adapters::memory::{MemoryBoxOffice, OutboxEvent, Stock};
use domain::reservation::{
    EventBody, HoldError, HoldRequest, Holds, Reservation, ReservationState, SeatClaim, SeatState, SeatWish,
    Seen, decide_hold,
};

use super::surgery::{free_seats, set_seats, taken_by, write_hold};
use super::{Plant, Wrong};
use crate::executor::Process;
use crate::world::Store;

#[async_trait]
impl Holds for Wrong<MemoryBoxOffice> {
    async fn place(&self, request: HoldRequest) -> Result<Seen<Reservation>, HoldError> {
        match self.plant {
            Plant::TwoStepHold => self.place_in_two_steps(request).await,
            Plant::AnswerBeforeCommit => self.place_later(request).await,
            Plant::LapsedHoldsStayTaken => self.place_after_the_sweep(request).await,
            Plant::RetryExtendsHold => self.place_and_extend(request).await,
            Plant::SomeOfTheSeats => self.place_some(request).await,
            Plant::LimitBesideTheLock => {
                let now = self.world.executor.now().date();
                let taken =
                    self.right.inspect(|stock| taken_by(stock, &request, now)) + request.seats.named().len();
                self.between_two_transactions().await;
                let within = u32::try_from(taken).is_ok_and(|taken| taken <= request.max_seats_per_user);
                let max_seats_per_user = if within { u32::MAX } else { request.max_seats_per_user };
                self.right.place(HoldRequest { max_seats_per_user, ..request }).await
            }
            Plant::IdForAnyHold => match self.known(&request) {
                Some(value) => Ok(Seen { value, now: self.world.executor.now().date() }),
                None => self.right.place(request).await,
            },
            Plant::HoldLeavesTheYield => self.place_and_leave_the_yield(request).await,
            _ => self.right.place(request).await,
        }
    }

    async fn sweep_lapsed(&self, limit: usize) -> anyhow::Result<usize> {
        let now = self.world.executor.now().date();
        match self.plant {
            Plant::SweepsPaying => {
                self.end_all(|found| {
                    matches!(found.state, ReservationState::Paying { .. }) && found.held_until <= now
                });
            }
            Plant::SweepFreesAnothers => self.right.inspect(|stock| {
                let lapsed =
                    |found: &&Reservation| found.state == ReservationState::Held && found.held_until <= now;
                let lapsed: Vec<_> = stock.reservations.values().filter(lapsed).cloned().collect();
                for reservation in lapsed {
                    set_seats(stock, &reservation, SeatState::Available);
                }
            }),
            Plant::SweepsByOwnClock => {
                let here = now + self.world.settings.clock_of(Process::Reservation);
                self.end_all(|found| found.state == ReservationState::Held && found.held_until <= here);
            }
            _ => {}
        }
        self.right.sweep_lapsed(limit).await
    }
}

impl Wrong<MemoryBoxOffice> {
    fn known(&self, request: &HoldRequest) -> Option<Reservation> {
        self.right.inspect(|stock| stock.reservations.get(&request.reservation_id).cloned())
    }

    /// As the right store decides, but without writing.
    fn decide(&self, stock: &Stock, request: &HoldRequest) -> Result<Reservation, HoldError> {
        let now = self.world.executor.now().date();
        let terms = stock.sales.get(&request.schedule_id).ok_or(HoldError::NoSuchSchedule)?;
        let seats = request.seats.named().iter().filter_map(|id| stock.seats.get(id));
        let seats: Vec<_> = seats.map(|stocked| stocked.seat.clone()).collect();
        let taken_by_user = taken_by(stock, request, now);
        decide_hold(request, &SeatClaim { terms, seats: &seats, taken_by_user, now })
    }

    async fn place_in_two_steps(&self, request: HoldRequest) -> Result<Seen<Reservation>, HoldError> {
        // The mistake is made over seats that are named.
        if self.known(&request).is_some() || request.seats.named().is_empty() {
            return self.right.place(request).await;
        }
        let value = self.right.inspect(|stock| self.decide(stock, &request))?;
        self.between_two_transactions().await;
        self.right.inspect(|stock| write_hold(stock, &value));
        Ok(Seen { value, now: self.world.executor.now().date() })
    }

    async fn place_later(&self, request: HoldRequest) -> Result<Seen<Reservation>, HoldError> {
        // The mistake is made over seats that are named.
        if self.known(&request).is_some() || request.seats.named().is_empty() {
            return self.right.place(request).await;
        }
        let value = self.right.inspect(|stock| self.decide(stock, &request))?;
        let (right, world) = (self.right.clone(), self.world.clone());
        self.world.executor.spawn(Process::Reservation, async move {
            world.executor.sleep(Duration::from_millis(3)).await;
            drop(right.place(request).await);
            world.touched(Store::BoxOffice);
        });
        Ok(Seen { value, now: self.world.executor.now().date() })
    }

    async fn place_and_leave_the_yield(&self, request: HoldRequest) -> Result<Seen<Reservation>, HoldError> {
        let yielded = EventBody::SlotYielded { pass_id: request.pass_id };
        let on_their_way = |stock: &mut Stock| -> Vec<OutboxEvent> {
            stock.outbox.extract_if(.., |waiting| waiting.event.body == yielded).collect()
        };
        let left = self.right.inspect(on_their_way);
        let placed = self.right.place(request).await;
        self.right.inspect(|stock| stock.outbox.extend(left));
        placed
    }

    async fn place_after_the_sweep(&self, request: HoldRequest) -> Result<Seen<Reservation>, HoldError> {
        if self.known(&request).is_none() {
            let held: Vec<_> = self.right.inspect(|stock| {
                let held = |id: &&_| {
                    stock
                        .seats
                        .get(*id)
                        .is_some_and(|found| matches!(found.seat.state, SeatState::Held { .. }))
                };
                request.seats.named().iter().filter(held).copied().collect()
            });
            if !held.is_empty() {
                return Err(HoldError::SeatsTaken(held));
            }
        }
        self.right.place(request).await
    }

    async fn place_and_extend(&self, request: HoldRequest) -> Result<Seen<Reservation>, HoldError> {
        let again = self.known(&request).is_some_and(|known| known.state == ReservationState::Held);
        let mut placed = self.right.place(request).await?;
        if again {
            placed.value.held_until = placed.now + (placed.value.held_until - placed.value.created_at);
            self.right.inspect(|stock| write_hold(stock, &placed.value));
        }
        Ok(placed)
    }

    async fn place_some(&self, request: HoldRequest) -> Result<Seen<Reservation>, HoldError> {
        let taken = match self.right.place(request.clone()).await {
            Err(HoldError::SeatsTaken(taken)) if taken.len() < request.seats.named().len() => taken,
            answer => return answer,
        };
        let (missing, free) = request.seats.named().iter().copied().partition(|seat| taken.contains(seat));
        let missing: Vec<domain::shared::SeatId> = missing;
        let mut placed = self.right.place(HoldRequest { seats: SeatWish::These(free), ..request }).await?;
        self.right.inspect(|stock| {
            let seats = missing.iter().filter_map(|id| stock.seats.get(id)).map(|found| found.seat.clone());
            let more = seats.map(|seat| domain::reservation::ReservedSeat {
                id: seat.id,
                number: seat.number,
                section: seat.section,
                row: seat.row,
                price: seat.price,
            });
            placed.value.seats.extend(more);
            stock.reservations.insert(placed.value.id, placed.value.clone());
        });
        Ok(placed)
    }

    fn end_all(&self, ends: impl Fn(&Reservation) -> bool) {
        self.right.inspect(|stock| {
            let ended: Vec<Reservation> =
                stock.reservations.values().filter(|found| ends(found)).cloned().collect();
            for reservation in ended {
                free_seats(stock, &reservation);
                let state = ReservationState::Expired;
                stock.reservations.insert(reservation.id, Reservation { state, ..reservation });
            }
        });
    }
}
