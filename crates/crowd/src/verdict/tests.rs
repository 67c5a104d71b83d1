//! Ledgers made by hand: what is lost, stuck, doubled or made up is named.

use std::time::Duration;

use contracts::concert::SeatMapBody;
use contracts::queue::EntryStatus;
use contracts::reservation::{PaymentBody, PaymentStatus, ReservationBody};
use contracts::wallet::{WalletBody, WalletEntryBody};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::ledger::{Event, SeatTicket};

const USER: Uuid = Uuid::from_u128(1);
const CHARGE: Uuid = Uuid::from_u128(2);
const SCHEDULE: Uuid = Uuid::from_u128(3);
const SEAT: Uuid = Uuid::from_u128(4);
const RESERVATION: Uuid = Uuid::from_u128(5);
const PAYMENT: Uuid = Uuid::from_u128(6);
const PLACE: Uuid = Uuid::from_u128(7);
const TICKET: Uuid = Uuid::from_u128(8);
const KEY: Uuid = Uuid::from_u128(9);
const AT: &str = "2026-01-01T00:00:00Z";

fn entry(kind: &str, amount: i64, balance_after: i64, reference: Uuid) -> WalletEntryBody {
    body(json!({
        "entryId": Uuid::from_u128(u128::from(balance_after.unsigned_abs()) + 100), "type": kind, "amount": amount,
        "balanceAfter": balance_after, "reference": reference, "createdAt": AT,
    }))
}

fn body<T: serde::de::DeserializeOwned>(value: Value) -> T {
    serde_json::from_value(value).unwrap()
}

fn reservation(status: &str) -> ReservationBody {
    body(json!({
        "reservationId": RESERVATION, "scheduleId": SCHEDULE, "status": status, "amount": 300,
        "seats": [{ "seatId": SEAT, "number": 1, "section": "Floor", "row": 1, "price": 300 }],
        "expiresAt": AT, "expiresInSeconds": 0, "createdAt": AT,
    }))
}

fn payment(status: &str) -> PaymentBody {
    body(json!({ "paymentId": PAYMENT, "reservationId": RESERVATION, "amount": 300, "status": status }))
}

fn ticket() -> SeatTicket {
    SeatTicket { seat_id: SEAT, ticket_id: TICKET, code: "code".to_owned() }
}

/// A fan with 1,000 won who was told of a purchase for 300, and the services that say the same.
struct Story {
    account: Account,
    picture: Picture,
}

impl Story {
    fn new() -> Self {
        let mut account = Account::new(USER, "Mina", "token", Duration::from_secs(20));
        let status = EntryStatus::Admitted;
        for event in [
            Event::ChargeAsked { key: CHARGE, amount: 1_000 },
            Event::Charged { key: CHARGE, charge_id: CHARGE, amount: 1_000 },
            Event::Placed { entry_id: PLACE, queue_token: "q".to_owned(), status, position: 0 },
            Event::HoldAsked { key: KEY, schedule_id: SCHEDULE, seats: vec![SEAT] },
            Event::Held { key: KEY, reservation_id: RESERVATION, amount: 300 },
            Event::PayAsked { key: KEY, reservation_id: RESERVATION },
            Event::Paid { key: KEY, payment_id: PAYMENT, amount: 300, status: PaymentStatus::Captured },
            Event::Ticketed { reservation_id: RESERVATION, tickets: vec![ticket()] },
        ] {
            account.note(&event, Duration::ZERO);
        }
        let wallet: WalletBody =
            body(json!({ "userId": USER, "name": "Mina", "balance": 700, "currency": "KRW" }));
        let mut picture = Picture { wallet: Some(wallet), ..Picture::default() };
        picture.entries = vec![entry("charge", 1_000, 1_000, CHARGE), entry("payment", -300, 700, PAYMENT)];
        picture.reservations.insert(RESERVATION, reservation("confirmed"));
        picture.payments.insert(PAYMENT, Some(payment("captured")));
        picture.tickets.insert(RESERVATION, vec![ticket()]);
        picture.places.insert(PLACE, PlaceSeen::Ended("done".to_owned()));
        Self { account, picture }
    }

    fn cancelled() -> Self {
        let mut story = Self::new();
        for event in [
            Event::GiveUpAsked { reservation_id: RESERVATION },
            Event::GivenUp { reservation_id: RESERVATION },
        ] {
            story.account.note(&event, Duration::ZERO);
        }
        let picture = &mut story.picture;
        picture.entries.push(entry("refund", 300, 1_000, PAYMENT));
        picture.wallet.as_mut().unwrap().balance = 1_000;
        picture.reservations.insert(RESERVATION, reservation("cancelled"));
        picture.payments.insert(PAYMENT, Some(payment("refunded")));
        picture.tickets.insert(RESERVATION, Vec::new());
        story
    }

