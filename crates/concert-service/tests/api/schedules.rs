use domain::shared::QueueId;
use serde_json::{Value, json};

use crate::box_office::Fault;
use crate::hall::{Fits, Hall, eventually, new_id, plan};

#[tokio::test(flavor = "multi_thread")]
async fn performances_come_by_their_start_with_the_seats_they_have_left() {
    let hall = Hall::open().await;
    let concert = hall.concert().await;
    assert_eq!(hall.schedules(&concert).await, Vec::<Value>::new());
    let mut ids = Vec::new();
    for (starts_at, rows) in [("2027-06-03T19:00:00Z", 1), ("2027-06-02T19:00:00Z", 2)] {
        let body = hall.publish(&concert, &plan(starts_at, rows)).send().await.expect(201);
        ids.push(body["scheduleId"].as_str().unwrap().to_owned());
    }
    let small = ids[0].parse().unwrap();
    let seats =
        hall.service.get(&format!("/v1/schedules/{}/seats", ids[0])).bearer(&hall.pass()).send().await;
    for seat in seats.expect(200)["seats"].as_array().unwrap() {
        let seat = seat["seatId"].as_str().unwrap().parse().unwrap();
        hall.office.sell(small, hall.queue, seat).await;
    }
    let expected = |id: &str, starts_at, total, available, sold_out| {
        json!({
            "scheduleId": id,
            "startsAt": starts_at,
            "seatsTotal": total,
            "seatsAvailable": available,
            "soldOut": sold_out,
        })
    };
    let expected = [
        expected(&ids[1], "2027-06-02T19:00:00Z", 20, 20, false),
        expected(&ids[0], "2027-06-03T19:00:00Z", 10, 0, true),
    ];
    eventually("the counts are right", async || (hall.schedules(&concert).await == expected).then_some(()))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_performances_than_are_looked_at_together_keep_their_order() {
    let hall = Hall::open().await;
    let concert = hall.concert().await;
    let times: Vec<_> = (1..=20).map(|day| format!("2027-06-{day:02}T19:00:00Z")).collect();
    for starts_at in times.iter().rev() {
        hall.publish(&concert, &plan(starts_at, 1)).send().await.expect(201);
    }
    let shown = hall.schedules(&concert).await;
    assert_eq!(shown.iter().map(|it| it["startsAt"].as_str().unwrap()).collect::<Vec<_>>(), times);
}

#[tokio::test(flavor = "multi_thread")]
async fn performances_are_for_the_admitted() {
    let hall = Hall::open().await;
    let concert = hall.concert().await;
    let path = format!("{concert}/schedules");
    hall.assert_only(Fits::Pass, || hall.service.get(&path)).await;
    let other = hall.pass_of(QueueId(new_id()));
    hall.service.get(&path).bearer(&other).send().await.problem(403, "not_admitted");
    let nowhere = format!("/v1/concerts/{}/schedules", new_id());
    hall.service.get(&nowhere).bearer(&hall.pass()).send().await.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_the_inventory_there_are_no_counts_to_tell() {
    let hall = Hall::open().await;
    let concert = hall.concert().await;
    hall.publish(&concert, &plan("2027-06-01T19:00:00Z", 1)).send().await.expect(201);
    hall.office.fail(Some(Fault::Down));
    let reply = hall.service.get(&format!("{concert}/schedules")).bearer(&hall.pass()).send().await;
    assert!(reply.header("retry-after").is_some());
    reply.problem(503, "unavailable");
    hall.office.fail(None);
    let path = format!("{concert}/schedules");
    let told = eventually("there are counts", async || {
        let reply = hall.service.get(&path).bearer(&hall.pass()).send().await;
        (reply.status == 200).then_some(reply)
    });
    assert_eq!(told.await.expect(200)["schedules"].as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_performance_is_told_by_its_id_to_whoever_says_who_they_are() {
    let hall = Hall::open().await;
    let concert = hall.concert().await;
    let published = hall.publish(&concert, &plan("2027-06-03T19:00:00Z", 1)).send().await.expect(201);
    let id = published["scheduleId"].as_str().unwrap();
    let path = format!("/v1/schedules/{id}");
    let shown = hall.service.get(&concert).send().await.expect(200);
    let expected = json!({
        "scheduleId": id,
        "concertId": published["concertId"],
        "title": shown["title"],
        "venue": shown["venue"],
        "startsAt": "2027-06-03T19:00:00Z",
    });
    hall.service.get(&path).send().await.problem(401, "unauthenticated");
    let service = hall.issuers.service_credential("reservation-service");
    hall.service.get(&path).authorization(&service).send().await.problem(403, "not_admitted");
    assert_eq!(hall.service.get(&path).bearer(&hall.operator).send().await.expect(200), expected);
    // A pass of any queue says who its bearer is, and so it does after the sale.
    let other = hall.pass_of(QueueId(new_id()));
    assert_eq!(hall.service.get(&path).bearer(&other).send().await.expect(200), expected);
    let unknown = format!("/v1/schedules/{}", new_id());
    hall.service.get(&unknown).bearer(&hall.pass()).send().await.problem(404, "not_found");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_what_the_fans_of_every_queue_see() {
    let hall = Hall::open().await;
    let concert = hall.concert().await;
    for (starts_at, rows) in [("2027-06-03T19:00:00Z", 1), ("2027-06-02T19:00:00Z", 2)] {
        hall.publish(&concert, &plan(starts_at, rows)).send().await.expect(201);
    }
    let path = format!("{}/schedules", concert.replace("/v1/", "/v1/admin/"));
    let seen = hall.service.get(&path).bearer(&hall.operator).send().await.expect(200);
    assert_eq!(seen, json!({ "schedules": hall.schedules(&concert).await }));
    assert_eq!(seen["schedules"][0]["seatsAvailable"], 20);
    hall.assert_only(Fits::Operator, || hall.service.get(&path)).await;
    for missing in [new_id().to_string(), "no-id".to_owned()] {
        let path = format!("/v1/admin/concerts/{missing}/schedules");
        hall.service.get(&path).bearer(&hall.operator).send().await.problem(404, "not_found");
    }
}
