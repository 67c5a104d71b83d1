use test_kit::Unheard;

use crate::hall::{Hall, NO_JOBS, PRICE};
use crate::wallet::Fault;

async fn without_wallet() -> (Hall, Unheard) {
    let unheard = Unheard::reserve();
    let wallet = format!("http://{}", unheard.address());
    let settings = [NO_JOBS, ("BOXOFFICE__PEERS__WALLET", &wallet)];
    (Hall::open_with(&settings).await, unheard)
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_wallet_nothing_is_taken_and_the_hold_stands() {
    let (hall, _wallet) = without_wallet().await;
    let sale = hall.on_sale(1).await;
    let fan = hall.fan_with(&sale, PRICE).await;
    let reservation = hall.held(&fan, &sale, &[0]).await;
    for _ in 0..2 {
        let reply = hall.pay(&fan, &reservation).send().await;
        assert_eq!(reply.header("retry-after"), Some("1"));
        reply.problem(503, "unavailable");
        let shown = hall.service.get(&reservation).bearer(&fan.pass).send().await.expect(200);
        assert_eq!(shown["status"], "held");
    }
    hall.hold(&hall.fan(&sale), &sale, &[0]).send().await.problem(409, "seat_unavailable");
    // It lapses in its own time.
    hall.let_holds_lapse().await;
    hall.pay(&fan, &reservation).send().await.problem(409, "hold_expired");
    hall.held(&hall.fan(&sale), &sale, &[0]).await;
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_that_found_no_wallet_can_be_repeated_under_its_key() {
    let (hall, wallet) = without_wallet().await;
    let sale = hall.on_sale(1).await;
    let fan = hall.fan_with(&sale, 2 * PRICE).await;
    let reservation = hall.held(&fan, &sale, &[0]).await;
    for _ in 0..2 {
        hall.pay(&fan, &reservation).key("k").send().await.problem(503, "unavailable");
    }
    hall.wallet.come_up(wallet.address());
    let body = hall.pay(&fan, &reservation).key("k").send().await.expect(201);
    assert_eq!((&body["status"], &body["balance"]), (&"captured".into(), &PRICE.into()));
    let again = hall.fan_as(fan.user, &sale);
    assert_eq!(hall.pay(&again, &reservation).key("k").send().await.expect(201), body);
    assert_eq!(hall.wallet.moved(fan.user).await, [-PRICE]);
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn money_taken_is_not_forgotten_when_the_wallet_is_gone_afterwards() {
    let unheard = Unheard::reserve();
    let address = unheard.address();
    let hall = Hall::open_with(&[("BOXOFFICE__PEERS__WALLET", &format!("http://{address}"))]).await;
    let sale = hall.on_sale(1).await;
    let fan = hall.fan_with(&sale, PRICE).await;
    let reservation = hall.held(&fan, &sale, &[0]).await;
    let wallet = hall.wallet.come_up(address);
    hall.wallet.fail(Some(Fault::AnswerLost));
    hall.pay(&fan, &reservation).send().await.expect(202);
    wallet.stop(false).await;
    // Whoever takes over finds nobody to ask. That nothing was sent now says nothing of what was sent before.
    for fence in [2, 3] {
        hall.let_drivers_stall(false).await;
        let taken_over = format!("SELECT count(*) FROM payments WHERE fence >= {fence}");
        hall.until_so("another driver takes over", async || hall.count(&taken_over).await == 1).await;
    }
    let shown = hall.service.get(&reservation).bearer(&fan.pass).send().await.expect(200);
    assert_eq!(shown["status"], "paying");
    hall.wallet.fail(None);
    hall.wallet.come_up(address);
    hall.let_drivers_stall(false).await;
    let captured = "SELECT count(*) FROM payments WHERE state = 'captured'";
    hall.until_so("the payment is captured", async || hall.count(captured).await == 1).await;
    assert_eq!(hall.wallet.moved(fan.user).await, [-PRICE]);
    hall.assert_sound().await;
}
