//! The waiting room.

use serde_json::json;

use crate::driver::Looks;
use crate::fan::Fan;
use crate::lossy_wire::{Loss, LossyWire};
use crate::office::{Office, SMALL};

const POSITION: &str = "return document.querySelector('.place-number')?.textContent";

fn is_at(position: &str) -> String {
    format!("return document.querySelector('.place-number')?.textContent === '{position}'")
}

/// Third in a line that does not move.
pub async fn third_in_line(office: &Office) -> Fan {
    office.set_queue(json!({ "maxActive": 0 })).await;
    office.crowd(2).await;
    let fan = Fan::new(office, Looks::DESKTOP).await;
    join(&fan, office).await;
    fan
}

async fn join(fan: &Fan, office: &Office) {
    fan.say_name("김민아").await;
    fan.go(&format!("/app/concerts/{}/line", office.concert(SMALL).await)).await;
    fan.until("the fan is third", &is_at("3")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_and_a_second_tab_keep_the_one_place() {
    let office = Office::open(&[]);
    let fan = third_in_line(&office).await;
    fan.read("앞에 2명이 있습니다").await;
    fan.read("아직 알 수 없음").await;
    let first = fan.client.window().await.unwrap();
    let here = fan.client.current_url().await.unwrap();
    fan.client.refresh().await.unwrap();
    fan.until("the fan is third after a reload", &is_at("3")).await;
    let second = fan.client.new_window(true).await.unwrap();
    fan.client.switch_to_window(second.handle).await.unwrap();
    fan.client.goto(here.as_str()).await.unwrap();
    fan.until("the fan is third in the second tab", &is_at("3")).await;
    assert_eq!(office.queue().await["waiting"], 3);
    fan.client.close_window().await.unwrap();
    fan.client.switch_to_window(first).await.unwrap();
    office.set_queue(json!({ "maxActive": 2 })).await;
    fan.until("the tab that is left follows the line", &is_at("1")).await;
    office.set_queue(json!({ "maxActive": 3 })).await;
    fan.be_at("/dates").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_connection_is_said_and_goes_on_by_itself() {
    let office = Office::open(&[]);
    let fan = third_in_line(&office).await;
    fan.offline(true).await;
    fan.read("연결이 끊겼습니다").await;
    assert_eq!(fan.ask(POSITION).await, "3");
    fan.offline(false).await;
    fan.until("the connection is back", "return !document.querySelector('.connection-lost')").await;
    office.set_queue(json!({ "maxActive": 3 })).await;
    fan.be_at("/dates").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_leaves_gives_the_place_up_after_being_asked() {
    let office = Office::open(&[]);
    let fan = third_in_line(&office).await;
    fan.press("main > div .stack > .actions .button").await;
    fan.press("dialog .button-danger").await;
    fan.read("순서를 포기했습니다").await;
    assert_eq!(office.queue().await["waiting"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn why_a_pass_has_ended_is_said() {
    let office = Office::open(&[("BOXOFFICE__QUEUE__PASS_TTL_SECONDS", "15")]);
    let fan = Fan::named(&office, Looks::DESKTOP, "김민아").await;
    fan.go(&format!("/app/concerts/{}/line", office.concert(SMALL).await)).await;
    fan.be_at("/dates").await;
    fan.read("입장 시간이 끝났습니다").await;
    fan.see(".notice .button-main").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_event_stream_the_line_moves_and_the_seats_are_followed() {
    let office = Office::open(&[]);
    let wire = LossyWire::to(&office, Loss::Streams).await;
    office.set_queue(json!({ "maxActive": 0 })).await;
    office.crowd(2).await;
    let fan = Fan::by(&wire.base, Looks::DESKTOP).await;
    join(&fan, &office).await;
    fan.see(".connection-polling").await;
    office.set_queue(json!({ "maxActive": 1 })).await;
    fan.until("the line moves", &is_at("2")).await;
    office.set_queue(json!({ "maxActive": 4 })).await;
    fan.be_at("/dates").await;
    fan.press(".ticket .actions a").await;
    fan.see(".connection-polling").await;
    fan.press("[data-kind=list]").await;
    let other = Fan::at_seats(&office, Looks::DESKTOP, SMALL).await;
    other.press("[aria-label^='좌석 9, 1열']").await;
    other.press(".marked .button-main").await;
    fan.see("[aria-label^='좌석 9, 1열'].seat-held").await;
}
