//! The pictures in docs/screens, drawn by scripts/screens.

use std::path::PathBuf;

use serde_json::json;

use crate::driver::Looks;
use crate::fan::Fan;
use crate::office::{ARENA, Office};

pub struct Album {
    folder: PathBuf,
    suffix: String,
}

impl Album {
    pub fn of(looks: Looks) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/screens");
        std::fs::create_dir_all(&folder).unwrap();
        Self { folder, suffix: format!("{}-{}", looks.width, looks.language) }
    }

    /// The page from its top.
    pub async fn keep(&self, fan: &Fan, name: &str) {
        self.keep_from(fan, name, "body").await;
    }

    /// The page from where this begins.
    pub async fn keep_from(&self, fan: &Fan, name: &str, selector: &str) {
        let scroll = format!("document.querySelector('{selector}').scrollIntoView({{ block: 'start' }})");
        fan.ask(&format!("document.activeElement?.blur(); {scroll}")).await;
        fan.until(
            "nothing moves",
            "return document.getAnimations().every(({ playState }) => playState !== 'running')",
        )
        .await;
        fan.photograph(&self.folder.join(format!("{name}-{}.png", self.suffix))).await;
    }
}

async fn every_page(looks: Looks) {
    let office = Office::open(&[]);
    let album = Album::of(looks);
    // A phone shows less at once.
    let from = |selector| if looks.width < 500 { selector } else { "body" };
    let fan = Fan::named(&office, looks, if looks.language == "ko" { "김민아" } else { "Mina" }).await;
    fan.go("/").await;
    fan.see(".ticket").await;
    album.keep(&fan, "1-concerts").await;
    office.set_queue(json!({ "maxActive": 0 })).await;
    office.crowd(137).await;
    let line = format!("/app/concerts/{}/line", office.concert(ARENA).await);
    fan.go(&line).await;
    fan.until("the fan has a place", "return document.querySelector('.place-number')?.textContent === '138'")
        .await;
    office.set_queue(json!({ "maxActive": 60 })).await;
    fan.until("the line moves", "return document.querySelector('.place-number')?.textContent === '78'").await;
    album.keep(&fan, "2-waiting-room").await;
    office.set_queue(json!({ "maxActive": 200 })).await;
    fan.be_at("/dates").await;
    fan.see(".ticket").await;
    album.keep(&fan, "3-dates").await;
    fan.press(".ticket .actions a").await;
    fan.press("[data-kind=list]").await;
    fan.press("[data-seat]:nth-child(20)").await;
    fan.press("[data-seat]:nth-child(21)").await;
    album.keep_from(&fan, "4-seat-list", from(".choice")).await;
    fan.press("[data-kind=map]").await;
    fan.see("canvas").await;
    album.keep_from(&fan, "4-seat-map", from(".choice")).await;
    fan.press(".marked .button-main").await;
    fan.see("main form .button-main").await;
    album.keep(&fan, "5-hold").await;
    fan.press("main form .button-main").await;
    fan.until("the till opens", "return document.querySelector('.button-wide')?.disabled === false").await;
    album.keep_from(&fan, "7-checkout", from("main .card")).await;
    fan.press(".button-wide").await;
    fan.see(".qr svg").await;
    album.keep(&fan, "8-tickets").await;
    fan.go("/app/reservations").await;
    fan.see(".ticket").await;
    album.keep(&fan, "9-reservations").await;
    fan.go("/app/wallet").await;
    fan.see(".line").await;
    album.keep(&fan, "6-wallet").await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "draws docs/screens: scripts/screens"]
async fn on_a_desk() {
    every_page(Looks::DESKTOP).await;
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "draws docs/screens: scripts/screens"]
async fn on_a_phone() {
    every_page(Looks { language: "en", ..Looks::PHONE }).await;
}
