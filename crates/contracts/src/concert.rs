//! Concerts, their performances and their seats.

use std::borrow::Cow;

use chrono::{DateTime, Datelike, SubsecRound, Utc};
use domain::concert::{
    Concert, LiveSeat, NewConcert, Published, SalesWindow, Schedule, SeatCount, SeatMap, SeatPlan,
    SeatStatus, Section,
};
use domain::shared::{Amount, ConcertId, Page, QueueId, ScheduleId, SeatId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{Invalid, object};

/// A concert and the waiting room in front of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConcertBody {
    pub concert_id: Uuid,
    pub title: String,
    pub venue: String,
    pub queue_id: Uuid,
    /// Seats are sold from here on.
    pub sales_open_at: DateTime<Utc>,
    /// Seats are sold until before this.
    pub sales_close_at: DateTime<Utc>,
}

impl From<Concert> for ConcertBody {
    fn from(concert: Concert) -> Self {
        let Concert { id: ConcertId(concert_id), title, venue, queue_id: QueueId(queue_id), sales } = concert;
        let (sales_open_at, sales_close_at) = (sales.opens_at(), sales.closes_at());
        Self { concert_id, title, venue, queue_id, sales_open_at, sales_close_at }
    }
}

/// A page of concerts in the order of their making.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConcertsBody {
    pub concerts: Vec<ConcertBody>,
    pub next_cursor: Option<String>,
}

impl From<Page<Concert>> for ConcertsBody {
    fn from(page: Page<Concert>) -> Self {
        let next_cursor = page.next.map(|cursor| cursor.to_string());
        Self { concerts: page.items.into_iter().map(Into::into).collect(), next_cursor }
    }
}

/// One performance and how many of its seats can be had right now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScheduleBody {
    pub schedule_id: Uuid,
    pub starts_at: DateTime<Utc>,
    pub seats_total: usize,
    pub seats_available: usize,
    /// No seat is available; held ones may come back.
    pub sold_out: bool,
}

impl ScheduleBody {
    pub fn of(schedule: &Schedule, count: SeatCount) -> Self {
        Self {
            schedule_id: schedule.id.0,
            starts_at: schedule.starts_at,
            seats_total: count.total,
            seats_available: count.available,
            sold_out: count.available == 0,
        }
    }
}

/// One performance by itself: which concert it is of, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PerformanceBody {
    pub schedule_id: Uuid,
    pub concert_id: Uuid,
    pub title: String,
    pub venue: String,
    pub starts_at: DateTime<Utc>,
}

impl From<(Schedule, Concert)> for PerformanceBody {
    fn from((schedule, concert): (Schedule, Concert)) -> Self {
        Self {
            schedule_id: schedule.id.0,
            concert_id: concert.id.0,
            title: concert.title,
            venue: concert.venue,
            starts_at: schedule.starts_at,
        }
    }
}

/// The performances of a concert by their start.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SchedulesBody {
    pub schedules: Vec<ScheduleBody>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub enum SeatStatusBody {
    Available,
    Held,
    Sold,
    Blocked,
}

impl From<SeatStatus> for SeatStatusBody {
    fn from(status: SeatStatus) -> Self {
        match status {
            SeatStatus::Available => Self::Available,
            SeatStatus::Held { until: _ } => Self::Held,
            SeatStatus::Sold => Self::Sold,
            SeatStatus::Blocked => Self::Blocked,
        }
    }
}

/// One seat, where it stands, and whether it can be had. Ten thousand of them are written at once, so the section's
/// name is borrowed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeatBody<'a> {
    pub seat_id: Uuid,
    /// From 1, unique within the performance.
    pub number: u32,
    pub section: Cow<'a, str>,
    /// From 1 at the stage.
    pub row: u32,
    /// Seat widths from the middle line of the hall, in thousandths.
    pub x: i32,
    /// Seat widths from the stage, in thousandths.
    pub y: i32,
    /// Won.
    pub price: i64,
    pub status: SeatStatusBody,
}

impl<'a> From<LiveSeat<'a>> for SeatBody<'a> {
    fn from(live: LiveSeat<'a>) -> Self {
        let seat = live.seat;
        Self {
            seat_id: seat.id.0,
            number: seat.number,
            section: Cow::Borrowed(&seat.section),
            row: seat.row,
            x: seat.x,
            y: seat.y,
            price: seat.price.as_won(),
            status: live.status.into(),
        }
    }
}

