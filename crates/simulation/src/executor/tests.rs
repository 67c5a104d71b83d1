use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::*;

type Log = Arc<Mutex<Vec<String>>>;

fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// Runs until nothing is left to do.
fn exhaust(runner: &mut Runner) {
    while runner.step() != Progress::Idle {}
}

/// Some tasks that sleep, choose and talk; what they do in which order, and when.
fn story(seed: u64) -> Vec<String> {
    let mut runner = Runner::new(seed);
    let executor = runner.executor().clone();
    let log = Log::default();
    for name in ["a", "b", "c"] {
        let (own, log) = (executor.clone(), Arc::clone(&log));
        executor.spawn(Process::World, async move {
            for _ in 0..3 {
                let pause = own.draw(|chance| chance.millis(0, 3));
                own.sleep(pause).await;
                own.give_way().await;
                log.lock().unwrap().push(format!("{name} at {}", own.now()));
            }
        });
    }
    exhaust(&mut runner);
    log.lock().unwrap().clone()
}

#[test]
fn a_seed_is_a_story_and_another_seed_another() {
    assert_eq!(story(3), story(3));
    assert!((0..20).any(|seed| story(seed) != story(3)));
}

#[test]
fn the_clock_jumps_to_the_next_timer_and_not_beyond() {
    let mut runner = Runner::new(0);
    let executor = runner.executor().clone();
    let seen = Arc::new(Mutex::new(Vec::new()));
    for pause in [700, 20, 300] {
        let (own, seen) = (executor.clone(), Arc::clone(&seen));
        executor.spawn(Process::World, async move {
            own.sleep(millis(pause)).await;
            seen.lock().unwrap().push(own.now().as_millis());
        });
    }
    exhaust(&mut runner);
    assert_eq!(*seen.lock().unwrap(), [20, 300, 700]);
}

#[test]
fn a_timer_that_nobody_waits_for_any_more_holds_no_one_up() {
    let mut runner = Runner::new(0);
    let executor = runner.executor().clone();
    let own = executor.clone();
    executor.spawn(Process::World, async move {
        let (sender, receiver) = channel(&own);
        sender.send(7);
        let answer = receiver.receive_until(Moment::from_millis(60_000)).await;
        assert_eq!(answer, Some(Ok(7)));
    });
    exhaust(&mut runner);
    assert_eq!(executor.now(), Moment::default());
}

#[test]
fn a_value_that_does_not_come_is_waited_for_until_its_time_and_no_longer() {
    let mut runner = Runner::new(0);
    let executor = runner.executor().clone();
    let own = executor.clone();
    let (sender, receiver) = channel::<u8>(&executor);
    executor.spawn(Process::World, async move {
        assert_eq!(receiver.receive_until(Moment::from_millis(250)).await, None);
        assert_eq!(own.now(), Moment::from_millis(250));
    });
    exhaust(&mut runner);
    drop(sender);
}

#[test]
fn killing_a_process_drops_its_tasks_where_they_wait_and_no_others() {
    let mut runner = Runner::new(5);
    let executor = runner.executor().clone();
    let log = Log::default();
    for (process, name) in [(Process::Wallet, "wallet"), (Process::Queue, "queue")] {
        let (own, log) = (executor.clone(), Arc::clone(&log));
        executor.spawn(process, async move {
            own.sleep(millis(100)).await;
            log.lock().unwrap().push(name.to_owned());
        });
    }
    let (own, log_of_killer) = (executor.clone(), Arc::clone(&log));
    executor.spawn(Process::World, async move {
        own.sleep(millis(50)).await;
        own.doom(Process::Wallet);
        log_of_killer.lock().unwrap().push("killed".to_owned());
    });
    exhaust(&mut runner);
    assert_eq!(*log.lock().unwrap(), ["killed", "queue"]);
}

#[test]
fn who_waits_for_a_task_that_was_killed_learns_that_it_is_gone() {
    let mut runner = Runner::new(1);
    let executor = runner.executor().clone();
    let own = executor.clone();
    let (sender, receiver) = channel::<u8>(&executor);
    executor.spawn(Process::Wallet, async move {
        own.sleep(millis(1_000)).await;
        sender.send(1);
    });
    let own = executor.clone();
    executor.spawn(Process::World, async move {
        own.doom(Process::Wallet);
        assert_eq!(receiver.receive_until(Moment::from_millis(5_000)).await, Some(Err(Gone)));
        assert!(own.now() < Moment::from_millis(1_000));
    });
    exhaust(&mut runner);
}

#[test]
fn a_task_can_end_its_own_process_and_does_not_come_back() {
    let mut runner = Runner::new(1);
    let executor = runner.executor().clone();
    let own = executor.clone();
    executor.spawn(Process::Wallet, async move {
        own.doom(Process::Wallet);
        own.give_way().await;
        unreachable!("it was killed");
    });
    exhaust(&mut runner);
}

#[test]
fn a_bell_wakes_who_waits_and_is_not_forgotten_when_nobody_does() {
    let mut runner = Runner::new(2);
    let executor = runner.executor().clone();
    let (own, bell) = (executor.clone(), Bell::new(executor.clone()));
    let rung = bell.clone();
    executor.spawn(Process::World, async move {
        rung.ring();
        own.sleep(millis(40)).await;
        rung.ring();
    });
    let own = executor.clone();
    executor.spawn(Process::World, async move {
        own.sleep(millis(10)).await;
        bell.wait_until(Moment::from_millis(1_000)).await;
        assert_eq!(own.now(), Moment::from_millis(10));
        bell.wait_until(Moment::from_millis(1_000)).await;
        assert_eq!(own.now(), Moment::from_millis(40));
        bell.wait_until(Moment::from_millis(1_000)).await;
        assert_eq!(own.now(), Moment::from_millis(1_000));
    });
    exhaust(&mut runner);
}

#[test]
fn every_order_of_ready_tasks_comes_up() {
    let first = |seed| story(seed).first().cloned();
    for name in ["a", "b", "c"] {
        assert!((0..100).any(|seed| first(seed).is_some_and(|told| told.starts_with(name))), "{name}");
    }
}
