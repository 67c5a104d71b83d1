//! Two processes on one database: one keeps the rooms, the other stands by.

use diesel::prelude::*;
use diesel::sql_types::BigInt;
use diesel_async::{AsyncConnection, AsyncPgConnection, RunQueryDsl, SimpleAsyncConnection};
use serde_json::{Value, json};
use test_kit::{Reply, Spawned, Unheard};

use super::entry_events::Events;
use super::ownership::{CLOSED, a_line, overview, the_line_goes_on, told};
use super::{House, MAIN_QUEUE, admin, entries, eventually, me};

/// A hand in the database, under the service's own role.
struct Hand(AsyncPgConnection);

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    number: i64,
}

impl Hand {
    async fn of(house: &House) -> Self {
        Self(AsyncPgConnection::establish(house.queue.database().url("queue")).await.unwrap())
    }

    async fn number(&mut self, sql: &str) -> i64 {
        diesel::sql_query(sql).get_result::<Number>(&mut self.0).await.unwrap().number
    }

    async fn epoch(&mut self) -> i64 {
        self.number("SELECT epoch AS number FROM room_owner").await
    }

    /// The process that has the lock, as PostgreSQL numbers its session; 0: nobody has it.
    async fn keeper(&mut self) -> i64 {
        self.number(
            "SELECT coalesce(max(pid), 0)::bigint AS number FROM pg_locks \
             WHERE locktype = 'advisory' AND granted AND classid = x'626f7872'::int::oid \
               AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
        )
        .await
    }

    async fn somebody_asks_for_the_lock(&mut self) -> bool {
        let asks = "SELECT count(*) AS number FROM pg_stat_activity WHERE datname = current_database() \
                    AND query LIKE '%pg_try_advisory_lock%' AND pid <> pg_backend_pid()";
        self.number(asks).await > 0
    }

    /// Sessions that keep PostgreSQL from clearing away what nobody needs.
    async fn sessions_with_a_snapshot(&mut self) -> i64 {
        self.number(
            "SELECT count(*) AS number FROM pg_stat_activity \
             WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL",
        )
        .await
    }

    /// Ends the session that has the lock, as a network that breaks does.
    async fn cut_off(&mut self) {
        let keeper = self.keeper().await;
        self.number(&format!("SELECT pg_terminate_backend({keeper})::int::bigint AS number")).await;
    }

    /// Whether somebody waits for the row that every write locks.
    async fn somebody_waits_to_write(&mut self) -> bool {
        let waits = "SELECT count(*) AS number FROM pg_stat_activity \
                     WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%room_owner%'";
        self.number(waits).await > 0
    }
}

fn refused(reply: Reply) {
    assert_eq!(reply.header("retry-after"), Some("1"));
    reply.problem(503, "unavailable");
}

