//! The HTTP server of a service: request ids, one log line per request, and problems for whatever no route takes.

mod counting;
#[cfg(test)]
mod eager_clients;
mod fallback;
mod fast_path;
mod request_context;
mod route_tree;
mod serving;
#[cfg(test)]
mod unruly_clients;

use std::net::{SocketAddr, TcpListener, ToSocketAddrs};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::{App, HttpServer, middleware, web};
use anyhow::Context;
use socket2::{Domain, Protocol, Socket, Type};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::body::BodyTimeout;
use crate::problem::Problem;
use crate::rate_limit::{RateLimit, UserLimit};
use crate::settings::HttpSettings;

use counting::Recorder;

pub use counting::Counting;
pub use fast_path::{FastPath, IdInPath};
pub use route_tree::RouteTree;
pub use serving::{Serving, Stopping};

/// actix's own default; clients keep idle connections for less.
const KEEP_ALIVE: Duration = Duration::from_secs(5);

/// How long a connection that is being closed may take to go: what its client still sends is read and thrown away, so that
/// it finds the answer and no reset.
const DISCONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// Beside the routes of the document; the last two only where a service serves them.
const PROBES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// Serves `routes`, and `GET /healthz`, on `listener` until it is told to stop.
pub fn serve<R>(
    listener: TcpListener,
    settings: &HttpSettings,
    counting: Counting,
    routes: R,
) -> anyhow::Result<Serving>
where
    R: Fn(&mut ServiceConfig<'_>) + Clone + Send + 'static,
{
    let address = listener.local_addr().context("the listener has no address")?;
    let route_tree = known_routes(&document(routes.clone()));
    let stopping = Stopping::default();
    let for_streams = web::Data::new(stopping.clone());
    let rate_limit = web::Data::new(RateLimit::new(settings));
    let user_limit = web::Data::new(UserLimit::new(settings));
    let max_body_bytes = settings.max_body_bytes;
    let body_timeout = BodyTimeout(Duration::from_millis(settings.body_timeout_ms));
    let server = HttpServer::new(move || {
        let routes = routes.clone();
        let (app, _) = App::new().into_utoipa_app().configure(move |config| routes(config)).split_for_parts();
        app.app_data(web::Data::new(Arc::clone(&route_tree)))
            .app_data(Rc::new(Recorder::new(&counting, &route_tree)))
            .app_data(for_streams.clone())
            .app_data(rate_limit.clone())
            .app_data(user_limit.clone())
            .app_data(body_timeout)
            .app_data(web::PayloadConfig::new(max_body_bytes))
            .app_data(
                web::PathConfig::default().error_handler(|_, _| Problem::not_found("no such id").into()),
            )
            .service(serving::healthz)
            .default_service(web::to(fallback::answer))
            .wrap(middleware::from_fn(request_context::serve))
    });
    let server = if settings.workers > 0 { server.workers(settings.workers) } else { server };
    let server = server
        .keep_alive(KEEP_ALIVE)
        .client_request_timeout(Duration::from_millis(settings.head_timeout_ms))
        .client_disconnect_timeout(DISCONNECT_TIMEOUT)
        .max_connections(settings.max_connections)
        .shutdown_timeout(settings.shutdown_seconds)
        .disable_signals()
        .listen(listener)
        .context("cannot listen")?;
    Ok(Serving::spawn(address, server.run(), stopping))
}

fn known_routes(document: &OpenApi) -> Arc<RouteTree> {
    let mut routes = RouteTree::of(document);
    for probe in PROBES {
        routes.add(probe, Vec::new());
    }
    Arc::new(routes)
}

/// Connections that may wait to be accepted, as far as the system lets them (`net.core.somaxconn`, 4,096 by default).
/// The standard library's 128 are full when five hundred fans come in the same instant; the rest would be turned away
/// without a word and try again after a second.
const BACKLOG: i32 = 4_096;

/// Binds; an error names the address and what to do.
pub fn bind(host: &str, port: u16) -> anyhow::Result<TcpListener> {
    bind_for("BOXOFFICE__HTTP__PORT", host, port)
}

/// As [`bind`], to a port that `setting` names.
pub(crate) fn bind_for(setting: &str, host: &str, port: u16) -> anyhow::Result<TcpListener> {
    listen(host, port).with_context(|| {
        format!("cannot listen on {host}:{port}; is another program using it? {setting} sets another port")
    })
}

fn listen(host: &str, port: u16) -> std::io::Result<TcpListener> {
    let mut failed = None;
    for address in (host, port).to_socket_addrs()? {
        match listen_at(address) {
            Ok(listener) => return Ok(listener),
            Err(error) => failed = Some(error),
        }
    }
    Err(failed.unwrap_or_else(|| std::io::ErrorKind::AddrNotAvailable.into()))
}

fn listen_at(address: SocketAddr) -> std::io::Result<TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    // As the standard library does: a port is free again as soon as its program has ended.
    socket.set_reuse_address(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

/// The OpenAPI document of a route table.
pub fn document<R: Fn(&mut ServiceConfig<'_>)>(routes: R) -> OpenApi {
    let (_, document) = App::new().into_utoipa_app().configure(|config| routes(config)).split_for_parts();
    document
}

#[cfg(test)]
mod tests {
    use std::net::TcpStream;

    use super::*;

    #[test]
    fn five_hundred_who_come_at_once_find_room_before_the_first_is_let_in() {
        let listener = bind("127.0.0.1", 0).unwrap();
        let address = listener.local_addr().unwrap();
        let come = |_| TcpStream::connect_timeout(&address, Duration::from_secs(20)).unwrap();
        assert_eq!((0..500).map(come).collect::<Vec<_>>().len(), 500);
    }
}
