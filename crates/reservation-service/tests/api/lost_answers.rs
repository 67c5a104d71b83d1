use serde_json::json;

use crate::hall::{Fan, Hall, PRICE};
use crate::wallet::Fault;

/// A payment whose answer is lost; the paths of reservation and payment.
async fn unanswered(hall: &Hall, fan: &Fan, reservation: &str) -> String {
    let reply = hall.pay(fan, reservation).send().await;
    let payment = reply.header("location").expect("a location").to_owned();
    let body = reply.expect(202);
    let expected = json!({
        "paymentId": payment.rsplit('/').next(),
        "reservationId": reservation.rsplit('/').next(),
        "amount": PRICE,
        "status": "processing",
    });
    assert_eq!(body, expected);
    assert_eq!(hall.look(fan, &payment).await, body);
    payment
}

#[tokio::test(flavor = "multi_thread")]
async fn money_taken_without_an_answer_ends_as_a_sale_with_one_debit() {
    for fault in [Fault::AnswerLost, Fault::ConnectionLost, Fault::Gibberish, Fault::Silent] {
        let hall = Hall::with_jobs().await;
        let sale = hall.on_sale(1).await;
        let fan = hall.fan_with(&sale, 3 * PRICE).await;
        let reservation = hall.held(&fan, &sale, &[0]).await;
        hall.wallet.fail(Some(fault));
        let payment = unanswered(&hall, &fan, &reservation).await;
        assert_eq!(hall.wallet.moved(fan.user).await, [-PRICE], "{fault:?}");
        // In between, nobody gets the seats and nothing is given up, whatever the time.
        hall.let_holds_lapse().await;
        assert_eq!(hall.status(&fan, &reservation).await, "paying");
        hall.hold(&hall.fan(&sale), &sale, &[0]).send().await.problem(409, "seat_unavailable");
        let problem = hall.give_up(&fan, &reservation).await.problem(409, "payment_in_progress");
        assert_eq!(Some(problem["paymentId"].as_str().unwrap()), payment.rsplit('/').next());
        assert_eq!(hall.pay(&fan, &reservation).send().await.expect(202)["paymentId"], problem["paymentId"]);

        hall.wallet.fail(None);
        hall.let_drivers_stall(false).await;
        hall.until(&fan, &payment, "captured").await;
        let body = hall.look(&fan, &payment).await;
        assert_eq!(body["balance"], 2 * PRICE);
        assert_eq!(hall.status(&fan, &reservation).await, "confirmed");
        assert_eq!(hall.tickets(&fan, &reservation).await.len(), 1);
        assert_eq!(hall.wallet.moved(fan.user).await, [-PRICE], "{fault:?}");
        hall.until_so("the pass is finished", async || hall.queue.told(fan.entry).0 > 0).await;
        hall.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_without_an_answer_ends_with_the_hold_as_it_was() {
    let hall = Hall::with_jobs().await;
    let sale = hall.on_sale(1).await;
    let fan = hall.fan_with(&sale, PRICE - 1).await;
    let reservation = hall.held(&fan, &sale, &[0]).await;
    hall.wallet.fail(Some(Fault::AnswerLost));
    let payment = unanswered(&hall, &fan, &reservation).await;
    hall.wallet.fail(None);
    // Too late for this payment: its answer was given, whether heard or not.
    hall.wallet.top_up(fan.user, PRICE).await;
    hall.let_drivers_stall(false).await;
    hall.until(&fan, &payment, "declined").await;
    assert_eq!(hall.status(&fan, &reservation).await, "held");
    hall.pay(&fan, &reservation).send().await.expect(201);
    assert_eq!(hall.wallet.moved(fan.user).await, [-PRICE]);
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wallet_that_is_silent_for_too_long_is_given_up_and_takes_nothing_afterwards() {
    let hall = Hall::with_jobs().await;
    let sale = hall.on_sale(1).await;
    let fan = hall.fan_with(&sale, PRICE).await;
    let reservation = hall.held(&fan, &sale, &[0]).await;
    hall.wallet.fail(Some(Fault::Down));
    let payment = unanswered(&hall, &fan, &reservation).await;
    hall.let_drivers_stall(true).await;
    let voiding = "SELECT count(*) FROM payments WHERE state = 'voiding'";
    hall.until_so("the payment is given up", async || hall.count(voiding).await == 1).await;
    assert_eq!(hall.status(&fan, &payment).await, "processing");
    assert_eq!(hall.status(&fan, &reservation).await, "paying");
    hall.wallet.fail(None);
    hall.let_drivers_stall(false).await;
    hall.until(&fan, &payment, "declined").await;
    assert_eq!(hall.wallet.moved(fan.user).await, [0; 0]);
    // The hold is what it was, and may be paid for anew.
    assert_eq!(hall.status(&fan, &reservation).await, "held");
    hall.pay(&fan, &reservation).send().await.expect(201);
    assert_eq!(hall.wallet.moved(fan.user).await, [-PRICE]);
    assert_eq!(hall.status(&fan, &payment).await, "declined");
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_taken_without_an_answer_for_too_long_still_is_a_sale() {
    let hall = Hall::with_jobs().await;
    let sale = hall.on_sale(1).await;
    let fan = hall.fan_with(&sale, PRICE).await;
    let reservation = hall.held(&fan, &sale, &[0]).await;
    hall.wallet.fail(Some(Fault::AnswerLost));
    let payment = unanswered(&hall, &fan, &reservation).await;
    // Until the payment is given up: the void that follows comes too late.
    hall.let_drivers_stall(true).await;
    let voiding = "SELECT count(*) FROM payments WHERE state = 'voiding'";
    hall.until_so("the payment is given up", async || hall.count(voiding).await == 1).await;
    hall.wallet.fail(None);
    hall.let_drivers_stall(false).await;
    hall.until(&fan, &payment, "captured").await;
    assert_eq!(hall.wallet.moved(fan.user).await, [-PRICE]);
    hall.assert_sound().await;
}
