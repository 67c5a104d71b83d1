//! Each fault, as the caller and the callee see it.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

use super::{Fault, Link, Side, Trouble};

const QUESTION: &[u8] = b"question";
const ANSWER: &[u8] = b"a whole answer";
const LOOPBACK: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
/// Only a broken proxy waits this long.
const DEADLINE: Duration = Duration::from_secs(10);

/// A server that answers every question, and a link to it.
struct Line {
    link: Link,
    upstream: SocketAddr,
    reachable: watch::Sender<Vec<SocketAddr>>,
    asked: mpsc::UnboundedReceiver<()>,
}

impl Line {
    async fn new() -> Self {
        let server = TcpListener::bind(LOOPBACK).await.unwrap();
        let upstream = server.local_addr().unwrap();
        let (heard, asked) = mpsc::unbounded_channel();
        tokio::spawn(async move {
            loop {
                let (connection, _) = server.accept().await.unwrap();
                tokio::spawn(answer(connection, heard.clone()));
            }
        });
        let reachable = watch::Sender::new(vec![upstream]);
        let link = Link::open(LOOPBACK, reachable.subscribe(), 1).await.unwrap();
        Self { link, upstream, reachable, asked }
    }

    async fn with(fault: Fault) -> Self {
        let line = Self::new().await;
        line.link.afflict(Some(Trouble::always(fault)));
        line
    }

    async fn connect(&self) -> io::Result<TcpStream> {
        TcpStream::connect(self.link.address()).await
    }

    /// Asks over a new connection; everything that comes back until its end.
    async fn ask(&self) -> (Vec<u8>, io::Result<()>) {
        let mut connection = self.connect().await.unwrap();
        connection.write_all(QUESTION).await.unwrap();
        read_on(&mut connection).await
    }

    /// Whether the server has heard a question.
    fn was_asked(&mut self) -> bool {
        self.asked.try_recv().is_ok()
    }
}

async fn answer(mut connection: TcpStream, heard: mpsc::UnboundedSender<()>) {
    let mut question = [0; QUESTION.len()];
    while connection.read_exact(&mut question).await.is_ok() {
        heard.send(()).unwrap();
        if connection.write_all(ANSWER).await.is_err() {
            return;
        }
    }
}

/// Up to a whole answer, and how the connection ended if it did before.
async fn read_on(connection: &mut TcpStream) -> (Vec<u8>, io::Result<()>) {
    let mut got = vec![0; ANSWER.len()];
    let mut filled = 0;
    let ended = timeout(DEADLINE, async {
        while filled < got.len() {
            match connection.read(&mut got[filled..]).await {
                Ok(0) => return Err(ErrorKind::UnexpectedEof.into()),
                Ok(read) => filled += read,
                Err(error) => return Err(error),
            }
        }
        Ok(())
    });
    let ended = ended.await.unwrap();
    got.truncate(filled);
    (got, ended)
}

fn kind(ended: io::Result<()>) -> ErrorKind {
    ended.unwrap_err().kind()
}

#[tokio::test]
async fn without_a_fault_everything_passes() {
    let line = Line::new().await;
    let (got, ended) = line.ask().await;
    assert_eq!(got, ANSWER);
    ended.unwrap();
    assert_eq!(line.link.struck(), 0);
}

#[tokio::test]
async fn a_reset_of_the_request_never_reaches_the_server() {
    let mut line = Line::with(Fault::Reset(Side::Requests)).await;
    let (got, ended) = line.ask().await;
    assert_eq!((got.as_slice(), kind(ended)), (&[][..], ErrorKind::ConnectionReset));
    assert!(!line.was_asked());
    assert_eq!(line.link.struck(), 1);
}

#[tokio::test]
async fn a_reset_of_the_answer_comes_after_the_deed() {
    let mut line = Line::with(Fault::Reset(Side::Answers)).await;
    let (got, ended) = line.ask().await;
    assert_eq!((got.as_slice(), kind(ended)), (&[][..], ErrorKind::ConnectionReset));
    assert!(line.was_asked());
}

#[tokio::test]
async fn half_an_answer_is_the_first_half_and_the_end() {
    let line = Line::with(Fault::HalfAnswer { bytes: 5 }).await;
    let (got, ended) = line.ask().await;
    assert_eq!(got, &ANSWER[..5]);
    assert_eq!(kind(ended), ErrorKind::UnexpectedEof);
}

#[tokio::test]
async fn a_delay_holds_every_piece_up_and_loses_none() {
    let by = Duration::from_millis(30);
    let line = Line::with(Fault::Delay(by)).await;
    let begun = std::time::Instant::now();
    let (got, ended) = line.ask().await;
    assert_eq!(got, ANSWER);
    ended.unwrap();
    assert!(begun.elapsed() >= 2 * by, "the question and the answer: {:?}", begun.elapsed());
}

