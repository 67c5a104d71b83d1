use std::sync::Arc;
use std::time::Duration;

use crate::executor::Process;
use crate::world::World;

/// Runs `work` for ever, as soon as it is started and then by the clock. A failure is the next run's business.
pub fn every<F, W>(world: &Arc<World>, process: Process, interval: Duration, work: F)
where
    F: Fn() -> W + Send + 'static,
    W: Future<Output = anyhow::Result<usize>> + Send + 'static,
{
    let executor = world.executor.clone();
    world.executor.spawn(process, async move {
        loop {
            work().await.ok();
            executor.sleep(interval).await;
        }
    });
}

/// What one look of a job may take up, as in the real services.
pub const BATCH: usize = 200;
