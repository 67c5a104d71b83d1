//! A concert to sell: what an operator sets up.

use chrono::{DateTime, TimeDelta, Utc};
use domain::adapters::system;
use serde_json::{Value, json};

use crate::stack::Stack;

/// The queue that every concert has unless it names another.
pub const MAIN_QUEUE: &str = "01900000-0000-7000-8000-000000000001";

/// A concert with one performance.
pub struct Hall {
    pub concert: String,
    pub schedule: String,
}

pub const SEAT_PRICE: i64 = 50_000;

impl Hall {
    /// Seats 1 to 50 (requirement document 003), on sale now, performed in a week.
    pub async fn open(stack: &Stack) -> Self {
        Self::open_with(stack, 5, 10, TimeDelta::days(-1), TimeDelta::days(30)).await
    }

    pub async fn open_with(
        stack: &Stack,
        rows: u32,
        seats_per_row: u32,
        opens: TimeDelta,
        closes: TimeDelta,
    ) -> Self {
        let concert = add_concert(stack, opens, closes).await;
        let sections =
            json!([{ "name": "Hall", "rows": rows, "seatsPerRow": seats_per_row, "price": SEAT_PRICE }]);
        let body = json!({ "startsAt": from_now(TimeDelta::days(7)), "sections": sections });
        let path = format!("/v1/admin/concerts/{concert}/schedules");
        let added = stack.post(&path, body).bearer(stack.operator()).send().await.expect(201);
        Self { concert, schedule: text(&added, "scheduleId") }
    }
}

pub async fn add_concert(stack: &Stack, opens: TimeDelta, closes: TimeDelta) -> String {
    let body = json!({
        "title": "Chamber Night", "venue": "Small Hall",
        "salesOpenAt": from_now(opens), "salesCloseAt": from_now(closes),
    });
    let added = stack.post("/v1/admin/concerts", body).bearer(stack.operator()).send().await.expect(201);
    text(&added, "concertId")
}

/// Lets at most so many fans in at once.
pub async fn admit_at_most(stack: &Stack, max_active: u32) {
    let body = json!({ "maxActive": max_active });
    stack
        .put(&format!("/v1/admin/queues/{MAIN_QUEUE}"), body)
        .bearer(stack.operator())
        .send()
        .await
        .expect(200);
}

pub fn from_now(delta: TimeDelta) -> DateTime<Utc> {
    let (clock, _) = system::system();
    clock.now() + delta
}

pub fn text(body: &Value, field: &str) -> String {
    body[field].as_str().unwrap_or_else(|| panic!("no {field} in {body:#}")).to_owned()
}