fn active(house: &Value) -> &Value {
    &house["active"]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_stands_by_says_so_and_disturbs_nobody() {
    let house = House::open_with(&CLOSED).await;
    let line = a_line(&house).await;
    let (before, numbers, epoch) = (told(&house, &line).await, overview(&house).await, {
        let mut hand = Hand::of(&house).await;
        hand.epoch().await
    });
    let next = house.beside(house.queue.database(), &CLOSED).await;
    next.get("/healthz").send().await.expect(200);
    refused(next.get("/readyz").send().await);
    assert_eq!(next.get("/readyz?standby=ok").send().await.expect(200)["status"], "standby");
    assert_eq!(house.queue.get("/readyz").send().await.expect(200)["status"], "ready");
    assert_eq!(next.get("/.well-known/jwks.json").send().await.expect(200)["keys"][0]["kty"], "OKP");
    for (process, is_active) in [(&house.queue, true), (&next, false)] {
        let operator = house.issuers.operator_token();
        let vitals = process.get("/v1/admin/services/queue").bearer(&operator).send().await.expect(200);
        assert_eq!(active(&vitals), is_active);
        let metrics = process.get("/metrics").send().await.expect(200);
        let gauge = format!(r#"boxoffice_active{{service="queue-service"}} {}"#, u8::from(is_active));
        assert!(metrics.as_str().unwrap().lines().any(|said| said == gauge), "{metrics}");
    }
    refused_by(&next, &house, &line).await;
    assert_eq!(told(&house, &line).await, before);
    assert_eq!(overview(&house).await, numbers);
    assert_eq!(Hand::of(&house).await.epoch().await, epoch);
    the_line_goes_on(&house, &line).await;
}

/// Every route of the waiting room.
async fn refused_by(next: &Spawned<queue_service::QueueService>, house: &House, line: &[super::Fan]) {
    let (operator, token) = (house.issuers.operator_token(), &line[5].token);
    refused(next.post(&entries(MAIN_QUEUE), json!({})).bearer(&house.access()).send().await);
    // Also for whoever has a place.
    refused(next.post(&entries(MAIN_QUEUE), json!({})).bearer(&line[5].access).send().await);
    refused(next.get(&me(MAIN_QUEUE)).bearer(token).send().await);
    refused(next.get(&format!("{}/events", me(MAIN_QUEUE))).bearer(token).send().await);
    refused(next.delete(&me(MAIN_QUEUE)).bearer(token).send().await);
    refused(next.get(&format!("/v1/queues/{MAIN_QUEUE}")).send().await);
    refused(next.get("/v1/admin/queues").bearer(&operator).send().await);
    refused(next.get(&admin(MAIN_QUEUE)).bearer(&operator).send().await);
    refused(next.put(&admin(MAIN_QUEUE), json!({ "maxActive": 9 })).bearer(&operator).send().await);
    let ending = json!({ "endings": [{ "passId": line[0].entry, "ending": "finished" }] });
    let end = next.post("/internal/v1/passes/endings", ending);
    refused(house.as_service(end, "reservation-service").send().await);
    // What is read in the database anyway is told: who follows it may ask anybody.
    let revoked = next.get("/internal/v1/passes/revoked?after=0");
    let revoked = house.as_service(revoked, "reservation-service").send().await.expect(200);
    assert_eq!(revoked["revoked"][0]["passId"], line[1].entry);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_cut_off_stands_by_for_who_took_over_and_is_there_again_when_that_one_ends() {
    let house = House::open_with(&CLOSED).await;
    let line = a_line(&house).await;
    let (before, mut hand) = (told(&house, &line).await, Hand::of(&house).await);
    let mut stream = Events::open(&house, &line[5]).await;
    stream.entry().await;
    let next = house.beside(house.queue.database(), &CLOSED).await;
    hand.cut_off().await;
    let House { queue: first, issuers } = house;
    let next = House { queue: next, issuers };
    eventually("the next one takes over", async || next.ready().await.then_some(())).await;
    assert_eq!(told(&next, &line).await, before);
    // Whoever had followed their place over there comes back over here.
    while stream.next().await.is_some() {}
    eventually("the first one stands by", async || {
        (first.get("/readyz").send().await.status == 503).then_some(())
    })
    .await;
    refused_by(&first, &next, &line).await;

    the_line_goes_on(&next, &line).await;
    let (before, numbers) = (told(&next, &line).await, overview(&next).await);
    let House { queue: next, issuers } = next;
    next.stop().await;
    let first = House { queue: first, issuers };
    eventually("the first one is there again", async || first.ready().await.then_some(())).await;
    assert_eq!(told(&first, &line).await, before);
    assert_eq!(overview(&first).await, numbers);
    first.finish(&[&line[3]]).await;
    first.admitted(&line[4]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gets_the_lock_back_before_anybody_else_goes_on_as_if_nothing_had_been() {
    let house = House::open_with(&CLOSED).await;
    let line = a_line(&house).await;
    let (before, mut hand) = (told(&house, &line).await, Hand::of(&house).await);
    let operator = house.issuers.operator_token();
    let figures = async || house.queue.get(&admin(MAIN_QUEUE)).bearer(&operator).send().await.expect(200);
    let (since, epoch, keeper) = (figures().await["since"].clone(), hand.epoch().await, hand.keeper().await);
    let mut stream = Events::open(&house, &line[5]).await;
    stream.entry().await;
    hand.cut_off().await;
    let mut again = keeper;
    while again == keeper || again == 0 {
        again = hand.keeper().await;
        // In between it answers all the same.
        assert_eq!(told(&house, &line).await, before);
    }
    the_line_goes_on(&house, &line).await;
    assert_eq!((figures().await["since"].clone(), hand.epoch().await), (since, epoch));
    while stream.entry().await["position"] != 2 {}
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_writes_under_an_epoch_that_has_passed() {
    let house = House::open_with(&CLOSED).await;
    let line = a_line(&house).await;
    let (before, mut hand, mut other) =
        (told(&house, &line).await, Hand::of(&house).await, Hand::of(&house).await);
    let epoch = hand.epoch().await;
    // Somebody who did not ask for the lock takes the rooms over while a write waits for its turn.
    hand.0.batch_execute("BEGIN; UPDATE room_owner SET epoch = epoch + 1").await.unwrap();
    let access = house.access();
    let join = tokio::spawn(house.queue.post(&entries(MAIN_QUEUE), json!({})).bearer(&access).send());
    while !other.somebody_waits_to_write().await {}
    hand.0.batch_execute("COMMIT").await.unwrap();
    refused(join.await.unwrap());
    assert_eq!(hand.number("SELECT count(*) AS number FROM entries").await, 6);
    // It has the lock, so it takes them back.
    eventually("it keeps the rooms again", async || house.ready().await.then_some(())).await;
    assert_eq!(hand.epoch().await, epoch + 2);
    assert_eq!(told(&house, &line).await, before);
    the_line_goes_on(&house, &line).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_stand_by_one_takes_over_each_time() {
    let house = House::open_with(&CLOSED).await;
    let line = a_line(&house).await;
    let before = told(&house, &line).await;
    let database = house.queue.database().clone();
    let mut standing_by = Vec::new();
    for _ in 0..3 {
        standing_by.push(house.beside(&database, &CLOSED).await);
    }
    let House { queue, issuers } = house;
    let mut house = House { queue, issuers };
    let mut hand = Hand::of(&house).await;
    while !standing_by.is_empty() {
        let epoch = hand.epoch().await;
        let House { queue, issuers } = house;
        queue.stop().await;
        let next = eventually("one of them is ready", async || {
            for (number, process) in standing_by.iter().enumerate() {
                if process.get("/readyz").send().await.status == 200 {
                    return Some(number);
                }
            }
            None
        });
        let next = next.await;
        house = House { queue: standing_by.swap_remove(next), issuers };
        for other in &standing_by {
            refused(other.get("/readyz").send().await);
        }
        assert_eq!(told(&house, &line).await, before);
        assert_eq!(hand.epoch().await, epoch + 1);
    }
    the_line_goes_on(&house, &line).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stands_by_keeps_nothing_from_being_cleared_away() {
    let house = House::open_with(&CLOSED).await;
    let _next = house.beside(house.queue.database(), &CLOSED).await;
    let mut hand = Hand::of(&house).await;
    while !hand.somebody_asks_for_the_lock().await {}
    eventually("no session has a snapshot", async || {
        (hand.sessions_with_a_snapshot().await == 0).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_port_of_the_active_one_is_open_while_it_is_that_and_shut_while_it_is_not() {
    let unheard = Unheard::reserve();
    let port = unheard.port();
    let text = port.to_string();
    let settings = [CLOSED[0], ("BOXOFFICE__HTTP__ACTIVE_PORT", text.as_str())];
    let house = House::open_with(&CLOSED).await;
    let fan = house.join(MAIN_QUEUE).await;
    let next = house.beside(house.queue.database(), &settings).await;
    let url = format!("http://127.0.0.1:{port}{}", me(MAIN_QUEUE));
    let ask = async || next.client.get(&url).bearer_auth(&fan.token).send().await;
    assert!(ask().await.is_err_and(|error| error.is_connect()));
    let mut hand = Hand::of(&house).await;
    hand.cut_off().await;
    eventually("the port opens", async || {
        ask().await.is_ok_and(|answer| answer.status() == 200).then_some(())
    })
    .await;
    while !hand.somebody_asks_for_the_lock().await {}
    hand.cut_off().await;
    eventually("the port is shut", async || ask().await.is_err_and(|error| error.is_connect()).then_some(()))
        .await;
    eventually("the first one is active again", async || house.ready().await.then_some(())).await;
    assert_eq!(house.see(&fan).await.expect(200)["position"], 1);
}
