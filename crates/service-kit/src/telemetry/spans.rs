//! The spans there are, named and described by the semantic conventions of OpenTelemetry for HTTP.
//!
//! All of them are at level debug under a target of their own, so that nobody pays for them where traces are off. None
//! carries a query, a header or a body: that is where tokens and secrets travel.

use std::fmt;

use actix_web::dev::ServiceRequest;
use actix_web::http::StatusCode;
use opentelemetry::Context;
use opentelemetry::propagation::{Extractor, TextMapPropagator};
use opentelemetry::trace::{SpanContext, TraceContextExt, TraceId};
use opentelemetry_http::HeaderInjector;
use opentelemetry_sdk::propagation::TraceContextPropagator;
use reqwest::{Request, RequestBuilder, Response};
use tracing::field::Empty;
use tracing::{Instrument, Span};
use tracing_opentelemetry::OpenTelemetrySpanExt;
use uuid::Uuid;

use crate::request_id;

/// Of every span that is exported.
pub const TARGET: &str = "traces";

/// What is longer than an id is none: it may be a token that somebody put into the wrong place.
const LONGEST_SEGMENT: usize = 36;

/// The span of a request that is being answered, and the trace it belongs to.
pub struct Answering {
    pub span: Span,
    pub trace: Option<TraceId>,
}

/// A span for `request`, which `route` takes, within the trace of whoever sent it.
pub fn answering(request: &ServiceRequest, id: &str, route: Option<&str>) -> Answering {
    let (method, path) = (request.method(), request.path());
    let span = tracing::debug_span!(
        target: TARGET,
        "request",
        otel.name = %Name { method: method.as_str(), route },
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = known(method.as_str()),
        http.route = route,
        http.response.status_code = Empty,
        url.path = route.and(tame(path)),
        url.scheme = "http",
        boxoffice.request_id = id,
    );
    if span.is_disabled() {
        return Answering { span, trace: None };
    }
    let sender = TraceContextPropagator::new().extract_with_context(&Context::new(), &Headers(request));
    if sender.span().span_context().is_valid() {
        // An error: somebody looks at spans in the log, and traces are off.
        span.set_parent(sender).ok();
    }
    let trace = Some(context(&span).trace_id()).filter(|trace| *trace != TraceId::INVALID);
    Answering { span, trace }
}

impl Answering {
    /// How it ended.
    pub fn answered(span: &Span, status: StatusCode) {
        record(span, status.as_u16(), status.is_server_error());
    }
}

/// Sends a request to another service, within the present trace. `again`: how often it was sent before.
pub async fn send(request: RequestBuilder, again: u32) -> reqwest::Result<Response> {
    let (client, request) = request.build_split();
    let mut request = request?;
    let span = asking(&request, again);
    if !span.is_disabled() {
        let context = span.context();
        TraceContextPropagator::new().inject_context(&context, &mut HeaderInjector(request.headers_mut()));
    }
    let answered = client.execute(request).instrument(span.clone()).await;
    match &answered {
        // A client's span has failed where it got no answer that it could use.
        Ok(response) => record(&span, response.status().as_u16(), !is_usable(response)),
        Err(error) => {
            span.record("error.type", kind(error));
            span.record("otel.status_code", "ERROR");
        }
    }
    answered
}

fn asking(request: &Request, again: u32) -> Span {
    let (method, url) = (request.method().as_str(), request.url());
    tracing::debug_span!(
        target: TARGET,
        "call",
        otel.name = %Name { method, route: Some(&template(url.path())) },
        otel.kind = "client",
        otel.status_code = Empty,
        http.request.method = method,
        http.request.resend_count = (again > 0).then_some(i64::from(again)),
        http.response.status_code = Empty,
        url.template = template(url.path()),
        server.address = url.host_str(),
        server.port = url.port_or_known_default().map(i64::from),
        error.type = Empty,
        boxoffice.request_id = request_id::current(),
        boxoffice.job = request_id::job(),
    )
}

