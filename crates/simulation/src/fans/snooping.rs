use std::sync::Arc;

use domain::reservation::{CheckoutError, GiveUpError};
use domain::shared::{IdGenerator, PaymentId, ReservationId};

use super::Fan;
use crate::faults::Step;
use crate::services::{Pass, ReservationApp};

impl Fan {
    /// 18: Nobody reads or writes what is another's: tries to.
    pub(super) async fn snoop(&self, pass: &Pass) {
        let Some(id) = self.another_fans_reservation() else { return };
        let (user, shown) = (self.user, *pass);
        match self.draws(3) {
            0 => {
                let read =
                    move |app: Arc<ReservationApp>| async move { app.box_office.reservation(id, user).await };
                if let Some(Ok(_)) = self.ask(Step::FanLooksUp, read).await {
                    self.caught(id, "was read");
                }
            }
            1 => {
                let give_up = move |app: Arc<ReservationApp>| async move { app.give_up(id, user).await };
                let answer = self.ask(Step::FanGivesUp, give_up).await;
                if !matches!(
                    answer,
                    None | Some(Err(GiveUpError::NoSuchReservation | GiveUpError::Unexpected(_)))
                ) {
                    self.caught(id, "was given up");
                }
            }
            _ => {
                let payment = PaymentId(self.world.ids.next());
                let pay = move |app: Arc<ReservationApp>| async move { app.pay(&shown, payment, id).await };
                let answer = self.ask(Step::FanPays, pay).await;
                let refused = matches!(
                    answer,
                    None | Some(
                        Err(_) | Ok(Err(CheckoutError::NoSuchReservation | CheckoutError::Unexpected(_)))
                    )
                );
                if !refused {
                    self.caught(id, "was paid");
                }
            }
        }
    }

    fn another_fans_reservation(&self) -> Option<ReservationId> {
        let watch = self.world.watch();
        let others: Vec<_> =
            watch.owners.iter().filter(|(_, owner)| **owner != self.user).map(|(id, _)| *id).collect();
        self.world.executor.draw(|chance| chance.pick(&others).copied())
    }

    fn caught(&self, id: ReservationId, how: &str) {
        self.world.violated("18", format!("{id} {how} by {}, whose it is not", self.user));
    }
}
