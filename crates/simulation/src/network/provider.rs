//! The payment company outside: it acts once under a charge's id and never forgets.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use domain::shared::ChargeId;
use domain::wallet::{Charge, PaymentProvider, ProviderAnswer};

use super::{Host, Peer};
use crate::executor::Process;
use crate::faults::Step;
use crate::world::{World, lock};

/// Its books.
#[derive(Default)]
pub struct Provider(Mutex<BTreeMap<ChargeId, ProviderAnswer>>);

impl Provider {
    /// A charge of this many won is declined.
    pub const DECLINED: i64 = 13;

    pub fn has_captured(&self, charge: ChargeId) -> bool {
        lock(&self.0).get(&charge) == Some(&ProviderAnswer::Captured)
    }

    /// Every charge under which it has taken money.
    pub fn captured(&self) -> Vec<ChargeId> {
        let books = lock(&self.0);
        books.iter().filter(|(_, said)| **said == ProviderAnswer::Captured).map(|(id, _)| *id).collect()
    }

    fn decide(&self, charge: ChargeId, fresh: ProviderAnswer) -> ProviderAnswer {
        lock(&self.0).entry(charge).or_insert(fresh).clone()
    }

    fn capture(&self, charge: &Charge) -> ProviderAnswer {
        let fresh = if charge.amount.as_won() == Self::DECLINED {
            ProviderAnswer::Declined { reason: "the card was declined".to_owned() }
        } else {
            ProviderAnswer::Captured
        };
        self.decide(charge.id, fresh)
    }
}

impl Host for Provider {
    /// It runs whatever happens to us.
    const PROCESS: Process = Process::World;

    fn running(world: &World) -> Option<Arc<Self>> {
        Some(Arc::clone(&world.stores.provider))
    }
}

const PROVIDER: &str = "the payment provider";

/// The company, as wallet-service sees it.
pub struct ProviderPeer(pub Peer);

#[async_trait]
impl PaymentProvider for ProviderPeer {
    async fn capture(&self, charge: &Charge) -> anyhow::Result<ProviderAnswer> {
        let charge = charge.clone();
        let capture = move |provider: Arc<Provider>| {
            let said = provider.capture(&charge);
            async move { Ok(said) }
        };
        self.0.ask(Step::AskCapture, capture).await.map_err(|unanswered| unanswered.error(PROVIDER))
    }

    async fn cancel(&self, charge: &Charge) -> anyhow::Result<ProviderAnswer> {
        let id = charge.id;
        let cancel = move |provider: Arc<Provider>| {
            let said = provider.decide(id, ProviderAnswer::Cancelled);
            async move { Ok(said) }
        };
        self.0.ask(Step::AskCancel, cancel).await.map_err(|unanswered| unanswered.error(PROVIDER))
    }
}
