//! The four services in one process, each with its own database role, talking HTTP to each other on loopback, and the
//! facade that translates for them.

use std::net::TcpListener;

use anyhow::Context;
use concert_service::ConcertService;
use facade::Facade;
use queue_service::QueueService;
use reservation_service::ReservationService;
use service_kit::settings::{self, Sources};
use service_kit::{Running, http};
use wallet_service::WalletService;

use crate::environment::{self, Environment};
use crate::installation::{Installation, Service};

/// All four, running.
pub struct Fleet {
    pub queue: Running<QueueService>,
    pub concert: Running<ConcertService>,
    pub reservation: Running<ReservationService>,
    pub wallet: Running<WalletService>,
    pub facade: Facade,
}

/// Where each service keeps what it owns, in the order of [`Service::ALL`]; none: in memory.
pub type DatabaseUrls = Option<Vec<String>>;

impl Fleet {
    /// Starts all four on free loopback ports. What the operator set in `environment` holds for each of them, but
    /// for the address, which is the origin's.
    pub async fn start(
        installation: &Installation,
        environment: &Environment,
        urls: &DatabaseUrls,
    ) -> anyhow::Result<Self> {
        let berths = Service::ALL.map(|service| Berth::new(service, installation, environment, urls));
        let [queue, concert, reservation, wallet] = berths;
        let (queue, concert, reservation, wallet) = (queue?, concert?, reservation?, wallet?);
        let mut peers = Environment::new();
        for berth in [&queue, &concert, &reservation, &wallet] {
            let name = format!("BOXOFFICE__PEERS__{}", berth.service.schema().to_uppercase());
            peers.insert(
                name,
                format!("http://{}", berth.listener.local_addr().context("a listener has no address")?),
            );
        }
        let in_memory = urls.is_none();
        let facade =
            Facade::new(&Facade::settings(environment.clone().into_iter().chain(peers.clone()).collect())?)?;
        Ok(Self {
            facade,
            queue: queue.start(&peers, in_memory).await?,
            wallet: wallet.start(&peers, in_memory).await?,
            reservation: reservation.start(&peers, in_memory).await?,
            concert: concert.start(&peers, in_memory).await?,
        })
    }

    /// Stops all four: those that are asked last.
    pub async fn stop(self) -> anyhow::Result<()> {
        let Self { queue, concert, reservation, wallet, facade: _ } = self;
        concert.stop().await?;
        reservation.stop().await?;
        wallet.stop().await?;
        queue.stop().await
    }
}

/// A service before it starts: its address is known, so that the others can be told.
struct Berth {
    service: Service,
    listener: TcpListener,
    environment: Environment,
}

impl Berth {
    fn new(
        service: Service,
        installation: &Installation,
        environment: &Environment,
        urls: &DatabaseUrls,
    ) -> anyhow::Result<Self> {
        let position = Service::ALL.iter().position(|other| *other == service);
        let url = position.and_then(|position| urls.as_ref()?.get(position)).map(String::as_str);
        // The facade asks them for its users, who are counted there too.
        let of_users = |name: &str| name == "BOXOFFICE__HTTP__USER_RATE_LIMIT_PER_SECOND";
        let of_origin =
            |name: &str| (name.starts_with("BOXOFFICE__HTTP__") && !of_users(name)) || name == "DATABASE_URL";
        let mut own: Environment = environment.clone();
        own.retain(|name, _| !of_origin(name));
        own.extend(environment::of_service(installation, service, url));
        Ok(Self { service, listener: http::bind("127.0.0.1", 0)?, environment: own })
    }

    async fn start<S: service_kit::Service>(
        self,
        peers: &Environment,
        in_memory: bool,
    ) -> anyhow::Result<Running<S>> {
        let mut environment = self.environment;
        environment.extend(peers.clone());
        let sources = Sources { section: S::SECTION, defaults: S::DEFAULTS, environment };
        let settings = settings::load::<S::Settings>(sources)?;
        service_kit::start::<S>(self.listener, settings, in_memory)
            .await
            .with_context(|| format!("cannot start {}", S::NAME))
    }
}
