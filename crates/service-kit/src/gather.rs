//! Commands gathered into sets: one statement and one commit for all that came in while the last commit ran.
//!
//! Nothing waits for a timer. A command that comes alone is a set of one and is carried out at once; the busier it gets,
//! the larger the sets become, and the time that a commit on disk takes is shared by all of them.

use std::sync::Arc;

use async_trait::async_trait;
use domain::shared::Unavailable;
use tokio::sync::{Mutex, mpsc, oneshot};

/// What carries a set of commands out, in one transaction.
#[async_trait]
pub trait CarriesOut<C>: Send + Sync + 'static {
    type Answer: Send + 'static;

    /// One answer for each command, in their order. An error is that of the whole set: then nothing was done, or that is
    /// unknown, and each command recognises its own id when it is carried out again. An error marked [`Unavailable`] is
    /// the answer to all of them; over any other the set is halved. What an error tells apart beyond that does not reach
    /// the commands: it belongs into the answers.
    async fn carry_out(&self, commands: &[C]) -> anyhow::Result<Vec<Self::Answer>>;
}

/// How commands are gathered.
#[derive(Clone, Copy, Debug)]
pub struct Gathering {
    /// As in `joins`, for errors.
    pub name: &'static str,
    /// Sets that are carried out at the same time, each on a connection of its own.
    pub writers: usize,
    /// Commands in a set, at most.
    pub largest_set: usize,
    /// Commands that may wait their turn; one more is refused at the door.
    pub queue: usize,
}

/// Too many commands wait already: this one was turned away at the door, and nothing of it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too many {0} are waiting")]
pub struct TurnedAway(&'static str);

type Waiting<C, A> = (C, oneshot::Sender<anyhow::Result<A>>);

/// The door behind which commands are gathered.
pub struct Gathered<C, A> {
    name: &'static str,
    sender: mpsc::Sender<Waiting<C, A>>,
}

impl<C: Send + Sync + 'static, A: Send + 'static> Gathered<C, A> {
    /// Starts the writers; they end with the last clone of the door.
    pub fn new(gathering: Gathering, work: impl CarriesOut<C, Answer = A>) -> Self {
        let work: Arc<dyn CarriesOut<C, Answer = A>> = Arc::new(work);
        let Gathering { name, writers, largest_set, queue } = gathering;
        let (sender, receiver) = mpsc::channel(queue);
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..writers {
            tokio::spawn(write(Arc::clone(&receiver), Arc::clone(&work), largest_set));
        }
        Self { name, sender }
    }

    /// Has a command carried out with whatever else is waiting. [`TurnedAway`], and [`Unavailable`], where too many wait
    /// already.
    pub async fn carry_out(&self, command: C) -> anyhow::Result<A> {
        let (answer, answered) = oneshot::channel();
        let full = |_| anyhow::Error::new(TurnedAway(self.name)).context(Unavailable(self.name));
        self.sender.try_send((command, answer)).map_err(full)?;
        let gone = |_| anyhow::anyhow!("the writer of {} ended over this command", self.name);
        answered.await.map_err(gone)?
    }
}

/// What is known of commands that were carried out each on its own: those that failed are left out. Where all of them
/// failed the first error stands for them.
pub fn known<T>(outcomes: Vec<anyhow::Result<T>>) -> anyhow::Result<Vec<T>> {
    let (mut known, mut failed) = (Vec::with_capacity(outcomes.len()), Vec::new());
    for outcome in outcomes {
        match outcome {
            Ok(value) => known.push(value),
            Err(error) => failed.push(error),
        }
    }
    let unknown = failed.len();
    match failed.into_iter().next() {
        Some(error) if known.is_empty() => return Err(error),
        Some(error) => {
            tracing::error!(unknown, error = format!("{error:#}"), "a part of a set failed; the first error");
        }
        None => {}
    }
    Ok(known)
}

async fn write<C: Send + Sync + 'static, A: Send + 'static>(
    receiver: Arc<Mutex<mpsc::Receiver<Waiting<C, A>>>>,
    work: Arc<dyn CarriesOut<C, Answer = A>>,
    largest_set: usize,
) {
    loop {
        let mut set = Vec::new();
        if receiver.lock().await.recv_many(&mut set, largest_set).await == 0 {
            return;
        }
        let (commands, answers): (Vec<_>, Vec<_>) = set.into_iter().unzip();
        carry_out(work.as_ref(), &commands, answers).await;
    }
}

/// Carries out a set. Where it fails as a whole it is halved until the command is alone that it failed over, so that one
/// poisoned command fails none of its neighbours; but where the database is out of reach all of them have failed.
async fn carry_out<C: Send + Sync + 'static, A: Send + 'static>(
    work: &dyn CarriesOut<C, Answer = A>,
    commands: &[C],
    mut answers: Vec<oneshot::Sender<anyhow::Result<A>>>,
) {
    let error = match work.carry_out(commands).await {
        Ok(done) if done.len() == commands.len() => {
            for (answer, done) in answers.into_iter().zip(done) {
                // Whoever does not wait any more misses nothing but the answer.
                answer.send(Ok(done)).ok();
            }
            return;
        }
        Ok(done) => anyhow::anyhow!("{} answers for {} commands", done.len(), commands.len()),
        Err(error) => error,
    };
    if let Some(out_of_reach) = error.downcast_ref::<Unavailable>() {
        for answer in answers {
            let told = anyhow::anyhow!("{error:#}").context(*out_of_reach);
            answer.send(Err(told)).ok();
        }
        return;
    }
    let half = commands.len() / 2;
    let (front, back) = commands.split_at(half);
    if front.is_empty() {
        if let Some(answer) = answers.pop() {
            answer.send(Err(error)).ok();
        }
        return;
    }
    let answers_of_back = answers.split_off(half);
    Box::pin(carry_out(work, front, answers)).await;
    Box::pin(carry_out(work, back, answers_of_back)).await;
}

#[cfg(test)]
mod tests;
