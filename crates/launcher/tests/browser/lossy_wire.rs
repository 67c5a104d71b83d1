//! A wire between a browser and the office on which something is lost.

use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::office::Office;

/// The first answer lost, a browser may ask again by itself, since the connection had served before; the second, on a
/// new connection, is lost for the page.
const SWALLOWED: usize = 2;
/// A request of the pages is far smaller, and comes in one piece on loopback.
const PIECE: usize = 65_536;

/// What is lost.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Loss {
    /// The first answers to what is posted to an address that ends so.
    Answers(&'static str),
    /// Every event stream, before it begins.
    Streams,
}

pub struct LossyWire {
    pub base: String,
    keys: Arc<Mutex<Vec<String>>>,
}

impl LossyWire {
    pub async fn to(office: &Office, loss: Loss) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let there = office.base.trim_start_matches("http://").to_owned();
        let keys = Arc::<Mutex<Vec<String>>>::default();
        let seen = Arc::clone(&keys);
        tokio::spawn(async move {
            while let Ok((browser, _)) = listener.accept().await {
                let office = TcpStream::connect(&there).await.unwrap();
                tokio::spawn(carry(browser, office, loss, Arc::clone(&seen)));
            }
        });
        Self { base, keys }
    }

    /// The Idempotency-Key of each command whose answers may be lost, as often as it was sent.
    pub fn keys_sent(&self) -> Vec<String> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Until either end hangs up.
async fn carry(
    mut browser: TcpStream,
    mut office: TcpStream,
    loss: Loss,
    keys: Arc<Mutex<Vec<String>>>,
) -> Option<()> {
    let (mut asked, mut answered) = (vec![0; PIECE], vec![0; PIECE]);
    let mut swallow = false;
    loop {
        tokio::select! {
            read = browser.read(&mut asked) => {
                let request = asked.get(..read.ok().filter(|read| *read > 0)?)?;
                if loss == Loss::Streams && first_line(request).contains("/events ") {
                    return None;
                }
                if let Loss::Answers(end) = loss && let Some(key) = key_posted_to(end, request) {
                    let mut keys = keys.lock().unwrap_or_else(PoisonError::into_inner);
                    keys.push(key);
                    swallow = keys.len() <= SWALLOWED;
                }
                office.write_all(request).await.ok()?;
            }
            read = office.read(&mut answered) => {
                let answer = answered.get(..read.ok().filter(|read| *read > 0)?)?;
                if swallow {
                    return None;
                }
                browser.write_all(answer).await.ok()?;
            }
        }
    }
}

fn first_line(request: &[u8]) -> String {
    String::from_utf8_lossy(request).lines().next().unwrap_or_default().to_owned()
}

fn key_posted_to(end: &str, request: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(request);
    let first = first_line(request);
    if !first.starts_with("POST ") || !first.contains(&format!("{end} ")) {
        return None;
    }
    let mut headers = text.lines().filter_map(|line| line.split_once(": "));
    headers.find(|(name, _)| name.eq_ignore_ascii_case("idempotency-key")).map(|(_, key)| key.to_owned())
}
