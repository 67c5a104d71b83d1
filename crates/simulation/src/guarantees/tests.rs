//! Each guarantee, asked of a world that has come to rest and of the same world after it was tampered with.

use chrono::TimeDelta;
use domain::adapters::memory::{OutboxEvent, Posted};
use domain::queue::{Entry, EntryState};
use domain::reservation::{
    Event, EventBody, Payment, PaymentState, Reservation, ReservationState, SeatState, SettleError,
    WalletAnswer,
};
use domain::shared::{
    Balance, EntryId, EventId, IdGenerator, JournalEntryId, PaymentId, ReservationId, UserId,
};
use domain::wallet::{ChargeState, DebitState, JournalEntry, Reason};

use super::*;
use crate::faults::Weather;
use crate::world::{Acknowledged, Life, Options};

/// A world in fair weather in which seats were sold, at rest.
fn at_rest() -> Life {
    for seed in 0.. {
        let mut life = Life::begin(seed, Options { weather: Some(Weather::fair()), ..Options::default() });
        life.come_to_rest();
        let sold = life.world.stores.box_office.inspect(|stock| !stock.tickets.is_empty());
        let debits = life.world.stores.ledger.inspect(|books| books.debits.len());
        if sold && debits > 1 {
            return life;
        }
    }
    unreachable!("some world sells seats")
}

/// The guarantee holds, and no longer does once the world was tampered with.
#[track_caller]
fn breaks(rule: &str, guarantees: &[Guarantee], tamper: impl FnOnce(&World)) {
    let life = at_rest();
    let of_rule = |view: &View<'_>| {
        let mut functions = guarantees.iter().filter(|(number, ..)| *number == rule);
        functions.find_map(|(.., broken)| broken(view, &life.audit.memory))
    };
    assert_eq!(view(&life.world, of_rule), None, "it holds before");
    tamper(&life.world);
    assert!(view(&life.world, of_rule).is_some(), "{rule} does not see it");
}

fn sold(world: &World) -> (Reservation, Payment) {
    world.stores.box_office.inspect(|stock| {
        let confirmed = stock.reservations.values().find_map(|found| match found.state {
            ReservationState::Confirmed { payment_id } => Some((found.clone(), payment_id)),
            _ => None,
        });
        let (reservation, payment) = confirmed.unwrap();
        (reservation, stock.payments[&payment].payment.clone())
    })
}

fn put_payment(world: &World, payment: Payment) {
    let id = payment.id;
    world.stores.box_office.inspect(|stock| stock.payments.get_mut(&id).unwrap().payment = payment);
}

fn put_reservation(world: &World, reservation: Reservation) {
    world.stores.box_office.inspect(|stock| stock.reservations.insert(reservation.id, reservation));
}

fn event(world: &World, body: EventBody) -> OutboxEvent {
    OutboxEvent { event: Event { id: EventId(world.ids.next()), body }, claimed_until: None }
}

#[test]
fn a_seat_that_two_reservations_have_is_seen() {
    breaks("1", &ALWAYS, |world| {
        let (reservation, _) = sold(world);
        put_reservation(world, Reservation { id: ReservationId(world.ids.next()), ..reservation });
    });
}

#[test]
fn a_sold_seat_that_is_free_is_seen() {
    breaks("1", &ALWAYS, |world| {
        let (reservation, _) = sold(world);
        let seat = reservation.seats[0].id;
        world.stores.box_office.inspect(|stock| {
            stock.seats.get_mut(&seat).unwrap().seat.state = SeatState::Available;
        });
    });
}

#[test]
fn a_seat_that_nobody_planned_is_seen() {
    breaks("2", &ALWAYS, |world| {
        world.stores.catalogue.inspect(|programme| {
            programme.performances.values_mut().next().unwrap().draft.seats.pop();
        });
    });
}

#[test]
fn an_entry_that_is_taken_out_of_the_journal_is_seen() {
    breaks("3", &ALWAYS, |world| drop(world.stores.ledger.inspect(|books| books.journal.pop())));
}

