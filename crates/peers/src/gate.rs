//! Calls to a peer gathered into sets: what is asked for while the calls before are under way travels in one.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use contracts::internal::LARGEST_SET;
use domain::shared::IdGenerator;
use reqwest::StatusCode;
use service_kit::gather::{CarriesOut, Gathered, Gathering, TurnedAway};
use service_kit::{request_id, telemetry};
use tracing::{Instrument, Span};

use crate::peer::{Peer, PeerError};

/// Asks a peer for a whole set in one call.
#[async_trait]
pub trait AsksForAll<C>: Send + Sync + 'static {
    type Answer: Send + 'static;

    /// What the peer says of each, in their order; `None` of one that it says nothing of.
    async fn ask(&self, peer: &Peer, set: &[C]) -> Result<Vec<Option<Self::Answer>>, PeerError>;
}

/// The door behind which calls are gathered.
pub struct Gate<C, A> {
    calls: Gathered<Asked<C>, Result<A, PeerError>>,
    peer: &'static str,
    patience: Duration,
}

impl<C: Clone + Send + Sync + 'static, A: Send + 'static> Gate<C, A> {
    pub fn new(name: &'static str, peer: Peer, asks: impl AsksForAll<C, Answer = A>) -> Self {
        // Four calls at once, so that a slow one does not hold up the next; as many may wait as there are fans who pay
        // in the few seconds for which they wait.
        let gathering = Gathering { name, writers: 4, largest_set: LARGEST_SET, queue: 10_000 };
        let (called, patience, ids) = (peer.name(), peer.patience(), peer.ids());
        Self { calls: Gathered::new(gathering, Calls { name, peer, asks, ids }), peer: called, patience }
    }

    /// What the peer says of one. Nobody waits longer than for a call of their own: what takes longer is *unknown*.
    pub async fn ask(&self, command: C) -> Result<A, PeerError> {
        let asked = Asked { command, span: Span::current() };
        let Ok(answered) = tokio::time::timeout(self.patience, self.calls.carry_out(asked)).await else {
            return Err(PeerError::Unknown(
                self.peer,
                "its turn or its answer did not come in time".to_owned(),
            ));
        };
        answered.unwrap_or_else(|error| Err(self.failure(&error)))
    }

    fn failure(&self, error: &anyhow::Error) -> PeerError {
        if let Some(refused) = error.downcast_ref::<PeerError>() {
            return refused.clone();
        }
        if error.is::<TurnedAway>() {
            return PeerError::NeverSent(self.peer);
        }
        PeerError::Unknown(self.peer, format!("{error:#}"))
    }
}

/// A command, and within which trace it is asked for.
struct Asked<C> {
    command: C,
    span: Span,
}

struct Calls<W> {
    /// As in `debits`.
    name: &'static str,
    peer: Peer,
    asks: W,
    ids: Arc<dyn IdGenerator>,
}

#[async_trait]
impl<C, W> CarriesOut<Asked<C>> for Calls<W>
where
    C: Clone + Send + Sync + 'static,
    W: AsksForAll<C>,
{
    type Answer = Result<W::Answer, PeerError>;

    /// Whether a call was never sent, or is unknown, is an answer to each of its members. Only over a refusal that one
    /// of them may be to blame for is the set halved: such a peer has looked at the set and done nothing of it.
    async fn carry_out(&self, set: &[Asked<C>]) -> anyhow::Result<Vec<Self::Answer>> {
        let (commands, spans): (Vec<C>, Vec<&Span>) =
            set.iter().map(|asked| (asked.command.clone(), &asked.span)).unzip();
        // Its members are asked for by requests of their own: the set is a request too.
        let id = self.ids.next().to_string();
        tracing::debug!(id, peer = self.peer.name(), size = set.len(), "a set goes out");
        let span = telemetry::gathered(self.name, &spans);
        match request_id::scope(id, self.asks.ask(&self.peer, &commands).instrument(span)).await {
            Ok(said) => {
                let silent = || PeerError::Unknown(self.peer.name(), "it does not say".to_owned());
                Ok(said.into_iter().map(|answer| answer.ok_or_else(silent)).collect())
            }
            Err(refused) if blames_what_was_sent(&refused) => Err(refused.into()),
            Err(error) => Ok(set.iter().map(|_| Err(error.clone())).collect()),
        }
    }
}

/// Whether the peer found fault with the body. Any other refusal (401, 404, 429) would meet each of its members alone
/// as it met them all.
fn blames_what_was_sent(error: &PeerError) -> bool {
    match error {
        PeerError::Refused { status, .. } => {
            [StatusCode::BAD_REQUEST, StatusCode::PAYLOAD_TOO_LARGE, StatusCode::UNPROCESSABLE_ENTITY]
                .contains(status)
        }
        PeerError::NeverSent(_) | PeerError::Unknown(..) => false,
    }
}

#[cfg(test)]
mod tests;
