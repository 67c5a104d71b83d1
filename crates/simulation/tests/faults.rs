//! The table of faults in GUARANTEES.md, row by row: each fault alone, on the steps that it can fall on, in worlds in
//! which nothing else goes wrong. No guarantee breaks, and the fault was seen to fall.

use domain::reservation::{PaymentState, ReservationState};
use simulation::executor::{Moment, Process};
use simulation::faults::{Fault, Kind, Step, Weather};
use simulation::world::{Disaster, Life, Options, Outcome, run};

/// Worlds for each step and fault: the rarest step is taken in one of ten.
const SEEDS: u64 = 24;

/// The faults of these worlds end after this many milliseconds.
const HEALED: Moment = Moment::from_millis(12_000);

fn well(seed: u64, weather: Weather) -> Outcome {
    let outcome = run(seed, Options { weather: Some(weather), ..Options::default() });
    assert_eq!(outcome.violation, None, "seed {seed}");
    outcome
}

/// How often the fault fell on the step, the first few times that it could.
fn alone(step: Step, fault: Fault) -> u64 {
    let weather = || {
        let weather = Weather::only(step, fault, 3, HEALED);
        match step {
            // A void follows 20 s without an answer to the debit, a cancelled top-up a minute without one.
            Step::AskVoid | Step::Void => {
                let until = Moment::from_millis(26_000);
                Weather::only(step, fault, 3, Moment::from_millis(60_000)).besieged(
                    Step::AskDebit,
                    Fault::AnswerLost,
                    until,
                )
            }
            Step::AskCancel => {
                let until = Moment::from_millis(66_000);
                Weather::only(step, fault, 3, Moment::from_millis(99_000)).besieged(
                    Step::AskCapture,
                    Fault::AnswerLost,
                    until,
                )
            }
            _ => weather,
        }
    };
    (0..SEEDS).map(|seed| well(seed, weather()).cells.count(step, fault)).sum()
}

/// The fault alone on each of the steps that it can fall on; it falls on every one.
#[track_caller]
fn on_each(fault: Fault, steps: impl Iterator<Item = Step>) {
    for step in steps.filter(|step| fault.impossible_at(*step).is_none()) {
        assert!(alone(step, fault) > 0, "{} never fell on {}", fault.word(), step.word());
    }
}

fn of(kinds: fn(Kind) -> bool) -> impl Iterator<Item = Step> {
    Step::ALL.into_iter().filter(move |step| kinds(step.kind()))
}

fn transactions() -> impl Iterator<Item = Step> {
    of(|kind| matches!(kind, Kind::Write | Kind::Read))
}

fn peers() -> impl Iterator<Item = Step> {
    of(|kind| kind == Kind::Peer)
}

#[test]
fn answer_lost_after_the_debit() {
    on_each(Fault::AnswerLost, [Step::AskDebit].into_iter());
}

#[test]
fn answer_lost_after_any_other_call() {
    on_each(Fault::AnswerLost, peers());
}

#[test]
fn killed_before_any_transaction() {
    on_each(Fault::KilledBeforeCommit, transactions());
}

#[test]
fn killed_after_any_transaction() {
    on_each(Fault::KilledAfterCommit, transactions());
}

#[test]
fn killed_while_waiting_for_an_answer() {
    on_each(Fault::KilledWhileWaiting, peers());
}

#[test]
fn the_driver_stalls_past_its_lease() {
    on_each(Fault::DriverStallsPastItsLease, peers());
}

#[test]
fn duplicate_late_and_reordered_calls() {
    for fault in [Fault::CallDuplicated, Fault::CallDuplicatedLate, Fault::CallLate] {
        on_each(fault, peers());
    }
}

#[test]
fn postgresql_restarts_and_a_commit_is_unknown() {
    on_each(Fault::CommitUnknown, transactions());
}

#[test]
fn serialization_failure_and_deadlock() {
    on_each(Fault::SerializationFailure, transactions());
}

#[test]
fn client_resets_the_connection() {
    on_each(Fault::ClientResetsTheConnection, of(|kind| matches!(kind, Kind::Request { .. })));
}