#[test]
fn a_balance_that_no_entry_explains_is_seen() {
    breaks("4", &ALWAYS, |world| {
        world.stores.ledger.inspect(|books| {
            let wallet = books.wallets.values_mut().next().unwrap();
            wallet.balance = Balance::new(wallet.balance.as_won() + 1).unwrap();
        });
    });
}

#[test]
fn a_payment_that_leaves_its_end_is_seen() {
    breaks("5", &ALWAYS, |world| {
        put_payment(world, Payment { state: PaymentState::Voided, ..sold(world).1 });
    });
}

#[test]
fn a_refund_of_more_than_was_taken_is_seen() {
    breaks("6", &ALWAYS, |world| {
        let (_, payment) = sold(world);
        for _ in 0..2 {
            let id = JournalEntryId(world.ids.next());
            let entry = JournalEntry::refund(id, payment.id, payment.user_id, payment.amount);
            let created_at = world.executor.now().date();
            let posted = Posted { entry, user_id: payment.user_id, balance_after: Balance::ZERO, created_at };
            world.stores.ledger.inspect(|books| books.journal.push(posted));
        }
    });
}

#[test]
fn a_sale_without_money_is_seen() {
    breaks("7", &ALWAYS, |world| {
        let (_, payment) = sold(world);
        world
            .stores
            .ledger
            .inspect(|books| books.debits.get_mut(&payment.id).unwrap().state = DebitState::Voided);
    });
}

#[test]
fn a_sale_without_tickets_is_seen() {
    breaks("7", &ALWAYS, |world| {
        let (reservation, _) = sold(world);
        world.stores.box_office.inspect(|stock| stock.tickets.remove(&reservation.id));
    });
}

#[test]
fn money_for_nothing_is_seen() {
    breaks("7", &ALWAYS, |world| {
        let (_, payment) = sold(world);
        world.stores.ledger.inspect(|books| {
            let mut debit = books.debits[&payment.id];
            debit.payment_id = PaymentId(world.ids.next());
            books.debits.insert(debit.payment_id, debit);
        });
    });
}

#[test]
fn money_that_is_gone_when_everything_rests_is_seen() {
    breaks("7", &AT_REST, |world| {
        put_payment(world, Payment { state: PaymentState::Voiding, ..sold(world).1 });
    });
}

fn lose_the_seats(world: &World) {
    let lost = sold(world).0.id;
    world.watch().bereaved.insert(lost);
}

#[test]
fn a_lost_seat_that_is_sold_is_seen() {
    breaks("8", &ALWAYS, lose_the_seats);
    breaks("8", &AT_REST, lose_the_seats);
}

#[test]
fn a_top_up_that_the_provider_knows_otherwise_is_seen() {
    breaks("9", &ALWAYS, |world| {
        world.stores.ledger.inspect(|books| {
            let mut charges = books.charges.values_mut();
            let captured = charges.find(|found| matches!(found.charge.state, ChargeState::Captured { .. }));
            captured.unwrap().charge.state = ChargeState::Cancelled;
        });
    });
}

#[test]
fn a_command_that_moves_money_twice_is_seen() {
    breaks("9", &ALWAYS, |world| {
        world.stores.ledger.inspect(|books| {
            let again =
                books.journal.iter().find(|posted| matches!(posted.entry.reason(), Reason::Charge(_)));
            let Posted { entry, user_id, balance_after, created_at } = again.unwrap();
            let again = Posted {
                entry: entry.clone(),
                user_id: *user_id,
                balance_after: *balance_after,
                created_at: *created_at,
            };
            books.journal.push(again);
        });
    });
}

#[test]
fn a_saga_that_goes_back_is_seen() {
    breaks("10", &ALWAYS, |world| {
        let (_, payment) = sold(world);
        put_payment(world, Payment { fence: payment.fence - 1, ..payment });
    });
    breaks("10", &AT_REST, |world| {
        put_payment(world, Payment { state: PaymentState::Debiting, ..sold(world).1 });
    });
}

