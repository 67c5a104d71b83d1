use serde_json::Value;

use crate::till::Till;

const PATH: &str = "/v1/admin/services/wallet";

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_how_the_service_is() {
    let till = Till::open().await;
    let look =
        async || till.service.get(PATH).bearer(&till.issuers.operator_token()).send().await.expect(200);
    let before: Value = look().await;
    till.service.get("/v1/wallets/x").send().await;
    let after = look().await;
    assert_eq!(after["service"], "wallet");
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
    let till = Till::open().await;
    till.service.get(PATH).send().await.problem(401, "unauthenticated");
    till.service.get(PATH).bearer(&till.fan().await.token).send().await.problem(403, "not_admitted");
}
