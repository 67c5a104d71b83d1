//! Holding and paying over kept connections, with as little work in between as possible.

use std::net::SocketAddr;

use anyhow::Context;
use contracts::reservation::{PaymentBody, PaymentStatus};

use crate::bench::load::{Answer, Body, Connection, Turn, request};

/// Between two looks at a payment that is under way.
const LOOK_EVERY: std::time::Duration = std::time::Duration::from_millis(5);

/// Somebody at the till.
pub struct Till {
    connection: Connection,
}

impl Till {
    pub async fn open(door: SocketAddr) -> anyhow::Result<Self> {
        Ok(Self { connection: Connection::open(door).await? })
    }

    /// Holds, pays, and has paid. `access` asks after a payment that takes longer: the pass ends with it.
    pub async fn buy(&mut self, hold: &[u8], pass: &str, access: &str) -> anyhow::Result<Turn> {
        let held = self.connection.ask(hold, Body::Keep).await?;
        if held.status != 201 {
            return Ok(Turn::Unexpected(held.sample()));
        }
        let reservation = member(&held, b"\"reservationId\":\"").context("a hold without an id")?;
        let pay = request::post(&format!("/v1/reservations/{reservation}/payments"), pass);
        let paid = self.connection.ask(&pay, Body::Keep).await?;
        if ![201, 202].contains(&paid.status) {
            return Ok(Turn::Unexpected(paid.sample()));
        }
        let mut payment: PaymentBody = paid.read()?;
        while payment.status == PaymentStatus::Processing {
            tokio::time::sleep(LOOK_EVERY).await;
            let look = request::get(&format!("/v1/payments/{}", payment.payment_id), access);
            payment = self.connection.ask(&look, Body::Keep).await?.read()?;
        }
        Ok(match payment.status {
            PaymentStatus::Captured => Turn::Done,
            other => Turn::Unexpected(format!("a payment is {other:?}")),
        })
    }
}

/// A text member of a body, found without reading the rest of it.
pub fn member<'a>(answer: &Answer<'a>, label: &[u8]) -> Option<&'a str> {
    let at = answer.body.windows(label.len()).position(|window| window == label)?;
    let rest = answer.body.get(at + label.len()..)?;
    let end = rest.iter().position(|byte| *byte == b'"')?;
    std::str::from_utf8(rest.get(..end)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_member_is_found_where_it_is() {
        let answer = |body| Answer { status: 200, length: 0, head: b"", body };
        assert_eq!(member(&answer(br#"{"a":"x","pass":"ey.J"}"#), b"\"pass\":\""), Some("ey.J"));
        assert_eq!(member(&answer(br#"{"a":"x"}"#), b"\"pass\":\""), None);
        assert_eq!(member(&answer(br#"{"pass":"ey"#), b"\"pass\":\""), None);
    }
}
