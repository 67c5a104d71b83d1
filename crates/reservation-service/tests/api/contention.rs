use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;
use tokio::task::JoinSet;

use crate::hall::{Hall, NO_JOBS, PRICE};

#[tokio::test(flavor = "multi_thread")]
async fn of_five_hundred_who_want_one_seat_one_gets_it() {
    // As many connections as in production.
    let hall = Hall::open_with(&[NO_JOBS, ("BOXOFFICE__DATABASE__POOL_SIZE", "16")]).await;
    let sale = hall.on_sale(2).await;
    let mut holds = JoinSet::new();
    for _ in 0..500 {
        holds.spawn(hall.hold(&hall.fan(&sale), &sale, &[0]).send());
    }
    let mut statuses = BTreeMap::<u16, usize>::new();
    while let Some(reply) = holds.join_next().await {
        let reply = reply.unwrap();
        *statuses.entry(reply.status).or_default() += 1;
        if reply.status != 201 {
            assert_eq!(reply.problem(409, "seat_unavailable")["conflicts"], json!([sale.seats[0]]));
        }
    }
    assert_eq!(statuses, BTreeMap::from([(201, 1), (409, 499)]));
    assert_eq!(hall.count("SELECT count(*) FROM reservations").await, 1);
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_payments_of_one_reservation_are_one() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(2).await;
    let fan = hall.fan_with(&sale, 9 * PRICE).await;
    let reservation = hall.held(&fan, &sale, &[0, 1]).await;
    let mut payments = JoinSet::new();
    for attempt in 0..50 {
        let request = hall.pay(&fan, &reservation);
        let request = if attempt % 2 == 0 { request.key(&format!("attempt {attempt}")) } else { request };
        payments.spawn(request.send());
    }
    let mut ids = BTreeSet::new();
    while let Some(reply) = payments.join_next().await {
        let reply = reply.unwrap();
        match reply.status {
            201 | 202 => {
                ids.insert(reply.body["paymentId"].as_str().unwrap().to_owned());
            }
            _ => {
                reply.problem(401, "pass_expired");
            }
        }
    }
    assert_eq!(ids.len(), 1);
    assert_eq!(hall.wallet.moved(fan.user).await, [-2 * PRICE]);
    assert_eq!(hall.status(&fan, &reservation).await, "confirmed");
    assert_eq!(hall.queue.told(fan.entry), (1, 0));
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_fan_on_many_devices_gets_no_more_than_the_limit() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(20).await;
    let fan = hall.fan(&sale);
    let mut holds = JoinSet::new();
    for place in 0..20 {
        holds.spawn(hall.hold(&hall.fan_as(fan.user, &sale), &sale, &[place]).send());
    }
    let replies = holds.join_all().await;
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 4);
    for reply in replies.into_iter().filter(|reply| reply.status != 201) {
        reply.problem(409, "seat_limit_reached");
    }
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_repeated_at_once_under_its_key_is_one() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(4).await;
    let fan = hall.fan(&sale);
    let mut holds = JoinSet::new();
    for _ in 0..20 {
        holds.spawn(hall.hold(&fan, &sale, &[0]).key("k").send());
    }
    let mut ids = BTreeSet::new();
    for reply in holds.join_all().await {
        if reply.status == 201 {
            ids.insert(reply.body["reservationId"].as_str().unwrap().to_owned());
        } else {
            reply.problem(409, "idempotency_key_in_flight");
        }
    }
    assert_eq!(ids.len(), 1);
    assert_eq!(hall.count("SELECT count(*) FROM reservations").await, 1);
}
