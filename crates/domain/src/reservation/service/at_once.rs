//! Several pieces of work in one task, waited for at the same time.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::Poll;

enum Work<F: Future> {
    UnderWay(Pin<Box<F>>),
    Done(F::Output),
}

/// Runs all of them to their end, at the same time; the answers come in their order.
///
/// Every piece is looked at whenever one of them may go on, which suits the tens that are begun here at once.
pub async fn at_once<F: Future>(work: impl IntoIterator<Item = F>) -> Vec<F::Output> {
    let mut all: Vec<_> = work.into_iter().map(|one| Work::UnderWay(Box::pin(one))).collect();
    poll_fn(move |context| {
        let mut under_way = false;
        for one in &mut all {
            if let Work::UnderWay(future) = one {
                match future.as_mut().poll(context) {
                    Poll::Ready(done) => *one = Work::Done(done),
                    Poll::Pending => under_way = true,
                }
            }
        }
        if under_way {
            return Poll::Pending;
        }
        let done = all.drain(..).filter_map(|one| match one {
            Work::Done(done) => Some(done),
            Work::UnderWay(_) => None,
        });
        Poll::Ready(done.collect())
    })
    .await
}

#[cfg(test)]
mod tests {
    use std::task::{Context, Waker};

    use super::*;

    /// Ready at the `turns`th look.
    async fn after(turns: u32) -> u32 {
        let mut looks = 0;
        poll_fn(|_| {
            looks += 1;
            if looks < turns { Poll::Pending } else { Poll::Ready(turns) }
        })
        .await
    }

    #[test]
    fn all_go_on_together_and_answer_in_their_order() {
        let mut work = Box::pin(at_once([3, 1, 2].map(after)));
        let mut context = Context::from_waker(Waker::noop());
        let looks: Vec<_> = (0..3).map(|_| work.as_mut().poll(&mut context)).collect();
        assert_eq!(looks, [Poll::Pending, Poll::Pending, Poll::Ready(vec![3, 1, 2])]);
    }

    #[test]
    fn nothing_to_do_is_done_at_once() {
        let mut work = Box::pin(at_once(Vec::<std::future::Ready<u32>>::new()));
        let mut context = Context::from_waker(Waker::noop());
        assert_eq!(work.as_mut().poll(&mut context), Poll::Ready(Vec::new()));
    }
}
