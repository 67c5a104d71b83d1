use std::sync::Arc;

use domain::wallet::{Ledger, PaymentProvider, Wallets};

use super::jobs::{self, BATCH};
use crate::executor::Process;
use crate::network::{Host, Peer, ProviderPeer};
use crate::planted::{self, Till};
use crate::stores::{Gate, Guarded};
use crate::world::{Store, World};

/// wallet-service.
pub struct WalletApp {
    pub wallets: Wallets,
    pub till: Till,
    pub ledger: Arc<dyn Ledger>,
}

impl Host for WalletApp {
    const PROCESS: Process = Process::Wallet;

    fn running(world: &World) -> Option<Arc<Self>> {
        world.apps().wallet.clone()
    }
}

pub fn start(world: &Arc<World>) {
    let gate = Gate::new(world, Process::Wallet, Store::Ledger);
    let ledger: Arc<dyn Ledger> = Guarded::new(planted::ledger(world), &gate);
    let peer = Peer { world: Arc::clone(world), caller: Process::Wallet };
    let provider: Arc<dyn PaymentProvider> = Arc::new(ProviderPeer(peer));
    let till = Till::new(world, Arc::clone(&ledger), provider);
    let app = Arc::new(WalletApp { wallets: Wallets::new(Arc::clone(&ledger)), till, ledger });
    world.apps().wallet = Some(Arc::clone(&app));
    jobs::every(world, Process::Wallet, world.settings.intervals.charges, move || {
        let app = Arc::clone(&app);
        async move { app.till.recover(BATCH).await }
    });
}
