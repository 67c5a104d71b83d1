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

/// Those that a link leads to and that can be connected to at the moment.
pub type Upstreams = watch::Receiver<Vec<SocketAddr>>;

/// Leads from its own address to another process, or to several that do the same work, by turns. While none of them can
/// be connected to, neither can the link: its callers must see the refusal that they would see without us.
pub struct Link {
    address: SocketAddr,
    trouble: watch::Sender<Option<Trouble>>,
    struck: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Link {
    /// Listens at `address` whenever there is somebody among the `upstreams`.
    pub async fn open(address: SocketAddr, upstreams: Upstreams, seed: u64) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (trouble, troubled) = watch::channel(None);
        let struck = Arc::new(AtomicU64::new(0));
        let random = Arc::new(Mutex::new(StdRng::seed_from_u64(seed)));
        let conditions = Conditions { trouble: troubled, random, struck: Arc::clone(&struck) };
        let task = tokio::spawn(serve(listener, address, upstreams, conditions));
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

async fn serve(first: TcpListener, address: SocketAddr, mut upstreams: Upstreams, conditions: Conditions) {
    let mut listener = (!upstreams.borrow().is_empty()).then_some(first);
    let mut carried = JoinSet::new();
    let (chosen_from, mut turn) = (upstreams.clone(), 0_usize);
    while upstreams.wait_for(|up| !up.is_empty()).await.is_ok() {
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
                    turn = turn.wrapping_add(1);
                    let upstreams = by_turns(&chosen_from, turn);
                    carried.spawn(connect(caller, upstreams, conditions.clone()));
                },
                Some(_ended) = carried.join_next() => {}
                down = upstreams.wait_for(Vec::is_empty) => match down {
                    Ok(_) => break,
                    Err(_closed) => return,
                },
            }
        }
    }
}

/// Those that there are, whose turn it is first.
fn by_turns(upstreams: &Upstreams, turn: usize) -> Vec<SocketAddr> {
    let mut upstreams = upstreams.borrow().clone();
    if let Some(first) = turn.checked_rem(upstreams.len()) {
        upstreams.rotate_left(first);
    }
    upstreams
}

/// Whoever refuses a connection is passed by, as a load balancer does it: nothing was sent yet.
async fn connect(caller: TcpStream, upstreams: Vec<SocketAddr>, conditions: Conditions) {
    caller.set_nodelay(true).ok();
    for upstream in upstreams {
        if let Ok(callee) = TcpStream::connect(upstream).await {
            callee.set_nodelay(true).ok();
            return carry(caller, callee, conditions).await;
        }
    }
    reset(&caller);
}
