use domain::shared::UserId;
use serde_json::Value;

use crate::hall::{Hall, new_id};

const PATH: &str = "/v1/admin/services/reservation";

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_how_the_service_is() {
    let hall = Hall::open().await;
    let look =
        async || hall.service.get(PATH).bearer(&hall.issuers.operator_token()).send().await.expect(200);
    let before: Value = look().await;
    hall.service.get("/v1/reservations").send().await;
    let after = look().await;
    assert_eq!(after["service"], "reservation");
    assert_eq!(after["startedAt"], before["startedAt"]);
    assert!(["clean", "unknown"].contains(&after["audit"]["verdict"].as_str().unwrap()), "{after:#}");
    let grown = |what: &str| {
        let count = |body: &Value| body["requests"][what].as_u64().unwrap();
        count(&after) - count(&before)
    };
    // The look before, and what was asked since.
    assert_eq!((grown("total"), grown("clientErrors")), (2, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_operator_sees_how_the_service_is() {
    let hall = Hall::open().await;
    hall.service.get(PATH).send().await.problem(401, "unauthenticated");
    hall.service
        .get(PATH)
        .bearer(&hall.issuers.access_token(UserId(new_id()), "Kim"))
        .send()
        .await
        .problem(403, "not_admitted");
}
