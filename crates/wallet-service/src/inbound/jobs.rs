//! What the wallet does by the clock.

use service_kit::jobs::Job;

use crate::WalletService;

/// Pending top-ups taken up at once.
const RECOVERY_BATCH: usize = 100;

pub fn all(service: &WalletService) -> Vec<Job> {
    vec![recover_charges(service), service.idempotency.job(), service.revocations.job()]
}

/// Ends top-ups whose request died or whose provider did not answer.
fn recover_charges(service: &WalletService) -> Job {
    let cashier = service.cashier.clone();
    Job::new("recover charges", service.recovery_interval, move || {
        let cashier = cashier.clone();
        async move { cashier.recover(RECOVERY_BATCH).await }
    })
}
