//! Each failure of v1 in the words of the document. It gives no statuses: v1's stand.

use actix_web::http::StatusCode;

use crate::failure::Failure;
use crate::v1::{Class, Refusal};

/// Which diagram of the document speaks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Route {
    /// 유저 토큰 발급
    Queue,
    /// 예약가능 날짜 조회, 예약가능 자리 조회
    Concert,
    /// 좌석 예약 요청
    Reservation,
    /// 결제
    Pay,
    /// 포인트 잔액 조회, 포인트 충전, and the history of points
    Point,
}

const INVALID_USER: &str = "유효하지 않은 사용자입니다.";
const INVALID_TOKEN: &str = "유효하지 않은 토큰입니다.";
const INVALID_SEAT: &str = "유효하지 않거나 이미 선택된 좌석입니다.";
const NO_USER: &str = "존재하지 않는 유저입니다.";
const TOO_LITTLE: &str = "포인트가 부족합니다.";
// Document 002 has words for these three, document 001 none.
const NO_ENTRY: &str = "대기열에 진입할 수 없습니다.";
const NO_CONCERT: &str = "해당 콘서트 정보를 찾을 수 없습니다.";
const UNCHARGEABLE: &str = "충전할 수 없는 금액입니다.";

impl Route {
    pub fn failure(self, refusal: Refusal) -> Failure {
        match refusal.class() {
            Class::Credential => Failure::worded(refusal, StatusCode::UNAUTHORIZED, self.credential()),
            Class::Later => Failure::later(refusal),
            Class::Refused => self.refused(refusal),
        }
    }

    /// No token, another's, a waiting or a spent one.
    fn credential(self) -> &'static str {
        match self {
            Self::Queue => INVALID_USER,
            Self::Concert | Self::Reservation | Self::Pay => INVALID_TOKEN,
            Self::Point => NO_USER,
        }
    }

    fn refused(self, refusal: Refusal) -> Failure {
        let status = refusal.status;
        let text = match (self, refusal.code.as_str()) {
            (Self::Queue, "not_found") => INVALID_USER,
            (Self::Queue, _) => NO_ENTRY,
            (Self::Concert, "not_found") => NO_CONCERT,
            (Self::Reservation, "not_found" | "seat_unavailable" | "seat_limit_reached")
            | (Self::Pay, "not_found" | "hold_expired") => INVALID_SEAT,
            (Self::Pay, "insufficient_balance") => TOO_LITTLE,
            (Self::Point, "not_found") => NO_USER,
            (Self::Point, "charge_declined") => UNCHARGEABLE,
            (Self::Point, "invalid_request") if refusal.is_about("amount") => UNCHARGEABLE,
            (Self::Concert | Self::Reservation | Self::Pay | Self::Point, _) => {
                return Failure::unnamed(refusal);
            }
        };
        Failure::worded(refusal, status, text)
    }
}
