use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use service_kit::Store;
use service_kit::settings::{Settings, Sources, load_shared};
use test_kit::Unheard;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;

/// A peer that takes every call and hangs up instead of answering; how many it took.
async fn hangs_up() -> (Peer, Arc<AtomicUsize>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&taken);
    tokio::spawn(async move {
        loop {
            let (mut connection, _) = listener.accept().await.unwrap();
            let counter = Arc::clone(&counter);
            tokio::spawn(async move {
                if connection.read(&mut [0; 1_024]).await.is_ok_and(|length| length > 0) {
                    counter.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
    (Peer::new("queue-service", &base, &context()), taken)
}

fn context() -> Context<()> {
    let environment = [("BOXOFFICE__AUTH__SERVICE_SECRET".to_owned(), "secret".repeat(8))].into();
    let shared = load_shared(Sources { section: "wallet", defaults: "", environment }).unwrap();
    Context::new("wallet-service", Settings { shared, service: () }, Store::Memory).unwrap()
}

/// A peer that gives every call this answer, and where it listens.
async fn answers(status: &'static str) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut connection, _) = listener.accept().await.unwrap();
            let answer = format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\nconnection: close\r\n\r\n{{}}");
            if connection.read(&mut [0; 4_096]).await.is_ok_and(|length| length > 0) {
                connection.write_all(answer.as_bytes()).await.ok();
            }
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_standby_refuses_is_unknown_and_so_asked_for_again_later() {
    let standby = answers("503 Service Unavailable").await;
    let peer = Peer::new("queue-service", &format!("http://{standby}"), &context());
    let failed = peer.post::<serde::de::IgnoredAny>("/internal/v1/x").await.unwrap_err();
    assert!(matches!(failed, PeerError::Unknown("queue-service", _)), "{failed}");
    assert!(failed.marked().is::<Unavailable>());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_addresses_behind_a_name_the_one_that_is_open_is_asked() {
    let unheard = Unheard::reserve();
    let standby = unheard.address();
    let active = answers("200 OK").await;
    for addresses in [[standby, active], [active, standby]] {
        let client = reqwest::Client::builder().no_proxy().resolve_to_addrs("queues.test", &addresses);
        let context = Context { http: client.build().unwrap(), ..context() };
        let peer = Peer { attempts: 1, ..Peer::new("queue-service", "http://queues.test", &context) };
        peer.post::<serde::de::IgnoredAny>("/internal/v1/x").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_call_without_an_answer_is_tried_once_more_and_stays_unknown() {
    let (peer, taken) = hangs_up().await;
    let failed = peer.post::<serde::de::IgnoredAny>("/internal/v1/x").await.unwrap_err();
    assert!(matches!(failed, PeerError::Unknown("queue-service", _)), "{failed}");
    assert_eq!(taken.load(Ordering::SeqCst), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_peer_that_is_down_is_asked_at_most_a_fifth_more_often_than_it_would_be_anyway() {
    const CALLS: usize = 500;
    let (peer, taken) = hangs_up().await;
    for _ in 0..10 {
        let failed =
            join_all((0..CALLS / 10).map(|_| peer.post::<serde::de::IgnoredAny>("/internal/v1/x"))).await;
        assert!(failed.iter().all(Result::is_err));
    }
    let reserve = RETRIES_PER_SECOND * u32::try_from(BUDGET_WINDOW.as_secs()).unwrap();
    let most = CALLS + CALLS / 5 + usize::try_from(reserve).unwrap();
    let asked = taken.load(Ordering::SeqCst);
    assert!((CALLS..=most).contains(&asked), "{asked} attempts for {CALLS} calls");
}
