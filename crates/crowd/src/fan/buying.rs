//! Dates, seats, and holding some of them.

use std::time::Duration;

use contracts::concert::{ScheduleBody, SchedulesBody, SeatMapBody};
use contracts::reservation::{NewReservationBody, ReservationBody};
use rand::Rng;
use rand::seq::IndexedRandom;
use uuid::Uuid;

use super::{Fan, Leave, Step, Takings};
use crate::http::{Ask, Reply};
use crate::ledger::Event;
use crate::stack::Service;

/// Everybody wants the best of what is left: the fewer, the more of them want the same.
const BEST: usize = 12;
/// Fewer seats than this are soon gone: time to put another performance on sale.
const LOW: usize = 60;
/// Looks at the seats before somebody gives up for now.
const TRIES: usize = 5;

/// Seats that are the fan's until they lapse.
pub(super) struct HeldSeats {
    pub(super) reservation_id: Uuid,
    pub(super) amount: i64,
}

impl Fan<'_> {
    /// Finds seats and holds them.
    pub(super) async fn hold_seats(&mut self, pass: &str) -> Step<HeldSeats> {
        for _ in 0..TRIES {
            self.go_on()?;
            let Some(schedule) = self.choose_date(pass).await? else {
                self.crowd.curtain.pause(Duration::from_millis(300)).await;
                continue;
            };
            let seats = self.choose_seats(pass, schedule).await?;
            if seats.is_empty() {
                continue;
            }
            if let Some(held) = self.hold(pass, schedule, seats).await? {
                return Ok(held);
            }
        }
        Err(Leave::StartAgain)
    }

    async fn choose_date(&mut self, pass: &str) -> Step<Option<Uuid>> {
        let path = format!("/v1/concerts/{}/schedules", self.crowd.sale.concert_id);
        let ask = Ask::get(Service::Concert, path).bearer(pass);
        let SchedulesBody { schedules } = self.with_pass(&ask).await?;
        let open: Vec<ScheduleBody> = schedules.into_iter().filter(|schedule| !schedule.sold_out).collect();
        if open.iter().map(|schedule| schedule.seats_available).sum::<usize>() < LOW {
            self.crowd.running_low.notify_one();
        }
        Ok(open.choose(&mut self.random).map(|schedule| schedule.schedule_id))
    }

    async fn choose_seats(&mut self, pass: &str, schedule: Uuid) -> Step<Vec<Uuid>> {
        let path = format!("/v1/schedules/{schedule}/seats?status=available");
        let ask = Ask::get(Service::Concert, path).bearer(pass);
        let map: SeatMapBody<'static> = self.with_pass(&ask).await?;
        let best: Vec<Uuid> = map.seats.iter().take(BEST).map(|seat| seat.seat_id).collect();
        let wanted = self.random.random_range(1..=3);
        Ok(best.choose_multiple(&mut self.random, wanted).copied().collect())
    }

    /// A look that takes a pass; the pass may have ended.
    async fn with_pass<T: serde::de::DeserializeOwned>(&mut self, ask: &Ask) -> Step<T> {
        let reply = self.insist(ask).await?.reply;
        match reply.status {
            200 => self.read(ask, &reply),
            401 if reply.code() == "pass_expired" => Err(Leave::StartAgain),
            _ => self.contradicted(ask, &reply),
        }
    }

    /// `None` where somebody else was faster.
    async fn hold(&mut self, pass: &str, schedule: Uuid, seats: Vec<Uuid>) -> Step<Option<HeldSeats>> {
        let key = self.fresh_key();
        let body = NewReservationBody::of_seats(schedule, seats.clone());
        let ask = Ask::post(Service::Reservation, "/v1/reservations").bearer(pass).key(key);
        let ask = ask.json(&body).map_err(|_| Leave::Over)?;
        self.note(&Event::HoldAsked { key, schedule_id: schedule, seats });
        let resolved = self.insist(&ask).await?;
        let (reply, was_unknown) = (resolved.reply, resolved.was_unknown);
        match (reply.status, reply.code().as_str()) {
            (201, _) => self.held(&ask, &reply, key).map(Some),
            (409, code @ ("seat_unavailable" | "seat_limit_reached")) => {
                self.note(&Event::HoldRefused { key, code: code.to_owned() });
                Takings::add(&self.crowd.takings.conflicts);
                Ok(None)
            }
            (401, "pass_expired") => {
                // Who is turned away at the door learns nothing of an earlier attempt.
                if !was_unknown {
                    self.note(&Event::HoldRefused { key, code: "pass_expired".to_owned() });
                }
                Err(Leave::StartAgain)
            }
            _ => self.contradicted(&ask, &reply),
        }
    }

    fn held(&mut self, ask: &Ask, reply: &Reply, key: Uuid) -> Step<HeldSeats> {
        let ReservationBody { reservation_id, amount, .. } = self.read(ask, reply)?;
        self.note(&Event::Held { key, reservation_id, amount });
        Takings::add(&self.crowd.takings.holds);
        Ok(HeldSeats { reservation_id, amount })
    }
}
