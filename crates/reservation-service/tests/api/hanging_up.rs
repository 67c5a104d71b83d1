//! Clients whose connection is gone before the answer: what they commanded is done all the same, by nobody else.

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::hall::{Hall, NO_JOBS, PATIENT, PRICE};

/// With one worker, what is asked after the hang-up is answered after the hang-up was noticed.
const ONE_WORKER: (&str, &str) = ("BOXOFFICE__HTTP__WORKERS", "1");

/// Sends a request, and resets the connection while the wallet keeps the command waiting.
async fn hang_up_half_way(hall: &Hall, request: &str, token: &str, headers: &str) {
    hall.wallet.keep_waiting();
    let address = hall.service.url("").replace("http://", "");
    let mut stream = TcpStream::connect(&address).await.unwrap();
    let text = format!(
        "{request} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n{headers}content-length: 0\r\n\r\n"
    );
    stream.write_all(text.as_bytes()).await.unwrap();
    hall.wallet.somebody_waits().await;
    stream.set_zero_linger().unwrap();
    drop(stream);
    for _ in 0..3 {
        hall.service.get("/healthz").send().await.expect(200);
    }
    hall.wallet.let_go_on();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_completed() {
    for headers in ["", "idempotency-key: one\r\n"] {
        let hall = Hall::open_with(&[NO_JOBS, PATIENT, ONE_WORKER]).await;
        let sale = hall.on_sale(1).await;
        let fan = hall.fan_with(&sale, PRICE).await;
        let reservation = hall.held(&fan, &sale, &[0]).await;
        hang_up_half_way(&hall, &format!("POST {reservation}/payments"), &fan.pass, headers).await;
        hall.until(&fan, &reservation, "confirmed").await;
        hall.until_so("the pass is finished", async || hall.queue.told(fan.entry) == (1, 0)).await;
        assert_eq!(hall.wallet.moved(fan.user).await, [-PRICE]);
        hall.assert_sound().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refund_is_completed() {
    let hall = Hall::open_with(&[NO_JOBS, PATIENT, ONE_WORKER]).await;
    let sale = hall.on_sale(1).await;
    let fan = hall.fan_with(&sale, PRICE).await;
    let (reservation, payment) = hall.bought(&fan, &sale, &[0]).await;
    hang_up_half_way(&hall, &format!("DELETE {reservation}"), &fan.access, "").await;
    hall.until(&fan, &payment, "refunded").await;
    assert_eq!(hall.status(&fan, &reservation).await, "cancelled");
    assert_eq!(hall.wallet.moved(fan.user).await, [PRICE, -PRICE]);
}