#[test]
fn a_saga_that_does_not_end_in_time_is_seen() {
    let mut life = at_rest();
    let (_, payment) = sold(&life.world);
    put_payment(&life.world, Payment { state: PaymentState::Refunding, ..payment.clone() });
    view(&life.world, |view| life.audit.memory.remember(view, u8::MAX));
    let overdue = |seconds: i64| {
        view(&life.world, |seen| {
            let late = View { now: seen.now + TimeDelta::seconds(seconds), ..*seen };
            payments::forward_and_in_time(&late, &life.audit.memory)
        })
    };
    assert_eq!(overdue(payments::SAGA_SECONDS), None);
    assert!(overdue(payments::SAGA_SECONDS + 1).is_some());
}

#[test]
fn a_step_after_the_end_that_changes_something_is_seen() {
    let life = at_rest();
    let (_, payment) = sold(&life.world);
    let before = checkouts::as_it_stands(&life.world, payment.id);
    put_payment(&life.world, Payment { state: PaymentState::Refunding, ..payment.clone() });
    checkouts::settled(&life.world, before.as_ref(), payment.fence, &Err(SettleError::FencedOff));
    assert_eq!(life.world.verdict().map(|violation| violation.rule), Some("11"));
}

#[test]
fn a_stale_driver_that_writes_is_seen() {
    let life = at_rest();
    let (_, payment) = sold(&life.world);
    let before = checkouts::as_it_stands(&life.world, payment.id);
    let settled = domain::reservation::Settled {
        payment: payment.clone().settle(WalletAnswer::Refunded, life.world.executor.now().date()).payment,
        event: None,
    };
    checkouts::settled(&life.world, before.as_ref(), payment.fence - 1, &Ok(settled));
    assert_eq!(life.world.verdict().map(|violation| violation.rule), Some("12"));
}

#[test]
fn an_event_that_never_arrived_is_seen() {
    let mut life = at_rest();
    let pass_id = EntryId(life.world.ids.next());
    let waiting = event(&life.world, EventBody::SlotYielded { pass_id });
    life.world.stores.box_office.inspect(|stock| stock.outbox.push(waiting));
    view(&life.world, |view| life.audit.memory.remember(view, u8::MAX));
    let lost = || view(&life.world, |view| events::none_is_lost(view, &life.audit.memory));
    assert_eq!(lost(), None);
    life.world.stores.box_office.inspect(|stock| stock.outbox.clear());
    assert!(lost().is_some());
}

#[test]
fn an_event_that_is_left_lying_is_seen() {
    breaks("13", &AT_REST, |world| {
        let waiting = event(world, EventBody::PassFinished { pass_id: sold(world).1.pass_id });
        world.stores.box_office.inspect(|stock| stock.outbox.push(waiting));
    });
}

#[test]
fn a_sale_that_nobody_is_told_of_is_seen() {
    let mut life = at_rest();
    life.audit.memory.events.clear();
    assert!(view(&life.world, |view| events::none_is_lost(view, &life.audit.memory)).is_some());
}

/// Puts somebody into the room.
fn put_entry(world: &World, state: EntryState) -> EntryId {
    world.stores.room.inspect(|rooms| {
        let sequence = rooms.entries.values().map(|entry| entry.sequence).max().unwrap_or(0) + 1;
        let (id, user) = (EntryId(world.ids.next()), UserId(world.ids.next()));
        let joined = Entry::joined(id, crate::fans::QUEUE, user, sequence, world.executor.now().date());
        let key = (joined.queue_id, sequence);
        rooms.sequences.insert(id, key);
        rooms.entries.insert(key, Entry { state, ..joined });
        id
    })
}

#[test]
fn one_fan_too_many_inside_is_seen() {
    breaks("14", &ALWAYS, |world| {
        for _ in 0..=world.settings.admission.max_active {
            put_entry(world, EntryState::admitted(world.executor.now().date(), 60));
        }
    });
}

