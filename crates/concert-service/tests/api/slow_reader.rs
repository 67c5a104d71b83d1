use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::hall::{Hall, OnSale};
use crate::stream::{Event, Events, next_event};

/// The system keeps so much for a reader who does not read.
const RECEIVE_BUFFER_BYTES: u32 = 16_384;

/// A stream that is read only when the test says so.
async fn open(hall: &Hall, sale: &OnSale) -> TcpStream {
    let address: SocketAddr = hall.service.url("").trim_start_matches("http://").parse().unwrap();
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(RECEIVE_BUFFER_BYTES).unwrap();
    let mut stream = socket.connect(address).await.unwrap();
    let (path, pass) = (&sale.seats_path, &sale.pass);
    let head = format!("GET {path}/events HTTP/1.1\r\nhost: hall\r\nauthorization: Bearer {pass}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// Reads until the event that leads to `version`.
async fn read(stream: &mut TcpStream, version: i64) -> Vec<Event> {
    let (mut received, mut text, mut events) = (Vec::new(), Vec::new(), Vec::<Event>::new());
    let (mut in_body, mut buffer) = (false, vec![0; 65_536]);
    while events.last().is_none_or(|event| event.version() < version) {
        let count = timeout(Duration::from_secs(20), stream.read(&mut buffer)).await.unwrap().unwrap();
        assert!(count > 0, "the stream ended");
        received.extend_from_slice(&buffer[..count]);
        if !in_body && let Some(head) = received.windows(4).position(|four| four == b"\r\n\r\n") {
            received.drain(..head + 4);
            in_body = true;
        }
        while in_body && let Some(chunk) = next_chunk(&mut received) {
            text.extend_from_slice(&chunk);
        }
        while let Some(event) = next_event(&mut text) {
            events.push(event);
        }
    }
    events
}

/// Takes the first whole chunk off (RFC 9112, 7.1).
fn next_chunk(received: &mut Vec<u8>) -> Option<Vec<u8>> {
    let end = received.windows(2).position(|two| two == b"\r\n")?;
    let size = usize::from_str_radix(std::str::from_utf8(&received[..end]).unwrap(), 16).unwrap();
    if received.len() < end + 2 + size + 2 {
        return None;
    }
    let chunk = received[end + 2..end + 2 + size].to_vec();
    received.drain(..end + 2 + size + 2);
    Some(chunk)
}

/// 30 KB each, 6 MB all together: more than the 4 MB that the system keeps for the server's side of a connection.
const STEPS: usize = 200;

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_who_falls_behind_gets_a_snapshot_and_holds_nobody_up() {
    let hall = Hall::open().await;
    let sale = hall.on_sale(80).await;
    let ids = hall.seat_ids(&sale).await;
    let mut slow = open(&hall, &sale).await;
    let mut quick = Events::open(&hall, &sale, None).await;
    let mut seen = vec![quick.next().await.unwrap()];
    for step in 0..STEPS {
        if step % 2 == 0 {
            hall.office.hold_all(sale.schedule, hall.queue, &ids[..400]).await;
        } else {
            hall.office.pass_time(60);
        }
        seen.push(quick.next().await.unwrap());
    }
    assert!(seen[1..].iter().all(|event| !event.is_snapshot()), "whoever reads is told step by step");

    let read = read(&mut slow, seen[STEPS].version()).await;
    let together = read.iter().zip(&seen).take_while(|(read, seen)| read == seen).count();
    assert!(together > 0 && together < STEPS, "up to there it was buffered: {together}");
    assert!(read[together].is_snapshot(), "it is not told step by step what it missed");
    let end = |events: &[Event]| events.iter().flat_map(Event::changes).collect::<HashMap<_, _>>();
    assert_eq!(end(&read[together..]), end(&seen), "and knows as much as everybody in the end");
}
