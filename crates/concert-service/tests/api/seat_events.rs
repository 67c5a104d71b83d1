use std::collections::HashMap;

use domain::adapters::system;
use domain::shared::{EntryId, QueueId, UserId};
use serde_json::json;
use uuid::Uuid;

use crate::box_office::Fault;
use crate::hall::{Fits, Hall, OnSale, eventually, new_id};
use crate::stream::Events;

fn path(sale: &OnSale) -> String {
    format!("{}/events", sale.seats_path)
}

fn one(seat: Uuid, status: &str) -> Vec<(Uuid, String)> {
    vec![(seat, status.to_owned())]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_begins_with_all_seats_and_goes_on_with_each_change() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    let mut events = Events::open(&hall, &sale, None).await;
    let header = |name: &str| events.response.headers()[name].to_str().unwrap().to_owned();
    assert_eq!(header("content-type"), "text/event-stream");
    assert_eq!((header("cache-control"), header("x-accel-buffering")), ("no-store".into(), "no".into()));

    let first = events.next().await.unwrap();
    let map = hall.seats(&sale, "").await.expect(200);
    assert!(first.is_snapshot() && first.name == "seats");
    assert_eq!(first.id.as_ref(), Some(&map["version"].to_string()));
    assert_eq!(first.version(), map["version"].as_i64().unwrap());
    let ids = hall.seat_ids(&sale).await;
    let all: Vec<_> = ids.iter().map(|seat| (*seat, "available".to_owned())).collect();
    assert_eq!(first.changes(), all);

    hall.office.hold(sale.schedule, hall.queue, ids[3]).await;
    let held = events.next().await.unwrap();
    assert_eq!((held.is_snapshot(), held.changes()), (false, one(ids[3], "held")));
    assert_eq!(held.id, Some(held.version().to_string()));
    assert!(held.version() > first.version());
    let map = hall.seats(&sale, "").await;
    assert_eq!(map.header("etag").unwrap(), format!("\"{}\"", held.version()));

    // Nothing happens but time.
    hall.office.pass_time(60);
    assert_eq!(events.next().await.unwrap().changes(), one(ids[3], "available"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_lapses_on_the_stream_of_an_inventory_that_cannot_be_reached_and_the_stream_goes_on_after_it()
{
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    let ids = hall.seat_ids(&sale).await;
    let mut events = Events::open(&hall, &sale, None).await;
    events.next().await.unwrap();
    hall.office.hold(sale.schedule, hall.queue, ids[0]).await;
    assert_eq!(events.next().await.unwrap().changes(), one(ids[0], "held"));
    // It has a second left when the inventory is heard for the last time.
    hall.office.pass_time(59);
    let heard = hall.office.asked();
    eventually("the time was heard", async || (hall.office.asked() > heard + 1).then_some(())).await;
    hall.office.fail(Some(Fault::Down));
    assert_eq!(events.next().await.unwrap().changes(), one(ids[0], "available"));
    hall.office.pass_time(1);
    hall.office.sell(sale.schedule, hall.queue, ids[1]).await;
    hall.office.fail(None);
    assert_eq!(events.next().await.unwrap().changes(), one(ids[1], "sold"));
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_comes_back_is_told_exactly_what_they_missed() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    let ids = hall.seat_ids(&sale).await;
    let mut witness = Events::open(&hall, &sale, None).await;
    let mut seen = vec![witness.next().await.unwrap()];
    for seat in &ids[..4] {
        hall.office.hold(sale.schedule, hall.queue, *seat).await;
        seen.push(witness.next().await.unwrap());
    }
    for known in 0..4 {
        let mut again = Events::open(&hall, &sale, seen[known].id.as_deref()).await;
        for missed in &seen[known + 1..] {
            assert_eq!(again.next().await.as_ref(), Some(missed));
        }
    }
    // The version of a seat map is where a stream may begin, too.
    let version = hall.seats(&sale, "").await.expect(200)["version"].to_string();
    let mut from_the_map = Events::open(&hall, &sale, Some(&version)).await;
    hall.office.hold(sale.schedule, hall.queue, ids[4]).await;
    assert_eq!(from_the_map.next().await.unwrap().changes(), one(ids[4], "held"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_is_answered_with_a_snapshot() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    let ids = hall.seat_ids(&sale).await;
    let mut witness = Events::open(&hall, &sale, None).await;
    let first = witness.next().await.unwrap();
    // More changes than seats: the way from the first version is not kept.
    for seat in &ids[..6] {
        hall.office.hold(sale.schedule, hall.queue, *seat).await;
        witness.next().await.unwrap();
    }
    hall.office.pass_time(60);
    let last = witness.next().await.unwrap();
    for known in [first.id.as_deref(), None, Some("17"), Some("nonsense"), Some("")] {
        let mut events = Events::open(&hall, &sale, known).await;
        let event = events.next().await.unwrap();
        assert!(event.is_snapshot(), "{known:?}: {event:?}");
        let mut seats: HashMap<_, _> = event.changes().into_iter().collect();
        let mut version = event.version();
        while version < last.version() {
            let step = events.next().await.unwrap();
            version = step.version();
            seats.extend(step.changes());
        }
        assert_eq!(seats, ids.iter().map(|seat| (*seat, "available".to_owned())).collect());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_for_the_admitted() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    hall.assert_only(Fits::Pass, || hall.service.get(&path(&sale))).await;
    let other = hall.pass_of(QueueId(new_id()));
    hall.service.get(&path(&sale)).bearer(&other).send().await.problem(403, "not_admitted");
    let nowhere = format!("/v1/schedules/{}/seats/events", new_id());
    hall.service.get(&nowhere).bearer(&sale.pass).send().await.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_ends_with_its_pass() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    let (clock, _) = system::system();
    // Longer where the machine did not get round to opening the stream in time.
    let mut seconds = 3;
    let mut events = loop {
        let until = clock.now() + chrono::TimeDelta::seconds(seconds);
        let pass = hall.issuers.pass(EntryId(new_id()), hall.queue, UserId(new_id()), until);
        match Events::try_open(&hall, &sale, &pass, None).await {
            Ok(events) => break events,
            Err(status) => assert_eq!(status, 401),
        }
        seconds *= 3;
    };
    events.next().await.unwrap();
    let last = events.next().await.unwrap();
    assert_eq!((last.name.as_str(), &last.data), ("end", &json!({ "code": "pass_expired" })));
    assert_eq!(events.next().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_are_bounded_for_each_fan_and_altogether() {
    let hall = Hall::open_with(&[
        ("BOXOFFICE__CONCERT__SEAT_STREAMS", "3"),
        ("BOXOFFICE__CONCERT__SEAT_STREAMS_PER_USER", "2"),
        // The server hears that somebody has gone when it has something to say.
        ("BOXOFFICE__CONCERT__SEAT_STREAM_HEARTBEAT_MS", "20"),
    ])
    .await;
    let sale = hall.on_sale(1).await;
    let first = Events::open_with(&hall, &sale, &sale.pass, None).await;
    let _second = Events::open_with(&hall, &sale, &sale.pass, None).await;
    let refused = hall.service.get(&path(&sale)).bearer(&sale.pass).send().await;
    assert!(refused.header("retry-after").is_some());
    refused.problem(429, "too_many_requests");
    let _third = Events::open(&hall, &sale, None).await;
    let refused = hall.service.get(&path(&sale)).bearer(&hall.pass()).send().await;
    assert!(refused.header("retry-after").is_some());
    refused.problem(503, "unavailable");
    // Whoever goes makes room.
    drop(first);
    eventually("there is room", async || {
        let answer = hall.service.client.get(hall.service.url(&path(&sale))).bearer_auth(&sale.pass);
        (answer.send().await.unwrap().status() == 200).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_inventory_no_stream_begins() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    hall.office.fail(Some(Fault::Down));
    hall.service.get(&path(&sale)).bearer(&sale.pass).send().await.problem(503, "unavailable");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_stops_ends_its_streams_and_does_not_wait_for_them() {
    let hall = Hall::open_with(&[("BOXOFFICE__HTTP__SHUTDOWN_SECONDS", "3600")]).await;
    let sale = hall.on_sale(1).await;
    let mut events = Events::open(&hall, &sale, None).await;
    events.next().await.unwrap();
    let stopping = tokio::spawn(hall.service.stop());
    assert_eq!(events.next().await, None);
    drop(events);
    stopping.await.unwrap();
}
