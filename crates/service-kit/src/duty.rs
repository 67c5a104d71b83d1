//! Of several processes of one service one may be the active one, for which the others stand by.

use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::gauge::ConstGauge;
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};

/// Whether this process does its service's work, or stands by for the one that does. Clones are the same.
#[derive(Clone, Debug)]
pub struct Duty {
    active: watch::Receiver<bool>,
    handing_over: CancellationToken,
    handed_over: CancellationToken,
}

/// Where a process learns that it is the active one: what is said here, [`Duty`] tells everybody else.
#[derive(Debug)]
pub struct Post {
    active: watch::Sender<bool>,
    duty: Duty,
}

impl Duty {
    /// Of a service whose every process does its work.
    pub fn always() -> Self {
        let (post, handed_over) = (Post::default(), CancellationToken::new());
        post.announce(true);
        handed_over.cancel();
        Self { handed_over, ..post.duty() }
    }

    pub fn is_active(&self) -> bool {
        *self.active.borrow()
    }

    /// Waits until this process is active, or until it is not any more.
    pub async fn until(&mut self, active: bool) {
        if self.active.wait_for(|now| *now == active).await.is_err() {
            // Nobody is left to say anything else.
            std::future::pending::<()>().await;
        }
    }

    /// Lets whoever stands by become active: at once, where there is somebody.
    pub async fn hand_over(&self) {
        self.handing_over.cancel();
        self.handed_over.cancelled().await;
    }
}

impl Default for Post {
    /// Of a process that stands by.
    fn default() -> Self {
        let (active, told) = watch::channel(false);
        let (handing_over, handed_over) = (CancellationToken::new(), CancellationToken::new());
        Self { active, duty: Duty { active: told, handing_over, handed_over } }
    }
}

impl Post {
    pub fn duty(&self) -> Duty {
        self.duty.clone()
    }

    pub fn announce(&self, active: bool) {
        self.active.send_replace(active);
    }

    /// Whoever keeps the post leaves it when this is cancelled.
    pub fn relieved(&self) -> CancellationToken {
        self.duty.handing_over.clone()
    }

    /// Relieves whoever keeps the post when it is dropped.
    pub fn relief(&self) -> DropGuard {
        self.relieved().drop_guard()
    }

    /// Dropped by whoever has kept the post, in whichever way they leave it.
    pub fn keeping(&self) -> DropGuard {
        self.duty.handed_over.clone().drop_guard()
    }
}

impl Collector for Duty {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Whether this process does its service's work (1) or stands by for the one that does (0)";
        let gauge = encoder.encode_descriptor("boxoffice_active", help, None, MetricType::Gauge)?;
        ConstGauge::new(i64::from(self.is_active())).encode(gauge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;

    #[tokio::test]
    async fn everybody_is_told_of_the_post_until_whoever_keeps_it_has_left() {
        let post = Post::default();
        let (duty, metrics) = (post.duty(), Metrics::new("queue-service"));
        metrics.collect(duty.clone());
        let says = |line: &str| metrics.text().unwrap().lines().any(|said| said == line);
        assert!(!duty.is_active() && says(r#"boxoffice_active{service="queue-service"} 0"#));
        post.announce(true);
        duty.clone().until(true).await;
        assert!(duty.is_active() && says(r#"boxoffice_active{service="queue-service"} 1"#));
        post.announce(false);
        duty.clone().until(false).await;

        let (relieved, kept) = (post.relieved(), post.keeping());
        let keeper = tokio::spawn(async move {
            relieved.cancelled().await;
            drop(kept);
        });
        duty.hand_over().await;
        keeper.await.unwrap();
        Duty::always().hand_over().await;
        assert!(Duty::always().is_active());
    }
}
