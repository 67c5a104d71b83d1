//! A Chromium of one's own, and what moves it.

use std::io::{BufRead, BufReader};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};

use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use url::{ParseError, Url};

/// So often a chromedriver is started that finds no port.
const ATTEMPTS: usize = 10;

/// What the browser says that it is.
#[derive(Clone, Copy)]
pub struct Looks {
    pub language: &'static str,
    pub width: u32,
    pub height: u32,
}

impl Looks {
    pub const DESKTOP: Self = Self { language: "ko", width: 1440, height: 1000 };
    pub const PHONE: Self = Self { language: "ko", width: 390, height: 844 };

    const fn is_phone(self) -> bool {
        self.width < 500
    }

    fn capabilities(self) -> Capabilities {
        let Self { language, width, height } = self;
        let mut options = json!({
            "args": [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--hide-scrollbars",
                "--force-color-profile=srgb", format!("--lang={language}"), format!("--window-size={width},{height}"),
            ],
            "prefs": { "intl.accept_languages": language },
        });
        if self.is_phone() {
            let metrics = json!({ "width": width, "height": height, "pixelRatio": 2, "touch": true });
            options["mobileEmulation"] = json!({ "deviceMetrics": metrics });
        }
        let capabilities = json!({ "browserName": "chrome", "goog:chromeOptions": options });
        capabilities.as_object().unwrap().clone()
    }
}

/// A `WebDriver`; the browsers that it has started end with it.
pub struct Driver {
    process: Child,
    address: String,
    _temporary: TempDir,
}

impl Driver {
    pub fn start() -> Self {
        let tried = (0..ATTEMPTS).find_map(|_| Self::try_start());
        tried.expect("chromedriver says where it listens")
    }

    /// Chromedriver takes a free port of IPv4 and wants the same of IPv6; where another has that one it gives up.
    fn try_start() -> Option<Self> {
        let temporary = tempfile::tempdir().unwrap();
        let mut process = Command::new("chromedriver")
            .arg("--port=0")
            .env("TMPDIR", temporary.path())
            .process_group(0)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver is installed: scripts/setup chromium");
        let mut told = BufReader::new(process.stdout.take().unwrap()).lines().map(Result::unwrap);
        let port = told.find_map(|line| {
            Some(line.split_once("started successfully on port ")?.1.trim_end_matches('.').to_owned())
        });
        let address = format!("http://127.0.0.1:{}", port.as_deref().unwrap_or_default());
        let driver = Self { process, address, _temporary: temporary };
        // One that has given up is buried on the way.
        port.map(|_| driver)
    }

    pub async fn browser(&self, looks: Looks) -> Client {
        let mut builder = ClientBuilder::new(HttpConnector::new());
        builder.capabilities(looks.capabilities()).connect(&self.address).await.unwrap()
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        let group = Pid::from_raw(i32::try_from(self.process.id()).unwrap());
        let _gone_already = killpg(group, Signal::SIGKILL);
        self.process.wait().unwrap();
    }
}

/// Chromium's own command: as if the cable were pulled, or put back.
#[derive(Debug)]
pub struct Offline(pub bool);

impl WebDriverCompatibleCommand for Offline {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/chromium/network_conditions", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let Self(offline) = self;
        let conditions: Value =
            json!({ "offline": offline, "latency": 0, "download_throughput": -1, "upload_throughput": -1 });
        (Method::POST, Some(json!({ "network_conditions": conditions }).to_string()))
    }
}

/// Chromium's own command: a script that runs before anything of a page.
#[derive(Debug)]
pub struct OnEachPage(pub &'static str);

impl WebDriverCompatibleCommand for OnEachPage {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/goog/cdp/execute", session.unwrap_or_default()))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        let command = "Page.addScriptToEvaluateOnNewDocument";
        (Method::POST, Some(json!({ "cmd": command, "params": { "source": self.0 } }).to_string()))
    }
}
