use domain::shared::{EntryId, QueueId, UserId};
use reqwest::Method;
use test_kit::Request;

use crate::hall::{Fan, Hall, PRICE, Sale, new_id};

/// Every public route, with the credential that opens it.
fn routes(reservation: &str, payment: &str) -> [(Method, String, bool); 7] {
    let path = str::to_owned;
    [
        (Method::POST, path("/v1/reservations"), true),
        (Method::GET, path("/v1/reservations"), false),
        (Method::GET, path(reservation), false),
        (Method::DELETE, path(reservation), false),
        (Method::POST, format!("{reservation}/payments"), true),
        (Method::GET, path(payment), false),
        (Method::GET, format!("{reservation}/tickets"), false),
    ]
}

fn request(hall: &Hall, method: &Method, path: &str, sale: &Sale) -> Request {
    if path == "/v1/reservations" && method == Method::POST {
        hall.service.post(path, sale.wanted(&[0]))
    } else {
        hall.service.request(method.clone(), path)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_door_opens_to_its_credential_and_to_no_other() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(2).await;
    let fan = hall.fan_with(&sale, PRICE).await;
    let (reservation, payment) = hall.bought(&fan, &sale, &[1]).await;
    let service = hall.issuers.service_credential("concert-service");
    let expired = hall.issuers.expired_pass(EntryId(new_id()), sale.queue, fan.user);
    for (method, path, pass_needed) in routes(&reservation, &payment) {
        let ask = || request(&hall, &method, &path, &sale);
        ask().send().await.problem(401, "unauthenticated");
        ask().bearer("nonsense").send().await.problem(401, "unauthenticated");
        ask().authorization("Basic Zm9vOmJhcg==").send().await.problem(401, "unauthenticated");
        ask().bearer(&expired).send().await.problem(401, "pass_expired");
        // The one that paid has done its work.
        ask().bearer(&fan.pass).send().await.problem(401, "pass_expired");
        ask().authorization(&service).send().await.problem(403, "not_admitted");
        if pass_needed {
            ask().bearer(&fan.access).send().await.problem(403, "not_admitted");
            ask().bearer(&hall.issuers.operator_token()).send().await.problem(403, "not_admitted");
        }
    }
    assert_eq!(hall.status(&fan, &reservation).await, "confirmed");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_anothers_is_not_found() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(3).await;
    let owner = hall.fan_with(&sale, PRICE).await;
    let (confirmed, payment) = hall.bought(&owner, &sale, &[1]).await;
    let owner = hall.fan_as(owner.user, &sale);
    let held = hall.held(&owner, &sale, &[2]).await;
    let stranger = hall.fan_with(&sale, PRICE).await;
    let operator = Fan { access: hall.issuers.operator_token(), ..hall.fan(&sale) };
    let nowhere = (format!("/v1/reservations/{}", new_id()), format!("/v1/payments/{}", new_id()));
    let odd = ("/v1/reservations/1".to_owned(), "/v1/payments/1".to_owned());
    for (somebody, (reservation, payment)) in [
        (&stranger, (confirmed.clone(), payment.clone())),
        (&stranger, (held.clone(), payment.clone())),
        (&operator, (confirmed.clone(), payment.clone())),
        (&owner, nowhere),
        (&owner, odd),
    ] {
        for (method, path, pass_needed) in routes(&reservation, &payment) {
            if path == "/v1/reservations" {
                continue;
            }
            let ask = || request(&hall, &method, &path, &sale);
            ask().bearer(&somebody.pass).send().await.problem(404, "not_found");
            if !pass_needed {
                ask().bearer(&somebody.access).send().await.problem(404, "not_found");
            }
        }
    }
    assert_eq!(
        (hall.status(&owner, &held).await.as_str(), hall.status(&owner, &confirmed).await.as_str()),
        ("held", "confirmed")
    );
    assert_eq!(hall.wallet.moved(stranger.user).await, [0; 0]);
    hall.assert_sound().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_for_another_queue_holds_nothing() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    let elsewhere = hall.fan_as(UserId(new_id()), &Sale { queue: QueueId(new_id()), ..sale.clone() });
    hall.hold(&elsewhere, &sale, &[0]).send().await.problem(403, "not_admitted");
    hall.held(&hall.fan(&sale), &sale, &[0]).await;
    // Taken or free: another pass would not help, and that is what is said.
    hall.hold(&elsewhere, &sale, &[0]).send().await.problem(403, "not_admitted");
}
