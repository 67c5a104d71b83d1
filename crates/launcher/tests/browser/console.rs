//! The operator's console, and what fans see of what is done there.

use serde_json::{Value, json};

use crate::driver::Looks;
use crate::fan::Fan;
use crate::line::third_in_line;
use crate::lossy_wire::{Loss, LossyWire};
use crate::office::{ARENA, Office, SMALL};
use crate::operator::Operator;

const TOKEN_IS_HERE_ALONE: &str = "return sessionStorage.getItem('boxoffice.operator') !== null && !location.search \
     && !location.hash && !JSON.stringify(localStorage).includes(sessionStorage.getItem('boxoffice.operator'))";

/// Whether the figure with this name shows this.
fn shows(name: &str, value: &str) -> String {
    format!(
        "return [...document.querySelectorAll('.figure')].some((figure) =>
            figure.querySelector('.figure-name').textContent === '{name}' &&
            figure.querySelector('.figure-value').textContent === '{value}')"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_is_refused_leads_back_to_the_door_with_the_reason() {
    let office = Office::open(&[]);
    let operator = Operator::new(&office, Looks::DESKTOP).await;
    assert_eq!(operator.ask(TOKEN_IS_HERE_ALONE).await, true);
    // It is refused in the middle of the work, as when it has run out; the address stays.
    operator.turn_to("/operator/concerts").await;
    operator.see(".line").await;
    operator.ask("sessionStorage.setItem('boxoffice.operator', 'abc.def.ghi')").await;
    operator.turn_to("/operator/seats").await;
    operator.read("받아들일 수 없는 토큰입니다").await;
    assert_eq!(operator.count(".frame-nav").await, 0);
    // A fan is known, and still no operator.
    operator.sign_in(&office.new_fan().await).await;
    operator.read("운영자의 것이 아닙니다").await;
    operator.sign_in("…").await;
    operator.read("받아들일 수 없는 토큰입니다").await;
    // The whole line that it was printed in will do.
    operator.sign_in(&format!("Operator token: {}", office.operator)).await;
    operator.see("#seat").await;
    operator.be_at("/operator/seats").await;
    operator.press(".frame-side .link").await;
    operator.see("#token").await;
    assert_eq!(operator.ask("return sessionStorage.getItem('boxoffice.operator')").await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_at_the_console_is_seen_in_line_and_so_is_its_end() {
    let office = Office::open(&[]);
    let fan = third_in_line(&office).await;
    let operator = Operator::new(&office, Looks::DESKTOP).await;
    operator.until("three wait", &shows("줄 선 사람", "3")).await;
    operator.press("[data-state=paused]").await;
    operator.read("줄 선 3명은 순서를 그대로 지키고").await;
    operator.press("dialog .button:not(.button-main)").await;
    assert_eq!(office.queue().await["state"], "open");
    operator.press("[data-state=paused]").await;
    operator.press("dialog .button-main").await;
    operator.see(".board-paused").await;
    fan.read("줄이 잠시 멈췄습니다").await;
    fan.read("줄이 멈춰 있어 알 수 없음").await;
    assert_eq!(fan.ask("return document.querySelector('.place-number')?.textContent").await, "3");
    operator.press("[data-state=open]").await;
    operator.press("dialog .button-main").await;
    fan.until("the pause is over", "return !document.querySelector('.notice-warning')").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn limits_are_set_and_what_is_wrong_with_them_is_said_at_the_field() {
    let office = Office::open(&[]);
    let fan = third_in_line(&office).await;
    let operator = Operator::new(&office, Looks::PHONE).await;
    operator.press("[data-do=limits]").await;
    operator.type_over("dialog .entry:nth-of-type(1) input", "2000000").await;
    operator.press("dialog button[type=submit]").await;
    operator.read("0부터 1,000,000까지의 정수를 입력해 주세요").await;
    assert_eq!(operator.count("dialog [aria-invalid]").await, 1);
    assert_eq!(office.queue().await["maxActive"], 0);
    operator.type_over("dialog .entry:nth-of-type(1) input", "3").await;
    operator.type_over("dialog .entry:nth-of-type(2) input", "90").await;
    operator.press("dialog button[type=submit]").await;
    fan.be_at("/dates").await;
    operator.until("all three are inside", &shows("입장한 사람", "3")).await;
    let queue = office.queue().await;
    assert_eq!((&queue["maxActive"], &queue["admitPerMinute"]), (&json!(3), &json!(90)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stuck_seat_is_released_with_a_reason_and_the_fan_reads_it() {
    let office = Office::open(&[]);
    let fan = Fan::at_seats(&office, Looks::DESKTOP, SMALL).await;
    fan.press("[aria-label^='좌석 7, 1열']").await;
    fan.press(".marked .button-main").await;
    fan.see("[role=timer]").await;
    let operator = Operator::new(&office, Looks::DESKTOP).await;
    operator.turn_to("/operator/seats").await;
    operator.see("[data-do=release]").await;
    operator.type_over("#seat", "8").await;
    operator.press(".filter button[type=submit]").await;
    operator.read("그런 좌석을 가진 사람이 없습니다").await;
    operator.type_over("#seat", "7").await;
    operator.press(".filter button[type=submit]").await;
    operator.press("[data-do=release]").await;
    operator.press("dialog .button-danger").await;
    operator.read("사유를 입력해 주세요").await;
    operator.fill("#reason", "팬이 전화로 부탁함").await;
    operator.press("dialog .button-danger").await;
    operator.read("풀린 좌석: Hall 1열 7번").await;
    operator.read("사유: 팬이 전화로 부탁함").await;
    assert_eq!(operator.count("[data-do=release]").await, 0);
    fan.read("좌석이 풀렸습니다").await;
    assert_eq!(fan.count("[role=timer]").await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn seats_that_are_sold_meanwhile_are_not_released_and_why_is_said() {
    let office = Office::open(&[]);
    let fan = Fan::at_seats(&office, Looks::DESKTOP, SMALL).await;
    fan.press("[aria-label^='좌석 7, 1열']").await;
    fan.press(".marked .button-main").await;
    let operator = Operator::new(&office, Looks::DESKTOP).await;
    operator.turn_to("/operator/seats").await;
    operator.press("[data-do=release]").await;
    fan.press("main form .button-main").await;
    fan.press(".button-wide").await;
    fan.be_at("/tickets").await;
    operator.fill("#reason", "시간이 오래 걸림").await;
    operator.press("dialog .button-danger").await;
    operator.read("그사이 판매된 좌석입니다").await;
    operator.press("dialog .button:not(.button-danger)").await;
    operator.read("판매됨: 취소는 팬만 할 수 있습니다").await;
    operator.turn_to("/operator").await;
    operator.until("the sale is seen", &shows("판매됨", "1")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_concert_is_made_with_its_seats_and_fans_see_it() {
    let office = Office::open(&[]);
    let operator = Operator::new(&office, Looks::DESKTOP).await;
    operator.turn_to("/operator/concerts").await;
    operator.press("main .button-main").await;
    operator.be_at("/operator/concerts/new").await;
    operator.fill("#venue", "대학로 소극장").await;
    operator.press("main form .button-main").await;
    operator.read("입력해 주세요").await;
    operator.fill("#title", "한여름 밤의 재즈").await;
    operator.set_instant("#opens", "2026-01-01T10:00").await;
    operator.set_instant("#closes", "2099-12-31T10:00").await;
    operator.press("main form .button-main").await;
    operator.see("#starts").await;
    operator.set_instant("#starts", "2099-12-31T19:30").await;
    operator.press("[data-do=add-section]").await;
    operator.fill("#section-2-name", "B").await;
    operator.type_over("#section-2-rows", "3").await;
    operator.type_over("#section-2-seats", "4").await;
    operator.type_over("#section-2-price", "50000").await;
    operator.read("212석 · 모두 팔리면 20,400,000원").await;
    operator.press("[data-do=add-section]").await;
    operator.press(".section:last-child [data-do=remove-section]").await;
    operator.press(".plan-side .button-main").await;
    operator.read("판매를 시작했습니다: 2099. 12. 31. 오후 7:30, 212석").await;
    operator.read("212석 중 212석 남음").await;
    let fan = Fan::new(&office, Looks::PHONE).await;
    fan.go("/").await;
    fan.read("한여름 밤의 재즈").await;
    fan.come_to_seats(&office.concert("한여름 밤의 재즈").await).await;
    fan.until(
        "the sections are those of the plan",
        "return [...document.querySelectorAll('#section option')].map(({ textContent }) => textContent).join()
            === 'A · 99,000원 · 200석 남음,B · 50,000원 · 12석 남음'",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_concert_whose_answer_is_lost_is_asked_for_under_the_same_key_and_made_once() {
    let office = Office::open(&[]);
    let wire = LossyWire::to(&office, Loss::Answers("/v1/admin/concerts")).await;
    let operator = Operator::by(&wire.base, &office, Looks::DESKTOP).await;
    operator.go("/operator/concerts/new").await;
    operator.fill("#title", "한 번뿐인 밤").await;
    operator.fill("#venue", "소극장").await;
    operator.press("main form .button-main").await;
    operator.see("#starts").await;
    let keys = wire.keys_sent();
    assert!(keys.len() > 2 && keys.iter().all(|key| Some(key) == keys.first()), "{keys:?}");
    operator.turn_to("/operator/concerts").await;
    operator.read("한 번뿐인 밤").await;
    assert_eq!(operator.count("main .line").await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_server_finds_wrong_stands_at_the_field() {
    let office = Office::open(&[]);
    let operator = Operator::new(&office, Looks::DESKTOP).await;
    operator.go(&format!("/operator/concerts/{}", office.concert(ARENA).await)).await;
    // Before its sale opens no concert begins.
    operator.set_instant("#starts", "2001-01-01T19:30").await;
    operator.press(".plan-side .button-main").await;
    operator.until(
        "the day is at fault",
        "return document.querySelector('#starts')?.getAttribute('aria-invalid') === 'true' &&
            document.querySelector('#starts-fault').textContent !== '' && document.activeElement.id === 'starts'",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn figures_say_when_they_are_old_and_stand_still_when_told_to() {
    let office = Office::open(&[]);
    let operator = Operator::new(&office, Looks { language: "en", ..Looks::DESKTOP }).await;
    operator.until("the figures are there", &shows("Waiting", "0")).await;
    operator.offline(true).await;
    operator.read("No answer. These are the figures of").await;
    operator.offline(false).await;
    operator.until("they are fresh again", "return !document.querySelector('.old')").await;
    operator.press(".pulse .link").await;
    operator.read("Standing still").await;
    office.set_queue(json!({ "maxActive": 0 })).await;
    office.crowd(2).await;
    operator.press(".pulse .link").await;
    operator.until("they go on", &shows("Waiting", "2")).await;
}
