//! What opens a door, and what everybody else hears at it.

use super::callers::Caller;
use super::routes::Answer;

/// What a route asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Door {
    /// Nothing: a credential is not looked at.
    Anybody,
    AccessToken,
    QueueToken,
    /// A pass of the concert's own queue.
    Pass,
    /// Any pass of the reservation's owner.
    OwnPass,
    /// An access token or a pass: either says who somebody is.
    Identity,
    Operator,
    AnyService,
    ReservationService,
    ConcertService,
    /// The facade's: what `POST /queues` takes, a token or none.
    Newcomer,
    /// The facade's: the token of a place.
    Line,
    /// The facade's: the token of a place that is admitted.
    Sale,
    /// The facade's: whatever says who somebody is, a place that is admitted among it.
    Points,
    /// The facade's: the same, where it is admitted too.
    Checkout,
    /// The facade's: an access token, or the token of the user's own place.
    OwnLine,
    /// Not there, as seen from outside.
    Closed,
}

/// One column a door. `own`: let in, and answered as the line of the route says; `other`: let in as somebody whose it is
/// not. `401` is `unauthenticated`, `ended` is 401 `pass_expired`, `403` is `not_admitted`, `404` is `not_found`; `401/403` is
/// the one where queue tokens are read and the other elsewhere.
const DOORS: &str = "
                         | anybody | access token | queue token | pass  | own pass | identity | operator | any service | reservation-service | concert-service
    nobody               | own     | 401          | 401         | 401   | 401      | 401      | 401      | 401         | 401                 | 401
    access token         | own     | own          | 403         | 403   | 403      | own      | 403      | 403         | 403                 | 403
    queue token          | own     | 403          | own         | 403   | 403      | 403      | 403      | 403         | 403                 | 403
    pass                 | own     | 403          | 403         | own   | own      | own      | 403      | 403         | 403                 | 403
    pass of another queue| own     | 403          | 403         | 403   | own      | own      | 403      | 403         | 403                 | 403
    expired pass         | own     | ended        | ended       | ended | ended    | ended    | ended    | ended       | ended               | ended
    spent pass           | own     | ended        | ended       | ended | ended    | ended    | ended    | ended       | ended               | ended
    wrong audience       | own     | 401          | 401         | 401   | 401      | 401      | 401      | 401         | 401                 | 401
    forged signature     | own     | 401          | 401         | 401   | 401      | 401      | 401      | 401         | 401                 | 401
    another issuer       | own     | 401          | 401         | 401   | 401      | 401      | 401      | 401         | 401                 | 401
    expired access token | own     | 401          | 401         | 401   | 401      | 401      | 401      | 401         | 401                 | 401
    forged queue token   | own     | 401/403      | 401/403     | 401/403 | 401/403 | 401/403 | 401/403  | 401/403     | 401/403             | 401/403
    alg none             | own     | 401          | 401         | 401   | 401      | 401      | 401      | 401         | 401                 | 401
    HS256 by the public key | own  | 401          | 401         | 401   | 401      | 401      | 401      | 401         | 401                 | 401
    operator             | own     | other        | 403         | 403   | 403      | other    | own      | 403         | 403                 | 403
    service              | own     | 403          | 403         | 403   | 403      | 403      | 403      | own         | own                 | own
    another service      | own     | 403          | 403         | 403   | 403      | 403      | 403      | own         | 403                 | 403
    false service        | own     | 401          | 401         | 401   | 401      | 401      | 401      | 401         | 401                 | 401
";

