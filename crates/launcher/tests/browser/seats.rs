//! Two fans and the same seats.

use crate::driver::Looks;
use crate::fan::Fan;
use crate::office::{ARENA, Office, SMALL};

const SEVENTH: &str = "[aria-label^='좌석 7, 1열']";

/// Each sees the other's hold, on a page that was not loaded again.
async fn a_hold_is_seen_by_another(office: &Office, connection: &str) {
    let (buyer, watcher) = tokio::join!(
        Fan::at_seats(office, Looks::DESKTOP, SMALL),
        Fan::at_seats(office, Looks::DESKTOP, SMALL)
    );
    watcher.see(connection).await;
    watcher.ask("window.sameDocument = true").await;
    watcher.press(SEVENTH).await;
    watcher.press("[aria-label^='좌석 8, 1열']").await;
    buyer.press(SEVENTH).await;
    buyer.press(".marked .button-main").await;
    buyer.see("[role=timer]").await;
    watcher.see(&format!("{SEVENTH}.seat-held")).await;
    // The mark on it is gone, and why is said; the other one stands.
    watcher.read("방금 다른 사람이 가져간 좌석: Hall 1열 7번").await;
    watcher.read("아직 선택되어 있는 좌석: Hall 1열 8번").await;
    assert_eq!(watcher.ask("return window.sameDocument").await, true);
    assert_eq!(watcher.count(".chip-marked").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_fan_sees_a_seat_turn_taken_without_a_reload() {
    a_hold_is_seen_by_another(&Office::open(&[]), ".connection-live").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_event_streams_the_same_goes_by_polling() {
    let office = Office::open(&[("BOXOFFICE__CONCERT__SEAT_STREAMS", "0")]);
    a_hold_is_seen_by_another(&office, ".connection-polling").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_into_the_map_marks_the_seat_that_is_there() {
    let office = Office::open(&[]);
    let fan = Fan::at_seats(&office, Looks::DESKTOP, ARENA).await;
    fan.press("[data-kind=map]").await;
    fan.press(".legend-section").await;
    fan.press(".tool:first-child").await;
    fan.press(".tool:first-child").await;
    fan.press(".tool:first-child").await;
    fan.press("canvas").await;
    fan.until("a seat is marked", "return document.querySelectorAll('.chip-marked').length === 1").await;
    fan.press("canvas").await;
    fan.until("and no more", "return document.querySelectorAll('.chip-marked').length === 0").await;
}
