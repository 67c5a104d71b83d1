use serde_json::{Value, json};

use crate::hall::{Hall, PRICE, members};

#[tokio::test(flavor = "multi_thread")]
async fn a_fans_reservations_are_listed_newest_first_page_by_page() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(4).await;
    let (fan, other) = (hall.fan(&sale), hall.fan(&sale));
    let mut made = Vec::new();
    for place in 0..3 {
        made.insert(0, hall.held(&fan, &sale, &[place]).await);
    }
    hall.held(&other, &sale, &[3]).await;
    let (mut read, mut query) = (Vec::new(), "?limit=2".to_owned());
    for left in [1, 0] {
        let body =
            hall.service.get(&format!("/v1/reservations{query}")).bearer(&fan.pass).send().await.expect(200);
        assert_eq!(members(&body), ["nextCursor", "reservations"]);
        for reservation in body["reservations"].as_array().unwrap() {
            read.push(format!("/v1/reservations/{}", reservation["reservationId"].as_str().unwrap()));
            assert_eq!(reservation["status"], "held");
        }
        match body["nextCursor"].as_str() {
            Some(cursor) => query = format!("?limit=2&cursor={cursor}"),
            None => assert_eq!(left, 0),
        }
    }
    assert_eq!(read, made);
    for query in ["?limit=0", "?limit=101", "?limit=x", "?cursor=x", "?page=2"] {
        let reply = hall.service.get(&format!("/v1/reservations{query}")).bearer(&fan.access).send().await;
        reply.problem(422, "invalid_request");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_status_is_shown_by_its_word() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(8).await;
    let lapsed = hall.fan(&sale);
    let expired = hall.held(&lapsed, &sale, &[0]).await;
    hall.let_holds_lapse().await;
    let fan = hall.fan_with(&sale, 2 * PRICE).await;
    let released = hall.held(&fan, &sale, &[1]).await;
    hall.give_up(&fan, &released).await.expect(204);
    let held = hall.held(&fan, &sale, &[2]).await;
    let (confirmed, _) = hall.bought(&fan, &sale, &[3]).await;
    let again = hall.fan_as(fan.user, &sale);
    let (cancelled, _) = hall.bought(&again, &sale, &[4]).await;
    hall.give_up(&again, &cancelled).await.expect(204);
    for (path, status) in
        [(released, "released"), (held, "held"), (confirmed, "confirmed"), (cancelled, "cancelled")]
    {
        assert_eq!(hall.status(&fan, &path).await, status);
    }
    let shown = hall.look(&lapsed, &expired).await;
    assert_eq!((&shown["status"], &shown["expiresInSeconds"]), (&json!("expired"), &json!(0)));
    let listed = hall.look(&lapsed, "/v1/reservations").await;
    assert_eq!(listed["reservations"], json!([shown]));
}

#[tokio::test(flavor = "multi_thread")]
async fn tickets_come_with_the_sale_and_each_has_its_code() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(3).await;
    let fan = hall.fan_with(&sale, 2 * PRICE).await;
    let reservation = hall.held(&fan, &sale, &[2, 0]).await;
    assert_eq!(hall.tickets(&fan, &reservation).await, Vec::<Value>::new());
    hall.pay(&fan, &reservation).send().await.expect(201);
    let tickets = hall.tickets(&fan, &reservation).await;
    assert_eq!(tickets.len(), 2);
    for (ticket, place) in tickets.iter().zip([0, 2]) {
        assert_eq!(members(ticket), ["code", "number", "seatId", "ticketId"]);
        assert_eq!((&ticket["seatId"], &ticket["number"]), (&json!(sale.seats[place]), &json!(place + 1)));
    }
    assert_ne!(tickets[0]["code"], tickets[1]["code"]);
    assert_ne!(tickets[0]["ticketId"], tickets[1]["ticketId"]);
    // A replica signs alike: the code is the ticket's and the installation's.
    let replica = hall.replica().await;
    let path = format!("{reservation}/tickets");
    let body = replica.get(&path).bearer(&fan.access).send().await.expect(200);
    assert_eq!(body["tickets"], json!(tickets));
}