/// A step of something longer, such as the checkout, that is done here. `about`: the id of the whole.
pub fn step(name: &'static str, about: &dyn fmt::Display) -> Span {
    tracing::debug_span!(target: TARGET, "step", otel.name = name, boxoffice.about = %about, boxoffice.job = request_id::job())
}

/// Where something began that goes on after its request has ended, in the same process.
#[derive(Clone, Debug)]
pub struct Origin(SpanContext);

impl Origin {
    /// The present trace, if it is one that is exported.
    pub fn here() -> Option<Self> {
        Some(context(&Span::current())).filter(SpanContext::is_sampled).map(Self)
    }

    /// A step that belongs to where it all began, whoever takes it now.
    pub fn step(&self, name: &'static str, about: &dyn fmt::Display) -> Span {
        let span = step(name, about);
        if !span.is_disabled() {
            // An error: somebody looks at spans in the log, and traces are off.
            span.set_parent(Context::new().with_remote_span_context(self.0.clone())).ok();
        }
        span
    }
}

/// What is done for several at once: a child of the first that is traced, linked with the others and they with it.
pub fn gathered(name: &'static str, spans: &[&Span]) -> Span {
    let mut traced = spans.iter().filter(|span| !span.is_disabled());
    let Some(unless_exported) = traced.clone().next() else { return Span::none() };
    let first = traced.find(|span| context(span).is_sampled()).unwrap_or(unless_exported);
    let size = i64::try_from(spans.len()).unwrap_or(i64::MAX);
    let set = tracing::debug_span!(
        target: TARGET,
        parent: *first,
        "set",
        otel.name = name,
        boxoffice.set_size = size,
    );
    for span in spans.iter().filter(|span| span.id() != first.id() && !span.is_disabled()) {
        set.add_link(context(span));
        span.add_link(context(&set));
    }
    set
}

fn record(span: &Span, status: u16, failed: bool) {
    if span.is_disabled() {
        return;
    }
    span.record("http.response.status_code", i64::from(status));
    if failed {
        span.record("otel.status_code", "ERROR");
    }
}

fn is_usable(response: &Response) -> bool {
    !response.status().is_client_error() && !response.status().is_server_error()
}

fn kind(error: &reqwest::Error) -> &'static str {
    if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "connect"
    } else {
        "broken_off"
    }
}

fn context(span: &Span) -> SpanContext {
    span.context().span().span_context().clone()
}

/// `GET /v1/concerts/{concertId}`, or the method alone where no route is known.
struct Name<'n> {
    method: &'n str,
    route: Option<&'n str>,
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // By the conventions: a method that nobody knows names no span.
        f.write_str(if known(self.method) == OTHER { "HTTP" } else { self.method })?;
        self.route.map_or(Ok(()), |route| write!(f, " {route}"))
    }
}

const OTHER: &str = "_OTHER";

/// A client may make methods up; the conventions' word for those.
fn known(method: &str) -> &str {
    match method {
        "GET" | "POST" | "PUT" | "DELETE" | "PATCH" | "HEAD" | "OPTIONS" => method,
        _ => OTHER,
    }
}

/// The path, unless a part of it is too long to be an id.
fn tame(path: &str) -> Option<&str> {
    path.split('/').all(|segment| segment.len() <= LONGEST_SEGMENT).then_some(path)
}

/// The path with `{id}` in place of ids.
fn template(path: &str) -> String {
    let segments = path.split('/').map(|segment| match segment.parse::<Uuid>() {
        Ok(_) => "{id}",
        Err(_) => segment,
    });
    segments.collect::<Vec<_>>().join("/")
}

struct Headers<'r>(&'r ServiceRequest);

impl Extractor for Headers<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        self.0.headers().get(key)?.to_str().ok()
    }

    fn keys(&self) -> Vec<&str> {
        self.0.headers().keys().map(actix_web::http::header::HeaderName::as_str).collect()
    }
}

#[cfg(test)]
mod tests;