/// The same for the facade, where a status and the code of v1 behind it is all there is: documents 001 and 002 know 401
/// alone, and their own texts (docs/FACADE.md).
const FACADE_DOORS: &str = "
                         | newcomer | line | sale | points | checkout | own line | closed
    nobody               | own      | 401  | 401  | 401    | 401      | 401      | 404
    access token         | own      | 401  | 401  | own    | 401      | own      | 404
    queue token          | own      | own  | 401  | 401    | 401      | 404      | 404
    pass                 | 400      | 401  | 401  | own    | own      | 401      | 404
    pass of another queue| 400      | 401  | 401  | own    | own      | 401      | 404
    expired pass         | 400      | 401  | 401  | 401    | 401      | 401      | 404
    spent pass           | 400      | 401  | 401  | 401    | 401      | 401      | 404
    wrong audience       | 400      | 401  | 401  | 401    | 401      | 401      | 404
    forged signature     | 400      | 401  | 401  | 401    | 401      | 401      | 404
    another issuer       | 400      | 401  | 401  | 401    | 401      | 401      | 404
    expired access token | 400      | 401  | 401  | 401    | 401      | 401      | 404
    forged queue token   | 400      | 401  | 401  | 401    | 401      | 401      | 404
    alg none             | 400      | 401  | 401  | 401    | 401      | 401      | 404
    HS256 by the public key | 400   | 401  | 401  | 401    | 401      | 401      | 404
    operator             | own      | 401  | 401  | other  | 401      | other    | 404
    service              | 400      | 401  | 401  | 401    | 401      | 401      | 404
    another service      | 400      | 401  | 401  | 401    | 401      | 401      | 404
    false service        | 400      | 401  | 401  | 401    | 401      | 401      | 404
";

/// What a caller hears at a door.
pub enum Cell {
    Own,
    Other,
    Refused(Answer),
    /// What is shown is no genuine queue token, and only who reads them can tell: for the others it is one.
    NotGenuine,
}

impl Door {
    pub const ALL: [Self; 17] = [
        Self::Anybody,
        Self::AccessToken,
        Self::QueueToken,
        Self::Pass,
        Self::OwnPass,
        Self::Identity,
        Self::Operator,
        Self::AnyService,
        Self::ReservationService,
        Self::ConcertService,
        Self::Newcomer,
        Self::Line,
        Self::Sale,
        Self::Points,
        Self::Checkout,
        Self::OwnLine,
        Self::Closed,
    ];

    /// As in the tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Anybody => "anybody",
            Self::AccessToken => "access token",
            Self::QueueToken => "queue token",
            Self::Pass => "pass",
            Self::OwnPass => "own pass",
            Self::Identity => "identity",
            Self::Operator => "operator",
            Self::AnyService => "any service",
            Self::ReservationService => "reservation-service",
            Self::ConcertService => "concert-service",
            Self::Newcomer => "newcomer",
            Self::Line => "line",
            Self::Sale => "sale",
            Self::Points => "points",
            Self::Checkout => "checkout",
            Self::OwnLine => "own line",
            Self::Closed => "closed",
        }
    }

    pub fn named(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|door| door.name() == name)
            .unwrap_or_else(|| panic!("no such door: {name}"))
    }

    /// A service that this door lets in, if it lets any in.
    pub fn service(self) -> &'static str {
        if self == Self::ConcertService { "concert-service" } else { "reservation-service" }
    }

    /// Everybody but the owner and another, whose answers stand in the line of the route.
    pub fn says(self, caller: Caller) -> Cell {
        match caller {
            Caller::Owner => Cell::Own,
            Caller::Another => Cell::Other,
            caller => {
                let mut tables = [DOORS, FACADE_DOORS].into_iter();
                let cell = tables.find_map(|table| cell(table, self.name(), caller.name()));
                let cell =
                    cell.unwrap_or_else(|| panic!("what does {} hear at {}?", caller.name(), self.name()));
                self.read(cell)
            }
        }
    }

    fn read(self, cell: &str) -> Cell {
        let v1 = !matches!(
            self,
            Self::Newcomer | Self::Line | Self::Sale | Self::Points | Self::Checkout | Self::OwnLine
        );
        match (cell, v1) {
            ("own", _) => Cell::Own,
            ("401/403", true) => Cell::NotGenuine,
            ("other", _) => Cell::Other,
            ("401", true) => Cell::Refused(Answer::read("401 unauthenticated")),
            ("ended", true) => Cell::Refused(Answer::read("401 pass_expired")),
            ("403", true) => Cell::Refused(Answer::read("403 not_admitted")),
            ("404", true) => Cell::Refused(Answer::read("404 not_found")),
            (status, _) => Cell::Refused(Answer::read(status)),
        }
    }
}

fn cell<'t>(table: &'t str, door: &str, caller: &str) -> Option<&'t str> {
    let mut rows =
        table.lines().filter(|row| !row.trim().is_empty()).map(|row| row.split('|').map(str::trim));
    let column = rows.next()?.position(|name| name == door)?;
    let mut row = rows.find(|row| row.clone().next() == Some(caller))?;
    row.nth(column)
}
