use std::num::NonZeroU32;
use std::sync::Arc;

use domain::concert::SeatStatus;
use domain::reservation::{BestAvailable, GiveUpError, HoldError, Reservation, SeatWish, SeatsWanted};
use domain::shared::{IdGenerator, ReservationId, ScheduleId, SeatId};

use super::{CONCERT, Fan, QUEUE};
use crate::executor::Moment;
use crate::faults::Step;
use crate::services::{ConcertApp, Pass, ReservationApp};
use crate::world::Acknowledged;

/// Goes of one visit at seats.
const GOES: u32 = 3;

/// Seats that a fan would like, and others that would do.
struct Choice {
    schedule: ScheduleId,
    seats: Vec<SeatId>,
    others: Vec<SeatId>,
}

/// What asking for seats came to.
enum Asked {
    Held(Reservation),
    /// Not these, or nobody answered.
    NotNow,
    /// The pass is good for nothing any more.
    Over,
}

impl Fan {
    /// Looks at the seats, takes some, and makes up their mind; several times if it comes to nothing.
    pub(super) async fn shop(&self, pass: &Pass) {
        for _ in 0..GOES {
            let Some(choice) = self.choose(pass).await else {
                self.pause(100, 1_500).await;
                continue;
            };
            let Choice { schedule, seats, others } = choice;
            if self.draws(12) == 0 {
                self.snoop(pass).await;
            }
            if self.draws(6) == 0 {
                let there = if self.draws(2) == 0 || others.is_empty() { seats.clone() } else { others };
                self.hold_in_another_tab(pass, schedule, there);
            }
            match self.hold(pass, schedule, self.wish(seats)).await {
                Asked::Held(reservation) => {
                    if !self.make_up_their_mind(pass, &reservation).await {
                        return;
                    }
                }
                Asked::NotNow => self.pause(50, 1_000).await,
                Asked::Over => return,
            }
        }
    }

    /// One or two seats, mostly ones that look free.
    async fn choose(&self, pass: &Pass) -> Option<Choice> {
        let pass = *pass;
        let look = move |concert: Arc<ConcertApp>| async move { concert.look(&pass, CONCERT).await };
        let (schedule, map) = self.ask(Step::FanLooks, look).await?.ok()?.ok()??;
        let picky = self.draws(8) != 0;
        let seats = map.seats().filter(|live| !picky || live.status == SeatStatus::Available);
        let mut seats: Vec<SeatId> = seats.map(|live| live.seat.id).collect();
        let (wanted, mut others) = (1 + self.draws(2), Vec::new());
        while u32::try_from(seats.len()).is_ok_and(|left| left > wanted) {
            let place = self.world.executor.draw(|chance| chance.place(seats.len()))?;
            others.push(seats.swap_remove(place));
        }
        others.truncate(2);
        (!seats.is_empty()).then_some(Choice { schedule: schedule.id, seats, others })
    }

    /// Mostly these; or as many of the best there are.
    fn wish(&self, seats: Vec<SeatId>) -> SeatWish {
        let quantity = u32::try_from(seats.len()).ok().and_then(NonZeroU32::new);
        match quantity.filter(|_| self.draws(4) == 0) {
            Some(quantity) => SeatWish::BestAvailable(BestAvailable { quantity, section: None }),
            None => SeatWish::These(seats),
        }
    }

