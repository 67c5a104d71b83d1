use super::*;
use contracts::queue::EntryStatus;

const TTL: Duration = Duration::from_secs(20);

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn contradictions(events: &[(u64, Event)]) -> Vec<String> {
    let mut account = Account::new(id(1), "Mina", "token", TTL);
    for (at, event) in events {
        account.note(event, Duration::from_secs(*at));
    }
    account.contradictions
}

fn paid(key: u128, payment: u128, status: PaymentStatus) -> Event {
    Event::Paid { key: id(key), payment_id: id(payment), amount: 500, status }
}

fn waiting(position: u64) -> Event {
    let status = EntryStatus::Waiting;
    Event::Placed { entry_id: id(7), queue_token: "t".to_owned(), status, position }
}

fn ended(status: &str) -> Event {
    Event::PlaceEnded { entry_id: id(7), status: status.to_owned() }
}

#[test]
fn the_same_answer_twice_is_no_contradiction_and_another_one_is() {
    let asked = Event::ChargeAsked { key: id(2), amount: 100 };
    let charged = |charge| Event::Charged { key: id(2), charge_id: id(charge), amount: 100 };
    assert!(contradictions(&[(0, asked.clone()), (1, charged(3)), (2, charged(3))]).is_empty());
    assert_eq!(contradictions(&[(0, asked), (1, charged(3)), (2, charged(4))]).len(), 1);
}

#[test]
fn a_payment_moves_forward_under_one_id() {
    use PaymentStatus::{Captured, Declined, Processing, Refunded};
    let asked = Event::PayAsked { key: id(2), reservation_id: id(3) };
    let told = |steps: &[(u128, PaymentStatus)]| {
        let mut events = vec![(0, asked.clone())];
        events.extend(steps.iter().map(|(payment, status)| (1, paid(2, *payment, *status))));
        contradictions(&events).len()
    };
    assert_eq!(told(&[(4, Processing), (4, Captured), (4, Refunded)]), 0);
    assert_eq!(told(&[(4, Processing), (4, Declined), (4, Processing)]), 0, "the kept answer, given again");
    assert_eq!(told(&[(4, Declined), (5, Processing)]), 1);
    assert_eq!(told(&[(4, Captured), (4, Declined)]), 1);
    assert_eq!(told(&[(4, Refunded), (4, Captured)]), 1);
    assert_eq!(told(&[(4, Captured), (5, Captured)]), 1);
}

#[test]
fn a_refusal_stands() {
    let refused = |code: &str| Event::HoldRefused { key: id(2), code: code.to_owned() };
    let asked = Event::HoldAsked { key: id(2), schedule_id: id(3), seats: vec![id(4)] };
    let held = Event::Held { key: id(2), reservation_id: id(5), amount: 500 };
    let first = (0, asked);
    assert!(
        contradictions(&[first.clone(), (1, refused("seat_unavailable")), (2, refused("seat_unavailable"))])
            .is_empty()
    );
    assert_eq!(contradictions(&[first, (1, refused("seat_unavailable")), (2, held)]).len(), 1);
}

#[test]
fn nobody_moves_back_in_line() {
    assert!(contradictions(&[(0, waiting(5)), (1, waiting(5)), (2, waiting(3))]).is_empty());
    assert_eq!(contradictions(&[(0, waiting(3)), (1, waiting(4))]).len(), 1);
}

#[test]
fn a_place_is_kept_until_it_can_have_run_out() {
    assert_eq!(contradictions(&[(0, waiting(3)), (5, ended("expired"))]).len(), 1, "never let in");
    assert!(contradictions(&[(0, waiting(3)), (20, ended("expired"))]).is_empty(), "let in and run out");
    let leaving = Event::LeaveAsked { entry_id: id(7) };
    assert!(contradictions(&[(0, waiting(3)), (1, leaving), (2, ended("expired"))]).is_empty(), "left");
}
