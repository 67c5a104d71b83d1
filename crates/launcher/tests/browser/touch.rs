//! Fingers on the map of the hall.

use std::time::Duration;

use fantoccini::actions::{Actions, InputSource, MOUSE_BUTTON_LEFT, PointerAction, TouchActions};

use crate::driver::Looks;
use crate::fan::Fan;
use crate::office::{ARENA, Office};

/// How long fingers take from here to there. A browser gets a step of it about every frame.
const GLIDE: Duration = Duration::from_millis(120);

fn finger(name: &str, from: (f64, f64), to: (f64, f64)) -> TouchActions {
    let at = |(x, y), duration| PointerAction::MoveTo { duration, x, y };
    TouchActions::new(name.to_owned())
        .then(at(from, None))
        .then(PointerAction::Down { button: MOUSE_BUTTON_LEFT })
        .then(at(to, Some(GLIDE)))
        .then(PointerAction::Up { button: MOUSE_BUTTON_LEFT })
}

/// Where the middle of the map is on the screen.
async fn middle(fan: &Fan) -> (f64, f64) {
    let canvas = fan.see("canvas").await;
    fan.ask("document.querySelector('canvas').scrollIntoView({ block: 'center' })").await;
    let (x, y, width, height) = canvas.rectangle().await.unwrap();
    let scrolled = fan.ask("return [scrollX, scrollY]").await;
    let (left, top) = (scrolled[0].as_f64().unwrap(), scrolled[1].as_f64().unwrap());
    (x + width / 2.0 - left, y + height / 2.0 - top)
}

async fn marked(fan: &Fan, seats: usize) {
    let script = format!("return document.querySelectorAll('.chip-marked').length === {seats}");
    fan.until(&format!("{seats} seats are marked"), &script).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_fingers_bring_the_seats_nearer_one_pulls_and_a_tap_marks() {
    let office = Office::open(&[]);
    let fan = Fan::at_seats(&office, Looks::PHONE, ARENA).await;
    fan.press("[data-kind=map]").await;
    let (x, y) = middle(&fan).await;
    let there = |dx: f64, dy: f64| (x + dx, y + dy);
    let tap = || finger("one", there(0.0, 0.0), there(0.0, 0.0));
    // From where the whole hall is seen, a seat is a few pixels: two fingers that part make it one to be hit.
    let pinch = Actions::from(finger("one", there(-16.0, 0.0), there(-150.0, 0.0))).and(finger(
        "two",
        there(16.0, 0.0),
        there(150.0, 0.0),
    ));
    fan.client.perform_actions(pinch).await.unwrap();
    marked(&fan, 0).await;
    fan.client.perform_actions(tap()).await.unwrap();
    marked(&fan, 1).await;
    // What is pulled comes along: another seat is where the first one was.
    fan.client.perform_actions(finger("one", there(0.0, 0.0), there(90.0, 0.0))).await.unwrap();
    marked(&fan, 1).await;
    fan.client.perform_actions(tap()).await.unwrap();
    marked(&fan, 2).await;
    // Two fingers that close show the whole hall again, where a tap brings it nearer and marks nothing.
    let close = Actions::from(finger("one", there(-150.0, 60.0), there(-4.0, 60.0))).and(finger(
        "two",
        there(150.0, 60.0),
        there(4.0, 60.0),
    ));
    fan.client.perform_actions(close).await.unwrap();
    fan.client.perform_actions(finger("one", there(60.0, 90.0), there(60.0, 90.0))).await.unwrap();
    marked(&fan, 2).await;
}
