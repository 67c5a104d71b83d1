//! A service as small as it can be: notes, and who is calling.

#![expect(clippy::unwrap_used, reason = "a test fails loudly")]

use actix_web::{HttpResponse, get, post, web};
use async_trait::async_trait;
use diesel::sql_types::BigInt;
use diesel_async::{RunQueryDsl, SimpleAsyncConnection};
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use serde::Deserialize;
use serde_json::json;
use service_kit::auth::{AccessUser, Authenticator, CallingService, Operator, Pass};
use service_kit::jobs::Job;

use service_kit::{Context, Credentials, Service, Store};
use utoipa_actix_web::service_config::ServiceConfig;

#[derive(Clone)]
pub struct Notes {
    authenticator: web::Data<Authenticator>,
    state: web::Data<State>,
}

struct State {
    store: Store,
    greeting: String,
    peer: String,
    http: reqwest::Client,
}

#[derive(Clone, Deserialize)]
pub struct Settings {
    greeting: String,
}

#[async_trait]
impl Service for Notes {
    const NAME: &'static str = "wallet-service";
    const SECTION: &'static str = "wallet";
    const DEFAULTS: &'static str = "[wallet]\ngreeting = \"hello\"\n";
    const MIGRATIONS: EmbeddedMigrations = embed_migrations!("tests/migrations");
    type Settings = Settings;

    async fn assemble(context: Context<Settings>) -> anyhow::Result<Self> {
        let authenticator = web::Data::new(context.authenticator(Credentials::default())?);
        let state = State {
            store: context.store,
            greeting: context.settings.service.greeting,
            peer: context.settings.shared.peers.queue,
            http: context.http,
        };
        Ok(Self { authenticator, state: web::Data::new(state) })
    }

    fn provide(&self, config: &mut web::ServiceConfig) {
        config.app_data(self.authenticator.clone()).app_data(self.state.clone());
    }

    fn public(routes: &mut ServiceConfig<'_>) {
        routes.map(|config| {
            config.service(greeting).service(show_fan).service(show_operator).service(admitted)
        });
        routes.map(|config| config.service(write).service(read).service(ask_peer));
    }

    fn internal(routes: &mut ServiceConfig<'_>) {
        routes.map(|config| config.service(caller));
    }

    fn jobs(&self) -> Vec<Job> {
        Vec::new()
    }
}

#[get("/greeting")]
async fn greeting(state: web::Data<State>) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "greeting": state.greeting }))
}

#[get("/fan")]
async fn show_fan(user: AccessUser) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "id": user.user_id, "name": user.name }))
}

#[get("/operator")]
async fn show_operator(_operator: Operator) -> HttpResponse {
    HttpResponse::NoContent().finish()
}

#[get("/admitted")]
async fn admitted(pass: Pass) -> HttpResponse {
    HttpResponse::Ok().json(json!({ "queue": pass.queue_id, "entry": pass.pass_id, "user": pass.user_id }))
}

#[get("/internal/v1/caller")]
async fn caller(caller: CallingService) -> HttpResponse {
    HttpResponse::Ok().json(caller.0)
}

#[post("/notes")]
async fn write(state: web::Data<State>, note: web::Json<String>) -> HttpResponse {
    let Store::Postgres(database) = &state.store else { return HttpResponse::NotImplemented().finish() };
    let mut connection = database.connection().await.unwrap();
    let statement = format!("INSERT INTO note VALUES ('{}')", *note);
    connection.batch_execute(&statement).await.unwrap();
    HttpResponse::Created().finish()
}

#[get("/notes")]
async fn read(state: web::Data<State>) -> HttpResponse {
    let Store::Postgres(database) = &state.store else { return HttpResponse::NotImplemented().finish() };
    let mut connection = database.connection().await.unwrap();
    let count = diesel::dsl::sql::<BigInt>("(SELECT count(*) FROM note)");
    let count: i64 = diesel::select(count).get_result(&mut connection).await.unwrap();
    HttpResponse::Ok().json(count)
}

#[get("/peer")]
async fn ask_peer(state: web::Data<State>) -> HttpResponse {
    let url = format!("{}/answer", state.peer);
    let answer = state.http.get(url).send().await.unwrap().text().await.unwrap();
    HttpResponse::Ok().json(answer)
}
