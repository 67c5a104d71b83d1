use serde_json::{Value, json};

use crate::hall::{Hall, PRICE};
use crate::wallet::Fault;

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_given_up_frees_its_seats_at_once() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(3).await;
    let fan = hall.fan(&sale);
    let (first, last) = (hall.held(&fan, &sale, &[0, 1]).await, hall.held(&fan, &sale, &[2]).await);
    for _ in 0..2 {
        assert_eq!(hall.give_up(&fan, &first).await.expect(204), json!(null));
    }
    hall.held(&hall.fan(&sale), &sale, &[0, 1]).await;
    assert_eq!(hall.queue.told(fan.entry), (0, 0));
    // With the last of them goes the slot; and a pass does as well as an access token.
    hall.service.delete(&last).bearer(&fan.pass).send().await.expect(204);
    assert_eq!(hall.queue.told(fan.entry), (0, 1));
    assert_eq!(hall.events().await, 0);
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_given_up_is_refunded_and_its_seats_are_sold_again() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(2).await;
    let fan = hall.fan_with(&sale, 3 * PRICE).await;
    let (reservation, payment) = hall.bought(&fan, &sale, &[0, 1]).await;
    for _ in 0..2 {
        hall.give_up(&fan, &reservation).await.expect(204);
    }
    assert_eq!(hall.status(&fan, &reservation).await, "cancelled");
    let refunded = hall.look(&fan, &payment).await;
    assert_eq!((&refunded["status"], &refunded["amount"]), (&json!("refunded"), &json!(2 * PRICE)));
    assert_eq!(hall.tickets(&fan, &reservation).await, Vec::<Value>::new());
    assert_eq!(hall.wallet.moved(fan.user).await, [2 * PRICE, -2 * PRICE]);
    let other = hall.fan_with(&sale, 2 * PRICE).await;
    let (bought, _) = hall.bought(&other, &sale, &[0, 1]).await;
    hall.give_up(&fan, &reservation).await.expect(204);
    assert_eq!(hall.status(&other, &bought).await, "confirmed");
    assert_eq!(hall.tickets(&other, &bought).await.len(), 2);
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_without_an_answer_is_given_once_and_ends() {
    for (fault, given) in [(Fault::Down, false), (Fault::AnswerLost, true)] {
        let hall = Hall::with_jobs().await;
        let sale = hall.on_sale(1).await;
        let fan = hall.fan_with(&sale, PRICE).await;
        let (reservation, payment) = hall.bought(&fan, &sale, &[0]).await;
        hall.wallet.fail(Some(fault));
        hall.give_up(&fan, &reservation).await.expect(204);
        assert_eq!(hall.status(&fan, &payment).await, "processing");
        assert_eq!(hall.wallet.balance(fan.user).await, if given { PRICE } else { 0 });
        // The seats are free whatever becomes of the money.
        hall.held(&hall.fan(&sale), &sale, &[0]).await;
        hall.wallet.fail(None);
        hall.let_drivers_stall(true).await;
        hall.until(&fan, &payment, "refunded").await;
        assert_eq!(hall.wallet.moved(fan.user).await, [PRICE, -PRICE], "{fault:?}");
        hall.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_is_final_once_the_performance_has_begun() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    let fan = hall.fan_with(&sale, PRICE).await;
    let (reservation, payment) = hall.bought(&fan, &sale, &[0]).await;
    hall.sql("UPDATE sales SET starts_at = clock_timestamp() - interval '1 second'").await;
    hall.give_up(&fan, &reservation).await.problem(409, "already_started");
    assert_eq!(hall.status(&fan, &payment).await, "captured");
    assert_eq!(hall.tickets(&fan, &reservation).await.len(), 1);
    assert_eq!(hall.wallet.moved(fan.user).await, [-PRICE]);
}
