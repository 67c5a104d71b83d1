//! Every route there is, the door in front of it, and what its owner and another's hear who ask for the owner's.

use std::fmt;

use reqwest::Method;

use super::callers::Caller;
use super::doors::{Cell, Door};

/// Who serves a route.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Host {
    Queue,
    Concert,
    Reservation,
    Wallet,
    Facade,
    Storefront,
}

/// A route, the door in front of it, what the owner hears, and what another one of the kind hears who asks for the same; where
/// one service alone may ask, there is no other.
const ROUTES: [(Host, &str); 6] = [
    (
        Host::Queue,
        "
        POST   /v1/queues/{queueId}/entries            | access token        | 200 | 200
        GET    /v1/queues/{queueId}/entries/me         | queue token         | 200 | 404 not_found
        GET    /v1/queues/{queueId}/entries/me/events  | queue token         | 200 | 404 not_found
        DELETE /v1/queues/{queueId}/entries/me         | queue token         | 204 | 404 not_found
        GET    /v1/queues/{queueId}                    | anybody             | 200 | 200
        GET    /v1/admin/queues                        | operator            | 200 | 200
        GET    /v1/admin/queues/{queueId}              | operator            | 200 | 200
        PUT    /v1/admin/queues/{queueId}              | operator            | 200 | 200
        GET    /v1/admin/services/queue                | operator            | 200 | 200
        GET    /.well-known/jwks.json                  | anybody             | 200 | 200
        POST   /internal/v1/passes/endings             | reservation-service | 200 | -
        GET    /internal/v1/passes/revoked             | any service         | 200 | 200
        ",
    ),
    (
        Host::Concert,
        "
        GET    /v1/concerts                            | anybody             | 200 | 200
        GET    /v1/concerts/{concertId}                | anybody             | 200 | 200
        GET    /v1/concerts/{concertId}/schedules      | pass                | 200 | 200
        GET    /v1/schedules/{scheduleId}              | identity            | 200 | 200
        GET    /v1/schedules/{scheduleId}/seats        | pass                | 200 | 200
        GET    /v1/schedules/{scheduleId}/seats/events | pass                | 200 | 200
        POST   /v1/admin/concerts                      | operator            | 201 | 201
        GET    /v1/admin/concerts/{concertId}/schedules | operator           | 200 | 200
        POST   /v1/admin/concerts/{concertId}/schedules | operator           | 201 | 201
        GET    /v1/admin/services/concert              | operator            | 200 | 200
        ",
    ),
    (
        Host::Reservation,
        "
        POST   /v1/reservations                          | pass              | 201 | 201
        GET    /v1/reservations                          | identity          | 200 | 200
        GET    /v1/reservations/{reservationId}          | identity          | 200 | 404 not_found
        DELETE /v1/reservations/{reservationId}          | identity          | 204 | 404 not_found
        POST   /v1/reservations/{reservationId}/payments | own pass          | 201 | 404 not_found
        GET    /v1/reservations/{reservationId}/tickets  | identity          | 200 | 404 not_found
        GET    /v1/payments/{paymentId}                  | identity          | 200 | 404 not_found
        GET    /v1/admin/schedules/{scheduleId}/sales    | operator          | 200 | 200
        GET    /v1/admin/schedules/{scheduleId}/reservations    | operator   | 200 | 200
        GET    /v1/admin/reservations/{reservationId}           | operator   | 200 | 200
        POST   /v1/admin/reservations/{reservationId}/release   | operator   | 200 | 200
        GET    /v1/admin/services/reservation            | operator          | 200 | 200
        PUT    /internal/v1/inventories/{scheduleId}     | concert-service   | 204 | -
        GET    /internal/v1/inventories/{scheduleId}/changes    | any service | 200 | 200
        ",
    ),
    (
        Host::Wallet,
        "
        POST   /v1/users                                | anybody             | 201 | 201
        GET    /v1/wallets/{userId}                     | identity            | 200 | 404 not_found
        GET    /v1/wallets/{userId}/entries             | identity            | 200 | 404 not_found
        POST   /v1/wallets/{userId}/charges             | identity            | 201 | 404 not_found
        GET    /v1/admin/services/wallet                | operator            | 200 | 200
        GET    /internal/v1/access-keys                 | any service         | 200 | 200
        POST   /internal/v1/debits                      | reservation-service | 200 | -
        POST   /internal/v1/debits/{paymentId}/void     | reservation-service | 200 | -
        POST   /internal/v1/debits/{paymentId}/refund   | reservation-service | 200 | -
        ",
    ),
    (
        Host::Facade,
        "
        POST   /queues                                  | newcomer | 200 | 200
        GET    /queues                                  | line     | 200 | 200
        GET    /concerts/{concertId}/dates              | sale     | 200 | 200
        GET    /concerts/{concertId}/dates/{date}/seats | sale     | 200 | 200
        POST   /concerts/{concertId}/schedules/{scheduleId}/seats/{seatId}/ticket | sale | 200 | 401
        PATCH  /payments/charges                        | points   | 200 | 401
        GET    /payments/{userId}/accounts              | points   | 200 | 401
        POST   /payments/pays                           | checkout | 200 | 401
        GET    /api/queue/{userId}                      | own line | 200 | 404
        GET    /api/concerts/schedule                   | sale     | 200 | 200
        GET    /api/concert/schedule/{scheduleId}       | sale     | 200 | 200
        POST   /api/concert/schedule/{scheduleId}/seat/{seatId}/reservation | sale | 200 | 200
        POST   /api/concert/schedule/{scheduleId}/seat/{seatId}/pay         | sale | 200 | 404
        GET    /api/point/{userId}                      | points   | 200 | 404
        PATCH  /api/point/{userId}                      | points   | 200 | 404
        GET    /api/point/{userId}/history              | points   | 200 | 404
        ",
    ),
    (
        Host::Storefront,
        "
        GET    /                                        | anybody  | 200 | 200
        GET    /app/{path:.*}                           | anybody  | 200 | 200
        GET    /operator                                | anybody  | 200 | 200
        GET    /operator/{path:.*}                      | anybody  | 200 | 200
        GET    /assets/{version}/{path:.*}              | anybody  | 200 | 200
        POST   /storefront/qr                           | anybody  | 200 | 200
        ",
    ),
];

