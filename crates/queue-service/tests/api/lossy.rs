//! A way to PostgreSQL on which the answer to a COMMIT gets lost when a test says so, and which can be shut.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio_util::task::AbortOnDropHandle;

/// The way, the switch that loses the answer to the next COMMIT on it, and its gate.
pub struct Lossy {
    pub address: SocketAddr,
    armed: Arc<AtomicBool>,
    gate: watch::Sender<Gate>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Gate {
    Open,
    /// Nobody is let in, and who was is thrown out.
    Shut,
    /// As a packet filter that swallows: whoever comes waits for ever.
    Silent,
}

impl Lossy {
    pub async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let (address, armed) = (listener.local_addr().unwrap(), Arc::new(AtomicBool::new(false)));
        let loses = Arc::clone(&armed);
        let (gate, passing) = watch::channel(Gate::Open);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(pass(client, server, Arc::clone(&loses), passing.clone()));
            }
        });
        Self { address, armed, gate }
    }

    pub fn lose_next_answer(&self) {
        self.armed.store(true, Ordering::SeqCst);
    }

    pub fn has_lost_it(&self) -> bool {
        !self.armed.load(Ordering::SeqCst)
    }

    pub fn set(&self, gate: Gate) {
        self.gate.send_replace(gate);
    }
}

async fn pass(
    client: TcpStream,
    server: SocketAddr,
    armed: Arc<AtomicBool>,
    mut passing: watch::Receiver<Gate>,
) {
    let gate = *passing.borrow_and_update();
    match gate {
        Gate::Open => {
            let server = TcpStream::connect(server).await.unwrap();
            tokio::select! {
                () = forward(client, server, armed) => {}
                _ = passing.wait_for(|gate| *gate != Gate::Open) => {}
            }
        }
        Gate::Shut => {}
        Gate::Silent => {
            passing.changed().await.ok();
        }
    }
}

async fn forward(client: TcpStream, server: TcpStream, armed: Arc<AtomicBool>) {
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (client.into_split(), server.into_split());
    let answers = tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await.ok() });
    let answers = AbortOnDropHandle::new(answers);
    let mut bytes = [0; 8_192];
    while let Ok(length @ 1..) = from_client.read(&mut bytes).await {
        let sent = &bytes[..length];
        let is_commit = sent.windows(6).any(|word| word == b"COMMIT");
        let loses = is_commit && armed.swap(false, Ordering::SeqCst);
        if loses {
            // The client's half of the answers goes with the task.
            answers.abort();
        }
        if to_server.write_all(sent).await.is_err() {
            return;
        }
        if loses {
            // PostgreSQL reads what was sent before it sees that nobody is there any more.
            to_server.shutdown().await.ok();
            return;
        }
    }
}
