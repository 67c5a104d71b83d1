use std::sync::{Arc, Mutex};

use actix_web::web::{self, Data, Json};
use chrono::TimeDelta;
use concert_service::ConcertService;
use contracts::internal::queue::{RevocationsBody, RevokedPassBody};
use domain::adapters::system;
use domain::shared::{EntryId, QueueId, UserId};
use test_kit::{Issuers, PATIENCE, spawn};
use tokio::time::timeout;
use uuid::Uuid;

use crate::hall::new_id;

/// Passes the queue has taken back.
#[derive(Clone, Default)]
struct TakenBack(Arc<Mutex<Vec<Uuid>>>);

async fn revoked(taken_back: Data<TakenBack>) -> Json<RevocationsBody> {
    let (clock, _) = system::system();
    let now = clock.now();
    let passes = taken_back.0.lock().unwrap();
    let revoked =
        passes.iter().map(|id| RevokedPassBody { pass_id: *id, expires_at: now + TimeDelta::minutes(10) });
    Json(RevocationsBody { revoked: revoked.collect(), version: 0, now })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pass_that_was_taken_back_opens_nothing_any_more() {
    let taken_back = TakenBack::default();
    let served = Data::new(taken_back.clone());
    let issuers = Issuers::with_routes(move |config| {
        config.app_data(served.clone()).route("/internal/v1/passes/revoked", web::get().to(revoked));
    })
    .await;
    let service = spawn::<ConcertService>(&[], &issuers).await;
    let (clock, _) = system::system();
    let until = clock.now() + TimeDelta::minutes(10);
    let pass_of = |entry| issuers.pass(EntryId(entry), QueueId(new_id()), UserId(new_id()), until);
    let (used_up, entry) = (new_id(), new_id());
    let (ended, good) = (pass_of(used_up), pass_of(entry));
    let path = format!("/v1/schedules/{}/seats", new_id());
    let ask = |pass: &str| service.get(&path).bearer(pass).send();
    ask(&ended).await.problem(404, "not_found");

    taken_back.0.lock().unwrap().push(used_up);
    let refused = async {
        loop {
            let reply = ask(&ended).await;
            if reply.status != 404 {
                return reply;
            }
        }
    };
    let reply = timeout(PATIENCE, refused).await.expect("the pass stays good");
    reply.problem(401, "pass_expired");
    ask(&good).await.problem(404, "not_found");
}