    /// What is found once the services say something else.
    fn with(mut self, change: impl FnOnce(&mut Account, &mut Picture)) -> Vec<(Kind, String)> {
        change(&mut self.account, &mut self.picture);
        let findings = judge(&self.account, &self.picture).in_the_end();
        findings.into_iter().map(|finding| (finding.kind, finding.what)).collect()
    }
}

#[track_caller]
fn assert_named(findings: &[(Kind, String)], kind: Kind, id: Uuid) {
    let named = findings.iter().any(|(found, what)| *found == kind && what.contains(&id.to_string()));
    assert!(named, "{kind} of {id} is not among {findings:#?}");
}

#[test]
fn what_was_told_and_is_so_is_clean() {
    assert_eq!(Story::new().with(|_, _| {}), []);
    assert_eq!(Story::cancelled().with(|_, _| {}), []);
}

#[test]
fn a_lost_top_up_is_named() {
    let findings = Story::new().with(|_, picture| {
        picture.entries = vec![entry("charge", 1_000, 1_000, KEY), entry("payment", -300, 700, PAYMENT)];
    });
    assert_named(&findings, Kind::Lost, CHARGE);
    assert_named(&findings, Kind::Unexplained, KEY);
}

#[test]
fn a_top_up_that_counts_twice_is_named() {
    let findings = Story::new().with(|_, picture| {
        picture.entries.push(entry("charge", 1_000, 1_700, CHARGE));
        picture.wallet.as_mut().unwrap().balance = 1_700;
    });
    assert_named(&findings, Kind::Contradiction, CHARGE);
}

#[test]
fn an_unanswered_top_up_may_be_there_or_not_but_not_twice() {
    let unanswered = |entries: &[Uuid]| {
        let entries = entries.to_vec();
        Story::new().with(move |account, picture| {
            account.note(&Event::ChargeAsked { key: KEY, amount: 50 }, Duration::ZERO);
            let wallet = picture.wallet.as_mut().unwrap();
            for reference in entries {
                wallet.balance += 50;
                picture.entries.push(entry("charge", 50, wallet.balance, reference));
            }
        })
    };
    assert_eq!(unanswered(&[]), []);
    assert_eq!(unanswered(&[KEY]), []);
    // Which of the two is the one that was asked for cannot be told.
    let twice = unanswered(&[KEY, TICKET]);
    assert!(matches!(twice.as_slice(), [(Kind::Unexplained, _)]), "{twice:#?}");
}

#[test]
fn a_balance_that_does_not_follow_from_the_statement_is_named() {
    let findings = Story::new().with(|_, picture| picture.wallet.as_mut().unwrap().balance = 701);
    assert_named(&findings, Kind::Contradiction, USER);
    let findings = Story::new().with(|_, picture| picture.wallet = None);
    assert_named(&findings, Kind::Lost, USER);
}

#[test]
fn a_lost_hold_is_named() {
    let findings = Story::new().with(|_, picture| picture.reservations.clear());
    assert_named(&findings, Kind::Lost, RESERVATION);
}

#[test]
fn a_reservation_that_nobody_asked_for_is_named() {
    let findings = Story::new().with(|account, _| account.holds.clear());
    assert_named(&findings, Kind::Unexplained, RESERVATION);
}

#[test]
fn a_lost_payment_is_named() {
    let findings = Story::new().with(|_, picture| {
        picture.payments.insert(PAYMENT, None);
    });
    assert_named(&findings, Kind::Lost, PAYMENT);
    let findings = Story::new().with(|_, picture| {
        picture.payments.insert(PAYMENT, Some(payment("declined")));
        picture.reservations.insert(RESERVATION, reservation("expired"));
    });
    assert_named(&findings, Kind::Lost, PAYMENT);
    assert_named(&findings, Kind::Lost, RESERVATION);
}

#[test]
fn a_payment_that_does_not_end_is_stuck() {
    let findings = Story::new().with(|_, picture| {
        picture.payments.insert(PAYMENT, Some(payment("processing")));
        picture.reservations.insert(RESERVATION, reservation("paying"));
    });
    assert_named(&findings, Kind::Stuck, PAYMENT);
    assert_named(&findings, Kind::Stuck, RESERVATION);
}