/// The seats of a performance by number.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeatMapBody<'a> {
    pub schedule_id: Uuid,
    /// Rises whenever a seat's status changes. It is also the `id` of the event that leads here.
    pub version: i64,
    pub seats: Vec<SeatBody<'a>>,
}

impl<'a> SeatMapBody<'a> {
    /// All seats, or those with one status.
    pub fn of(schedule: ScheduleId, map: &'a SeatMap, status: Option<SeatStatusBody>) -> Self {
        let seats = map.seats().map(SeatBody::from);
        let seats = seats.filter(|seat| status.is_none_or(|status| seat.status == status));
        Self { schedule_id: schedule.0, version: map.version(), seats: seats.collect() }
    }
}

/// The data of an event `seats`: which seats have another status from this version on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SeatsEventBody {
    /// That of the seat map after these changes, and the event's `id`.
    pub version: i64,
    /// Whether `changes` names every seat: whatever was known before is to be forgotten.
    pub snapshot: bool,
    pub changes: Vec<ChangedSeatBody>,
}

impl SeatsEventBody {
    /// What changed up to `version`.
    pub fn step(version: i64, changes: &[(SeatId, SeatStatus)]) -> Self {
        Self { version, snapshot: false, changes: changes.iter().copied().map(Into::into).collect() }
    }

    /// Every seat.
    pub fn snapshot(map: &SeatMap) -> Self {
        let changes = map.seats().map(|live| (live.seat.id, live.status).into()).collect();
        Self { version: map.version(), snapshot: true, changes }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChangedSeatBody {
    pub seat_id: Uuid,
    pub status: SeatStatusBody,
}

impl From<(SeatId, SeatStatus)> for ChangedSeatBody {
    fn from((SeatId(seat_id), status): (SeatId, SeatStatus)) -> Self {
        Self { seat_id, status: status.into() }
    }
}

/// `POST /v1/admin/concerts`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewConcertBody {
    /// 1 to 200 characters.
    pub title: String,
    /// 1 to 200 characters.
    pub venue: String,
    /// The waiting room in front of it; the main one where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue_id: Option<Uuid>,
    pub sales_open_at: DateTime<Utc>,
    /// After `salesOpenAt`.
    pub sales_close_at: DateTime<Utc>,
}

impl NewConcertBody {
    /// The concert to be, behind `main_queue` unless another is named.
    pub fn concert(&self, main_queue: QueueId) -> Result<NewConcert, Invalid> {
        let (title, venue) = (line("title", &self.title, 200)?, line("venue", &self.venue, 200)?);
        let opens_at = instant("salesOpenAt", self.sales_open_at)?;
        let closes_at = instant("salesCloseAt", self.sales_close_at)?;
        let sales =
            SalesWindow::new(opens_at, closes_at).map_err(|error| Invalid::new("salesCloseAt", error))?;
        Ok(NewConcert { title, venue, queue_id: self.queue_id.map_or(main_queue, QueueId), sales })
    }
}

/// `POST /v1/admin/concerts/{concertId}/schedules`
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewScheduleBody {
    /// After the concert's `salesOpenAt`.
    pub starts_at: DateTime<Utc>,
    /// The one nearest the stage first; 100,000 seats at most.
    #[serde(deserialize_with = "object::list")]
    pub sections: Vec<SectionBody>,
}

/// One block of equal rows at one price.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SectionBody {
    /// 1 to 80 characters, unlike that of any other section.
    pub name: String,
    pub rows: u32,
    pub seats_per_row: u32,
    /// Won.
    pub price: i64,
}

impl NewScheduleBody {
    pub fn starts_at(&self) -> Result<DateTime<Utc>, Invalid> {
        instant("startsAt", self.starts_at)
    }

    pub fn plan(&self) -> Result<SeatPlan, Invalid> {
        let sections = self.sections.iter().enumerate().map(|(index, section)| {
            let field = |name: &str| format!("sections[{index}].{name}");
            let price = Amount::new(section.price).map_err(|error| Invalid::new(field("price"), error))?;
            let SectionBody { name, rows, seats_per_row, price: _ } = section;
            Ok(Section {
                name: line(&field("name"), name, 80)?,
                rows: *rows,
                seats_per_row: *seats_per_row,
                price,
            })
        });
        let sections = sections.collect::<Result<_, Invalid>>()?;
        SeatPlan::new(sections).map_err(|error| Invalid::new(error.field, error.message))
    }
}

