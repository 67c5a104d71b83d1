//! The port of the active one: open exactly while this process is it. Who connects there has found the right process, and
//! who is refused knows at once, before anything was sent, that it is another.

use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::CancellationToken;

use crate::duty::Duty;
use crate::http::{self, Serving};
use crate::settings::HttpSettings;

/// Between two attempts to open a port that somebody else has, be it what served there a moment ago.
const AGAIN: Duration = Duration::from_millis(100);

/// The port while the process runs.
pub struct ActivePort {
    closing: CancellationToken,
    kept: JoinHandle<anyhow::Result<()>>,
}

impl ActivePort {
    /// Whether the port can be opened at all, for a process that listens at `address`: later it would be known only when
    /// this process is to become the active one, and nobody could reach it.
    pub fn check(settings: &HttpSettings, address: SocketAddr) -> anyhow::Result<()> {
        ensure!(
            settings.active_port != address.port(),
            "unusable setting BOXOFFICE__HTTP__ACTIVE_PORT: {} is BOXOFFICE__HTTP__PORT already",
            settings.active_port
        );
        if settings.active_port > 0 {
            drop(bind(settings)?);
        }
        Ok(())
    }

    pub fn keep<F>(settings: HttpSettings, duty: Duty, serve: F) -> Self
    where
        F: Fn(TcpListener) -> anyhow::Result<Serving> + Send + 'static,
    {
        let closing = CancellationToken::new();
        let kept = tokio::spawn(keep(settings, duty, serve, closing.clone()));
        Self { closing, kept }
    }

    /// Takes no more requests, and lets those under way end.
    pub async fn close(self) -> anyhow::Result<()> {
        self.closing.cancel();
        self.kept.await.context("the active one's port failed")?
    }
}

fn bind(settings: &HttpSettings) -> anyhow::Result<TcpListener> {
    http::bind_for("BOXOFFICE__HTTP__ACTIVE_PORT", &settings.host, settings.active_port)
}

async fn keep<F>(
    settings: HttpSettings,
    mut duty: Duty,
    serve: F,
    closing: CancellationToken,
) -> anyhow::Result<()>
where
    F: Fn(TcpListener) -> anyhow::Result<Serving> + Send + 'static,
{
    // What is under way from earlier turns keeps nobody from the next one.
    let (mut ending, mut attempts) = (JoinSet::new(), 0);
    while !closing.is_cancelled() {
        tokio::select! {
            () = closing.cancelled() => break,
            () = duty.until(true) => {}
        }
        match bind(&settings).and_then(&serve) {
            Ok(serving) => {
                attempts = 0;
                tokio::select! {
                    () = closing.cancelled() => {}
                    () = duty.until(false) => {}
                }
                ending.spawn(serving.stop());
            }
            Err(error) => {
                attempts += 1;
                // What served there before may be just about to close it.
                if attempts == 2 {
                    let error = format!("{error:#}");
                    tracing::error!(error, "the active one's port cannot be opened; it is tried again");
                }
                tokio::select! {
                    () = closing.cancelled() => {}
                    () = tokio::time::sleep(AGAIN) => {}
                }
            }
        }
    }
    while let Some(ended) = ending.join_next().await {
        ended.context("the active one's port failed")??;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use actix_web::{HttpResponse, web};
    use test_kit::Unheard;
    use tokio::net::TcpStream;
    use tokio::sync::Notify;
    use utoipa_actix_web::service_config::ServiceConfig;

    use super::*;
    use crate::duty::Post;
    use crate::http::Counting;
    use crate::requests::Requests;
    use crate::settings::{self, Sources};

    fn settings(port: u16) -> HttpSettings {
        let environment = [("BOXOFFICE__HTTP__ACTIVE_PORT".to_owned(), port.to_string())].into();
        let sources = Sources { section: "queue", defaults: "", environment };
        settings::load_shared(sources).unwrap().http
    }

    #[test]
    fn a_port_that_can_never_be_opened_is_named_at_the_start() {
        let taken = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = taken.local_addr().unwrap();
        let named = |at: SocketAddr, settings: &HttpSettings| {
            let refused = ActivePort::check(settings, at).unwrap_err().to_string();
            assert!(refused.contains("BOXOFFICE__HTTP__ACTIVE_PORT"), "{refused}");
            refused
        };
        let elsewhere = SocketAddr::from(([127, 0, 0, 1], 1));
        assert!(named(elsewhere, &settings(address.port())).contains("cannot listen"));
        assert!(named(address, &settings(address.port())).contains("BOXOFFICE__HTTP__PORT already"));
        ActivePort::check(&settings(0), address).unwrap();
    }

    /// A server on which a request ends when it is told to.
    struct Stage {
        post: Post,
        port: ActivePort,
        unheard: Unheard,
        asked: Arc<Notify>,
        answer: Arc<Notify>,
    }

    impl Stage {
        fn open() -> Self {
            let unheard = Unheard::reserve();
            let settings = settings(unheard.port());
            let (asked, answer) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
            let (hears, waits, shared) = (Arc::clone(&asked), Arc::clone(&answer), settings.clone());
            let counting = Counting::everything(Requests::default());
            let post = Post::default();
            let port = ActivePort::keep(settings, post.duty(), move |listener| {
                let (hears, waits) = (Arc::clone(&hears), Arc::clone(&waits));
                let routes = move |routes: &mut ServiceConfig<'_>| {
                    let (hears, waits) = (Arc::clone(&hears), Arc::clone(&waits));
                    routes.map(|config| {
                        config.route(
                            "/slow",
                            web::get().to(move || {
                                let (hears, waits) = (Arc::clone(&hears), Arc::clone(&waits));
                                async move {
                                    hears.notify_one();
                                    waits.notified().await;
                                    HttpResponse::Ok().finish()
                                }
                            }),
                        )
                    });
                };
                http::serve(listener, &shared, counting.clone(), routes)
            });
            Self { post, port, unheard, asked, answer }
        }

        async fn until_open(&self, open: bool) {
            while TcpStream::connect(self.unheard.address()).await.is_ok() != open {
                tokio::task::yield_now().await;
            }
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_request_under_way_from_the_turn_before_does_not_keep_the_port_shut() {
        let stage = Stage::open();
        stage.until_open(false).await;
        stage.post.announce(true);
        stage.until_open(true).await;
        let url = format!("http://{}/slow", stage.unheard.address());
        let client = crate::client::build(Duration::from_secs(30)).unwrap();
        let slow = tokio::spawn(client.get(url).send());
        stage.asked.notified().await;
        stage.post.announce(false);
        stage.until_open(false).await;
        stage.post.announce(true);
        stage.until_open(true).await;
        // All the while it had no answer.
        assert!(!slow.is_finished());
        stage.answer.notify_one();
        assert_eq!(slow.await.unwrap().unwrap().status(), 200);
        stage.port.close().await.unwrap();
    }
}
