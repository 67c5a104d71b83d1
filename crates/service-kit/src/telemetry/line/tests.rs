use std::io;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::Registry;

use super::*;

#[derive(Clone, Default)]
struct Written(Arc<Mutex<Vec<u8>>>);

impl io::Write for Written {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// What `say` writes within a request.
async fn written(format: LogFormat, say: fn()) -> String {
    let written = Written::default();
    let writer = written.clone();
    let lines = fmt::layer().with_writer(move || writer.clone()).event_format(Line::new(
        "wallet-service",
        format,
        false,
    ));
    let subscriber = Registry::default().with(lines);
    request_id::scope("r-1".to_owned(), async move {
        tracing::subscriber::with_default(subscriber, say);
    })
    .await;
    String::from_utf8(written.0.lock().unwrap().clone()).unwrap()
}

#[tokio::test]
async fn a_json_line_is_one_object_with_the_request_and_the_service() {
    let line = written(LogFormat::Json, || {
        tracing::warn!(done = 3, failed = false, error = "a \"quoted\"\nthing", "it went wrong");
    });
    let line = line.await;
    assert_eq!(line.lines().count(), 1, "{line}");
    let value: Value = serde_json::from_str(&line).unwrap();
    for (name, expected) in [
        ("message", "it went wrong".into()),
        ("level", "WARN".into()),
        ("service", "wallet-service".into()),
        ("request_id", "r-1".into()),
        ("done", 3.into()),
        ("failed", false.into()),
        ("error", Value::from("a \"quoted\"\nthing")),
    ] {
        assert_eq!(value[name], expected, "{name} of {line}");
    }
    assert!(value["timestamp"].as_str().unwrap().ends_with('Z'), "{line}");
    assert!(value.get("trace_id").is_none(), "{line}");
}

#[tokio::test]
async fn a_line_of_text_ends_in_the_request() {
    let line = written(LogFormat::Text, || tracing::warn!(done = 3, "it went wrong")).await;
    assert!(line.contains("it went wrong") && line.contains("done=3"), "{line}");
    assert!(line.ends_with(" request_id=r-1\n"), "{line}");
}
