//! Many open streams of server-sent events, and when each of them heard what.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, ensure};
use futures_util::StreamExt;
use futures_util::stream::{self, FuturesUnordered};
use tokio::io::AsyncReadExt;
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::load::{Chunks, Connection};

/// Connections that are opened at the same time: below what a listener keeps waiting.
const AT_ONCE: usize = 64;
/// Some events' worth, for each of ten thousand.
const READ_AHEAD: usize = 4 * 1024;
const OPEN_DEADLINE: Duration = Duration::from_mins(2);
const GLANCE: Duration = Duration::from_millis(20);

/// What to look for in an event: every `T` in it.
pub type Look<T> = fn(&[u8]) -> Vec<T>;

/// One thing that one stream was told.
#[derive(Clone, Copy, Debug)]
pub struct Heard<T> {
    pub stream: usize,
    pub what: T,
    pub at: Instant,
}

/// Streams that are open.
pub struct Streams<T> {
    threads: Vec<JoinHandle<anyhow::Result<Vec<Heard<T>>>>>,
    /// How much all of them have heard by now.
    heard: Arc<AtomicUsize>,
    over: watch::Sender<bool>,
}

impl<T: Send + 'static> Streams<T> {
    /// Opens one for each request; returns when all of them are open.
    pub async fn open(
        door: SocketAddr,
        requests: Vec<Vec<u8>>,
        threads: usize,
        look: Look<T>,
    ) -> anyhow::Result<Self> {
        let (over, ends) = watch::channel(false);
        let (open, many) = (Arc::new(AtomicUsize::new(0)), requests.len());
        let heard = Arc::new(AtomicUsize::new(0));
        let mut shares: Vec<Vec<(usize, Vec<u8>)>> = (0..threads).map(|_| Vec::new()).collect();
        for (number, request) in requests.into_iter().enumerate() {
            if let Some(share) = shares.get_mut(number % threads) {
                share.push((number, request));
            }
        }
        let threads = shares.into_iter().map(|share| {
            let (open, listener) =
                (Arc::clone(&open), Listener { ends: ends.clone(), heard: Arc::clone(&heard), look });
            std::thread::spawn(move || listen(door, share, &listener, &open))
        });
        let streams = Self { threads: threads.collect(), heard: Arc::clone(&heard), over };
        let begun = Instant::now();
        while open.load(Ordering::Relaxed) < many {
            let one_ended = streams.threads.iter().any(JoinHandle::is_finished);
            if one_ended && open.load(Ordering::Relaxed) < many {
                streams.close().await?;
                return Err(anyhow!("a thread of streams ended early"));
            }
            let waits = begun.elapsed() < OPEN_DEADLINE;
            ensure!(waits, "{} of {many} streams are open", open.load(Ordering::Relaxed));
            tokio::time::sleep(GLANCE).await;
        }
        Ok(streams)
    }

    /// Waits until so much was heard, `patience` long at most.
    pub async fn until_heard(&self, many: usize, patience: Duration) {
        let begun = Instant::now();
        while self.heard.load(Ordering::Relaxed) < many && begun.elapsed() < patience {
            tokio::time::sleep(GLANCE).await;
        }
    }

    /// Everything that was heard.
    pub async fn close(self) -> anyhow::Result<Vec<Heard<T>>> {
        self.over.send_replace(true);
        let threads = self.threads;
        let joined = tokio::task::spawn_blocking(move || {
            let mut all = Vec::new();
            for thread in threads {
                all.extend(thread.join().map_err(|_| anyhow!("a thread of streams broke down"))??);
            }
            Ok(all)
        });
        joined.await.context("the streams could not be closed")?
    }
}

/// What every stream does with what comes.
struct Listener<T> {
    ends: watch::Receiver<bool>,
    heard: Arc<AtomicUsize>,
    look: Look<T>,
}