#[test]
fn a_fan_who_is_let_in_before_another_is_seen() {
    breaks("14", &ALWAYS, |world| {
        let first = put_entry(world, EntryState::Waiting);
        let second = put_entry(world, EntryState::admitted(world.executor.now().date(), 60));
        assert!(first < second);
    });
}

#[test]
fn a_fan_with_two_places_is_seen() {
    breaks("14", &ALWAYS, |world| {
        let (one, another) = (put_entry(world, EntryState::Waiting), put_entry(world, EntryState::Waiting));
        world.stores.room.inspect(|rooms| {
            let user = rooms.entries.values().find(|entry| entry.id == one).unwrap().user_id;
            rooms.entries.values_mut().find(|entry| entry.id == another).unwrap().user_id = user;
        });
    });
}

#[test]
fn a_pass_that_ends_for_no_reason_is_seen() {
    let mut life = at_rest();
    let id = put_entry(&life.world, EntryState::admitted(life.world.executor.now().date(), 60));
    view(&life.world, |view| life.audit.memory.remember(view, u8::MAX));
    life.world.stores.room.inspect(|rooms| {
        rooms.entries.values_mut().find(|entry| entry.id == id).unwrap().state = EntryState::Done;
    });
    let groundless = || view(&life.world, |view| line::passes_end_for_a_reason(view, &life.audit.memory));
    assert!(groundless().is_some());
    life.world.watch().finish_asked.insert(id);
    assert_eq!(groundless(), None);
}

#[test]
fn a_used_pass_that_goes_on_is_seen() {
    breaks("15", &AT_REST, |world| {
        let pass = sold(world).1.pass_id;
        world.stores.room.inspect(|rooms| {
            let used = rooms.entries.values_mut().find(|entry| entry.id == pass).unwrap();
            used.state = EntryState::admitted(world.executor.now().date(), 60);
        });
    });
}

#[test]
fn a_hold_whose_end_is_moved_is_seen() {
    breaks("16", &ALWAYS, |world| {
        let (reservation, _) = sold(world);
        let held_until = reservation.held_until + TimeDelta::seconds(1);
        put_reservation(world, Reservation { held_until, ..reservation });
    });
}

#[test]
fn a_fan_with_too_many_seats_is_seen() {
    breaks("17", &ALWAYS, |world| {
        for _ in 0..world.settings.hold.max_seats_per_user {
            put_reservation(world, Reservation { id: ReservationId(world.ids.next()), ..sold(world).0 });
        }
    });
}

#[test]
fn an_acknowledgement_that_is_not_kept_is_seen() {
    let gone = ReservationId(uuid::Uuid::max());
    for lost in [
        Acknowledged::GivenUp { reservation: gone },
        Acknowledged::Paid { payment: PaymentId(gone.0), reservation: gone },
        Acknowledged::Place { entry: EntryId(gone.0) },
        Acknowledged::Wallet { user: UserId(gone.0) },
    ] {
        breaks("19", &ALWAYS, |world| world.watch().acknowledged.push(lost));
    }
}

#[test]
fn a_slot_that_is_not_refilled_is_seen() {
    let mut life = at_rest();
    // Nobody is inside and nobody came in of late, whatever world this is.
    life.world.stores.room.inspect(|rooms| {
        rooms.admissions.clear();
        for entry in rooms.entries.values_mut() {
            entry.state = EntryState::Done;
        }
    });
    put_entry(&life.world, EntryState::Waiting);
    view(&life.world, |view| life.audit.memory.remember(view, u8::MAX));
    let unfilled = |seconds: i64| {
        view(&life.world, |seen| {
            let later = View { now: seen.now + TimeDelta::seconds(seconds), ..*seen };
            line::passes_end_for_a_reason(&later, &life.audit.memory)
        })
    };
    assert_eq!(unfilled(1), None);
    assert!(unfilled(2).is_some());
}
