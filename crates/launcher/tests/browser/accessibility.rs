//! axe-core on every page of a fan.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::driver::Looks;
use crate::fan::Fan;
use crate::office::{ARENA, Office, SMALL};

/// Fetched by scripts/setup into the target folder, two above that of the tests.
fn axe() -> String {
    let tests = std::env::current_exe().unwrap();
    let target: PathBuf = tests.ancestors().nth(3).unwrap().join("axe-core.min.js");
    std::fs::read_to_string(&target)
        .unwrap_or_else(|_| panic!("{} is missing: scripts/setup axe", target.display()))
}

/// Fails with what axe finds that hinders people.
pub async fn check(fan: &Fan, page: &str) {
    fan.ask(&axe()).await;
    let script = "const done = arguments[0]; axe.run(document, { resultTypes: ['violations'] }).then(
        ({ violations }) => done(violations.filter(({ impact }) => impact === 'serious' || impact === 'critical').map(
            ({ id, impact, nodes }) => `${impact} ${id}: ${nodes.slice(0, 3).map((node) => node.html + ' ' + node.failureSummary).join(' | ')}`)),
        (error) => done([String(error)]))";
    let found = fan.client.execute_async(script, vec![]).await.unwrap();
    assert!(found == Value::Array(vec![]), "on the page {page}: {found:#}");
}

async fn every_page(looks: Looks) {
    let office = Office::open(&[]);
    let fan = Fan::new(&office, looks).await;
    fan.go("/app/wallet").await;
    fan.see("#name").await;
    check(&fan, "welcome").await;
    fan.fill("#name", "Mina").await;
    fan.press("main form button[type=submit]").await;
    fan.see(".balance").await;
    fan.go("/").await;
    fan.see(".ticket").await;
    check(&fan, "concerts").await;
    office.set_queue(json!({ "maxActive": 0 })).await;
    office.crowd(1).await;
    fan.go(&format!("/app/concerts/{}/line", office.concert(ARENA).await)).await;
    fan.see(".place-number").await;
    check(&fan, "waiting room").await;
    office.set_queue(json!({ "state": "paused" })).await;
    fan.see(".notice-warning").await;
    check(&fan, "waiting room, paused").await;
    office.set_queue(json!({ "state": "open", "maxActive": 10 })).await;
    fan.be_at("/dates").await;
    fan.see(".ticket").await;
    check(&fan, "dates").await;
    fan.press(".ticket .actions a").await;
    fan.see("canvas").await;
    check(&fan, "seat map").await;
    fan.go(&format!("/app/concerts/{}/dates", office.concert(SMALL).await)).await;
    fan.press(".ticket .actions a").await;
    fan.press("[data-kind=list]").await;
    fan.press(".seat-available").await;
    check(&fan, "seat list").await;
    fan.press(".marked .button-main").await;
    fan.see("main form .button-main").await;
    check(&fan, "hold and till").await;
    fan.press("main form .button-main").await;
    fan.press(".button-wide").await;
    fan.see(".qr svg").await;
    check(&fan, "tickets").await;
    fan.go("/app/reservations").await;
    fan.press(".ticket .actions button").await;
    fan.see("dialog[open]").await;
    check(&fan, "reservations, cancelling").await;
    fan.press("dialog .button-danger").await;
    fan.see(".ticket-void").await;
    check(&fan, "reservations").await;
    fan.go("/app/wallet").await;
    fan.see(".line").await;
    check(&fan, "wallet").await;
    fan.go("/app/nowhere").await;
    fan.see("main .button").await;
    check(&fan, "nothing").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_hinders_anybody_at_a_desk() {
    every_page(Looks { language: "en", ..Looks::DESKTOP }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_hinders_anybody_with_a_phone() {
    every_page(Looks::PHONE).await;
}