fn listen<T>(
    door: SocketAddr,
    share: Vec<(usize, Vec<u8>)>,
    listener: &Listener<T>,
    open: &AtomicUsize,
) -> anyhow::Result<Vec<Heard<T>>> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.context("cannot start a runtime")?.block_on(async {
        let listening = FuturesUnordered::new();
        let mut opened =
            stream::iter(share)
                .map(|(number, request)| async move {
                    Ok::<_, anyhow::Error>((number, begin(door, &request).await?))
                })
                .buffer_unordered(AT_ONCE);
        while let Some(one) = opened.next().await {
            let (number, begun) = one?;
            open.fetch_add(1, Ordering::Relaxed);
            listening.push(listener.follow(number, begun));
        }
        let mut all = Vec::new();
        let mut listening = listening;
        while let Some(heard) = listening.next().await {
            all.extend(heard?);
        }
        Ok(all)
    })
}

/// A stream whose head has come, and what came with it.
struct Begun {
    socket: TcpStream,
    early: Vec<u8>,
}

async fn begin(door: SocketAddr, request: &[u8]) -> anyhow::Result<Begun> {
    let (head, early, socket) = Connection::open(door).await?.ask_for_stream(request).await?;
    let text = String::from_utf8_lossy(&early);
    ensure!(head.status == 200 && head.length.is_none(), "a stream is answered {} {text}", head.status);
    Ok(Begun { socket, early })
}

impl<T> Listener<T> {
    async fn follow(&self, stream: usize, begun: Begun) -> anyhow::Result<Vec<Heard<T>>> {
        let (Begun { mut socket, early }, mut ends) = (begun, self.ends.clone());
        let (mut chunks, mut bytes, mut heard) = (Chunks::default(), early, Vec::new());
        let mut events = Vec::new();
        loop {
            let at = Instant::now();
            let goes_on = chunks.take(&bytes, &mut events)?;
            while let Some(end) = events.windows(2).position(|pair| pair == b"\n\n") {
                let event: Vec<u8> = events.drain(..end + 2).collect();
                let before = heard.len();
                heard.extend((self.look)(&event).into_iter().map(|what| Heard { stream, what, at }));
                self.heard.fetch_add(heard.len() - before, Ordering::Relaxed);
            }
            if !goes_on {
                // The stream of a fan who has left has nothing more to say; whoever misses something counts it.
                return Ok(heard);
            }
            bytes.clear();
            bytes.reserve(READ_AHEAD);
            let read = tokio::select! {
                read = socket.read_buf(&mut bytes) => read.context("a stream broke")?,
                _ = ends.wait_for(|over| *over) => return Ok(heard),
            };
            if read == 0 {
                return Ok(heard);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::net::{Ipv4Addr, TcpListener};

    use actix_web::web::{self, Bytes};
    use actix_web::{App, HttpResponse, HttpServer};

    use super::*;
    use crate::bench::load::request;

    /// Two events, cut up as they might be.
    async fn two_events() -> HttpResponse {
        let pieces = ["event: a\ndata: 1\n", "\nevent: a\nda", "ta: 2\n\n"]
            .map(|piece| Ok::<_, Infallible>(Bytes::from_static(piece.as_bytes())));
        HttpResponse::Ok().streaming(stream::iter(pieces))
    }

    fn numbers(event: &[u8]) -> Vec<u8> {
        event.iter().copied().filter(u8::is_ascii_digit).collect()
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn every_stream_hears_every_event() {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let door = listener.local_addr().unwrap();
        let server = HttpServer::new(|| App::new().default_service(web::to(two_events)));
        let server = server.workers(1).disable_signals().listen(listener).unwrap().run();
        let handle = server.handle();
        tokio::spawn(server);
        let requests = vec![request::get("/", ""); 5];
        let streams = Streams::open(door, requests, 1, numbers).await.unwrap();
        // They end by themselves; whoever listens to the last hears it whole.
        while !streams.threads.iter().all(JoinHandle::is_finished) {
            tokio::task::yield_now().await;
        }
        let mut heard = streams.close().await.unwrap();
        heard.sort_by_key(|one| (one.stream, one.at));
        let heard: Vec<_> = heard.iter().map(|one| (one.stream, char::from(one.what))).collect();
        let expected = (0..5).flat_map(|stream| [(stream, '1'), (stream, '2')]);
        assert_eq!(heard, expected.collect::<Vec<_>>());
        handle.stop(false).await;
    }
}
