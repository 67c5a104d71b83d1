//! Clients that send too much, too slowly or not at all, over real connections.
//!
//! Nothing here sleeps or measures: timeouts are set short, and a test waits for what they lead to.

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::{HttpRequest, HttpResponse, get, post};
use futures_util::stream;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::interval;

use super::*;
use crate::body::Body;
use crate::settings::{self, Sources};
use crate::streams::{self, STILL_HERE};

/// Only a broken server waits this long.
const DEADLINE: Duration = Duration::from_secs(30);
/// What a timeout is set to that shall come.
const SHORT: &str = "100";

#[post("/body")]
async fn take(_body: Body<Value>) -> HttpResponse {
    HttpResponse::NoContent().finish()
}

#[get("/stream")]
async fn events(request: HttpRequest) -> HttpResponse {
    let beats = stream::unfold(interval(Duration::from_millis(20)), |mut interval| async move {
        interval.tick().await;
        Some((Ok::<_, std::convert::Infallible>(STILL_HERE), interval))
    });
    streams::answer(&request, beats)
}

/// A server with these settings under `BOXOFFICE__HTTP__`.
fn server(overrides: &[(&str, &str)]) -> Serving {
    let environment =
        overrides.iter().map(|(name, value)| (format!("BOXOFFICE__HTTP__{name}"), (*value).to_owned()));
    let sources = Sources { section: "none", defaults: "", environment: environment.collect() };
    let settings = settings::load_shared(sources).unwrap().http;
    serve(bind("127.0.0.1", 0).unwrap(), &settings, Counting::default(), |routes| {
        routes.map(|config| config.service(take).service(events));
    })
    .unwrap()
}

async fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.unwrap()
}

/// Everything that comes until the server closes the connection.
async fn until_closed(connection: &mut TcpStream) -> String {
    let mut answer = Vec::new();
    let closing = connection.read_to_end(&mut answer);
    // What was sent and never read makes a reset of the close; what came before it is there.
    let _ = tokio::time::timeout(DEADLINE, closing).await.expect("the connection is closed");
    String::from_utf8(answer).unwrap()
}

async fn answer_to(address: SocketAddr, request: &[u8]) -> String {
    let mut connection = connect(address).await;
    // The server may have answered, and closed, before all of it was sent.
    let _ = connection.write_all(request).await;
    until_closed(&mut connection).await
}

#[track_caller]
fn assert_problem(answer: &str, status: u16, code: &str) {
    assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    assert!(answer.contains("content-type: application/problem+json\r\n"), "{answer}");
    let (_, body) = answer.split_once("\r\n\r\n").unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!((&body["code"], &body["status"]), (&Value::from(code), &Value::from(status)), "{body:#}");
    assert!(!body["requestId"].as_str().unwrap().is_empty(), "{body:#}");
}

async fn assert_serves(address: SocketAddr) {
    let answer = answer_to(address, b"GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_sends_half_a_head_or_nothing_is_sent_away() {
    let serving = server(&[("HEAD_TIMEOUT_MS", SHORT)]);
    for beginning in [&b""[..], b"GET /heal", b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Long: a"] {
        let answer = answer_to(serving.address(), beginning).await;
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_too_large_is_413_however_it_is_sent() {
    let serving = server(&[("MAX_BODY_BYTES", "1000")]);
    let head = "POST /body HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
    let large = "1".repeat(1_001);
    for request in [
        // Announced, and not even sent.
        format!("{head}Content-Length: 1001\r\n\r\n"),
        format!("{head}Content-Length: 1001\r\n\r\n{large}"),
        format!("{head}Transfer-Encoding: chunked\r\n\r\n3e9\r\n{large}\r\n0\r\n\r\n"),
    ] {
        let answer = answer_to(serving.address(), request.as_bytes()).await;
        assert_problem(&answer, 413, "payload_too_large");
    }
    let fitting = format!("{head}Content-Length: 1000\r\n\r\n{:1000}", 1);
    let answer = answer_to(serving.address(), fitting.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_trickles_is_408_although_something_always_comes() {
    let serving = server(&[("BODY_TIMEOUT_MS", SHORT)]);
    let mut connection = connect(serving.address()).await;
    connection.write_all(b"POST /body HTTP/1.1\r\nHost: a\r\nContent-Length: 200000\r\n\r\n").await.unwrap();
    let (mut reading, mut writing) = connection.split();
    let trickle = async {
        let mut drop = interval(Duration::from_millis(5));
        loop {
            drop.tick().await;
            if writing.write_all(b"1").await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    };
    let mut answer = Vec::new();
    tokio::select! {
        () = trickle => unreachable!("it has no end"),
        read = tokio::time::timeout(DEADLINE, reading.read_to_end(&mut answer)) => drop(read.expect("it is closed")),
    }
    assert_problem(&String::from_utf8(answer).unwrap(), 408, "request_timeout");
    assert_serves(serving.address()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_headers_and_too_large_ones_are_refused_and_nothing_breaks() {
    let serving = server(&[]);
    let head = "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n";
    let headers = |count: usize| "X-One: a\r\n".repeat(count);
    // actix takes 96, two of which are there already.
    let fitting = answer_to(serving.address(), format!("{head}{}\r\n", headers(94)).as_bytes()).await;
    assert!(fitting.starts_with("HTTP/1.1 200 "), "{fitting}");
    let many = answer_to(serving.address(), format!("{head}{}\r\n", headers(95)).as_bytes()).await;
    assert!(many.starts_with("HTTP/1.1 431 "), "{many}");
    // 128 KiB are read of a head; what is sent beyond that resets the connection, and may take the answer with it.
    let large = answer_to(serving.address(), format!("{head}X: {}", "a".repeat(128 * 1024)).as_bytes()).await;
    assert!(large.is_empty() || large.starts_with("HTTP/1.1 431 "), "{large}");
    for nonsense in [
        "\0\r\n\r\n",
        "GET  HTTP/1.1\r\n\r\n",
        "GET / HTTP/9.9\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\n: a\r\n\r\n",
    ] {
        let answer = answer_to(serving.address(), nonsense.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{nonsense:?}: {answer}");
    }
    assert_serves(serving.address()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_outlives_every_timeout() {
    let serving = server(&[("HEAD_TIMEOUT_MS", "2000"), ("BODY_TIMEOUT_MS", "2000")]);
    let mut connection = connect(serving.address()).await;
    connection.write_all(b"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    // Two hundred of them take twice as long as the timeouts.
    let mut beats = 0;
    let mut buffer = [0; 1024];
    while beats < 200 {
        let read = tokio::time::timeout(DEADLINE, connection.read(&mut buffer)).await;
        let read = read.expect("something comes").unwrap();
        assert!(read > 0, "the stream was cut after {beats} heartbeats");
        beats += buffer[..read].windows(STILL_HERE.len()).filter(|window| *window == &STILL_HERE[..]).count();
    }
}
