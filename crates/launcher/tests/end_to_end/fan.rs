//! A fan with an account, as far as the tests need one.

use serde_json::{Value, json};
use test_kit::Reply;

use crate::hall::{Hall, MAIN_QUEUE, text};
use crate::stack::{Stack, eventually};

pub struct Fan {
    pub user: String,
    pub access: String,
    /// Once they have joined.
    pub queue_token: String,
    /// Once they are admitted.
    pub pass: String,
}

impl Fan {
    /// An account, and no place in line.
    pub async fn new(stack: &Stack) -> Self {
        let body = stack.post("/v1/users", json!({ "name": "민아" })).send().await.expect(201);
        let (user, access) = (text(&body, "userId"), text(&body, "accessToken"));
        Self { user, access, queue_token: String::new(), pass: String::new() }
    }

    /// A place in the main queue.
    pub async fn waiting(stack: &Stack) -> Self {
        let mut fan = Self::new(stack).await;
        let entry = fan.join(stack).await.expect(201);
        fan.queue_token = text(&entry, "queueToken");
        fan
    }

    /// Inside, with a pass.
    pub async fn admitted(stack: &Stack) -> Self {
        let mut fan = Self::waiting(stack).await;
        fan.be_admitted(stack).await;
        fan
    }

    /// Inside, with money for one seat.
    pub async fn with_money(stack: &Stack, amount: i64) -> Self {
        let fan = Self::admitted(stack).await;
        fan.charge(stack, amount).await.expect(201);
        fan
    }

    pub async fn join(&self, stack: &Stack) -> Reply {
        stack.post(&format!("/v1/queues/{MAIN_QUEUE}/entries"), json!({})).bearer(&self.access).send().await
    }

    pub async fn look(&self, stack: &Stack) -> Reply {
        stack.get(&format!("/v1/queues/{MAIN_QUEUE}/entries/me")).bearer(&self.queue_token).send().await
    }

    /// Gives up the place, or the slot inside.
    pub async fn leave(&self, stack: &Stack) -> Reply {
        stack.delete(&format!("/v1/queues/{MAIN_QUEUE}/entries/me")).bearer(&self.queue_token).send().await
    }

    /// Inside, with a pass that may have run out by now. Whoever did not look while it was good comes again as somebody
    /// else.
    pub async fn briefly_admitted(stack: &Stack) -> Self {
        loop {
            let mut fan = Self::waiting(stack).await;
            if fan.comes_in(stack).await {
                return fan;
            }
        }
    }

    /// Polls until there is a pass.
    pub async fn be_admitted(&mut self, stack: &Stack) {
        assert!(self.comes_in(stack).await, "the pass ran out before it was seen");
    }

    /// Polls until there is a pass; false: it ran out unseen.
    async fn comes_in(&mut self, stack: &Stack) -> bool {
        let this = &*self;
        let admitted = eventually("the fan is admitted", || async {
            let answer = this.look(stack).await;
            match answer.status {
                401 => Some(None),
                // Where there is a poll budget, a test has no patience to keep to it.
                429 => None,
                _ => {
                    let body = answer.expect(200);
                    (body["status"] == "admitted").then_some(Some(body))
                }
            }
        });
        let Some(entry) = admitted.await else { return false };
        self.pass = text(&entry, "pass");
        true
    }

    pub async fn schedules(&self, stack: &Stack, hall: &Hall) -> Reply {
        stack.get(&format!("/v1/concerts/{}/schedules", hall.concert)).bearer(&self.pass).send().await
    }

    pub async fn seats(&self, stack: &Stack, hall: &Hall) -> Reply {
        stack.get(&format!("/v1/schedules/{}/seats", hall.schedule)).bearer(&self.pass).send().await
    }

    pub async fn available(&self, stack: &Stack, hall: &Hall) -> Vec<Value> {
        let path = format!("/v1/schedules/{}/seats?status=available", hall.schedule);
        let body = stack.get(&path).bearer(&self.pass).send().await.expect(200);
        body["seats"].as_array().unwrap().clone()
    }

    /// Sees so many available seats, at the latest when the seat map has followed.
    pub async fn sees_available(&self, stack: &Stack, hall: &Hall, count: usize) {
        eventually("so many seats are available", || async {
            (self.available(stack, hall).await.len() == count).then_some(())
        })
        .await;
    }

    /// Sees the seat with this number so.
    pub async fn sees(&self, stack: &Stack, hall: &Hall, number: u64, status: &str) {
        eventually("the seat is shown as it is", || async {
            let body = self.seats(stack, hall).await.expect(200);
            let mut seats = body["seats"].as_array().unwrap().iter();
            seats.any(|seat| seat["number"] == number && seat["status"] == status).then_some(())
        })
        .await;
    }

    /// The id of the seat with this number.
    pub async fn seat(&self, stack: &Stack, hall: &Hall, number: u64) -> String {
        let body = self.seats(stack, hall).await.expect(200);
        let seat =
            body["seats"].as_array().unwrap().iter().find(|seat| seat["number"] == number).unwrap().clone();
        text(&seat, "seatId")
    }

    pub async fn hold(&self, stack: &Stack, hall: &Hall, seats: &[&str]) -> Reply {
        let body = json!({ "scheduleId": hall.schedule, "seatIds": seats });
        stack.post("/v1/reservations", body).bearer(&self.pass).send().await
    }

    /// Holds the seat with this number; the reservation's id.
    pub async fn hold_number(&self, stack: &Stack, hall: &Hall, number: u64) -> String {
        let seat = self.seat(stack, hall, number).await;
        text(&self.hold(stack, hall, &[&seat]).await.expect(201), "reservationId")
    }

    pub async fn reservation(&self, stack: &Stack, id: &str) -> Value {
        stack.get(&format!("/v1/reservations/{id}")).bearer(&self.access).send().await.expect(200)
    }

    pub async fn reservations_by_pass(&self, stack: &Stack) -> Reply {
        stack.get("/v1/reservations").bearer(&self.pass).send().await
    }

    pub async fn release(&self, stack: &Stack, reservation: &str) -> Reply {
        stack.delete(&format!("/v1/reservations/{reservation}")).bearer(&self.access).send().await
    }

    pub async fn pay(&self, stack: &Stack, reservation: &str) -> Reply {
        stack
            .post(&format!("/v1/reservations/{reservation}/payments"), json!({}))
            .bearer(&self.pass)
            .send()
            .await
    }

    pub async fn charge(&self, stack: &Stack, amount: i64) -> Reply {
        let path = format!("/v1/wallets/{}/charges", self.user);
        stack.post(&path, json!({ "amount": amount })).bearer(&self.access).send().await
    }

    pub async fn balance(&self, stack: &Stack) -> i64 {
        let path = format!("/v1/wallets/{}", self.user);
        stack.get(&path).bearer(&self.access).send().await.expect(200)["balance"].as_i64().unwrap()
    }

    pub async fn entries(&self, stack: &Stack) -> Vec<Value> {
        let path = format!("/v1/wallets/{}/entries", self.user);
        let body = stack.get(&path).bearer(&self.access).send().await.expect(200);
        body["entries"].as_array().unwrap().clone()
    }
}
