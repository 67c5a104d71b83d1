//! One way between two processes.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rand::SeedableRng;
use rand::rngs::StdRng;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

use super::connection::{Conditions, carry, reset};
use super::fault::Trouble;

/// Between two attempts at a port that is still being given back.
const REBIND: Duration = Duration::from_millis(10);

/// Leads from its own address to another process. While that one cannot be connected to, neither can the link: its
/// callers must see the refusal that they would see without us.
pub struct Link {
    address: SocketAddr,
    trouble: watch::Sender<Option<Trouble>>,
    struck: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Link {
    /// Listens at `address` whenever `reachable` says that there is somebody at `upstream`.
    pub async fn open(
        address: SocketAddr,
        upstream: SocketAddr,
        reachable: watch::Receiver<bool>,
        seed: u64,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (trouble, troubled) = watch::channel(None);
        let struck = Arc::new(AtomicU64::new(0));
        let random = Arc::new(Mutex::new(StdRng::seed_from_u64(seed)));
        let conditions = Conditions { trouble: troubled, random, struck: Arc::clone(&struck) };
        let task = tokio::spawn(serve(listener, address, upstream, reachable, conditions));
        Ok(Self { address, trouble, struck, task })
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// What happens from now on; `None` heals.
    pub fn afflict(&self, trouble: Option<Trouble>) {
        self.trouble.send_replace(trouble);
    }

    /// How often a fault has hit.
    pub fn struck(&self) -> u64 {
        self.struck.load(Ordering::Relaxed)
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    first: TcpListener,
    address: SocketAddr,
    upstream: SocketAddr,
    mut reachable: watch::Receiver<bool>,
    conditions: Conditions,
) {
    let mut listener = reachable.borrow().then_some(first);
    let mut carried = JoinSet::new();
    while reachable.wait_for(|up| *up).await.is_ok() {
        let bound = match listener.take() {
            Some(bound) => bound,
            None => match TcpListener::bind(address).await {
                Ok(bound) => bound,
                Err(_still_taken) => {
                    tokio::time::sleep(REBIND).await;
                    continue;
                }
            },
        };
        loop {
            tokio::select! {
                accepted = bound.accept() => if let Ok((caller, _)) = accepted {
                    carried.spawn(connect(caller, upstream, conditions.clone()));
                },
                Some(_ended) = carried.join_next() => {}
                down = reachable.wait_for(|up| !up) => match down {
                    Ok(_) => break,
                    Err(_closed) => return,
                },
            }
        }
    }
}

async fn connect(caller: TcpStream, upstream: SocketAddr, conditions: Conditions) {
    caller.set_nodelay(true).ok();
    match TcpStream::connect(upstream).await {
        Ok(callee) => {
            callee.set_nodelay(true).ok();
            carry(caller, callee, conditions).await;
        }
        Err(_nobody_there) => reset(&caller),
    }
}
