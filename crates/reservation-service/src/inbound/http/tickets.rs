use actix_web::get;
use actix_web::web::{Data, Json, Path};
use anyhow::ensure;
use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use contracts::reservation::{TicketBody, TicketsBody};
use domain::reservation::{BoxOffice, Ticket};
use domain::shared::{ReservationId, TicketId};
use service_kit::Problem;
use service_kit::auth::Identity;
use service_kit::settings::Secret;
use uuid::Uuid;

use super::problem;

/// Signs what a ticket shows at the door: its id and an HMAC-SHA256 of it, in base64url.
pub struct TicketCodes {
    key: hmac::Key,
}

impl TicketCodes {
    /// RFC 2104, 3: a key shorter than the hash weakens it.
    const MIN_KEY_LENGTH: usize = 32;

    pub fn new(key: &Secret) -> anyhow::Result<Self> {
        let key = key.reveal()?;
        ensure!(
            key.len() >= Self::MIN_KEY_LENGTH,
            "BOXOFFICE__RESERVATION__TICKET_KEY must have at least 32 characters: it signs ticket codes"
        );
        Ok(Self { key: hmac::Key::new(hmac::HMAC_SHA256, key.as_bytes()) })
    }

    pub fn sign(&self, ticket: TicketId) -> String {
        let id = ticket.0.into_bytes();
        let mut code = id.to_vec();
        code.extend_from_slice(hmac::sign(&self.key, &id).as_ref());
        URL_SAFE_NO_PAD.encode(code)
    }

    fn body(&self, ticket: &Ticket) -> TicketBody {
        let Ticket { id, seat_id, number } = *ticket;
        TicketBody { ticket_id: id.0, seat_id: seat_id.0, number, code: self.sign(id) }
    }
}

/// The tickets of a confirmed reservation; none before.
#[utoipa::path(
    tag = "tickets",
    operation_id = "listTickets",
    security(("accessToken" = []), ("pass" = [])),
    params(("reservationId" = Uuid, Path)),
    responses(
        (status = 200, body = TicketsBody),
        (status = 401, description = "`unauthenticated`, `pass_expired`"),
        (status = 403, description = "`not_admitted`: neither an access token nor a pass"),
        (status = 404, description = "`not_found`: no such reservation, or another's"),
    )
)]
#[get("/v1/reservations/{reservationId}/tickets")]
pub async fn list(
    path: Path<Uuid>,
    caller: Identity,
    box_office: Data<BoxOffice>,
    codes: Data<TicketCodes>,
) -> Result<Json<TicketsBody>, Problem> {
    let tickets =
        box_office.tickets(ReservationId(*path), caller.user_id).await.map_err(problem::of_lookup)?;
    Ok(Json(TicketsBody { tickets: tickets.iter().map(|ticket| codes.body(ticket)).collect() }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_depends_on_the_ticket_and_on_the_key() {
        let codes = |key: &str| TicketCodes::new(&Secret::new(key)).unwrap();
        let (one, other) = (codes(&"a".repeat(32)), codes(&"b".repeat(32)));
        let (first, second) = (TicketId(Uuid::from_u128(1)), TicketId(Uuid::from_u128(2)));
        assert_eq!(one.sign(first), one.sign(first));
        assert_ne!(one.sign(first), one.sign(second));
        assert_ne!(one.sign(first), other.sign(first));
        assert!(TicketCodes::new(&Secret::new("short")).is_err());
    }
}
