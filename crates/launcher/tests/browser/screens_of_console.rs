//! The console's pictures in docs/screens.

use serde_json::json;

use crate::driver::Looks;
use crate::fan::Fan;
use crate::office::{ARENA, Office, SMALL};
use crate::operator::Operator;
use crate::screens::Album;

/// Some fans buy, some hold, and a line moves past the operator.
async fn every_page(looks: Looks) {
    let office = Office::open(&[]);
    let album = Album::of(looks);
    let operator = Operator::new(&office, looks).await;
    operator.press(".frame-side .link").await;
    operator.see("#token").await;
    album.keep(&operator, "o1-sign-in").await;
    operator.sign_in(&office.operator).await;
    operator.see(".board").await;
    let buyer = Fan::at_seats(&office, Looks::DESKTOP, SMALL).await;
    hold_and_pay(&buyer).await;
    let holder = Fan::at_seats(&office, Looks::DESKTOP, SMALL).await;
    holder.press(".best .button").await;
    holder.see("[role=timer]").await;
    office.set_queue(json!({ "maxActive": 2, "admitPerMinute": 60 })).await;
    for most in [10, 18, 30, 38, 45] {
        office.crowd(28).await;
        office.set_queue(json!({ "maxActive": most })).await;
        let shown = format!("return document.querySelector('.board dd').textContent.startsWith('{most}')");
        operator.until("the board has the new limit", &shown).await;
    }
    operator.see(".bar-sold:not([hidden])").await;
    operator.until("a minute of it is seen", "return performance.now() > 45000").await;
    album.keep(&operator, "o2-overview").await;
    if looks.width < 500 {
        album.keep_from(&operator, "o3-sales", "#sales").await;
        album.keep_from(&operator, "o3-services", "#services").await;
    }
    operator.press("[data-state=paused]").await;
    operator.see("dialog[open]").await;
    album.keep(&operator, "o4-pause").await;
    operator.press("dialog .button:not(.button-main)").await;
    operator.turn_to("/operator/seats").await;
    operator.see("[data-do=release]").await;
    album.keep(&operator, "o5-seats").await;
    operator.press("[data-do=release]").await;
    operator
        .fill("#reason", if looks.language == "ko" { "팬이 전화로 부탁함" } else { "The fan asked by phone" })
        .await;
    album.keep(&operator, "o6-release").await;
    operator.press("dialog .button:not(.button-danger)").await;
    operator.turn_to("/operator/concerts").await;
    operator.see(".line").await;
    album.keep(&operator, "o7-concerts").await;
    operator.press("main .button-main").await;
    operator.see("#title").await;
    album.keep(&operator, "o8-new-concert").await;
    operator.go(&format!("/operator/concerts/{}", office.concert(ARENA).await)).await;
    operator.set_instant("#starts", "2027-03-12T19:30").await;
    for (number, name, price) in [(2, "B", "77000"), (3, "C", "55000")] {
        operator.press("[data-do=add-section]").await;
        operator.fill(&format!("#section-{number}-name"), name).await;
        operator.type_over(&format!("#section-{number}-seats"), &(20 + 6 * number).to_string()).await;
        operator.type_over(&format!("#section-{number}-price"), price).await;
    }
    album.keep(&operator, "o9-performance").await;
}

async fn hold_and_pay(fan: &Fan) {
    fan.press(".best .button").await;
    fan.press("main form .button-main").await;
    fan.until("the till opens", "return document.querySelector('.button-wide')?.disabled === false").await;
    fan.press(".button-wide").await;
    fan.be_at("/tickets").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "draws docs/screens: scripts/screens"]
async fn the_console_on_a_desk() {
    every_page(Looks::DESKTOP).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "draws docs/screens: scripts/screens"]
async fn the_console_on_a_phone() {
    every_page(Looks { language: "en", ..Looks::PHONE }).await;
}
