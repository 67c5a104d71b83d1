use std::sync::Arc;

use domain::reservation::{CheckoutError, Paid, Payment, PaymentState, Reservation};
use domain::shared::{IdGenerator, PaymentId, ReservationId};

use super::Fan;
use crate::faults::Step;
use crate::services::{Pass, ReservationApp, TurnedAway};
use crate::world::Acknowledged;

/// Looks at a payment that is being processed before its fan goes away.
const LOOKS: u32 = 12;

/// What one answer to "pay" means to a fan.
enum Answered {
    Bought,
    TooPoor,
    /// Ask again under the same id.
    AskAgain,
    Over,
}

impl Fan {
    /// Pays, and deals with whatever comes of it. True where the fan wants to look again.
    pub(super) async fn pay(&self, pass: &Pass, reservation: &Reservation) -> bool {
        let mut id = PaymentId(self.world.ids.next());
        let mut top_ups = 0;
        if self.draws(8) == 0 {
            let other = self.clone();
            self.another_tab(async move { other.top_up().await });
        }
        for _ in 0..5 {
            match self.pay_once(pass, id, reservation.id).await {
                Answered::Bought => {
                    self.after_buying(reservation).await;
                    return false;
                }
                Answered::TooPoor if top_ups < 2 => {
                    top_ups += 1;
                    self.top_up().await;
                    id = PaymentId(self.world.ids.next());
                }
                Answered::TooPoor => {
                    self.give_up(reservation.id).await;
                    return true;
                }
                Answered::AskAgain => self.pause(50, 1_500).await,
                Answered::Over => return false,
            }
        }
        false
    }

    /// Two tabs, each with a payment of its own.
    pub(super) async fn pay_twice_at_once(&self, pass: &Pass, reservation: &Reservation) -> bool {
        let (other, pass_there, id) = (self.clone(), *pass, reservation.id);
        self.another_tab(async move {
            let payment = PaymentId(other.world.ids.next());
            other.pay_once(&pass_there, payment, id).await;
        });
        self.pay(pass, reservation).await
    }

    async fn pay_once(&self, pass: &Pass, id: PaymentId, reservation: ReservationId) -> Answered {
        let shown = *pass;
        let pay = move |app: Arc<ReservationApp>| async move { app.pay(&shown, id, reservation).await };
        match self.ask(Step::FanPays, pay).await {
            Some(Ok(Ok(Paid::Captured { payment, balance: _ }))) => self.bought(&payment),
            Some(Ok(Ok(Paid::Processing(payment)))) => self.follow(payment.id).await,
            Some(Ok(Err(CheckoutError::InsufficientBalance { .. }))) => Answered::TooPoor,
            Some(Ok(Err(CheckoutError::WalletOutOfReach | CheckoutError::Unexpected(_)))) | None => {
                Answered::AskAgain
            }
            Some(Ok(Err(
                CheckoutError::NoSuchReservation | CheckoutError::NotHeld { .. } | CheckoutError::Refunded,
            ))) => Answered::Over,
            // The payment may have used the pass up: whether it did can be looked up without one.
            Some(Err(TurnedAway::Spent | TurnedAway::Expired)) => self.follow(id).await,
        }
    }

    fn bought(&self, payment: &Payment) -> Answered {
        let (payment, reservation) = (payment.id, payment.reservation_id);
        self.acknowledged(Acknowledged::Paid { payment, reservation });
        Answered::Bought
    }

    /// Looks how a payment ends.
    async fn follow(&self, id: PaymentId) -> Answered {
        let user = self.user;
        for _ in 0..LOOKS {
            let look = move |app: Arc<ReservationApp>| async move { app.box_office.payment(id, user).await };
            if let Some(Ok(payment)) = self.ask(Step::FanLooksUp, look).await {
                match payment.state {
                    PaymentState::Captured { .. } => return self.bought(&payment),
                    PaymentState::Declined { .. } => return Answered::TooPoor,
                    PaymentState::Voided => return Answered::AskAgain,
                    PaymentState::Refunding | PaymentState::Refunded { .. } => return Answered::Over,
                    PaymentState::Debiting | PaymentState::Voiding => {}
                }
            }
            self.pause(500, 3_000).await;
        }
        Answered::Over
    }

    /// Looks at what was bought, and sometimes gives it back.
    async fn after_buying(&self, reservation: &Reservation) {
        let (id, user) = (reservation.id, self.user);
        if self.draws(3) == 0 {
            let tickets =
                move |app: Arc<ReservationApp>| async move { app.box_office.tickets(id, user).await };
            let found = self.ask(Step::FanLooksUp, tickets).await;
            let cancelled = self.world.watch().cancels_asked.contains(&id);
            if let Some(Ok(tickets)) = found
                && tickets.len() != reservation.seats.len()
                && !cancelled
            {
                self.world.violated("19", format!("{} tickets for the seats of {id}", tickets.len()));
            }
            self.check_wallet().await;
        }
        if self.draws(4) == 0 || self.world.weather.seeks_refunds() {
            self.pause(0, 2_000).await;
            self.give_up(id).await;
        }
    }
}
