use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use domain::reservation::{HoldError, SeatState};

use super::Subject;
use super::stage::{Fan, TAKEN, at_once};

/// Writers at once, and the rounds of each.
const WRITERS: usize = 20;
const ROUNDS: usize = 8;
const SEATS: usize = 12;

pub async fn a_follower_ends_with_what_is_there(subject: Subject) {
    let sale = Arc::new(subject.on_sale(SEATS).await);
    let over = Arc::new(AtomicBool::new(false));
    let follower = {
        let (subject, sale, over) = (subject.clone(), Arc::clone(&sale), Arc::clone(&over));
        tokio::spawn(async move {
            let (mut version, mut seats) = (0, BTreeMap::new());
            loop {
                // Read before the last look, so that the look comes after the last change.
                let last = over.load(Ordering::Acquire);
                let report =
                    subject.inventory.changes(sale.id(), version).await.expect("a report").expect("on sale");
                assert!(report.version >= version, "versions only grow");
                version = report.version;
                seats.extend(report.changes);
                if last {
                    return seats;
                }
                tokio::task::yield_now().await;
            }
        })
    };
    let fans: Vec<Fan> = (0..WRITERS).map(|_| Fan::new()).collect();
    let writers = fans.clone().into_iter().enumerate().map(|(writer, fan)| {
        let (subject, sale) = (subject.clone(), Arc::clone(&sale));
        async move {
            for round in 0..ROUNDS {
                let first = (writer * 5 + round * 7) % SEATS;
                let held = match subject.try_place(sale.wanted(fan, &[first, (first + 1) % SEATS])).await {
                    Ok(held) => held,
                    Err(HoldError::SeatsTaken(_)) => continue,
                    Err(error) => panic!("{error:?}"),
                };
                if writer % 5 == 0 {
                    let payment = subject.begin(&held).await;
                    subject.settle(&payment, TAKEN).await;
                }
                // What the last round took is kept.
                if round + 1 < ROUNDS {
                    subject.give_up(&held).await;
                }
            }
        }
    });
    at_once(writers).await;
    over.store(true, Ordering::Release);
    let followed: BTreeMap<_, SeatState> = follower.await.expect("the follower ends");
    assert_eq!(followed, subject.seats(&sale).await);
    subject.assert_sound(&sale, fans.iter().map(|fan| fan.user)).await;
}
