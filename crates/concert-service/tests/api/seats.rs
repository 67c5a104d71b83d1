use domain::shared::QueueId;
use serde_json::{Value, json};

use crate::box_office::Fault;
use crate::hall::{Fits, Hall, eventually, new_id};

#[tokio::test(flavor = "multi_thread")]
async fn a_hall_of_fifty_shows_its_seats_by_number() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(5).await;
    let body = hall.seats(&sale, "").await.expect(200);
    assert_eq!(body["scheduleId"], json!(sale.schedule));
    assert!(body["version"].is_i64());
    let seats = body["seats"].as_array().unwrap();
    assert_eq!(
        seats.iter().map(|seat| seat["number"].as_u64().unwrap()).collect::<Vec<_>>(),
        (1..=50).collect::<Vec<_>>()
    );
    let expected = json!({
        "seatId": seats[10]["seatId"],
        "number": 11,
        "section": "Floor",
        "row": 2,
        "x": -4500,
        "y": 2000,
        "price": 50_000,
        "status": "available",
    });
    assert_eq!(seats[10], expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn holds_and_sales_show_and_a_lapsed_hold_is_none() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    let ids = hall.seat_ids(&sale).await;
    hall.office.hold(sale.schedule, hall.queue, ids[0]).await;
    hall.office.sell(sale.schedule, hall.queue, ids[1]).await;
    hall.seats_become(&sale, |seats| seats[..3] == ["held", "sold", "available"]).await;
    hall.office.pass_time(60);
    hall.seats_become(&sale, |seats| seats[..3] == ["available", "sold", "available"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_can_be_asked_for_by_status() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    let ids = hall.seat_ids(&sale).await;
    hall.office.hold(sale.schedule, hall.queue, ids[0]).await;
    hall.office.sell(sale.schedule, hall.queue, ids[1]).await;
    hall.seats_become(&sale, |seats| seats[..3] == ["held", "sold", "available"]).await;
    for (status, numbers) in [
        ("available", (3..=10).collect::<Vec<u64>>()),
        ("held", vec![1]),
        ("sold", vec![2]),
        ("blocked", vec![]),
    ] {
        let body = hall.seats(&sale, &format!("?status={status}")).await.expect(200);
        let seats = body["seats"].as_array().unwrap();
        assert!(seats.iter().all(|seat| seat["status"] == status));
        assert_eq!(seats.iter().map(|seat| seat["number"].as_u64().unwrap()).collect::<Vec<_>>(), numbers);
    }
    for query in ["?status=free", "?status=", "?status=Available", "?state=sold"] {
        hall.seats(&sale, query).await.problem(422, "invalid_request");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_that_are_known_are_not_sent_again() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    let ask = |query: &str, tag: String| {
        let path = format!("{}{query}", sale.seats_path);
        hall.service.get(&path).bearer(&sale.pass).header("if-none-match", &tag).send()
    };
    let first = hall.seats(&sale, "").await;
    let tag = first.header("etag").unwrap().to_owned();
    let version = first.clone().expect(200)["version"].clone();
    assert_eq!(tag, format!("\"{version}\""), "strong, and the version");
    for known in [tag.clone(), format!("\"x\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
        let reply = ask("", known).await;
        assert_eq!(reply.header("etag"), Some(tag.as_str()));
        assert_eq!(reply.expect(304), Value::Null);
    }
    ask("", "\"x\"".to_owned()).await.expect(200);
    ask("?status=available", tag.clone()).await.expect(200);

    let seat = first.expect(200)["seats"][0]["seatId"].as_str().unwrap().parse().unwrap();
    hall.office.hold(sale.schedule, hall.queue, seat).await;
    let changed = eventually("the seat is held", async || {
        let reply = ask("", tag.clone()).await;
        (reply.status == 200).then_some(reply)
    });
    let changed = changed.await;
    let held_tag = changed.header("etag").unwrap().to_owned();
    assert_ne!(held_tag, tag);
    assert_eq!(changed.expect(200)["seats"][0]["status"], "held");
    // Nothing happens but time.
    hall.office.pass_time(60);
    let lapsed = eventually("the hold has lapsed", async || {
        let reply = ask("", held_tag.clone()).await;
        (reply.status == 200).then_some(reply)
    });
    assert_eq!(lapsed.await.expect(200)["seats"][0]["status"], "available");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_is_written_once_for_all_who_ask() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(100).await;
    let path = hall.service.url(&sale.seats_path);
    let ask = async || {
        let reply = hall.service.client.get(&path).bearer_auth(&sale.pass).send().await.unwrap();
        let tag = reply.headers()["etag"].clone();
        assert_eq!(reply.headers()["content-length"], reply.content_length().unwrap().to_string());
        (tag, reply.bytes().await.unwrap())
    };
    let first = ask().await;
    assert!(first.1.len() > 2 * (64 << 10), "it goes out in slices");
    for _ in 0..3 {
        assert!(ask().await == first);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_to_other_performances_changes_no_tag() {
    let hall = Hall::open().await;
    let (sale, other) = (hall.on_sale(1).await, hall.on_sale(1).await);
    let tag = hall.seats(&sale, "").await.header("etag").unwrap().to_owned();
    let seat = hall.seat_ids(&other).await[0];
    hall.office.hold(other.schedule, hall.queue, seat).await;
    assert_eq!(hall.seats(&sale, "").await.header("etag"), Some(tag.as_str()));
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_are_for_the_admitted() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    hall.assert_only(Fits::Pass, || hall.service.get(&sale.seats_path)).await;
    let other = hall.pass_of(QueueId(new_id()));
    hall.service.get(&sale.seats_path).bearer(&other).send().await.problem(403, "not_admitted");
    for path in [format!("/v1/schedules/{}/seats", new_id()), "/v1/schedules/x/seats".to_owned()] {
        hall.service.get(&path).bearer(&sale.pass).send().await.problem(404, "not_found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_inventory_no_seat_is_shown_and_afterwards_all_are() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    hall.office.fail(Some(Fault::Down));
    let reply = hall.seats(&sale, "").await;
    assert!(reply.header("retry-after").is_some());
    reply.problem(503, "unavailable");
    hall.office.fail(None);
    eventually("the seats are shown", async || (hall.seats(&sale, "").await.status == 200).then_some(()))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_seat_map_serves_a_while_without_the_inventory_and_then_no_more() {
    // As old as a machine that stops for a moment makes it while somebody looks at it three times.
    for max_age_ms in ["500", "3000", "20000"] {
        let hall = Hall::open_with(&[("BOXOFFICE__CONCERT__SEAT_MAP_MAX_AGE_MS", max_age_ms)]).await;
        if serves_a_while(&hall).await {
            return;
        }
    }
    panic!("the last seat map is not served without the inventory");
}

/// Whether the map was shown after the inventory had gone, and before it was too old.
async fn serves_a_while(hall: &Hall) -> bool {
    let sale = hall.on_sale(1).await;
    let known = hall.seats(&sale, "").await;
    hall.office.fail(Some(Fault::Down));
    let mut served = 0;
    let refused = eventually("it has become too old", async || {
        let reply = hall.seats(&sale, "").await;
        if reply.status != 200 {
            return Some(reply);
        }
        assert_eq!(reply.header("etag"), known.header("etag"));
        served += 1;
        None
    });
    refused.await.problem(503, "unavailable");
    hall.office.fail(None);
    eventually("the seats are shown", async || (hall.seats(&sale, "").await.status == 200).then_some(()))
        .await;
    served > 0
}

#[tokio::test(flavor = "multi_thread")]
async fn an_arena_of_ten_thousand_is_shown_whole() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1_000).await;
    hall.seats_become(&sale, |seats| seats == vec!["available"; 10_000]).await;
}