#[test]
fn pool_exhausted() {
    on_each(Fault::PoolExhausted, transactions());
}

#[test]
fn a_peer_takes_30_seconds() {
    on_each(Fault::PeerTakes30Seconds, peers());
}

#[test]
fn a_peer_is_down() {
    on_each(Fault::PeerDown, peers());
}

#[test]
fn clock_of_a_process_off_by_5_minutes() {
    let judged = |seed| well(seed, Weather::fair()).cells.count(Step::FanPays, Fault::ClockOffBy5Minutes);
    assert!((0..100).map(judged).sum::<u64>() > 0);
}

/// Worlds with this disaster and nothing else, until it happened in some of them.
fn after(disaster: Disaster, mut look: impl FnMut(&Outcome)) {
    let mut happened = 0;
    for seed in 0..200 {
        let options =
            Options { weather: Some(Weather::certain(disaster)), keep_trace: true, ..Options::default() };
        let outcome = run(seed, options);
        assert_eq!(outcome.violation, None, "seed {seed}");
        let counted = outcome.disasters.counted().find(|(other, _)| *other == disaster);
        if counted.is_some_and(|(_, count)| count > 0) {
            happened += 1;
            look(&outcome);
        }
    }
    assert!(happened >= 5, "{} happened in {happened} worlds", disaster.word());
}

#[test]
fn wallet_down_for_60_seconds() {
    after(Disaster::WalletDownFor60Seconds, |_| ());
}

#[test]
fn reservation_service_down_after_the_debit() {
    after(Disaster::ReservationDownAfterDebit, |_| ());
}

#[test]
fn queue_service_down_after_capture_and_admitted_fans_still_hold_and_pay() {
    let (mut held, mut paid) = (0, 0);
    after(Disaster::QueueDownAfterCapture, |outcome| {
        let down = outcome.trace.split_once("killed Queue").map_or("", |(_, rest)| rest);
        let down = down.split_once("started Queue").map_or("", |(down, _)| down);
        held += down.matches("hold true").count();
        paid += down.matches("settle Taken").count();
    });
    assert!(held > 0 && paid > 0, "{held} held and {paid} paid while the queue was down");
}

#[test]
fn postgresql_restarts() {
    for seed in 0..60 {
        let mut weather = Weather::only(Step::Settle, Fault::CommitUnknown, 1, HEALED);
        weather.store_restarts =
            [Some((Moment::from_millis(1_000), Moment::from_millis(4_000))); Process::SERVICES.len()];
        well(seed, weather);
    }
}

#[test]
fn a_seat_that_is_lost_while_it_is_paid_for_is_refunded() {
    after(Disaster::SeatTakenAway, |_| ());
}

#[test]
fn a_payment_that_cannot_be_written_holds_up_no_other() {
    after(Disaster::PaymentPoisoned, |_| ());
}

#[test]
fn a_hold_that_expires_while_it_is_paid_for_ends_in_exactly_one_way() {
    let (mut sold, mut expired) = (0, 0);
    for seed in 0..150 {
        let silent = Moment::from_millis(if seed % 2 == 0 { 9_000 } else { 30_000 });
        let weather = Weather::only(Step::AskDebit, Fault::AnswerLost, 0, silent);
        let weather = weather.besieged(
            Step::AskDebit,
            if seed % 4 < 2 { Fault::AnswerLost } else { Fault::CallLost },
            silent,
        );
        let mut life = Life::begin(seed, Options { weather: Some(weather), ..Options::default() });
        life.come_to_rest();
        assert_eq!(life.world.verdict(), None, "seed {seed}");
        life.world.stores.box_office.inspect(|stock| {
            for leased in stock.payments.values() {
                let reservation = &stock.reservations[&leased.payment.reservation_id];
                match leased.payment.state {
                    PaymentState::Captured { at, .. } if at > reservation.held_until => sold += 1,
                    PaymentState::Voided if reservation.state == ReservationState::Expired => expired += 1,
                    _ => {}
                }
            }
        });
    }
    assert!(sold > 0 && expired > 0, "{sold} sold and {expired} expired");
}
