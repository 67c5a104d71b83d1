use serde_json::{Value, json};

use crate::hall::{Hall, PRICE, admin, fields, instant, members, new_id};
use crate::wallet::Fault;

fn ids(page: &Value) -> Vec<String> {
    let reservations = page["reservations"].as_array().unwrap().iter();
    let path = |it: &Value| format!("/v1/reservations/{}", it["reservationId"].as_str().unwrap());
    reservations.map(path).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_finds_what_is_stuck() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(5).await;
    let first = hall.held(&hall.fan(&sale), &sale, &[0, 1]).await;
    let buyer = hall.fan_with(&sale, PRICE).await;
    let (sold, payment) = hall.bought(&buyer, &sale, &[2]).await;
    let second = hall.held(&hall.fan(&sale), &sale, &[3]).await;
    let waiting = hall.fan_with(&sale, PRICE).await;
    let paying = hall.held(&waiting, &sale, &[4]).await;
    hall.wallet.fail(Some(Fault::AnswerLost));
    hall.pay(&waiting, &paying).send().await.expect(202);

    let list = async |query: &str| {
        hall.inspect(&format!("/v1/admin/schedules/{}/reservations{query}", sale.schedule)).await
    };
    let all = list("").await;
    assert_eq!(members(&all), ["nextCursor", "reservations"]);
    assert_eq!(ids(&all), [&first, &sold, &second, &paying].map(Clone::clone));
    assert_eq!(ids(&list("?status=held").await), [first.clone(), second]);
    assert_eq!(ids(&list("?status=paying").await), std::slice::from_ref(&paying));
    assert_eq!(ids(&list("?status=released").await), Vec::<String>::new());
    assert_eq!(ids(&list("?seat=2").await), std::slice::from_ref(&first));
    assert_eq!(
        ids(&list(&format!("?seat={}&status=confirmed", sale.seats[2])).await),
        std::slice::from_ref(&sold)
    );
    assert_eq!(ids(&list("?seat=2&status=confirmed").await), Vec::<String>::new());
    let page = list("?limit=3").await;
    assert_eq!(ids(&page).len(), 3);
    let rest = list(&format!("?limit=3&cursor={}", page["nextCursor"].as_str().unwrap())).await;
    assert_eq!((ids(&rest), &rest["nextCursor"]), (vec![paying.clone()], &Value::Null));

    let shown = hall.inspect(&admin(&sold)).await;
    assert_eq!(shown, all["reservations"][1]);
    assert_eq!(shown["userId"], json!(buyer.user));
    assert_eq!((&shown["status"], &shown["amount"]), (&json!("confirmed"), &json!(PRICE)));
    assert_eq!(shown["scheduleId"], json!(sale.schedule));
    let seat = json!({ "seatId": sale.seats[2], "number": 3, "section": "Floor", "row": 1, "price": PRICE });
    assert_eq!(shown["seats"], json!([seat]));
    assert!(instant(&shown["createdAt"]) < instant(&shown["expiresAt"]));
    assert_eq!(format!("/v1/payments/{}", shown["payment"]["paymentId"].as_str().unwrap()), payment);
    assert_eq!(shown["payment"]["status"], "captured");
    assert!(instant(&shown["payment"]["startedAt"]) >= instant(&shown["createdAt"]));
    assert_eq!(shown["release"], Value::Null);
    assert_eq!(hall.inspect(&admin(&paying)).await["payment"]["status"], "processing");
    assert_eq!(hall.inspect(&admin(&first)).await["payment"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_that_makes_no_sense_names_its_field() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    let path = format!("/v1/admin/schedules/{}/reservations", sale.schedule);
    let operator = hall.issuers.operator_token();
    for (query, field) in [
        ("?status=lost", "status"),
        ("?seat=best", "seat"),
        ("?seat=-1", "seat"),
        ("?limit=0", "limit"),
        ("?limit=101", "limit"),
        ("?cursor=x", "cursor"),
        ("?page=2", "page"),
    ] {
        let reply = hall.service.get(&format!("{path}{query}")).bearer(&operator).send().await;
        assert_eq!(fields(&reply.problem(422, "invalid_request")), [field], "{query}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reservations_of_all_fans_are_for_operators() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    let fan = hall.fan(&sale);
    let held = hall.held(&fan, &sale, &[0]).await;
    for path in [format!("/v1/admin/schedules/{}/reservations", sale.schedule), admin(&held)] {
        hall.service.get(&path).send().await.problem(401, "unauthenticated");
        for token in [&fan.access, &fan.pass] {
            hall.service.get(&path).bearer(token).send().await.problem(403, "not_admitted");
        }
    }
    let operator = hall.issuers.operator_token();
    for missing in [new_id().to_string(), "no-id".to_owned()] {
        for path in [
            format!("/v1/admin/schedules/{missing}/reservations"),
            format!("/v1/admin/reservations/{missing}"),
        ] {
            hall.service.get(&path).bearer(&operator).send().await.problem(404, "not_found");
        }
    }
}
