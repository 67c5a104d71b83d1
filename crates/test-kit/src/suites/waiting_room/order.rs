use domain::shared::EntryId;

use super::Subject;

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
