use super::*;
use crate::concert::ConcertError;

#[test]
fn a_performance_is_shown_once_its_seats_can_be_sold() {
    let world = World::new();
    let concert = world.concert();
    let published = world.publish(&concert, day(20), &plan(2)).unwrap();
    assert_eq!((published.seats_total, published.schedule.starts_at), (20, day(20)));
    assert_eq!(world.listed(&concert), [published.schedule.id]);
    let stock = world.inventory.stock();
    let seats = ready(world.catalogue.seats(published.schedule.id)).unwrap();
    assert_eq!(stock[&published.schedule.id].seats, seats);
    assert_eq!(stock[&published.schedule.id].queue_id, concert.queue_id);
    assert_eq!(stock[&published.schedule.id].sales, concert.sales);
}

#[test]
fn without_the_inventory_nothing_is_shown_and_asking_again_publishes_once() {
    for fault in [Fault::Unreachable, Fault::AnswerLost] {
        let world = World::new();
        let concert = world.concert();
        world.inventory.fail(Some(fault));
        assert!(matches!(world.publish(&concert, day(20), &plan(2)), Err(PublishError::Unexpected(_))));
        assert!(matches!(world.publish(&concert, day(20), &plan(2)), Err(PublishError::Unexpected(_))));
        assert_eq!(world.listed(&concert), []);
        world.inventory.fail(None);
        let published = world.publish(&concert, day(20), &plan(2)).unwrap();
        assert_eq!(world.listed(&concert), [published.schedule.id]);
        let stock = world.inventory.stock();
        assert_eq!(stock.keys().copied().collect::<Vec<_>>(), [published.schedule.id], "{fault:?}");
        let seats = ready(world.catalogue.seats(published.schedule.id)).unwrap();
        assert_eq!(stock[&published.schedule.id].seats, seats, "{fault:?}");
    }
}

#[test]
fn while_it_is_unknown_whether_a_plan_is_on_sale_no_other_takes_its_time() {
    let world = World::new();
    let concert = world.concert();
    world.inventory.fail(Some(Fault::AnswerLost));
    world.publish(&concert, day(20), &plan(2)).unwrap_err();
    world.inventory.fail(None);
    let refused = world.publish(&concert, day(20), &plan(3)).unwrap_err();
    let published = world.publish(&concert, day(20), &plan(2)).unwrap();
    assert!(matches!(refused, PublishError::OtherPlan(draft) if draft == published.schedule.id));
    assert_eq!(world.inventory.stock().len(), 1);
}

#[test]
fn a_time_is_taken_by_the_performance_published_for_it() {
    let world = World::new();
    let (concert, other) = (world.concert(), world.concert());
    let published = world.publish(&concert, day(20), &plan(2)).unwrap();
    let refused = world.publish(&concert, day(20), &plan(2)).unwrap_err();
    assert!(matches!(refused, PublishError::AlreadyPublished(id) if id == published.schedule.id));
    world.publish(&other, day(20), &plan(2)).unwrap();
    world.publish(&concert, day(21), &plan(2)).unwrap();
}

#[test]
fn the_same_command_again_has_the_same_answer_and_no_second_effect() {
    let world = World::new();
    let (concert, id) = (world.concert(), ScheduleId(Version7.next()));
    let first = ready(world.publication.publish(id, concert.id, day(20), &plan(2))).unwrap();
    let again = ready(world.publication.publish(id, concert.id, day(20), &plan(2))).unwrap();
    assert_eq!(first, again);
    assert_eq!(world.inventory.stock().len(), 1);
}

#[test]
fn a_performance_starts_after_its_sale() {
    let world = World::new();
    let concert = world.concert();
    let refused = world.publish(&concert, day(0), &plan(1)).unwrap_err();
    assert!(matches!(refused, PublishError::StartsBeforeSale(opens_at) if opens_at == day(0)));
    world.publish(&concert, day(0) + TimeDelta::microseconds(1), &plan(1)).unwrap();
}

#[test]
fn a_performance_belongs_to_a_concert() {
    let world = World::new();
    let mut nowhere = world.concert();
    nowhere.id = ConcertId(Version7.next());
    assert!(matches!(world.publish(&nowhere, day(20), &plan(1)), Err(PublishError::NoSuchConcert)));
    assert!(matches!(
        ready(world.concerts.schedules(nowhere.id, nowhere.queue_id)),
        Err(ConcertError::NoSuchConcert)
    ));
}

#[test]
fn performances_open_to_the_pass_of_their_own_queue_alone() {
    let world = World::new();
    let concert = world.concert();
    let schedule = world.publish(&concert, day(20), &plan(1)).unwrap().schedule;
    let other = QueueId(Uuid::from_u128(2));
    assert_eq!(ready(world.concerts.schedule(schedule.id, concert.queue_id)).unwrap(), schedule);
    assert!(matches!(ready(world.concerts.schedule(schedule.id, other)), Err(ConcertError::OtherQueue)));
    assert!(matches!(ready(world.concerts.schedules(concert.id, other)), Err(ConcertError::OtherQueue)));
    let unknown = ScheduleId(Version7.next());
    assert!(matches!(ready(world.concerts.schedule(unknown, other)), Err(ConcertError::NoSuchSchedule)));
}
