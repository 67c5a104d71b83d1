use serde_json::json;

use crate::hall::{Hall, PRICE, new_id};

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_how_a_performance_sells() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(6).await;
    hall.held(&hall.fan(&sale), &sale, &[0]).await;
    hall.let_holds_lapse().await;
    hall.held(&hall.fan(&sale), &sale, &[1, 2]).await;
    hall.bought(&hall.fan_with(&sale, PRICE).await, &sale, &[3]).await;
    let waiting = hall.fan_with(&sale, PRICE).await;
    let unanswered = hall.held(&waiting, &sale, &[4]).await;
    hall.wallet.fail(Some(crate::wallet::Fault::AnswerLost));
    hall.pay(&waiting, &unanswered).send().await.expect(202);
    hall.sql("UPDATE payments SET created_at = created_at - interval '90 seconds' WHERE state = 'debiting'")
        .await;
    let path = format!("/v1/admin/schedules/{}/sales", sale.schedule);
    let mut sales = hall.inspect(&path).await;
    let oldest = sales["oldestProcessingSeconds"].take().as_i64().unwrap();
    assert!((90..180).contains(&oldest), "{oldest}");
    assert_eq!(
        sales,
        json!({
            "scheduleId": sale.schedule,
            "seats": { "total": 6, "available": 2, "held": 2, "paying": 1, "sold": 1, "blocked": 0 },
            "reservations": {
                "held": 1, "paying": 1, "confirmed": 1, "released": 0, "expired": 1, "cancelled": 0,
            },
            "payments": {
                "processing": 1, "voiding": 0, "captured": 1, "declined": 0, "voided": 0, "refunding": 0, "refunded": 0,
            },
            "oldestProcessingSeconds": null,
            "salesAmount": PRICE,
        })
    );
    hall.sql("UPDATE seats SET status = 'blocked' WHERE number = 6").await;
    assert_eq!(hall.inspect(&path).await["seats"]["blocked"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn how_a_performance_sells_is_for_operators() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(1).await;
    let fan = hall.fan(&sale);
    let path = format!("/v1/admin/schedules/{}/sales", sale.schedule);
    hall.service.get(&path).send().await.problem(401, "unauthenticated");
    for token in [&fan.access, &fan.pass] {
        hall.service.get(&path).bearer(token).send().await.problem(403, "not_admitted");
    }
    for missing in [new_id().to_string(), "no-id".to_owned()] {
        let path = format!("/v1/admin/schedules/{missing}/sales");
        let operator = hall.issuers.operator_token();
        hall.service.get(&path).bearer(&operator).send().await.problem(404, "not_found");
    }
}
