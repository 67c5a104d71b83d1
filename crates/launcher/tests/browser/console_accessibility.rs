//! axe-core on every page of the console, and the way through it by keyboard.

use fantoccini::key::Key;
use serde_json::json;

use crate::accessibility::check;
use crate::driver::Looks;
use crate::fan::Fan;
use crate::office::{ARENA, Office, SMALL};
use crate::operator::Operator;

async fn every_page(looks: Looks) {
    let office = Office::open(&[]);
    let fan = Fan::at_seats(&office, looks, SMALL).await;
    fan.press(".seat-available").await;
    fan.press(".marked .button-main").await;
    fan.see("[role=timer]").await;
    office.set_queue(json!({ "maxActive": 1, "admitPerMinute": 30 })).await;
    office.crowd(2).await;
    let operator = Operator::new(&office, looks).await;
    operator.see(".service .state").await;
    operator
        .until("seats are held", "return document.querySelector('.bar-held:not([hidden])') !== null")
        .await;
    check(&operator, "overview").await;
    operator.press("[data-state=closed]").await;
    operator.see("dialog[open]").await;
    check(&operator, "overview, closing").await;
    operator.press("dialog .button:not(.button-danger)").await;
    operator.press("[data-do=limits]").await;
    operator.type_over("dialog .entry:nth-of-type(2) input", "0").await;
    operator.press("dialog button[type=submit]").await;
    operator.see("dialog [aria-invalid]").await;
    check(&operator, "limits, one wrong").await;
    operator.press("dialog .button:not(.button-main)").await;
    operator.press("[data-state=paused]").await;
    operator.press("dialog .button-main").await;
    operator.see(".board-paused").await;
    check(&operator, "overview, paused").await;
    operator.turn_to("/operator/seats").await;
    operator.press("[data-do=release]").await;
    operator.see("dialog[open]").await;
    check(&operator, "seats, releasing").await;
    operator.press("dialog .button:not(.button-danger)").await;
    operator.until("it is closed", "return !document.querySelector('dialog')").await;
    check(&operator, "seats").await;
    operator.turn_to("/operator/concerts").await;
    operator.see(".line").await;
    check(&operator, "concerts").await;
    operator.press("main .button-main").await;
    operator.press("main form .button-main").await;
    operator.see("[aria-invalid]").await;
    check(&operator, "new concert, incomplete").await;
    operator.go(&format!("/operator/concerts/{}", office.concert(ARENA).await)).await;
    operator.press("[data-do=add-section]").await;
    operator.press(".plan-side .button-main").await;
    operator.see("[aria-invalid]").await;
    check(&operator, "concert, new performance incomplete").await;
    operator.go("/operator/nowhere").await;
    operator.see("main .button").await;
    check(&operator, "nothing").await;
    operator.press(".frame-side .link").await;
    operator.sign_in("abc").await;
    operator.see(".notice-trouble").await;
    check(&operator, "sign-in, refused").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_the_console_hinders_anybody_at_a_desk() {
    every_page(Looks { language: "en", ..Looks::DESKTOP }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_of_the_console_hinders_anybody_with_a_phone() {
    every_page(Looks::PHONE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_queue_is_paused_by_keyboard_alone() {
    let office = Office::open(&[]);
    let operator = Operator::new(&office, Looks { language: "en", ..Looks::DESKTOP }).await;
    operator.see(".board").await;
    let enter = Key::Enter.to_string();
    operator.tab_to("[data-state=paused]").await;
    operator.keys(&enter).await;
    // What is harmless has the focus first; what is asked stands in the dialog's own words.
    operator
        .until(
            "the question has the focus",
            "return document.activeElement.matches('dialog .button:not(.button-main)')",
        )
        .await;
    operator.tab_to("dialog .button-main").await;
    operator.keys(&enter).await;
    operator.see(".board-paused").await;
    assert_eq!(office.queue().await["state"], "paused");
    operator
        .until("the focus is where it was", "return document.activeElement.matches('[data-state=paused]')")
        .await;
}
