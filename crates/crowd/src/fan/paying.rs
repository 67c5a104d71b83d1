//! Paying, the tickets, and giving it all back.

use std::time::Duration;

use contracts::reservation::{PaymentBody, PaymentStatus, TicketsBody};
use rand::Rng;
use uuid::Uuid;

use super::buying::HeldSeats;
use super::{Fan, Leave, Step, Takings};
use crate::http::{Ask, Reply, Resolved};
use crate::ledger::{Event, SeatTicket};
use crate::stack::Service;

/// How often a fan asks how a payment under way stands.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// What one attempt at paying came to.
enum Paying {
    Captured,
    TooLittleMoney,
    /// The seats are not to be had any more, or not known to be.
    InVain,
}

impl Fan<'_> {
    /// Pays, and fetches the tickets.
    pub(super) async fn buy(&mut self, pass: &str, held: &HeldSeats) -> Step<()> {
        let mut paying = self.pay(pass, held).await?;
        if let Paying::TooLittleMoney = paying {
            self.top_up(held.amount, false).await?;
            paying = self.pay(pass, held).await?;
        }
        match paying {
            Paying::Captured => {
                Takings::add(&self.crowd.takings.purchases);
                self.fetch_tickets(held.reservation_id).await
            }
            Paying::TooLittleMoney | Paying::InVain => Err(Leave::StartAgain),
        }
    }

    /// Pays once, or twice at once: under one key or under two.
    async fn pay(&mut self, pass: &str, held: &HeldSeats) -> Step<Paying> {
        self.go_on()?;
        let (first, second) = (self.fresh_key(), self.fresh_key());
        let keys = match self.random.random_range(0..100) {
            0..12 => vec![first, first],
            12..24 => vec![first, second],
            _ => vec![first],
        };
        let is_doubled = keys == [first, first];
        let path = format!("/v1/reservations/{}/payments", held.reservation_id);
        let ask = |key| Ask::post(Service::Reservation, path.clone()).bearer(pass).key(key);
        for key in &keys {
            self.note(&Event::PayAsked { key: *key, reservation_id: held.reservation_id });
        }
        let asks: Vec<Ask> = keys.iter().map(|key| ask(*key)).collect();
        let answers = futures_util::future::join_all(asks.iter().map(|ask| self.insist(ask))).await;
        let mut outcome = Paying::InVain;
        for ((key, ask), answer) in keys.iter().zip(&asks).zip(answers) {
            let Resolved { reply, was_unknown } = answer?;
            // Each of two under one key is another attempt of the other.
            match self.paid(*key, ask, &reply, was_unknown || is_doubled).await? {
                Paying::InVain => {}
                known => outcome = known,
            }
        }
        Ok(outcome)
    }

    async fn paid(&mut self, key: Uuid, ask: &Ask, reply: &Reply, was_unknown: bool) -> Step<Paying> {
        match (reply.status, reply.code().as_str()) {
            (201 | 202, _) => {
                let payment: PaymentBody = self.read(ask, reply)?;
                self.follow(key, payment).await
            }
            (402, code @ "insufficient_balance") => {
                self.note(&Event::PayRefused { key, code: code.to_owned() });
                Ok(Paying::TooLittleMoney)
            }
            (409, code @ "hold_expired") => {
                self.note(&Event::PayRefused { key, code: code.to_owned() });
                Ok(Paying::InVain)
            }
            (401, code @ "pass_expired") => {
                if !was_unknown {
                    self.note(&Event::PayRefused { key, code: code.to_owned() });
                }
                Ok(Paying::InVain)
            }
            _ => self.contradicted(ask, reply),
        }
    }

    /// Looks at a payment until it has ended.
    async fn follow(&mut self, key: Uuid, mut payment: PaymentBody) -> Step<Paying> {
        loop {
            let PaymentBody { payment_id, amount, status, .. } = payment;
            self.note(&Event::Paid { key, payment_id, amount, status });
            match status {
                PaymentStatus::Captured => return Ok(Paying::Captured),
                PaymentStatus::Declined | PaymentStatus::Refunded => return Ok(Paying::InVain),
                PaymentStatus::Processing => {}
            }
            self.go_on()?;
            self.crowd.curtain.pause(LOOK_EVERY).await;
            let ask = Ask::get(Service::Reservation, format!("/v1/payments/{payment_id}"));
            let ask = ask.bearer(&self.account.access);
            let reply = self.insist(&ask).await?.reply;
            if reply.status != 200 {
                return self.contradicted(&ask, &reply);
            }
            payment = self.read(&ask, &reply)?;
        }
    }

    async fn fetch_tickets(&mut self, reservation_id: Uuid) -> Step<()> {
        let path = format!("/v1/reservations/{reservation_id}/tickets");
        let ask = Ask::get(Service::Reservation, path).bearer(&self.account.access);
        let reply = self.insist(&ask).await?.reply;
        if reply.status != 200 {
            return self.contradicted(&ask, &reply);
        }
        let TicketsBody { tickets } = self.read(&ask, &reply)?;
        let mut tickets: Vec<SeatTicket> = tickets.into_iter().map(SeatTicket::from).collect();
        tickets.sort_unstable();
        self.note(&Event::Ticketed { reservation_id, tickets });
        Ok(())
    }

    /// Gives a hold up, or a purchase back.
    pub(super) async fn give_up(&mut self, reservation_id: Uuid) -> Step<()> {
        self.go_on()?;
        self.note(&Event::GiveUpAsked { reservation_id });
        let ask = Ask::delete(Service::Reservation, format!("/v1/reservations/{reservation_id}"));
        let ask = ask.bearer(&self.account.access);
        let reply = self.insist(&ask).await?.reply;
        if reply.status != 204 {
            return self.contradicted(&ask, &reply);
        }
        self.note(&Event::GivenUp { reservation_id });
        Takings::add(&self.crowd.takings.given_up);
        Ok(())
    }
}
