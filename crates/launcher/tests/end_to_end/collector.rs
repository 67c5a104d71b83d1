//! What an OpenTelemetry collector is sent.

use std::collections::BTreeMap;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpResponse, HttpServer};
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::Span;
use prost::Message;

/// Takes spans over OTLP/HTTP and keeps them.
pub struct Collector {
    pub endpoint: String,
    spans: Arc<Mutex<Vec<Exported>>>,
}

/// A span, and which process it is of.
#[derive(Clone, Debug)]
pub struct Exported {
    pub service: String,
    pub span: Span,
}

impl Exported {
    pub fn label(&self) -> String {
        format!("{}: {}", self.service, self.span.name)
    }

    /// The text or the number.
    pub fn attribute(&self, name: &str) -> Option<String> {
        texts(&self.span.attributes).remove(name)
    }
}

impl Collector {
    pub fn open() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let endpoint = format!("http://{}", listener.local_addr().unwrap());
        let spans = Arc::<Mutex<Vec<Exported>>>::default();
        let data = Data::new(Arc::clone(&spans));
        let app = move || App::new().app_data(data.clone()).route("/v1/traces", web::post().to(take));
        tokio::spawn(HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run());
        Self { endpoint, spans }
    }

    /// Everything that has come so far.
    pub fn spans(&self) -> Vec<Exported> {
        self.spans.lock().unwrap().clone()
    }

    /// What has come of one trace.
    pub fn of(&self, trace: &str) -> Vec<Exported> {
        self.spans().into_iter().filter(|exported| hex(&exported.span.trace_id) == trace).collect()
    }
}

async fn take(body: Bytes, spans: Data<Arc<Mutex<Vec<Exported>>>>) -> HttpResponse {
    let request = ExportTraceServiceRequest::decode(body).unwrap();
    for of_process in request.resource_spans {
        let mut resource = texts(&of_process.resource.unwrap().attributes);
        let service = resource.remove("service.name").unwrap();
        let all = of_process.scope_spans.into_iter().flat_map(|scope| scope.spans);
        spans.lock().unwrap().extend(all.map(|span| Exported { service: service.clone(), span }));
    }
    HttpResponse::Ok().finish()
}

fn texts(attributes: &[KeyValue]) -> BTreeMap<String, String> {
    let text = |attribute: &KeyValue| match attribute.value.as_ref()?.value.as_ref()? {
        any_value::Value::StringValue(text) => Some((attribute.key.clone(), text.clone())),
        any_value::Value::IntValue(number) => Some((attribute.key.clone(), number.to_string())),
        _ => None,
    };
    attributes.iter().filter_map(text).collect()
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}
