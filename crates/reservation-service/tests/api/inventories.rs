use std::collections::BTreeMap;

use serde_json::{Value, json};
use uuid::Uuid;

use crate::hall::{Hall, PRICE, Sale, fields, instant, inventory, members, new_id};

/// What concert-service is told behind a version.
async fn changes(hall: &Hall, sale: &Sale, after: i64) -> Value {
    let path = format!("/internal/v1/inventories/{}/changes?after={after}", sale.schedule);
    let credential = hall.issuers.service_credential("concert-service");
    hall.service.get(&path).authorization(&credential).send().await.expect(200)
}

fn statuses(changes: &Value) -> BTreeMap<Uuid, String> {
    let changes = changes["changes"].as_array().unwrap().iter();
    let one = |change: &Value| {
        (change["seatId"].as_str().unwrap().parse().unwrap(), change["status"].as_str().unwrap().to_owned())
    };
    changes.map(one).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn only_concert_service_puts_performances_on_sale() {
    let hall = Hall::open().await;
    let sale = Sale::of(1);
    let (path, body) = (format!("/internal/v1/inventories/{}", sale.schedule), inventory(&sale));
    let (put, fan) = (|| hall.service.put(&path, &body), hall.fan(&sale));
    put().send().await.problem(401, "unauthenticated");
    put().bearer("nonsense").send().await.problem(401, "unauthenticated");
    for credential in [&fan.pass, &fan.access, &hall.issuers.operator_token()] {
        put().bearer(credential).send().await.problem(403, "not_admitted");
    }
    for service in ["queue-service", "wallet-service", "reservation-service"] {
        put()
            .authorization(&hall.issuers.service_credential(service))
            .send()
            .await
            .problem(403, "not_admitted");
    }
    hall.hold(&fan, &sale, &[0]).send().await.problem(404, "not_found");
    let changes = format!("{path}/changes?after=0");
    hall.service.get(&changes).send().await.problem(401, "unauthenticated");
    hall.service.get(&changes).bearer(&fan.pass).send().await.problem(403, "not_admitted");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_arena_of_ten_thousand_goes_on_sale_once() {
    let hall = Hall::open().await;
    let sale = Sale::of(10_000);
    let body = inventory(&sale);
    for _ in 0..2 {
        hall.publish(&sale, &body).send().await.expect(204);
        let all = statuses(&changes(&hall, &sale, 0).await);
        assert_eq!(all.len(), 10_000);
        assert_eq!(
            all.values().filter(|status| *status == "available").count(),
            10_000 - usize::from(all[&sale.seats[0]] == "held")
        );
        hall.hold(&hall.fan(&sale), &sale, &[0]).send().await;
    }
    let all = statuses(&changes(&hall, &sale, 0).await);
    assert_eq!(all[&sale.seats[0]], "held");
    hall.held(&hall.fan(&sale), &sale, &[9_998, 9_999]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_change_is_told_with_its_end() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(4).await;
    let start = changes(&hall, &sale, 0).await;
    assert_eq!(members(&start), ["changes", "now", "version"]);
    let fan = hall.fan_with(&sale, PRICE).await;
    let held = hall.hold(&fan, &sale, &[1]).send().await.expect(201);
    hall.bought(&fan, &sale, &[2]).await;
    let news = changes(&hall, &sale, start["version"].as_i64().unwrap()).await;
    let told = statuses(&news);
    assert_eq!((told[&sale.seats[1]].as_str(), told[&sale.seats[2]].as_str()), ("held", "sold"));
    for change in news["changes"].as_array().unwrap() {
        if change["seatId"] == json!(sale.seats[1]) {
            assert_eq!(instant(&change["heldUntil"]), instant(&held["expiresAt"]));
        } else {
            assert_eq!(change.get("heldUntil"), None);
        }
    }
    assert!(instant(&news["now"]) < instant(&held["expiresAt"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_an_inventory_is_named() {
    let hall = Hall::open().await;
    let sale = Sale::of(2);
    let good = inventory(&sale);
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut body = good.clone();
        change(&mut body);
        body
    };
    for (body, at_fault) in [
        (changed(&|body| body["seats"][1]["price"] = json!(0)), "seats[1].price"),
        (changed(&|body| body["seats"][1]["number"] = json!(-1)), "seats[1].number"),
        (changed(&|body| body["seats"][1]["number"] = json!(0)), "seats[1].number"),
        (changed(&|body| body["seats"][0]["row"] = json!(0)), "seats[0].row"),
        (changed(&|body| body["salesCloseAt"] = body["salesOpenAt"].clone()), "salesCloseAt"),
        (changed(&|body| body["seats"][1]["colour"] = json!("red")), "seats[1].colour"),
        (changed(&|body| body["startsAt"] = json!("noon")), "startsAt"),
        (changed(&|body| drop(body.as_object_mut().unwrap().remove("queueId"))), "queueId"),
    ] {
        let problem = hall.publish(&sale, &body).send().await.problem(422, "invalid_request");
        assert_eq!(fields(&problem), [at_fault]);
    }
    let credential = hall.issuers.service_credential("concert-service");
    let ask = |path: String| hall.service.get(&path).authorization(&credential).send();
    let path = format!("/internal/v1/inventories/{}/changes", new_id());
    ask(format!("{path}?after=0")).await.problem(404, "not_found");
    for query in ["", "?after=x"] {
        let problem = ask(format!("{path}{query}")).await.problem(422, "invalid_request");
        assert_eq!(fields(&problem), ["after"], "{query}");
    }
}