#[test]
fn money_that_was_taken_and_not_for_the_seats_is_named() {
    let findings = Story::new().with(|_, picture| {
        picture.reservations.insert(RESERVATION, reservation("expired"));
        picture.tickets.insert(RESERVATION, Vec::new());
    });
    assert_named(&findings, Kind::Contradiction, RESERVATION);
    let findings = Story::new().with(|account, _| account.payments.clear());
    assert_named(&findings, Kind::Unexplained, PAYMENT);
}

#[test]
fn a_refund_that_is_missing_doubled_or_unasked_is_named() {
    let missing = Story::cancelled().with(|_, picture| {
        picture.entries.pop();
        picture.wallet.as_mut().unwrap().balance = 700;
    });
    assert_named(&missing, Kind::Contradiction, PAYMENT);
    let doubled = Story::cancelled().with(|_, picture| {
        picture.entries.push(entry("refund", 300, 1_300, PAYMENT));
        picture.wallet.as_mut().unwrap().balance = 1_300;
    });
    assert_named(&doubled, Kind::Contradiction, PAYMENT);
    let unasked = Story::cancelled().with(|account, _| account.given_up.clear());
    assert_named(&unasked, Kind::Lost, PAYMENT);
    assert_named(&unasked, Kind::Lost, RESERVATION);
}

#[test]
fn a_cancellation_that_came_undone_is_named() {
    let findings = Story::new().with(|account, _| {
        account.note(&Event::GivenUp { reservation_id: RESERVATION }, Duration::ZERO);
    });
    assert_named(&findings, Kind::Lost, RESERVATION);
}

#[test]
fn lost_and_exchanged_tickets_are_named() {
    let findings = Story::new().with(|_, picture| {
        picture.tickets.insert(RESERVATION, Vec::new());
    });
    assert_named(&findings, Kind::Lost, TICKET);
    let findings = Story::new().with(|_, picture| {
        picture.tickets.insert(RESERVATION, vec![SeatTicket { ticket_id: KEY, ..ticket() }]);
    });
    assert_named(&findings, Kind::Lost, TICKET);
}

#[test]
fn a_lost_place_is_named() {
    let seen = |seen: PlaceSeen| {
        Story::new().with(|account, picture| {
            let place = account.places.first_mut().unwrap();
            place.status = crate::ledger::PlaceStatus::Waiting { position: 3 };
            picture.places.insert(PLACE, seen);
        })
    };
    assert_eq!(seen(PlaceSeen::Live { entry_id: PLACE, status: EntryStatus::Waiting }), []);
    assert_named(&seen(PlaceSeen::Refused("404".to_owned())), Kind::Lost, PLACE);
    assert_named(&seen(PlaceSeen::Ended("expired".to_owned())), Kind::Lost, PLACE);
    assert_named(&seen(PlaceSeen::Live { entry_id: KEY, status: EntryStatus::Waiting }), Kind::Lost, PLACE);
}

fn hall(sold: bool) -> Hall {
    let status = if sold { "sold" } else { "available" };
    let seat = json!({
        "seatId": SEAT, "number": 1, "section": "Floor", "row": 1, "x": 0, "y": 0, "price": 300, "status": status,
    });
    let map: SeatMapBody<'static> = body(json!({ "scheduleId": SCHEDULE, "version": 1, "seats": [seat] }));
    Hall { schedule_id: SCHEDULE, seats_total: 1, map: Some(map) }
}

#[test]
fn a_seat_sold_twice_or_to_nobody_or_not_at_all_is_named() {
    let named = |halls: &[Hall], pictures: &[Picture]| {
        let findings = judge_halls(halls, pictures);
        findings.into_iter().map(|finding| (finding.kind, finding.what)).collect::<Vec<_>>()
    };
    let buyer = Story::new().picture;
    let mut other = buyer.clone();
    for reservation in other.reservations.values_mut() {
        reservation.reservation_id = KEY;
    }
    assert_eq!(named(&[hall(true)], std::slice::from_ref(&buyer)), []);
    assert_named(&named(&[hall(true)], &[buyer.clone(), other]), Kind::Contradiction, SEAT);
    assert_named(&named(&[hall(true)], &[]), Kind::Unexplained, SEAT);
    assert_named(&named(&[hall(false)], std::slice::from_ref(&buyer)), Kind::Lost, SEAT);
    let gone = Hall { map: None, ..hall(true) };
    assert_named(&named(&[gone], &[]), Kind::Lost, SCHEDULE);
}