    /// Asks for seats, again under the same id where there was no answer.
    async fn hold(&self, pass: &Pass, schedule_id: ScheduleId, seats: SeatWish) -> Asked {
        let id = ReservationId(self.world.ids.next());
        let wanted = SeatsWanted {
            reservation_id: id,
            schedule_id,
            seats,
            user_id: self.user,
            pass_id: pass.id,
            queue_id: QUEUE,
        };
        for _ in 0..3 {
            match self.ask_to_hold(pass, &wanted).await {
                Some(Ok(Ok(seen))) => {
                    let until = seen.value.held_until;
                    self.acknowledged(Acknowledged::Held { reservation: id, user: self.user, until });
                    self.world.watch().owners.insert(id, self.user);
                    if self.draws(8) == 0 {
                        self.hold_something_else_under_the_same_id(pass, &wanted).await;
                    }
                    return Asked::Held(seen.value);
                }
                Some(Ok(Err(
                    HoldError::SeatsTaken(_)
                    | HoldError::NotSideBySide { .. }
                    | HoldError::TooManySeats { .. },
                ))) => return Asked::NotNow,
                Some(Err(_turned_away)) => return Asked::Over,
                Some(Ok(Err(_))) | None => self.pause(50, 1_500).await,
            }
        }
        Asked::NotNow
    }

    /// The same seats or others at the same time, under an id of its own.
    fn hold_in_another_tab(&self, pass: &Pass, schedule: ScheduleId, seats: Vec<SeatId>) {
        let (other, pass) = (self.clone(), *pass);
        self.another_tab(async move {
            other.hold(&pass, schedule, SeatWish::These(seats)).await;
        });
    }

    async fn ask_to_hold(
        &self,
        pass: &Pass,
        wanted: &SeatsWanted,
    ) -> Option<Result<Result<domain::reservation::Seen<Reservation>, HoldError>, crate::services::TurnedAway>>
    {
        let (pass, wanted) = (*pass, wanted.clone());
        let hold = move |reservation: Arc<ReservationApp>| {
            let wanted = wanted.clone();
            async move { reservation.hold(&pass, wanted).await }
        };
        self.ask(Step::FanHolds, hold).await
    }

    /// 9: the same id for another hold is refused, which the store's watch sees to.
    async fn hold_something_else_under_the_same_id(&self, pass: &Pass, wanted: &SeatsWanted) {
        let mut other = wanted.clone();
        if self.draws(2) == 0 {
            let mut seats = wanted.seats.named().to_vec();
            seats.pop();
            seats.push(SeatId(self.world.ids.next()));
            other.seats = SeatWish::These(seats);
        }
        drop(self.ask_to_hold(pass, &other).await);
    }

    /// Pays, at once or at the last moment, or does not. True where the fan wants to look again.
    async fn make_up_their_mind(&self, pass: &Pass, reservation: &Reservation) -> bool {
        let until = Moment::of(reservation.held_until);
        match self.draws(20) {
            0..9 => self.pay(pass, reservation).await,
            9..12 => self.pay_twice_at_once(pass, reservation).await,
            12..14 => {
                // Just before, at, or just after the end of the hold.
                let early = self.world.executor.draw(|chance| chance.between(0, 30));
                let moment = Moment::from_millis(until.as_millis().saturating_sub(early.into()));
                self.world.executor.sleep_until(moment).await;
                self.pay(pass, reservation).await
            }
            14..17 => {
                self.pause(0, 800).await;
                self.give_up(reservation.id).await;
                true
            }
            17..19 => {
                self.world.executor.sleep_until(until).await;
                true
            }
            _ => false,
        }
    }

    /// Gives a reservation up, held or paid; again where there was no answer.
    pub(super) async fn give_up(&self, id: ReservationId) {
        self.world.watch().cancels_asked.insert(id);
        let user = self.user;
        for _ in 0..4 {
            let give_up =
                move |reservation: Arc<ReservationApp>| async move { reservation.give_up(id, user).await };
            match self.ask(Step::FanGivesUp, give_up).await {
                Some(Ok(())) => return self.acknowledged(Acknowledged::GivenUp { reservation: id }),
                Some(Err(GiveUpError::NoSuchReservation | GiveUpError::AlreadyStarted(_))) => return,
                Some(Err(GiveUpError::PaymentUnderway { .. } | GiveUpError::Unexpected(_))) | None => {
                    self.pause(100, 2_000).await;
                }
            }
        }
    }
}
