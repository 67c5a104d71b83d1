use std::collections::HashMap;

use domain::queue::{LeaveEffect, Standing};
use domain::shared::{EntryId, UserId};
use futures_util::StreamExt;
use futures_util::stream;

use super::{Subject, new_id};

/// Coprime with the number of fans: visits each once, in an order that is neither that of joining nor its reverse.
const STRIDE: usize = 11;

/// Positions against the plain definition: how many of those who still wait came before.
async fn assert_exact(subject: &Subject, line: &[EntryId], told: &mut [u64]) {
    for (ahead, (entry, told)) in line.iter().zip(told).enumerate() {
        let standing = subject.standing(*entry).await;
        let ahead = u64::try_from(ahead).expect("a short line");
        assert_eq!(standing.ahead, ahead);
        assert_eq!(standing.position(), ahead + 1);
        assert_eq!(standing.waiting, u64::try_from(line.len()).expect("a short line"));
        assert!(standing.ahead <= *told, "{} in front after {told}", standing.ahead);
        *told = standing.ahead;
    }
}

pub async fn ahead_is_exact_and_never_rises(subject: Subject) {
    let queue = subject.queue(1).await;
    let mut line = subject.join_many(queue, 24).await;
    let mut told = vec![u64::MAX; line.len()];
    let mut at = 0;
    while !line.is_empty() {
        at = (at + STRIDE) % line.len();
        // In turn somebody leaves from anywhere, somebody new joins and leaves, and the first are let in.
        match line.len() % 3 {
            0 => {
                subject.leave(line.remove(at)).await;
                told.remove(at);
            }
            1 => {
                let new = subject.join(queue).await;
                assert_exact(
                    &subject,
                    &[line.as_slice(), &[new]].concat(),
                    &mut [told.as_slice(), &[u64::MAX]].concat(),
                )
                .await;
                subject.leave(new).await;
                subject.leave(line.remove(at)).await;
                told.remove(at);
            }
            _ => {
                let first = line.remove(0);
                told.remove(0);
                assert_eq!(subject.admit(queue).await, [first]);
                assert_eq!(subject.standing(first).await.ahead, 0);
                subject.finish(first).await;
            }
        }
        assert_exact(&subject, &line, &mut told).await;
    }
}

pub async fn who_is_first_come_is_first_served(subject: Subject) {
    let queue = subject.queue(3).await;
    let line = subject.join_many(queue, 10).await;
    let mut served = subject.admit(queue).await;
    for finished in 0..7 {
        assert!(subject.finish(served[finished]).await);
        served.extend(subject.admit(queue).await);
    }
    assert_eq!(served, line);
}

/// Ten thousand stand in line, three thousand of them leave from anywhere. What everybody else is told is what counting
/// comes to, and never more than what they were told before.
pub async fn where_three_of_ten_leave_at_random_everybody_stands_where_they_stand(subject: Subject) {
    let queue = subject.queue(0).await;
    let joins = stream::iter(0..10_000).map(|_| subject.join_as(queue, UserId(new_id())));
    let mut line: Vec<Standing> = joins.buffer_unordered(500).map(|joined| joined.standing).collect().await;
    line.sort_by_key(|standing| standing.entry.sequence);
    let mut told: HashMap<EntryId, u64> = HashMap::new();
    let mut at = 0;
    for _ in 0..4 {
        for (ahead, before) in (0_u64..).zip(&line) {
            let standing = subject.standing(before.entry.id).await;
            assert_eq!(
                (standing.ahead, standing.waiting),
                (ahead, u64::try_from(line.len()).expect("a line"))
            );
            let told = told.insert(before.entry.id, ahead).unwrap_or(before.ahead);
            assert!(ahead <= told, "{ahead} in front after {told}");
        }
        // Coprime with every length on the way: everybody's turn comes as if at random.
        let leaving = (0..1_000).map(|_| {
            at = (at + 7_919) % line.len();
            line.remove(at).entry.id
        });
        let leaving: Vec<EntryId> = leaving.collect();
        let left = stream::iter(leaving).map(|entry| subject.leave(entry)).buffer_unordered(100);
        assert!(left.all(async |effect| effect == LeaveEffect::PlaceGivenUp).await);
    }
}
