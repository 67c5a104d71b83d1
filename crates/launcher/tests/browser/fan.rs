//! A fan in front of a screen.

use std::path::Path;

use fantoccini::elements::Element;
use fantoccini::key::Key;
use fantoccini::{Client, Locator};
use serde_json::Value;

use crate::driver::{Driver, Looks, Offline};
use crate::office::Office;
use crate::patience::eventually;

/// Stops of the Tab key on any page, at most.
const STOPS: usize = 120;

pub struct Fan {
    pub client: Client,
    base: String,
    _driver: Driver,
}

impl Fan {
    /// A browser that has never been here.
    pub async fn new(office: &Office, looks: Looks) -> Self {
        Self::by(&office.base, looks).await
    }

    /// A browser that comes by this address.
    pub async fn by(base: &str, looks: Looks) -> Self {
        let driver = Driver::start();
        let client = driver.browser(looks).await;
        Self { client, base: base.to_owned(), _driver: driver }
    }

    /// Somebody with a name.
    pub async fn named(office: &Office, looks: Looks, name: &str) -> Self {
        let fan = Self::new(office, looks).await;
        fan.say_name(name).await;
        fan
    }

    /// Tells the office who this is.
    pub async fn say_name(&self, name: &str) {
        self.go("/app/wallet").await;
        self.fill("#name", name).await;
        self.press("main form button[type=submit]").await;
        self.see(".balance").await;
    }

    /// Somebody who looks at the seats of a concert's first date, as a list.
    pub async fn at_seats(office: &Office, looks: Looks, concert: &str) -> Self {
        let fan = Self::new(office, looks).await;
        fan.come_to_seats(&office.concert(concert).await).await;
        fan
    }

    /// From nothing to the seats of a concert's first date, as a list.
    pub async fn come_to_seats(&self, concert_id: &str) {
        self.say_name("김민아").await;
        self.go(&format!("/app/concerts/{concert_id}/line")).await;
        self.be_at("/dates").await;
        self.press(".ticket .actions a").await;
        self.press("[data-kind=list]").await;
        self.see(".seat-available").await;
    }

    pub async fn go(&self, path: &str) {
        self.client.goto(&format!("{}{path}", self.base)).await.unwrap();
    }

    /// Waits until the address ends so.
    pub async fn be_at(&self, end: &str) {
        eventually(&format!("the fan is at …{end}"), || async {
            let here = self.client.current_url().await.ok()?;
            here.path().ends_with(end).then_some(())
        })
        .await;
    }

    /// Waits until the first element of this kind is to be seen.
    pub async fn see(&self, selector: &str) -> Element {
        eventually(&format!("there is a {selector}"), || async {
            let found = self.client.find(Locator::Css(selector)).await.ok()?;
            found.is_displayed().await.ok()?.then_some(found)
        })
        .await
    }

    /// Waits until it can be clicked on, and does.
    pub async fn press(&self, selector: &str) {
        eventually(&format!("{selector} can be pressed"), || async {
            let found = self.client.find(Locator::Css(selector)).await.ok()?;
            if !found.is_displayed().await.ok()? || !found.is_enabled().await.ok()? {
                return None;
            }
            // To where nothing that stays at the edge of the screen lies over it, as a fan would.
            let element = serde_json::to_value(&found).ok()?;
            self.client
                .execute("arguments[0].scrollIntoView({ block: 'center' })", vec![element])
                .await
                .ok()?;
            found.click().await.ok()
        })
        .await;
    }

    pub async fn fill(&self, selector: &str, text: &str) {
        self.see(selector).await.send_keys(text).await.unwrap();
    }

    pub async fn count(&self, selector: &str) -> usize {
        self.client.find_all(Locator::Css(selector)).await.unwrap().len()
    }

    /// What a script in the page answers.
    pub async fn ask(&self, script: &str) -> Value {
        self.client.execute(script, vec![]).await.unwrap()
    }

    /// Waits until a script in the page says yes.
    pub async fn until(&self, what: &str, script: &str) {
        eventually(what, || async {
            let answer = self.client.execute(script, vec![]).await.ok()?;
            (answer == Value::Bool(true)).then_some(())
        })
        .await;
    }

    /// Waits until these words are on the page.
    pub async fn read(&self, words: &str) {
        let script = format!("return document.body.innerText.includes({})", Value::from(words));
        self.until(&format!("the page says {words:?}"), &script).await;
    }

    /// Presses keys wherever the focus is.
    pub async fn keys(&self, keys: &str) {
        self.client.active_element().await.unwrap().send_keys(keys).await.unwrap();
    }

    /// Goes on with the Tab key until the focus is there.
    pub async fn tab_to(&self, selector: &str) {
        self.see(selector).await;
        let script = format!("return document.activeElement?.matches({}) ?? false", Value::from(selector));
        for _ in 0..STOPS {
            if self.ask(&script).await == Value::Bool(true) {
                return;
            }
            self.keys(&Key::Tab.to_string()).await;
        }
        panic!("the Tab key never comes to {selector}");
    }

    /// Pulls the cable, or puts it back.
    pub async fn offline(&self, offline: bool) {
        self.client.issue_cmd(Offline(offline)).await.unwrap();
    }

    /// Keeps what is on the screen.
    pub async fn photograph(&self, file: &Path) {
        std::fs::write(file, self.client.screenshot().await.unwrap()).unwrap();
    }
}
