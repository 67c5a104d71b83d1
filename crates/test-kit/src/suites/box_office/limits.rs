use std::sync::Arc;

use domain::reservation::{HoldError, Reservation};

use super::Subject;
use super::stage::{Fan, LIMIT, at_once};

/// How many seats a fan who is refused is told to have.
#[track_caller]
fn taken_already(placed: Result<Reservation, HoldError>) -> usize {
    match placed {
        Err(HoldError::TooManySeats { max, taken }) => {
            assert_eq!(max, LIMIT);
            taken
        }
        other => panic!("a refusal was expected, and it was {other:?}"),
    }
}

pub async fn a_fan_has_no_more_seats_than_the_limit(subject: Subject) {
    let (sale, fan) = (subject.on_sale(12).await, Fan::new());
    assert_eq!(taken_already(subject.try_place(sale.wanted(fan, &[0, 1, 2, 3, 4])).await), 0);
    subject.hold(&sale, fan, &[0]).await;
    subject.hold(&sale, fan, &[1, 2]).await;
    assert_eq!(taken_already(subject.try_place(sale.wanted(fan, &[3, 4])).await), 3);
    subject.hold(&sale, fan, &[3]).await;
    assert_eq!(taken_already(subject.try_place(sale.wanted(fan, &[4])).await), 4);
    // A second pass makes no second fan.
    let readmitted = Fan { user: fan.user, ..Fan::new() };
    assert_eq!(taken_already(subject.try_place(sale.wanted(readmitted, &[4])).await), 4);
    subject.hold(&sale, Fan::new(), &[4, 5, 6, 7]).await;
    let elsewhere = subject.on_sale(4).await;
    subject.hold(&elsewhere, fan, &[0, 1, 2, 3]).await;
}

pub async fn only_what_a_fan_has_now_counts_against_the_limit(subject: Subject) {
    let (sale, fan) = (subject.on_sale(12).await, Fan::new());
    let (bought, _) = subject.buy(&sale, fan, &[0]).await;
    let paying = subject.hold(&sale, fan, &[1]).await;
    subject.begin(&paying).await;
    subject.hold(&sale, fan, &[2, 3]).await;
    assert_eq!(taken_already(subject.try_place(sale.wanted(fan, &[4])).await), 4);
    subject.let_holds_lapse().await;
    // Lapsed, and nothing has been swept; what is bought or being paid for still counts.
    let released = subject.hold(&sale, fan, &[4, 5]).await;
    assert_eq!(taken_already(subject.try_place(sale.wanted(fan, &[6])).await), 4);
    subject.give_up(&released).await;
    subject.give_up(&bought).await;
    subject.hold(&sale, fan, &[6, 7, 8]).await;
    assert_eq!(taken_already(subject.try_place(sale.wanted(fan, &[9])).await), 4);
    subject.assert_sound(&sale, [fan.user]).await;
}

pub async fn the_limit_holds_for_many_holds_at_once(subject: Subject) {
    let (sale, fan) = (Arc::new(subject.on_sale(24).await), Fan::new());
    let holds = (0..24).map(|place| {
        let (subject, sale) = (subject.clone(), Arc::clone(&sale));
        // From several devices, each with a pass of its own.
        let device = Fan { user: fan.user, ..Fan::new() };
        async move { subject.try_place(sale.wanted(device, &[place])).await }
    });
    let (held, refused): (Vec<_>, Vec<_>) = at_once(holds).await.into_iter().partition(Result::is_ok);
    assert_eq!((held.len(), refused.len()), (4, 20));
    for refusal in refused {
        taken_already(refusal);
    }
    subject.assert_sound(&sale, [fan.user]).await;
}
