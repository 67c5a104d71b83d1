use std::collections::BTreeSet;
use std::sync::Arc;

use reqwest::Method;
use tokio::task::JoinSet;

use crate::hall::{Hall, PRICE};

#[tokio::test(flavor = "multi_thread")]
async fn two_replicas_sell_every_seat_once() {
    const SEATS: usize = 12;
    let hall = Hall::open().await;
    let other = hall.replica().await;
    let sale = Arc::new(hall.on_sale(SEATS).await);
    let urls = [hall.service.url(""), other.url("")];
    let mut visits = JoinSet::new();
    let mut fans = Vec::new();
    for visit in 0..40_usize {
        let fan = hall.fan_with(&sale, 2 * PRICE).await;
        fans.push(fan.clone());
        let (client, sale) = (hall.service.client.clone(), Arc::clone(&sale));
        let (here, there) = (urls[visit % 2].clone(), urls[(visit / 2) % 2].clone());
        visits.spawn(async move {
            let ask = |method, url: String| client.request(method, url).bearer_auth(&fan.pass);
            let places = [visit % SEATS, (visit * 5 + 1) % SEATS];
            let places = if places[0] == places[1] { &places[..1] } else { &places[..] };
            let held = ask(Method::POST, format!("{here}/v1/reservations"))
                .json(&sale.wanted(places))
                .send()
                .await
                .unwrap();
            if held.status() != 201 {
                assert_eq!(held.status(), 409);
                return false;
            }
            let path = held.headers()["location"].to_str().unwrap().to_owned();
            if visit % 7 == 0 {
                let released = ask(Method::DELETE, format!("{there}{path}")).send().await.unwrap();
                assert_eq!(released.status(), 204);
                return false;
            }
            // At both doors at once.
            let [one, two] =
                [&here, &there].map(|url| ask(Method::POST, format!("{url}{path}/payments")).send());
            let (one, two) = tokio::join!(one, two);
            let statuses = BTreeSet::from([one.unwrap().status().as_u16(), two.unwrap().status().as_u16()]);
            assert!(statuses.iter().all(|status| [201, 202, 401].contains(status)), "{statuses:?}");
            assert!(statuses.contains(&201), "{statuses:?}");
            true
        });
    }
    let sold = visits.join_all().await.into_iter().filter(|sold| *sold).count();
    assert!(sold > 0);
    hall.assert_sound().await;
    let confirmed = "SELECT coalesce(sum(amount), 0)::bigint FROM reservations WHERE status = 'confirmed'";
    let mut taken = 0;
    for fan in &fans {
        let moved = hall.wallet.moved(fan.user).await;
        assert!(moved.len() <= 1, "{moved:?}");
        taken -= moved.iter().sum::<i64>();
    }
    assert_eq!(hall.count(confirmed).await, taken, "every won taken is for a seat sold");
    let confirmed = "SELECT count(*) FROM reservations WHERE status = 'confirmed'";
    assert_eq!(usize::try_from(hall.count(confirmed).await).unwrap(), sold);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_known_to_every_replica() {
    let hall = Hall::open().await;
    let other = hall.replica().await;
    let sale = hall.on_sale(1).await;
    let fan = hall.fan(&sale);
    let first = hall.hold(&fan, &sale, &[0]).key("k").send().await.expect(201);
    let again = other.post("/v1/reservations", sale.wanted(&[0])).bearer(&fan.pass).key("k").send().await;
    assert_eq!(again.expect(201), first);
}
