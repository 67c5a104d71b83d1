use std::sync::{Arc, Mutex};

use actix_web::test::TestRequest;
use opentelemetry::Value;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::error::OTelSdkResult;
use opentelemetry_sdk::trace::{SdkTracerProvider, SpanData, SpanExporter};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::Registry;

use super::*;

#[derive(Clone, Debug, Default)]
struct Exported(Arc<Mutex<Vec<SpanData>>>);

impl SpanExporter for Exported {
    async fn export(&self, spans: Vec<SpanData>) -> OTelSdkResult {
        self.0.lock().unwrap().extend(spans);
        Ok(())
    }
}

/// What is exported of what `work` does.
fn exported(work: impl FnOnce()) -> Vec<SpanData> {
    let exporter = Exported::default();
    let provider = SdkTracerProvider::builder().with_simple_exporter(exporter.clone()).build();
    let layer = tracing_opentelemetry::layer().with_tracer(provider.tracer("test"));
    tracing::subscriber::with_default(Registry::default().with(layer), work);
    exporter.0.lock().unwrap().clone()
}

fn attribute(span: &SpanData, name: &str) -> Option<Value> {
    span.attributes.iter().find(|one| one.key.as_str() == name).map(|one| one.value.clone())
}

#[test]
fn a_request_is_named_by_its_route_and_belongs_to_the_senders_trace() {
    let sender = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    let spans = exported(|| {
        let request =
            TestRequest::get().uri("/v1/concerts/7?cursor=secret").insert_header(("traceparent", sender));
        let Answering { span, trace } =
            answering(&request.to_srv_request(), "r-1", Some("/v1/concerts/{concertId}"));
        assert_eq!(trace.unwrap().to_string(), "0af7651916cd43dd8448eb211c80319c");
        Answering::answered(&span, StatusCode::SERVICE_UNAVAILABLE);
    });
    let span = &spans[0];
    assert_eq!(span.name, "GET /v1/concerts/{concertId}");
    assert_eq!(span.parent_span_id.to_string(), "b7ad6b7169203331");
    assert_eq!(span.span_kind, opentelemetry::trace::SpanKind::Server);
    assert_eq!(attribute(span, "url.path"), Some("/v1/concerts/7".into()));
    assert_eq!(attribute(span, "http.response.status_code"), Some(503.into()));
    assert_eq!(attribute(span, "boxoffice.request_id"), Some("r-1".into()));
    assert!(matches!(span.status, opentelemetry::trace::Status::Error { .. }), "{span:?}");
    assert!(!format!("{span:?}").contains("secret"), "{span:?}");
}

#[test]
fn a_token_in_the_wrong_place_is_not_kept() {
    let token = "q1.AZDnVJ0Tf0KDUpEr1c6Kyg.8e3Jr0lEXqHPSIzCbXJQTw";
    let spans = exported(|| {
        for (path, route) in
            [(format!("/v1/queues/{token}"), Some("/v1/queues/{queueId}")), (format!("/v1/{token}"), None)]
        {
            answering(&TestRequest::get().uri(&path).to_srv_request(), "r-1", route);
        }
    });
    assert_eq!(
        spans.iter().map(|span| span.name.as_ref()).collect::<Vec<_>>(),
        ["GET /v1/queues/{queueId}", "GET"]
    );
    assert!(!format!("{spans:?}").contains(token), "{spans:?}");
}

#[test]
fn what_is_done_for_several_is_a_child_of_the_first_and_linked_with_the_rest() {
    let spans = exported(|| {
        let waiting = ["a", "b", "c"].map(|about| step("wait", &about));
        drop(gathered("all of them", &[&Span::none(), &waiting[0], &waiting[1], &waiting[2]]));
    });
    let of = |about: &str| {
        spans.iter().find(|span| attribute(span, "boxoffice.about") == Some(about.to_owned().into()))
    };
    let (a, b, c) = (of("a").unwrap(), of("b").unwrap(), of("c").unwrap());
    let set = spans.iter().find(|span| span.name == "all of them").unwrap();
    assert_eq!(set.parent_span_id, a.span_context.span_id());
    assert_eq!(set.span_context.trace_id(), a.span_context.trace_id());
    let linked =
        |span: &SpanData| span.links.iter().map(|link| link.span_context.span_id()).collect::<Vec<_>>();
    assert_eq!(linked(set), [b.span_context.span_id(), c.span_context.span_id()]);
    for span in [b, c] {
        assert_ne!(span.span_context.trace_id(), set.span_context.trace_id());
        assert_eq!(linked(span), [set.span_context.span_id()]);
    }
    assert!(gathered("nobody", &[&Span::none()]).is_disabled());
}

#[test]
fn ids_make_no_names_of_their_own() {
    let id = "01900000-0000-7000-8000-000000000001";
    assert_eq!(template(&format!("/internal/v1/debits/{id}/void")), "/internal/v1/debits/{id}/void");
    assert_eq!(template("/v1/users"), "/v1/users");
    assert_eq!(Name { method: "BREW", route: None }.to_string(), "HTTP");
}
