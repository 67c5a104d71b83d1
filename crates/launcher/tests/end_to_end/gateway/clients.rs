//! Who a client is to nginx, and what it believes of them. Behind it is one that says what it was asked.

use std::net::TcpListener;

use actix_web::web::{self, Bytes};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use futures_util::StreamExt;
use futures_util::stream::{self, pending};
use reqwest::{Method, Response};
use serde_json::{Map, Value};
use test_kit::Request;

use super::nginx::{Nginx, Values};
use super::site::client_at;

const SERVICES: [&str; 6] = ["QUEUE", "CONCERT", "RESERVATION", "WALLET", "FACADE", "STOREFRONT"];
/// A stream, which does not end.
const STREAM: &str = "/v1/schedules/7/seats/events";
/// Two addresses of one subscriber. 0a among their bytes is a line feed, which ends no text here.
const FIRST: &str = "2001:a0a:10:2:aaaa::1";
const SECOND: &str = "2001:a0a:10:2:bbbb::a0a";
const NEIGHBOUR: &str = "2001:a0a:10:3:aaaa::1";

/// nginx, which takes this test for a proxy of ours, unless it is told otherwise.
struct Gateway(Nginx);

impl Gateway {
    async fn open(values: &[(&str, &str)]) -> Self {
        let server = format!("server 127.0.0.1:{};", echo());
        let mut all = Values::from([("TRUSTED_PROXY".to_owned(), "127.0.0.1".to_owned())]);
        all.extend(SERVICES.map(|service| (format!("{service}_SERVERS"), server.clone())));
        all.extend(values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        Self(Nginx::start(all).await)
    }

    fn request(&self, method: Method, path: &str, client: &str) -> reqwest::RequestBuilder {
        client_at("127.0.0.1").request(method, self.0.url(path)).header("x-forwarded-for", client)
    }

    /// What a client at this address is answered.
    async fn status(&self, method: Method, path: &str, client: &str) -> u16 {
        Request::new(self.request(method, path, client)).send().await.status
    }

    /// The headers of a request that comes to a service; of a stream, which has no end, those that its first event tells.
    async fn handed_on(&self, path: &str, headers: &[(&str, &str)]) -> Map<String, Value> {
        let request = self.request(Method::GET, path, FIRST);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let mut answer: Response = request.send().await.unwrap();
        serde_json::from_slice(&answer.chunk().await.unwrap().unwrap()).unwrap()
    }
}

/// Answers with the headers that it was asked with; its port.
fn echo() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let app = || App::new().default_service(web::to(tell));
    tokio::spawn(HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run());
    port
}

async fn tell(request: HttpRequest) -> HttpResponse {
    let headers =
        request.headers().iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().into()));
    let told = Value::Object(headers.collect());
    if request.path() == STREAM {
        let told = stream::iter([Ok::<_, std::io::Error>(Bytes::from(told.to_string()))]);
        return HttpResponse::Ok().streaming(told.chain(pending()));
    }
    HttpResponse::Ok().json(told)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_addresses_of_one_ipv6_subscriber_have_one_budget_of_each_kind() {
    for (kind, method, path) in [
        ("CALLS", Method::GET, "/v1/concerts"),
        ("PAGES", Method::GET, "/"),
        ("NEWCOMERS", Method::POST, "/v1/users"),
    ] {
        let (rate, burst) = (format!("{kind}_RATE"), format!("{kind}_BURST"));
        let gateway = Gateway::open(&[(rate.as_str(), "1r/m"), (burst.as_str(), "1")]).await;
        // Two each; an address of IPv4 is the same client however it is written, and its neighbour is another.
        for (client, answered) in [
            (FIRST, 200),
            (SECOND, 200),
            (SECOND, 429),
            (FIRST, 429),
            (NEIGHBOUR, 200),
            ("192.0.2.10", 200),
            ("::ffff:192.0.2.10", 200),
            ("192.0.2.10", 429),
            ("::ffff:192.0.2.10", 429),
            ("192.0.2.11", 200),
            ("::ffff:192.0.2.12", 200),
        ] {
            let status = gateway.status(method.clone(), path, client).await;
            assert_eq!(status, answered, "{client} asks for {path} under {kind}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_addresses_of_one_ipv6_subscriber_have_requests_under_way_together() {
    let gateway = Gateway::open(&[("CONNECTIONS_PER_CLIENT", "1")]).await;
    let stream = gateway.request(Method::GET, STREAM, FIRST).send().await.unwrap();
    assert_eq!(stream.status(), 200);
    assert_eq!(gateway.status(Method::GET, "/v1/concerts", SECOND).await, 429);
    assert_eq!(gateway.status(Method::GET, "/v1/concerts", NEIGHBOUR).await, 200);
    drop(stream);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_no_proxy_of_ours_is_not_believed_to_be_somebody_else() {
    let gateway =
        Gateway::open(&[("TRUSTED_PROXY", "unix:"), ("CALLS_RATE", "1r/m"), ("CALLS_BURST", "1")]).await;
    for (claimed, answered) in [(FIRST, 200), (NEIGHBOUR, 200), ("192.0.2.1", 429)] {
        assert_eq!(gateway.status(Method::GET, "/v1/concerts", claimed).await, answered, "{claimed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stranger_joins_no_trace_and_has_none_exported() {
    let sent = [
        ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        ("tracestate", "vendor=anything"),
    ];
    let gateway = Gateway::open(&[]).await;
    for path in ["/v1/concerts", STREAM, "/queues", "/"] {
        let handed_on = gateway.handed_on(path, &sent).await;
        assert_eq!(handed_on["x-forwarded-for"], FIRST, "{handed_on:#?}");
        for (name, _) in sent {
            assert_eq!(handed_on.get(name), None, "{path}: {handed_on:#?}");
        }
    }

    // Behind a proxy of ours, which has said whose trace it is.
    let gateway = Gateway::open(&[("TRACE_CONTEXT", "kept")]).await;
    for path in ["/v1/concerts", STREAM] {
        let handed_on = gateway.handed_on(path, &sent).await;
        for (name, value) in sent {
            assert_eq!(handed_on[name], value, "{path}: {handed_on:#?}");
        }
    }
}
