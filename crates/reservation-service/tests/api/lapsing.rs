use crate::hall::{Hall, NO_JOBS, PRICE};

#[tokio::test(flavor = "multi_thread")]
async fn a_lapsed_hold_is_claimable_with_every_job_dead() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(2).await;
    let (first, second) = (hall.fan_with(&sale, 2 * PRICE).await, hall.fan_with(&sale, PRICE).await);
    let lapsed = hall.held(&first, &sale, &[0, 1]).await;
    hall.hold(&second, &sale, &[1]).send().await.problem(409, "seat_unavailable");
    hall.let_holds_lapse().await;
    let claimed = hall.held(&second, &sale, &[1]).await;
    let problem = hall.pay(&first, &lapsed).send().await.problem(409, "hold_expired");
    assert_eq!(problem["reservationStatus"], "expired");
    hall.pay(&second, &claimed).send().await.expect(201);
    assert_eq!(hall.wallet.balance(first.user).await, 2 * PRICE);
    assert_eq!(hall.status(&first, &lapsed).await, "expired");
    hall.give_up(&first, &lapsed).await.expect(204);
    assert_eq!(hall.status(&second, &claimed).await, "confirmed");
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_lasts_as_long_as_the_settings_say() {
    let settings = [NO_JOBS, ("BOXOFFICE__RESERVATION__HOLD_TTL_SECONDS", "1")];
    let hall = Hall::open_with(&settings).await;
    let sale = hall.on_sale(1).await;
    let fan = hall.fan_with(&sale, PRICE).await;
    let body = hall.hold(&fan, &sale, &[0]).send().await.expect(201);
    assert_eq!(body["expiresInSeconds"], 1);
    // By the database's clock, and nobody has swept.
    hall.until_so("the seat is free again", async || {
        hall.hold(&hall.fan(&sale), &sale, &[0]).send().await.status == 201
    })
    .await;
    let path = format!("/v1/reservations/{}", body["reservationId"].as_str().unwrap());
    hall.pay(&fan, &path).send().await.problem(409, "hold_expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_lapses_yields_the_slot_by_and_by() {
    let hall = Hall::with_jobs().await;
    let sale = hall.on_sale(2).await;
    let fan = hall.fan(&sale);
    let lapsed = hall.held(&fan, &sale, &[0, 1]).await;
    hall.let_holds_lapse().await;
    hall.until_so("the slot is yielded", async || hall.queue.told(fan.entry).1 > 0).await;
    assert_eq!(hall.count("SELECT count(*) FROM seats WHERE status = 'available'").await, 2);
    assert_eq!(hall.status(&fan, &lapsed).await, "expired");
    assert_eq!(hall.queue.told(fan.entry).0, 0);
}
