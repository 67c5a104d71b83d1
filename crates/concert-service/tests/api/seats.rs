use domain::shared::QueueId;
use serde_json::{Value, json};

use crate::box_office::Fault;
use crate::hall::{Fits, Hall, OnSale, new_id};

/// The statuses of all seats by number.
async fn statuses(hall: &Hall, sale: &OnSale) -> Vec<String> {
    let body = hall.seats(sale, "").await.expect(200);
    body["seats"].as_array().unwrap().iter().map(|seat| seat["status"].as_str().unwrap().to_owned()).collect()
}

async fn seat_ids(hall: &Hall, sale: &OnSale) -> Vec<uuid::Uuid> {
    let body = hall.seats(sale, "").await.expect(200);
    body["seats"]
        .as_array()
        .unwrap()
        .iter()
        .map(|seat| seat["seatId"].as_str().unwrap().parse().unwrap())
        .collect()
}

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
async fn holds_and_sales_show_at_once_and_a_lapsed_hold_is_none() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    let ids = seat_ids(&hall, &sale).await;
    hall.office.hold(sale.schedule, hall.queue, ids[0]).await;
    hall.office.sell(sale.schedule, hall.queue, ids[1]).await;
    assert_eq!(statuses(&hall, &sale).await[..3], ["held", "sold", "available"]);
    hall.office.pass_time(60);
    assert_eq!(statuses(&hall, &sale).await[..3], ["available", "sold", "available"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_can_be_asked_for_by_status() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    let ids = seat_ids(&hall, &sale).await;
    hall.office.hold(sale.schedule, hall.queue, ids[0]).await;
    hall.office.sell(sale.schedule, hall.queue, ids[1]).await;
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
    assert!(tag.starts_with('"') && tag.len() > 20, "{tag} is strong");
    for known in [tag.clone(), format!("\"x\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
        let reply = ask("", known).await;
        assert_eq!(reply.header("etag"), Some(tag.as_str()));
        assert_eq!(reply.expect(304), Value::Null);
    }
    ask("", "\"x\"".to_owned()).await.expect(200);
    ask("?status=available", tag.clone()).await.expect(200);

    let seat = first.expect(200)["seats"][0]["seatId"].as_str().unwrap().parse().unwrap();
    hall.office.hold(sale.schedule, hall.queue, seat).await;
    let changed = ask("", tag.clone()).await;
    let held_tag = changed.header("etag").unwrap().to_owned();
    assert_ne!(held_tag, tag);
    changed.expect(200);
    // Nothing happens but time: the version stands still and the seat is available again.
    hall.office.pass_time(60);
    assert_eq!(ask("", held_tag).await.expect(200)["seats"][0]["status"], "available");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_to_other_performances_changes_no_tag() {
    let hall = Hall::open().await;
    let (sale, other) = (hall.on_sale(1).await, hall.on_sale(1).await);
    let tag = hall.seats(&sale, "").await.header("etag").unwrap().to_owned();
    let seat = seat_ids(&hall, &other).await[0];
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
    for known_before in [false, true] {
        hall.office.fail(Some(Fault::Down));
        let reply = hall.seats(&sale, "").await;
        assert!(reply.header("retry-after").is_some(), "known before: {known_before}");
        reply.problem(503, "unavailable");
        hall.office.fail(None);
        assert_eq!(statuses(&hall, &sale).await, ["available"; 10]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_arena_of_ten_thousand_is_shown_whole() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1_000).await;
    assert_eq!(statuses(&hall, &sale).await, vec!["available"; 10_000]);
}
