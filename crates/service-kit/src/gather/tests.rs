use std::sync::Mutex as StdMutex;

use futures_util::future::join_all;
use tokio::sync::Semaphore;

use super::*;

/// Doubles numbers; fails over whole sets as it is told, and remembers each set that it saw.
#[derive(Clone, Default)]
struct Doubling {
    seen: Arc<StdMutex<Vec<Vec<i64>>>>,
    poison: Option<i64>,
    out_of_reach: bool,
    /// Sets wait here until they are let through.
    gate: Option<Arc<Semaphore>>,
}

#[async_trait]
impl CarriesOut<i64> for Doubling {
    type Answer = i64;

    async fn carry_out(&self, commands: &[i64]) -> anyhow::Result<Vec<i64>> {
        self.seen.lock().unwrap().push(commands.to_vec());
        if let Some(gate) = &self.gate {
            gate.acquire().await.unwrap().forget();
        }
        if self.out_of_reach {
            return Err(anyhow::anyhow!("no connection").context(Unavailable("the database")));
        }
        match self.poison {
            Some(poison) if commands.contains(&poison) => Err(anyhow::anyhow!("{poison} is poison")),
            Some(_) | None => Ok(commands.iter().map(|number| number * 2).collect()),
        }
    }
}

fn gathered(work: &Doubling, largest_set: usize, queue: usize) -> Gathered<i64, i64> {
    Gathered::new(Gathering { name: "numbers", writers: 1, largest_set, queue }, work.clone())
}

#[tokio::test]
async fn a_command_alone_is_carried_out_at_once() {
    let work = Doubling::default();
    assert_eq!(gathered(&work, 10, 10).carry_out(21).await.unwrap(), 42);
    assert_eq!(*work.seen.lock().unwrap(), [[21]]);
}

#[tokio::test]
async fn what_comes_in_while_a_set_is_written_is_the_next_set() {
    let gate = Arc::new(Semaphore::new(0));
    let work = Doubling { gate: Some(Arc::clone(&gate)), ..Doubling::default() };
    let door = gathered(&work, 100, 100);
    let first = async {
        // Its set is on its way before the others come.
        let first = door.carry_out(0);
        tokio::pin!(first);
        while work.seen.lock().unwrap().is_empty() {
            tokio::select! {
                biased;
                _ = &mut first => {}
                () = tokio::task::yield_now() => {}
            }
        }
        let others = join_all((1..=50).map(|number| door.carry_out(number)));
        gate.add_permits(2);
        tokio::join!(first, others)
    };
    let (first, others) = first.await;
    assert_eq!(first.unwrap(), 0);
    assert_eq!(
        others.into_iter().map(Result::unwrap).collect::<Vec<_>>(),
        (1..=50).map(|n| n * 2).collect::<Vec<_>>()
    );
    assert_eq!(work.seen.lock().unwrap().iter().map(Vec::len).collect::<Vec<_>>(), [1, 50]);
}

#[tokio::test]
async fn a_set_is_no_larger_than_it_may_be_and_loses_nobody() {
    let work = Doubling::default();
    let door = gathered(&work, 7, 1_000);
    let answers = join_all((0..1_000).map(|number| door.carry_out(number))).await;
    assert!(answers.into_iter().zip(0..).all(|(answer, number)| answer.unwrap() == number * 2));
    assert!(work.seen.lock().unwrap().iter().all(|set| set.len() <= 7));
}

#[tokio::test]
async fn a_poisoned_command_fails_alone() {
    let work = Doubling { poison: Some(13), ..Doubling::default() };
    let door = gathered(&work, 100, 100);
    let answers = join_all((0..64).map(|number| door.carry_out(number))).await;
    for (answer, number) in answers.into_iter().zip(0..) {
        match answer {
            Ok(doubled) => assert_eq!(doubled, number * 2),
            Err(error) => assert_eq!((number, error.to_string().as_str()), (13, "13 is poison")),
        }
    }
}

#[tokio::test]
async fn a_database_out_of_reach_is_asked_once_for_all() {
    let work = Doubling { out_of_reach: true, ..Doubling::default() };
    let door = gathered(&work, 100, 100);
    let answers = join_all((0..64).map(|number| door.carry_out(number))).await;
    let told = Unavailable("the database");
    assert!(answers.iter().all(|answer| answer.as_ref().unwrap_err().downcast_ref() == Some(&told)));
    assert!(answers.iter().all(|answer| !answer.as_ref().unwrap_err().is::<TurnedAway>()));
    assert_eq!(work.seen.lock().unwrap().len(), 1);
}

#[tokio::test]
async fn one_too_many_is_refused_at_the_door() {
    let gate = Arc::new(Semaphore::new(0));
    let work = Doubling { gate: Some(Arc::clone(&gate)), ..Doubling::default() };
    let door = gathered(&work, 1, 2);
    let answers = async {
        // All knock before the writer is asked for the first time: two find room.
        let answers = join_all((0..5).map(|number| door.carry_out(number)));
        gate.add_permits(5);
        answers.await
    };
    let refused: Vec<_> = answers.await.into_iter().filter_map(Result::err).collect();
    assert_eq!(refused.len(), 3);
    assert!(refused.iter().all(anyhow::Error::is::<Unavailable>));
    assert!(refused.iter().all(anyhow::Error::is::<TurnedAway>));
}

#[tokio::test]
async fn whoever_stops_waiting_harms_nobody() {
    let work = Doubling::default();
    let door = gathered(&work, 10, 10);
    tokio::select! {
        biased;
        _ = door.carry_out(1) => panic!("the writer had no turn yet"),
        () = std::future::ready(()) => {}
    }
    let stayed = door.carry_out(2).await.unwrap();
    assert_eq!(stayed, 4);
    assert_eq!(work.seen.lock().unwrap().concat(), [1, 2]);
}

#[test]
fn of_a_set_in_part_the_rest_is_known_and_of_one_that_failed_whole_the_error() {
    let failed = || anyhow::anyhow!("no connection").context(Unavailable("the database"));
    assert!(known::<i64>(Vec::new()).unwrap().is_empty());
    assert_eq!(known(vec![Ok(1), Err(failed()), Ok(3)]).unwrap(), [1, 3]);
    assert!(
        known::<i64>(vec![Err(failed()), Err(anyhow::anyhow!("poison"))]).unwrap_err().is::<Unavailable>()
    );
}
