//! Each failure of v1 in the words of the document. Where it names the failure, its status stands; where it is silent,
//! v1's.

use actix_web::http::StatusCode;

use crate::failure::Failure;
use crate::v1::{Class, Refusal};

/// Which part of the document speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Route {
    /// 1. Queue Entry
    Entry,
    /// The poll of the diagram, which the specification leaves out.
    Poll,
    /// 2. and 3. Concert Date and Seat Lookup
    Concert,
    /// 4. Concert Seat Temporary Reservation
    Ticket,
    /// 5. Balance Charge
    Charge,
    /// 6. Balance Inquiry
    Account,
    /// 7. Payment Request
    Pay,
}

const NO_ENTRY: &str = "대기열에 진입할 수 없습니다.";
const NO_SERVICE: &str = "해당 서비스를 이용하실 수 없습니다.";
const NO_CONCERT: &str = "해당 콘서트 정보를 찾을 수 없습니다.";
const NO_USER: &str = "해당 유저 정보를 찾을 수 없습니다.";
const UNCHARGEABLE: &str = "충전할 수 없는 금액입니다.";
const NO_BALANCE: &str = "조회할 수 없는 잔액입니다.";
const NO_TICKET: &str = "해당 티켓 정보를 찾을 수 없습니다.";
const LAPSED: &str = "임시 점유 시간이 만료되었습니다.";
// Document 001 has words for these two, document 002 only their branches.
const SEAT_TAKEN: &str = "유효하지 않거나 이미 선택된 좌석입니다.";
const TOO_LITTLE: &str = "포인트가 부족합니다.";
// Neither has words for these.
const TOO_MANY_SEATS: &str = "예매할 수 있는 좌석 수를 초과했습니다.";
const NOT_ON_SALE: &str = "예매 기간이 아닙니다.";

impl Route {
    pub fn failure(self, refusal: Refusal) -> Failure {
        match refusal.class() {
            Class::Credential => {
                let (status, text) = self.credential();
                Failure::worded(refusal, status, text)
            }
            Class::Later => Failure::later(refusal),
            Class::Refused => self.refused(refusal),
        }
    }

    /// No token, another's, a waiting or a spent one.
    fn credential(self) -> (StatusCode, &'static str) {
        match self {
            Self::Entry => (StatusCode::BAD_REQUEST, NO_ENTRY),
            Self::Poll | Self::Concert | Self::Ticket => (StatusCode::UNAUTHORIZED, NO_SERVICE),
            Self::Charge | Self::Account => (StatusCode::UNAUTHORIZED, NO_USER),
            Self::Pay => (StatusCode::UNAUTHORIZED, NO_TICKET),
        }
    }

    fn refused(self, refusal: Refusal) -> Failure {
        let status = refusal.status;
        let (status, text) = match (self, refusal.code.as_str()) {
            (Self::Entry, _) => (StatusCode::BAD_REQUEST, NO_ENTRY),
            (Self::Poll, _) => (StatusCode::UNAUTHORIZED, NO_SERVICE),
            (Self::Concert | Self::Ticket, "not_found") => (StatusCode::NOT_FOUND, NO_CONCERT),
            (Self::Ticket, "seat_unavailable") => (status, SEAT_TAKEN),
            (Self::Ticket, "seat_limit_reached") => (status, TOO_MANY_SEATS),
            (Self::Ticket, "sale_not_open" | "sale_closed") => (status, NOT_ON_SALE),
            (Self::Charge | Self::Account, "not_found") => (StatusCode::UNAUTHORIZED, NO_USER),
            (Self::Charge, "charge_declined") => (StatusCode::NOT_FOUND, UNCHARGEABLE),
            (Self::Charge, "invalid_request") if refusal.is_about("amount") => {
                (StatusCode::NOT_FOUND, UNCHARGEABLE)
            }
            (Self::Account, _) => (StatusCode::NOT_FOUND, NO_BALANCE),
            (Self::Pay, "not_found") => (StatusCode::UNAUTHORIZED, NO_TICKET),
            (Self::Pay, "hold_expired") => (StatusCode::NOT_FOUND, LAPSED),
            (Self::Pay, "insufficient_balance") => (status, TOO_LITTLE),
            (Self::Concert | Self::Ticket | Self::Charge | Self::Pay, _) => return Failure::unnamed(refusal),
        };
        Failure::worded(refusal, status, text)
    }
}
