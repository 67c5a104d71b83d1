//! A wire on which answers wait until they are let go: a peer that is slow, for as long as a test wants.

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Answers of the services are far smaller.
const PIECE: usize = 65_536;

pub struct HeldWire {
    pub base: String,
    held: watch::Sender<bool>,
}

impl HeldWire {
    /// Nothing is held at first.
    pub async fn to(there: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (held, seen) = watch::channel(false);
        tokio::spawn(async move {
            while let Ok((caller, _)) = listener.accept().await {
                let callee = TcpStream::connect(&there).await.unwrap();
                let (mut asks, answers) = caller.into_split();
                let (told, mut hears) = callee.into_split();
                tokio::spawn(async move { copy(&mut asks, &mut hears).await });
                tokio::spawn(carry_back(told, answers, seen.clone()));
            }
        });
        Self { base, held }
    }

    /// Every answer waits from now on.
    pub fn hold(&self) {
        self.held.send_replace(true);
    }

    /// What has waited arrives, where somebody still listens.
    pub fn let_go(&self) {
        self.held.send_replace(false);
    }
}

async fn carry_back(
    mut told: OwnedReadHalf,
    mut answers: OwnedWriteHalf,
    mut held: watch::Receiver<bool>,
) -> Option<()> {
    let mut piece = vec![0; PIECE];
    loop {
        let read = told.read(&mut piece).await.ok().filter(|read| *read > 0)?;
        held.wait_for(|held| !held).await.ok()?;
        answers.write_all(piece.get(..read)?).await.ok()?;
    }
}