#[tokio::test]
async fn a_black_hole_swallows_the_request_until_it_is_healed() {
    let mut line = Line::with(Fault::BlackHole(Side::Requests)).await;
    let mut connection = line.connect().await.unwrap();
    connection.write_all(QUESTION).await.unwrap();
    struck(&line.link).await;
    assert!(!line.was_asked());
    line.link.afflict(None);
    assert_eq!(read_on(&mut connection).await.0, ANSWER);
    assert!(line.was_asked(), "late, and not lost");
}

#[tokio::test]
async fn a_black_hole_for_answers_lets_the_deed_be_done() {
    let mut line = Line::with(Fault::BlackHole(Side::Answers)).await;
    let mut connection = line.connect().await.unwrap();
    connection.write_all(QUESTION).await.unwrap();
    struck(&line.link).await;
    assert!(line.was_asked());
    assert_eq!(connection.try_read(&mut [0]).unwrap_err().kind(), ErrorKind::WouldBlock);
    line.link.afflict(None);
    assert_eq!(read_on(&mut connection).await.0, ANSWER);
}

/// Waits until a fault has hit something.
async fn struck(link: &Link) {
    let hit = async {
        while link.struck() == 0 {
            tokio::task::yield_now().await;
        }
    };
    timeout(DEADLINE, hit).await.unwrap();
}

#[tokio::test]
async fn a_fault_hits_connections_that_were_there_before_it() {
    let line = Line::new().await;
    let mut connection = line.connect().await.unwrap();
    connection.write_all(QUESTION).await.unwrap();
    assert_eq!(read_on(&mut connection).await.0, ANSWER);
    line.link.afflict(Some(Trouble::always(Fault::Reset(Side::Requests))));
    connection.write_all(QUESTION).await.unwrap();
    assert_eq!(kind(read_on(&mut connection).await.1), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn a_trouble_of_nought_percent_hits_nobody() {
    let line = Line::new().await;
    line.link.afflict(Some(Trouble { fault: Fault::Reset(Side::Requests), percent: 0 }));
    assert_eq!(line.ask().await.0, ANSWER);
}

#[tokio::test]
async fn while_nobody_is_there_the_link_refuses_connections_as_they_would() {
    let line = Line::new().await;
    line.reachable.send_replace(Vec::new());
    let refused = async { while line.connect().await.is_ok() {} };
    timeout(DEADLINE, refused).await.unwrap();
    assert_eq!(line.connect().await.unwrap_err().kind(), ErrorKind::ConnectionRefused);
    line.reachable.send_replace(vec![line.upstream]);
    let back = async { while line.connect().await.is_err() {} };
    timeout(DEADLINE, back).await.unwrap();
    assert_eq!(line.ask().await.0, ANSWER);
}

#[tokio::test]
async fn a_caller_that_hangs_up_is_noticed_by_the_server() {
    let server = TcpListener::bind(LOOPBACK).await.unwrap();
    let reachable = watch::Sender::new(vec![server.local_addr().unwrap()]);
    let link = Link::open(LOOPBACK, reachable.subscribe(), 1).await.unwrap();
    let caller = TcpStream::connect(link.address()).await.unwrap();
    let (mut callee, _) = server.accept().await.unwrap();
    caller.set_zero_linger().unwrap();
    drop(caller);
    let seen = timeout(DEADLINE, callee.read(&mut [0])).await.unwrap();
    assert_eq!(seen.unwrap_err().kind(), ErrorKind::ConnectionReset);
}

#[tokio::test]
async fn two_who_do_the_same_work_are_called_by_turns_and_the_one_that_is_left_alone() {
    let servers = [TcpListener::bind(LOOPBACK).await.unwrap(), TcpListener::bind(LOOPBACK).await.unwrap()];
    let addresses = servers.each_ref().map(|server| server.local_addr().unwrap());
    let reachable = watch::Sender::new(addresses.to_vec());
    let link = Link::open(LOOPBACK, reachable.subscribe(), 1).await.unwrap();
    let [first, second] = &servers;
    let call = async || TcpStream::connect(link.address()).await.unwrap();
    let _calls = (call().await, call().await);
    timeout(DEADLINE, async { tokio::try_join!(first.accept(), second.accept()) }).await.unwrap().unwrap();
    reachable.send_modify(|open| open.retain(|address| *address != addresses[0]));
    let _more = (call().await, call().await);
    for _ in 0..2 {
        timeout(DEADLINE, second.accept()).await.unwrap().unwrap();
    }
}
