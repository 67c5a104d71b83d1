//! A way to PostgreSQL on which the answer to one COMMIT gets lost, or the COMMIT itself.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

/// What gets lost, once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Loss {
    /// PostgreSQL never hears of it.
    Commit,
    /// PostgreSQL commits, and nobody hears of it.
    Answer,
}

/// Forwards to `server`; the address to connect to.
pub async fn route(server: SocketAddr, loss: Loss) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    let lost = Arc::new(AtomicBool::new(false));
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let server = TcpStream::connect(server).await.unwrap();
            let (from_client, to_client) = client.into_split();
            let (mut from_server, to_server) = server.into_split();
            let answers = tokio::spawn(async move {
                let mut to_client = to_client;
                tokio::io::copy(&mut from_server, &mut to_client).await.ok();
            });
            tokio::spawn(forward(from_client, to_server, Arc::clone(&lost), loss, answers));
        }
    });
    address
}

async fn forward(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    lost: Arc<AtomicBool>,
    loss: Loss,
    answers: tokio::task::JoinHandle<()>,
) {
    let mut bytes = [0; 8_192];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        let Some(sent) = bytes.get(..length) else { return };
        let is_commit = sent.windows(6).any(|word| word == b"COMMIT");
        if is_commit && !lost.swap(true, Ordering::SeqCst) {
            answers.abort();
            if loss == Loss::Answer {
                to.write_all(sent).await.unwrap();
                // PostgreSQL reads what was sent before it sees that nobody is there any more.
                to.shutdown().await.unwrap();
            }
            return;
        }
        if to.write_all(sent).await.is_err() {
            return;
        }
    }
}
