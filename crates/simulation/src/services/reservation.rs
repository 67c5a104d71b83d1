use std::sync::Arc;

use domain::reservation::{
    BoxOffice, Checkouts, Courier, GiveUpError, HoldError, Holds, Inventory, Outbox, Paid, Passes, Payments,
    Reservation, Reservations, SeatsWanted, Seen,
};
use domain::shared::{PaymentId, ReservationId, UserId};

use super::door::{Door, Pass, TurnedAway};
use super::jobs::{self, BATCH};
use crate::executor::Process;
use crate::faults::Step;
use crate::network::{Host, PassesPeer, PaymentsPeer, Peer};
use crate::planted::{self, Driver};
use crate::stores::{Gate, Guarded};
use crate::world::{Store, World};

/// reservation-service.
pub struct ReservationApp {
    pub box_office: BoxOffice,
    pub inventory: Arc<dyn Inventory>,
    driver: Driver,
    courier: Courier,
    door: Arc<Door>,
}

impl Host for ReservationApp {
    const PROCESS: Process = Process::Reservation;

    fn running(world: &World) -> Option<Arc<Self>> {
        world.apps().reservation.clone()
    }
}

impl ReservationApp {
    pub async fn hold(
        &self,
        pass: &Pass,
        wanted: SeatsWanted,
    ) -> Result<Result<Seen<Reservation>, HoldError>, TurnedAway> {
        self.door.admit(Step::FanHolds, pass)?;
        Ok(self.box_office.hold(wanted).await)
    }

    pub async fn pay(
        &self,
        pass: &Pass,
        payment: PaymentId,
        reservation: ReservationId,
    ) -> Result<Result<Paid, domain::reservation::CheckoutError>, TurnedAway> {
        self.door.admit(Step::FanPays, pass)?;
        let paid = self.driver.pay(payment, reservation, pass.user, pass.id).await;
        if let Ok(Paid::Captured { .. }) = &paid {
            self.door.revoke(pass);
        }
        Ok(paid)
    }

    pub async fn give_up(&self, reservation: ReservationId, user: UserId) -> Result<(), GiveUpError> {
        self.driver.give_up(reservation, user).await
    }
}

pub fn start(world: &Arc<World>) {
    let gate = Gate::new(world, Process::Reservation, Store::BoxOffice);
    let peer = Peer { world: Arc::clone(world), caller: Process::Reservation };
    let holds: Arc<dyn Holds> = Guarded::new(planted::holds(world), &gate);
    let checkouts: Arc<dyn Checkouts> = Guarded::new(planted::checkouts(world), &gate);
    let outbox: Arc<dyn Outbox> = Guarded::new(planted::outbox(world), &gate);
    let reservations: Arc<dyn Reservations> =
        Guarded::<dyn Reservations>::new(world.stores.box_office.clone(), &gate);
    let inventory: Arc<dyn Inventory> = Guarded::<dyn Inventory>::new(world.stores.box_office.clone(), &gate);
    let passes: Arc<dyn Passes> = Arc::new(PassesPeer(peer.clone()));
    let payments: Arc<dyn Payments> = planted::payments(world, Arc::new(PaymentsPeer(peer)));
    let courier = Courier::new(outbox, passes);
    let door = Door::new(world, Process::Reservation);
    let app = Arc::new(ReservationApp {
        box_office: BoxOffice::new(holds, reservations, world.settings.hold),
        inventory,
        driver: Driver::new(world, checkouts, payments, courier.clone()),
        courier,
        door: Arc::clone(&door),
    });
    world.apps().reservation = Some(Arc::clone(&app));
    run_jobs(world, &app);
    door.follow();
}

fn run_jobs(world: &Arc<World>, app: &Arc<ReservationApp>) {
    let intervals = world.settings.intervals;
    let (sweeper, postman, driver) = (Arc::clone(app), Arc::clone(app), Arc::clone(app));
    jobs::every(world, Process::Reservation, intervals.sweep, move || {
        let app = Arc::clone(&sweeper);
        async move { app.box_office.sweep_lapsed(BATCH).await }
    });
    jobs::every(world, Process::Reservation, intervals.outbox, move || {
        let app = Arc::clone(&postman);
        async move { app.courier.deliver_due(BATCH).await }
    });
    jobs::every(world, Process::Reservation, intervals.recovery, move || {
        let app = Arc::clone(&driver);
        async move { app.driver.recover(BATCH).await }
    });
}
