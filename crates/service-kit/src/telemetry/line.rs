use std::fmt;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{Compact, Format, Writer};
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::request_id;
use crate::settings::LogFormat;

/// How a line of the log is written: whatever it says, under the request that it was said about.
///
/// The request is that of the task, not of a span: spans are off unless somebody looks closely.
pub struct Line {
    service: &'static str,
    format: LogFormat,
    text: Format<Compact>,
}

impl Line {
    pub fn new(service: &'static str, format: LogFormat, ansi: bool) -> Self {
        Self { service, format, text: Format::default().with_ansi(ansi).compact() }
    }

    fn json(&self, event: &Event<'_>) -> Result<String, fmt::Error> {
        let mut line = Map::new();
        let mut timestamp = String::new();
        SystemTime.format_time(&mut Writer::new(&mut timestamp))?;
        let metadata = event.metadata();
        let mut say = |name: &str, value: String| line.insert(name.to_owned(), value.into());
        say("timestamp", timestamp);
        say("level", metadata.level().to_string());
        say("target", metadata.target().to_owned());
        say("service", self.service.to_owned());
        for (name, value) in of_request() {
            say(name, value);
        }
        event.record(&mut Fields(&mut line));
        Ok(Value::Object(line).to_string())
    }
}

/// The ids under which the other lines about the same thing are found.
fn of_request() -> impl Iterator<Item = (&'static str, String)> {
    let id = Some(request_id::current()).filter(|id| !id.is_empty());
    let trace = request_id::trace().map(|trace| trace.to_string());
    [("request_id", id), ("trace_id", trace)].into_iter().filter_map(|(name, value)| Some((name, value?)))
}

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'span> LookupSpan<'span>,
    N: for<'writer> FormatFields<'writer> + 'static,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        match self.format {
            LogFormat::Json => writeln!(writer, "{}", self.json(event)?),
            LogFormat::Text => {
                let mut line = String::new();
                self.text.format_event(context, Writer::new(&mut line), event)?;
                write!(writer, "{}", line.trim_end())?;
                for (name, value) in of_request() {
                    write!(writer, " {name}={value}")?;
                }
                writeln!(writer)
            }
        }
    }
}

/// What an event says, as members of the line.
struct Fields<'l>(&'l mut Map<String, Value>);

impl Fields<'_> {
    fn say(&mut self, field: &Field, value: Value) {
        match field.name() {
            // Of crates that log without `tracing`: whose line it is.
            "log.target" => self.0.insert("target".to_owned(), value),
            name if name.starts_with("log.") => None,
            name => self.0.insert(name.to_owned(), value),
        };
    }
}

impl Visit for Fields<'_> {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.say(field, format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.say(field, value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.say(field, value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.say(field, value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.say(field, value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.say(field, value.into());
    }
}

#[cfg(test)]
mod tests;
