use super::*;
use crate::concert::{SeatCount, SeatStatus};

#[test]
fn each_refresh_asks_only_for_what_is_new() {
    let world = World::new();
    let schedule = world.publish(&world.concert(), day(20), &plan(1)).unwrap().schedule.id;
    let first = ready(world.maps.current(schedule)).unwrap();
    assert_eq!(first.count(), SeatCount { total: 10, available: 10 });
    let seat = first.seats().next().unwrap().seat.id;
    world.inventory.set(schedule, seat, SeatStatus::Sold);
    let second = ready(world.maps.current(schedule)).unwrap();
    assert_eq!(second.count().available, 9);
    assert_eq!(second.seats().next().unwrap().status, SeatStatus::Sold);
    assert_eq!(world.inventory.asked_behind(), [0, 10]);
}

#[test]
fn a_map_is_not_shown_while_the_inventory_does_not_answer_and_loses_nothing_by_it() {
    let world = World::new();
    let schedule = world.publish(&world.concert(), day(20), &plan(1)).unwrap().schedule.id;
    for fault in [Fault::Unreachable, Fault::AnswerLost] {
        world.inventory.fail(Some(fault));
        ready(world.maps.current(schedule)).unwrap_err();
    }
    world.inventory.fail(None);
    assert_eq!(ready(world.maps.current(schedule)).unwrap().count().available, 10);
}

#[test]
fn performances_do_not_mix() {
    let world = World::new();
    let concert = world.concert();
    let one = world.publish(&concert, day(20), &plan(1)).unwrap().schedule.id;
    let other = world.publish(&concert, day(21), &plan(2)).unwrap().schedule.id;
    let seat = ready(world.maps.current(one)).unwrap().seats().next().unwrap().seat.id;
    world.inventory.set(one, seat, SeatStatus::Sold);
    assert_eq!(ready(world.maps.current(one)).unwrap().count().available, 9);
    assert_eq!(ready(world.maps.current(other)).unwrap().count(), SeatCount { total: 20, available: 20 });
}

#[test]
fn a_hold_lapses_by_the_inventorys_clock_while_it_is_not_heard() {
    let world = World::new();
    let schedule = world.publish(&world.concert(), day(20), &plan(1)).unwrap().schedule.id;
    assert!(world.maps.unheard(schedule, TimeDelta::zero()).is_none());
    let seat = ready(world.maps.current(schedule)).unwrap().seats().next().unwrap().seat.id;
    // The inventory answers at the beginning of the first day.
    let until = Some(day(1) + TimeDelta::seconds(60));
    world.inventory.set(schedule, seat, SeatStatus::Held { until });
    assert_eq!(ready(world.maps.current(schedule)).unwrap().count().available, 9);
    let available = |seconds| {
        let map = world.maps.unheard(schedule, TimeDelta::seconds(seconds)).unwrap();
        map.count().available
    };
    assert_eq!([59, 60].map(available), [9, 10]);
}
