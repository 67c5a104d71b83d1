//! queue-service as reservation-service meets it: it remembers which passes have ended, and how.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Json};
use chrono::TimeDelta;
use contracts::internal::queue::{
    EndedBody, Ending, EndingBody, EndingsBody, RevocationsBody, RevokedPassBody,
};
use domain::adapters::system::SystemClock;
use domain::shared::{Clock, EntryId};
use uuid::Uuid;

#[derive(Default)]
struct Told {
    down: bool,
    refused: BTreeSet<Uuid>,
    finished: Vec<Uuid>,
    yielded: Vec<Uuid>,
}

#[derive(Clone, Default)]
pub struct Queue(Arc<Mutex<Told>>);

impl Queue {
    /// The routes of queue-service that reservation-service calls.
    pub fn serve(&self, config: &mut web::ServiceConfig) {
        config
            .app_data(Data::new(self.clone()))
            .route("/internal/v1/passes/revoked", web::get().to(revoked))
            .route("/internal/v1/passes/endings", web::post().to(end));
    }

    pub fn down(&self, down: bool) {
        self.0.lock().unwrap().down = down;
    }

    /// Has no use for anything about this pass.
    pub fn refuse(&self, pass: EntryId) {
        self.0.lock().unwrap().refused.insert(pass.0);
    }

    /// How often it was told that the pass is finished, and that its slot is yielded.
    pub fn told(&self, pass: EntryId) -> (usize, usize) {
        let told = self.0.lock().unwrap();
        let count = |passes: &[Uuid]| passes.iter().filter(|id| **id == pass.0).count();
        (count(&told.finished), count(&told.yielded))
    }
}

async fn end(body: Json<EndingsBody>, queue: Data<Queue>) -> HttpResponse {
    let ended = body.into_inner().endings().unwrap();
    let mut told = queue.0.lock().unwrap();
    if told.down {
        return HttpResponse::ServiceUnavailable().finish();
    }
    if ended.iter().any(|ending| told.refused.contains(&ending.pass_id)) {
        return HttpResponse::UnprocessableEntity().finish();
    }
    for EndingBody { pass_id, ending } in &ended {
        match ending {
            Ending::Finished => told.finished.push(*pass_id),
            Ending::SlotYielded => told.yielded.push(*pass_id),
        }
    }
    HttpResponse::Ok().json(EndedBody { ended })
}

async fn revoked(queue: Data<Queue>) -> HttpResponse {
    let told = queue.0.lock().unwrap();
    if told.down {
        return HttpResponse::ServiceUnavailable().finish();
    }
    let (now, mut body) = (SystemClock.now(), Vec::new());
    for pass in &told.finished {
        body.push(RevokedPassBody { pass_id: *pass, expires_at: now + TimeDelta::minutes(10) });
    }
    HttpResponse::Ok().json(Json(RevocationsBody { revoked: body, version: 0, now }).into_inner())
}