/// A route as it is declared.
#[derive(Clone)]
pub struct Line {
    pub host: Host,
    pub method: Method,
    pub path: &'static str,
    pub door: Door,
    pub owner: Answer,
    pub another: Option<Answer>,
}

/// A status and, of a problem, its code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    pub status: u16,
    /// The facade's refusals are told by their status alone: their texts have tests of their own.
    pub code: Option<String>,
}

/// All of them.
pub fn all() -> Vec<Line> {
    let lines = |(host, table): (Host, &'static str)| {
        let rows = table.lines().map(str::trim).filter(|row| !row.is_empty());
        rows.map(move |row| Line::read(host, row))
    };
    ROUTES.into_iter().flat_map(lines).collect()
}

impl Line {
    fn read(host: Host, row: &'static str) -> Self {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let [route, door, owner, another] = cells[..] else { panic!("four columns, not: {row}") };
        let (method, path) = route.split_once(' ').unwrap();
        Self {
            host,
            method: method.parse().unwrap(),
            path: path.trim(),
            door: Door::named(door),
            owner: Answer::read(owner),
            another: (another != "-").then(|| Answer::read(another)),
        }
    }

    /// As in `GET /v1/concerts`.
    pub fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }

    pub fn is_internal(&self) -> bool {
        self.path.starts_with("/internal/")
    }

    /// The same, whatever the ids are called: `GET /v1/concerts/{}`.
    pub fn shape(&self) -> String {
        let nameless = |segment: &'static str| if segment.starts_with('{') { "{}" } else { segment };
        let path: Vec<_> = self.path.split('/').map(nameless).collect();
        format!("{} {}", self.method, path.join("/"))
    }

    /// What a caller hears; `None`: there is no such caller.
    pub fn expected(&self, caller: Caller, reads_queue_tokens: bool) -> Option<Answer> {
        match self.door.says(caller) {
            Cell::Own => Some(self.owner.clone()),
            Cell::Other => self.another.clone(),
            Cell::Refused(answer) => Some(answer),
            Cell::NotGenuine => Some(Answer::to_forged_queue_token(reads_queue_tokens)),
        }
    }

    /// Whether a caller who is let in takes something that the owner could not have after that.
    pub fn is_spent_by(&self, caller: Caller) -> bool {
        // Behind the queue token that pays is this very pass.
        let paid = (self.door, caller) == (Door::Checkout, Caller::Pass);
        let released = self.path.ends_with("/release") && caller == Caller::Another;
        paid || released
    }
}

impl Answer {
    /// `200`, or `404 not_found`.
    pub fn read(text: &str) -> Self {
        let (status, code) = text.split_once(' ').unwrap_or((text, ""));
        Self { status: status.parse().unwrap(), code: (!code.is_empty()).then(|| code.to_owned()) }
    }

    /// As somebody hears who made a queue token up.
    pub fn to_forged_queue_token(is_read: bool) -> Self {
        Self::read(if is_read { "401 unauthenticated" } else { "403 not_admitted" })
    }

    /// As where there is no such route.
    pub fn nowhere() -> Self {
        Self::read("404 not_found")
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.code {
            Some(code) => write!(f, "{} {code}", self.status),
            None => write!(f, "{}", self.status),
        }
    }
}