/// A performance that is on sale from now on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PublishedScheduleBody {
    pub schedule_id: Uuid,
    pub concert_id: Uuid,
    pub starts_at: DateTime<Utc>,
    pub seats_total: usize,
}

impl From<Published> for PublishedScheduleBody {
    fn from(published: Published) -> Self {
        let Published { schedule, seats_total } = published;
        let Schedule { id: ScheduleId(schedule_id), concert_id: ConcertId(concert_id), starts_at } = schedule;
        Self { schedule_id, concert_id, starts_at, seats_total }
    }
}

/// A line of text without the blanks around it.
fn line(field: &str, text: &str, max_characters: usize) -> Result<String, Invalid> {
    let text = text.trim();
    if text.is_empty() || text.chars().count() > max_characters || text.chars().any(char::is_control) {
        let message = format!("must have 1 to {max_characters} characters, none of them a control character");
        return Err(Invalid::new(field, message));
    }
    Ok(text.to_owned())
}

/// An instant as the stores keep it, to the microsecond, in a year that RFC 3339 can write.
fn instant(field: &str, given: DateTime<Utc>) -> Result<DateTime<Utc>, Invalid> {
    if (1970..=9999).contains(&given.year()) {
        Ok(given.trunc_subsecs(6))
    } else {
        Err(Invalid::new(field, "must be in a year from 1970 to 9999"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn concert() -> NewConcertBody {
        NewConcertBody {
            title: " Arirang ".to_owned(),
            venue: "Hall".to_owned(),
            queue_id: None,
            sales_open_at: at("2027-01-01T00:00:00Z"),
            sales_close_at: at("2027-02-01T00:00:00Z"),
        }
    }

    fn field_at_fault(change: impl FnOnce(&mut NewConcertBody)) -> String {
        let mut body = concert();
        change(&mut body);
        body.concert(QueueId(Uuid::nil())).unwrap_err().field
    }

    #[test]
    fn a_concert_is_trimmed_and_stands_behind_the_main_queue_unless_another_is_named() {
        let (main, other) = (QueueId(Uuid::from_u128(1)), Uuid::from_u128(2));
        let read = concert().concert(main).unwrap();
        assert_eq!((read.title.as_str(), read.queue_id), ("Arirang", main));
        let named = NewConcertBody { queue_id: Some(other), ..concert() };
        assert_eq!(named.concert(main).unwrap().queue_id, QueueId(other));
    }

    #[test]
    fn what_is_wrong_with_a_concert_is_named() {
        assert_eq!(field_at_fault(|body| body.title = " ".to_owned()), "title");
        assert_eq!(field_at_fault(|body| body.title = "x".repeat(201)), "title");
        assert_eq!(field_at_fault(|body| body.venue = "a\0b".to_owned()), "venue");
        assert_eq!(field_at_fault(|body| body.sales_close_at = body.sales_open_at), "salesCloseAt");
        assert_eq!(field_at_fault(|body| body.sales_open_at = at("1969-12-31T23:59:59Z")), "salesOpenAt");
        assert_eq!(field_at_fault(|body| body.sales_close_at = DateTime::<Utc>::MAX_UTC), "salesCloseAt");
        let longest = NewConcertBody { title: "가".repeat(200), ..concert() };
        assert_eq!(longest.concert(QueueId(Uuid::nil())).unwrap().title.chars().count(), 200);
    }

    #[test]
    fn times_are_kept_to_the_microsecond() {
        let body = NewScheduleBody { starts_at: at("2027-03-01T19:00:00.123456789Z"), sections: vec![] };
        assert_eq!(body.starts_at().unwrap(), at("2027-03-01T19:00:00.123456Z"));
    }

    #[test]
    fn what_is_wrong_with_a_seat_plan_is_named() {
        let section = || SectionBody { name: "Floor".to_owned(), rows: 5, seats_per_row: 10, price: 50_000 };
        let field = |sections| {
            let body = NewScheduleBody { starts_at: at("2027-03-01T19:00:00Z"), sections };
            body.plan().unwrap_err().field
        };
        assert_eq!(field(vec![]), "sections");
        assert_eq!(field(vec![section(), SectionBody { price: 0, ..section() }]), "sections[1].price");
        assert_eq!(field(vec![SectionBody { name: "\n".to_owned(), ..section() }]), "sections[0].name");
        assert_eq!(
            field(vec![section(), SectionBody { name: "Floor ".to_owned(), ..section() }]),
            "sections[1].name"
        );
        assert_eq!(field(vec![SectionBody { rows: 0, ..section() }]), "sections[0].rows");
    }
}
