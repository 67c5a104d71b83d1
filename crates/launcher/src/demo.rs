//! What an empty installation is filled with, so that there is something to buy.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, ensure};
use chrono::{DateTime, TimeDelta, Utc};
use domain::adapters::system;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use service_kit::client;

/// A concert, the days from now on which it is given, and its seats.
struct DemoConcert {
    title: &'static str,
    venue: &'static str,
    days_from_now: &'static [i64],
    /// Name, rows, seats a row, won a seat.
    sections: &'static [(&'static str, u32, u32, i64)],
}

const CONCERTS: [DemoConcert; 3] = [
    // Seats 1 to 50 at several dates: requirement document 003.
    DemoConcert {
        title: "Chamber Night",
        venue: "Small Hall, seats 1–50",
        days_from_now: &[7, 14, 21],
        sections: &[("Hall", 5, 10, 50_000)],
    },
    DemoConcert {
        title: "Midwinter Arena Live",
        venue: "Riverside Arena",
        days_from_now: &[30],
        sections: &[
            ("Floor A", 25, 40, 165_000),
            ("Floor B", 25, 40, 154_000),
            ("Tier 1", 40, 75, 132_000),
            ("Tier 2", 40, 75, 110_000),
            ("Tier 3", 25, 80, 77_000),
        ],
    },
    DemoConcert {
        title: "Spring Festival Gala",
        venue: "City Theatre",
        days_from_now: &[45, 46],
        sections: &[("Stalls", 20, 30, 99_000), ("Balcony", 10, 40, 66_000)],
    },
];

/// An evening's start, in hours after midnight UTC: 19:00 in Seoul.
const STARTS_AT_HOUR: u32 = 10;
/// Ten thousand seats are written within this, by far.
const DEADLINE: Duration = Duration::from_mins(1);

/// Adds the demo's concerts to an installation that has none; one that was interrupted half way is completed.
pub async fn fill(origin: &SocketAddr, operator: &str, say: &(dyn Fn(&str) + Sync)) -> anyhow::Result<()> {
    let api = Api {
        client: client::build(DEADLINE)?,
        base: format!("http://127.0.0.1:{}", origin.port()),
        operator,
    };
    let known = api.get("/v1/concerts?limit=100").await?;
    let known = known.get("concerts").and_then(Value::as_array).context("the list of concerts is no list")?;
    let id_of = |title: &str| {
        let concert =
            known.iter().find(|concert| concert.get("title").and_then(Value::as_str) == Some(title))?;
        concert.get("concertId")?.as_str().map(str::to_owned)
    };
    if known.iter().any(|concert| {
        !CONCERTS.iter().any(|demo| concert.get("title").and_then(Value::as_str) == Some(demo.title))
    }) {
        return Ok(());
    }
    let (clock, _) = system::system();
    let today = clock.now();
    for concert in &CONCERTS {
        if id_of(concert.title).is_some() && known.len() == CONCERTS.len() {
            continue;
        }
        say(&format!("demo: {}", concert.title));
        let id = match id_of(concert.title) {
            Some(id) => id,
            None => api.add_concert(concert, today).await?,
        };
        for days in concert.days_from_now {
            api.add_schedule(&id, concert, evening(today, *days)?).await?;
        }
    }
    Ok(())
}

fn evening(today: DateTime<Utc>, days: i64) -> anyhow::Result<DateTime<Utc>> {
    let day = (today + TimeDelta::days(days)).date_naive();
    Ok(day.and_hms_opt(STARTS_AT_HOUR, 0, 0).context("an evening has an hour")?.and_utc())
}

struct Api<'a> {
    client: Client,
    base: String,
    operator: &'a str,
}

impl Api<'_> {
    async fn get(&self, path: &str) -> anyhow::Result<Value> {
        self.send(Method::GET, path, None, &[StatusCode::OK]).await
    }

    async fn add_concert(&self, concert: &DemoConcert, today: DateTime<Utc>) -> anyhow::Result<String> {
        let body = json!({
            "title": concert.title,
            "venue": concert.venue,
            "salesOpenAt": (today - TimeDelta::days(1)).to_rfc3339(),
            "salesCloseAt": (today + TimeDelta::days(365)).to_rfc3339(),
        });
        let added = self.send(Method::POST, "/v1/admin/concerts", Some(body), &[StatusCode::CREATED]).await?;
        added.get("concertId").and_then(Value::as_str).map(str::to_owned).context("a concert without an id")
    }

    /// Conflict: it was added before.
    async fn add_schedule(
        &self,
        id: &str,
        concert: &DemoConcert,
        starts_at: DateTime<Utc>,
    ) -> anyhow::Result<()> {
        let sections = concert.sections.iter().map(|(name, rows, seats_per_row, price)| {
            json!({ "name": name, "rows": rows, "seatsPerRow": seats_per_row, "price": price })
        });
        let body = json!({ "startsAt": starts_at.to_rfc3339(), "sections": sections.collect::<Vec<_>>() });
        let path = format!("/v1/admin/concerts/{id}/schedules");
        self.send(Method::POST, &path, Some(body), &[StatusCode::CREATED, StatusCode::CONFLICT])
            .await
            .map(drop)
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
        expected: &[StatusCode],
    ) -> anyhow::Result<Value> {
        let request = self.client.request(method, format!("{}{path}", self.base)).bearer_auth(self.operator);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        let response = request.send().await.with_context(|| format!("{path} gave no answer"))?;
        let status = response.status();
        let text = response.text().await.with_context(|| format!("{path} broke off"))?;
        ensure!(expected.contains(&status), "{path} answered {status}: {text}");
        serde_json::from_str(&text).with_context(|| format!("{path} answered no JSON"))
    }
}
