//! Somebody who runs the box office, in front of a screen.

use std::ops::Deref;

use serde_json::Value;

use crate::driver::Looks;
use crate::fan::Fan;
use crate::office::Office;

/// Moves about like a fan, and has the key to the console.
pub struct Operator(Fan);

impl Operator {
    /// At the console's overview.
    pub async fn new(office: &Office, looks: Looks) -> Self {
        Self::by(&office.base, office, looks).await
    }

    /// The same by this address.
    pub async fn by(base: &str, office: &Office, looks: Looks) -> Self {
        let operator = Self(Fan::by(base, looks).await);
        operator.go("/operator").await;
        operator.sign_in(&office.operator).await;
        operator.see(".frame-nav").await;
        operator
    }

    /// Shows a token, as pasted.
    pub async fn sign_in(&self, token: &str) {
        self.see("#token").await;
        self.type_over("#token", token).await;
        self.press("main form button[type=submit]").await;
    }

    /// Puts these words where others may stand.
    pub async fn type_over(&self, selector: &str, words: &str) {
        let field = self.see(selector).await;
        field.clear().await.unwrap();
        field.send_keys(words).await.unwrap();
    }

    /// Sets a day and a time; how they are typed depends on the browser's language.
    pub async fn set_instant(&self, selector: &str, value: &str) {
        self.see(selector).await;
        self.ask(&format!("document.querySelector({}).value = '{value}'", Value::from(selector))).await;
    }

    /// Goes to another page by the console's own links.
    pub async fn turn_to(&self, path: &str) {
        self.press(&format!(".frame-nav a[href='{path}']")).await;
        self.be_at(path).await;
    }
}

impl Deref for Operator {
    type Target = Fan;

    fn deref(&self) -> &Fan {
        &self.0
    }
}
