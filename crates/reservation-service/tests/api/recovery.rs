use crate::hall::{Hall, NO_JOBS, PATIENT, PRICE};

#[tokio::test(flavor = "multi_thread")]
async fn a_driver_that_stalls_is_replaced_and_fenced_off() {
    let hall = Hall::open_with(&[PATIENT]).await;
    let sale = hall.on_sale(1).await;
    let fan = hall.fan_with(&sale, 2 * PRICE).await;
    let reservation = hall.held(&fan, &sale, &[0]).await;
    hall.wallet.keep_waiting();
    let slow = tokio::spawn(hall.pay(&fan, &reservation).key("k").send());
    hall.wallet.somebody_waits().await;
    hall.pay(&fan, &reservation).key("k").send().await.problem(409, "idempotency_key_in_flight");
    assert_eq!(hall.status(&fan, &reservation).await, "paying");

    hall.let_drivers_stall(false).await;
    hall.until(&fan, &reservation, "confirmed").await;
    assert_eq!(hall.count("SELECT fence FROM payments").await, 2);
    hall.wallet.let_go_on();
    // It writes nothing; where it knows no better, it says that the payment goes on.
    let body = slow.await.unwrap().expect(202);
    let payment = format!("/v1/payments/{}", body["paymentId"].as_str().unwrap());
    assert_eq!(hall.status(&fan, &payment).await, "captured");
    assert_eq!(hall.wallet.moved(fan.user).await, [-PRICE]);
    assert_eq!(hall.tickets(&fan, &reservation).await.len(), 1);
    hall.assert_sound().await;
}

/// No hold is ever lost while it is paid for; were it, by whatever mistake, no money would be kept for nothing.
#[tokio::test(flavor = "multi_thread")]
async fn money_taken_for_a_lost_seat_goes_back_by_itself() {
    let hall = Hall::open_with(&[NO_JOBS, PATIENT]).await;
    let sale = hall.on_sale(3).await;
    let fan = hall.fan_with(&sale, 2 * PRICE).await;
    let reservation = hall.held(&fan, &sale, &[0, 1]).await;
    hall.wallet.keep_waiting();
    let paying = tokio::spawn(hall.pay(&fan, &reservation).send());
    hall.wallet.somebody_waits().await;
    let lost = sale.seats[1];
    hall.sql(&format!("UPDATE seats SET status = 'blocked', reservation_id = NULL WHERE seat_id = '{lost}'"))
        .await;
    hall.wallet.let_go_on();
    let problem = paying.await.unwrap().problem(409, "hold_expired");
    assert_eq!(problem["reservationStatus"], "cancelled");
    assert_eq!(hall.wallet.moved(fan.user).await, [2 * PRICE, -2 * PRICE]);
    assert_eq!(hall.status(&fan, &reservation).await, "cancelled");
    assert_eq!(hall.tickets(&fan, &reservation).await.len(), 0);
    hall.assert_sound().await;
    // The other seat is free again.
    hall.held(&fan, &sale, &[0]).await;
    hall.hold(&fan, &sale, &[1]).send().await.problem(409, "seat_unavailable");
    let again = hall.held(&fan, &sale, &[2]).await;
    hall.sql(&format!(
        "UPDATE seats SET status = 'blocked', reservation_id = NULL, held_until = NULL WHERE seat_id = '{}'",
        sale.seats[2]
    ))
    .await;
    hall.pay(&fan, &again).send().await.problem(409, "hold_expired");
    assert_eq!(hall.wallet.balance(fan.user).await, 2 * PRICE);
}
