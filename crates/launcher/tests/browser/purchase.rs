//! From the list of concerts to the tickets.

use fantoccini::key::Key;
use serde_json::Value;

use crate::driver::Looks;
use crate::fan::Fan;
use crate::lossy_wire::{Loss, LossyWire};
use crate::office::{Office, SMALL};

#[tokio::test(flavor = "multi_thread")]
async fn a_fan_buys_two_seats_in_korean() {
    let office = Office::open(&[]);
    let fan = Fan::new(&office, Looks::PHONE).await;
    fan.go("/").await;
    fan.read("예매 중").await;
    assert_eq!(fan.ask("return document.documentElement.lang").await, "ko");
    fan.press(".ticket .actions a").await;
    fan.fill("#name", "김민아").await;
    fan.press("main form button[type=submit]").await;
    fan.be_at("/dates").await;
    fan.press(".ticket .actions a").await;
    fan.press("[data-kind=list]").await;
    fan.press("[aria-label^='좌석 5, 1열']").await;
    fan.press("[aria-label^='좌석 6, 1열']").await;
    fan.press(".marked .button-main").await;
    fan.read("100,000원이 부족합니다").await;
    fan.press("main form .button-main").await;
    fan.press(".button-wide").await;
    fan.be_at("/tickets").await;
    fan.see(".qr svg").await;
    assert_eq!(fan.count(".qr svg").await, 2);
    fan.read("1인 입장권").await;
    fan.go("/app/wallet").await;
    fan.until(
        "nothing is left in the wallet",
        "return document.querySelector('.balance')?.textContent === '0원'",
    )
    .await;
    fan.until("both movements are there", "return document.querySelectorAll('.line').length === 2").await;
    fan.go("/app/reservations").await;
    fan.read("결제 완료").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_purchase_goes_by_keyboard_alone() {
    let office = Office::open(&[]);
    let fan = Fan::new(&office, Looks { language: "en", ..Looks::DESKTOP }).await;
    let enter = Key::Enter.to_string();
    fan.go("/").await;
    fan.tab_to(".ticket .actions a").await;
    fan.keys(&enter).await;
    fan.tab_to("#name").await;
    fan.keys(&format!("Mina{enter}")).await;
    fan.be_at("/dates").await;
    fan.tab_to(".ticket .actions a").await;
    fan.keys(&enter).await;
    fan.tab_to("[data-kind=list]").await;
    fan.keys(&enter).await;
    fan.tab_to("[role=gridcell]").await;
    fan.keys(" ").await;
    fan.keys(&Key::Right.to_string()).await;
    fan.keys(" ").await;
    fan.until(
        "two seats are marked",
        "return document.querySelectorAll('[aria-selected=true]').length === 2",
    )
    .await;
    fan.tab_to(".marked .button-main").await;
    fan.keys(&enter).await;
    fan.tab_to("main form .button-main").await;
    fan.keys(&enter).await;
    fan.until("the till opens", "return document.querySelector('.button-wide')?.disabled === false").await;
    fan.tab_to(".button-wide").await;
    fan.keys(&enter).await;
    fan.be_at("/tickets").await;
    fan.see(".qr svg").await;
    assert_eq!(fan.count(".qr svg").await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_for_the_best_two_gets_neighbours() {
    let office = Office::open(&[]);
    // Seat 5 of the first row is taken: the middle is not where two are side by side any more.
    let other = Fan::at_seats(&office, Looks::DESKTOP, SMALL).await;
    other.press("[aria-label^='좌석 5, 1열']").await;
    other.press(".marked .button-main").await;
    other.see("[role=timer]").await;
    let fan = Fan::at_seats(&office, Looks::PHONE, SMALL).await;
    fan.see("[aria-label^='좌석 5, 1열'].seat-held").await;
    fan.press(".best .button").await;
    fan.see("[role=timer]").await;
    let places = fan
        .ask(
            "return [...document.querySelectorAll('.seat-names li')].map(({ textContent }) =>
                textContent.match(/\\d+/g).map(Number))",
        )
        .await;
    let place = |index: usize| (places[index][0].as_u64().unwrap(), places[index][1].as_u64().unwrap());
    let ((row, number), (next_row, next_number)) = (place(0), place(1));
    assert_eq!((places.as_array().unwrap().len(), next_row, next_number), (2, row, number + 1));
    // As many as one may have come in one piece, too.
    let third = Fan::at_seats(&office, Looks::DESKTOP, SMALL).await;
    third.ask("document.querySelector('#best-quantity').value = '4'").await;
    third.press(".best .button").await;
    third.see("[role=timer]").await;
    assert_eq!(third.count(".seat-names li").await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_lapses_on_screen() {
    let office = Office::open(&[("BOXOFFICE__RESERVATION__HOLD_TTL_SECONDS", "4")]);
    let fan = Fan::at_seats(&office, Looks::DESKTOP, SMALL).await;
    fan.press(".seat-available").await;
    fan.press(".marked .button-main").await;
    // The time that was left, unless the machine was too busy to see it.
    let shown = "return Boolean(document.querySelector('[role=timer], .notice'))";
    fan.until("the hold is shown", shown).await;
    fan.read("시간이 지나 좌석이 풀렸습니다").await;
    assert_eq!(fan.count(".button-wide").await, 0);
    fan.press(".notice .button-main").await;
    fan.be_at("/seats").await;
    fan.see(".seat-available").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_without_a_connection_is_called_unknown_and_goes_on_by_itself() {
    let office = Office::open(&[]);
    let fan = Fan::at_seats(&office, Looks::DESKTOP, SMALL).await;
    fan.press(".seat-available").await;
    fan.press(".marked .button-main").await;
    fan.press("main form .button-main").await;
    fan.until("the till opens", "return document.querySelector('.button-wide')?.disabled === false").await;
    fan.offline(true).await;
    fan.press(".button-wide").await;
    fan.read("결과를 알 수 없습니다").await;
    fan.offline(false).await;
    fan.be_at("/tickets").await;
    fan.see(".qr svg").await;
    assert_eq!(fan.count(".qr svg").await, 1);
    let tokens = "return location.href.length < 200 && !location.search && !location.hash";
    assert_eq!(fan.ask(tokens).await, Value::Bool(true));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_whose_answer_is_lost_is_asked_about_under_the_same_key_and_taken_once() {
    let office = Office::open(&[]);
    let wire = LossyWire::to(&office, Loss::Answers("/payments")).await;
    let fan = Fan::by(&wire.base, Looks::DESKTOP).await;
    fan.come_to_seats(&office.concert(SMALL).await).await;
    fan.press(".seat-available").await;
    fan.press(".marked .button-main").await;
    fan.press("main form .button-main").await;
    fan.press(".button-wide").await;
    fan.be_at("/tickets").await;
    fan.see(".qr svg").await;
    let keys = wire.keys_sent();
    assert!(keys.len() > 2 && keys.iter().all(|key| Some(key) == keys.first()), "{keys:?}");
    fan.go("/app/wallet").await;
    fan.until("it was taken once", "return document.querySelectorAll('.line').length === 2").await;
}
