use crate::hall::{Hall, PRICE};

/// As if the couriers had had their time.
const LET_COURIERS_FAIL: &str = "UPDATE outbox SET claimed_until = claimed_until - interval '1 hour'";

#[tokio::test(flavor = "multi_thread")]
async fn a_sale_stands_without_the_queue_which_hears_of_it_later() {
    let hall = Hall::with_jobs().await;
    let sale = hall.on_sale(2).await;
    let fan = hall.fan_with(&sale, PRICE).await;
    hall.queue.down(true);
    let (reservation, _) = hall.bought(&fan, &sale, &[0]).await;
    assert_eq!(hall.status(&fan, &reservation).await, "confirmed");
    assert_eq!(hall.events().await, 1);
    // Admitted fans go on meanwhile.
    hall.held(&hall.fan(&sale), &sale, &[1]).await;
    assert_eq!(hall.queue.told(fan.entry), (0, 0));
    hall.queue.down(false);
    hall.sql(LET_COURIERS_FAIL).await;
    hall.until_so("the pass is finished", async || hall.queue.told(fan.entry).0 > 0).await;
    hall.until_so("nothing waits", async || hall.events().await == 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_refused_stands_in_nobodys_way() {
    let hall = Hall::with_jobs().await;
    let sale = hall.on_sale(3).await;
    let unknown = hall.fan_with(&sale, PRICE).await;
    hall.queue.refuse(unknown.entry);
    hall.queue.down(true);
    hall.bought(&unknown, &sale, &[0]).await;
    let mut fans = Vec::new();
    for place in [1, 2] {
        let fan = hall.fan_with(&sale, PRICE).await;
        hall.bought(&fan, &sale, &[place]).await;
        fans.push(fan);
    }
    hall.queue.down(false);
    hall.sql(LET_COURIERS_FAIL).await;
    for fan in fans {
        hall.until_so("the pass is finished", async || hall.queue.told(fan.entry).0 > 0).await;
    }
    hall.until_so("one event is left", async || hall.events().await == 1).await;
}
