//! The real thing: PostgreSQL and the four binaries as processes of ours, on ports of their own, with their roles,
//! schemas, keys and environments made by `boxoffice migrate`.

mod installation;
mod keeper;
mod network;
mod ports;
mod postgres;
mod program;
mod programs;
mod service;

use std::fmt;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::sync::watch;

pub use installation::Installation;
use keeper::{Entrance, Keeper};
pub use keeper::{Mishaps, State};
use network::Reachable;
pub use network::{Network, Way};
pub(crate) use ports::free as free_port;
use postgres::Postgres;
pub(crate) use postgres::end_abandoned;
use program::Program;
pub(crate) use programs::Programs;
pub use service::{Each, Service};

/// Five unoptimised processes on two busy cores, and a recovery, take a fraction of this.
pub const START_DEADLINE: Duration = Duration::from_mins(1);

/// What a stack is made from.
pub struct Options<'a> {
    /// Where `boxoffice` and the services' binaries are.
    pub binaries: &'a Path,
    /// Everything goes in here: keys, cluster, logs.
    pub folder: &'a Path,
    /// Settings as an operator gives them, to every service alike.
    pub settings: &'a [(&'a str, String)],
    /// Settings of PostgreSQL (`name=value`) that differ from a durable cluster's.
    pub postgres: &'a [String],
    /// `Some`: the members reach each other over links that can be made faulty.
    pub faulty_network: Option<u64>,
    /// Services that run twice; the links lead to both by turns, so it takes a network.
    pub twice: &'a [Service],
}

/// One of those that can be killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    Postgres,
    Service(Service),
    /// The other process of a service that runs twice.
    Second(Service),
}

impl Member {
    /// Those that there always are.
    pub const ALL: [Self; 5] = [
        Self::Postgres,
        Self::Service(Service::Queue),
        Self::Service(Service::Concert),
        Self::Service(Service::Reservation),
        Self::Service(Service::Wallet),
    ];
}

impl fmt::Display for Member {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Postgres => f.write_str("postgres"),
            Self::Service(service) => service.fmt(f),
            Self::Second(service) => write!(f, "{service}-2"),
        }
    }
}

impl FromStr for Member {
    type Err = anyhow::Error;

    fn from_str(word: &str) -> anyhow::Result<Self> {
        let all: Vec<Self> = Self::ALL.into_iter().chain(Service::ALL.map(Self::Second)).collect();
        let named = all.iter().find(|member| member.to_string() == word).copied();
        let names = || all.iter().map(Self::to_string).collect::<Vec<_>>().join(", ");
        named.with_context(|| format!("is none of {}", names()))
    }
}

/// All of them, running.
pub struct Stack {
    /// An operator's access token.
    pub operator: String,
    pub installation: Installation,
    /// Where fans call each service.
    pub doors: Each<String>,
    /// Where nothing can go wrong on the way once the network is healed, for whoever judges.
    pub side_doors: Each<String>,
    pub network: Option<Network>,
    pub mishaps: Mishaps,
    logs: PathBuf,
    postgres: Keeper,
    services: Each<Keepers>,
}

/// The processes of one service.
struct Keepers {
    first: Keeper,
    second: Option<Keeper>,
}

impl Stack {
    /// Starts everything in a new cluster; returns when all four serve.
    pub async fn start(options: Options<'_>) -> anyhow::Result<Self> {
        let twice = options.twice;
        ensure!(
            twice.is_empty() || options.faulty_network.is_some(),
            "two of a service need a network between"
        );
        let logs = prepare(options.folder)?;
        let cluster = Postgres::create(&options.folder.join("postgres"), options.postgres).await?;
        let ports = Each::try_of(|_| ports::free())?;
        let (shown, reachable) = reachability();
        let network = match options.faulty_network {
            Some(seed) => Some(Network::open(&reachable, seed).await?),
            None => None,
        };
        let mishaps = Mishaps::default();
        let installation =
            Installation::new(options.binaries, options.folder.join("boxoffice"), Some(cluster.url()));
        let (postgres_shown, services_shown) = shown;
        let entrance = Entrance { address: loopback(cluster.port()), open: postgres_shown };
        let postgres = Keeper::start(Program::postgres(cluster, &logs), entrance, mishaps.clone());
        postgres.serving(START_DEADLINE).await?;
        installation.migrate().await?;
        let wiring = Wiring { ports: &ports, network: network.as_ref() };
        let keep = |service: Service, name: String, port: u16| {
            let mut environment = installation.environment(service)?;
            wiring.lay(service, port, &mut environment)?;
            environment
                .extend(options.settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
            let binary = options.binaries.join(service.binary());
            ensure!(binary.is_file(), "{} is missing: cargo build --workspace --bins", binary.display());
            // Of two queue-services one is active, and has a port of its own open for as long as it is.
            let entrance =
                if service == Service::Queue && twice.contains(&service) { ports::free()? } else { port };
            if entrance != port {
                environment.push(("BOXOFFICE__HTTP__ACTIVE_PORT".to_owned(), entrance.to_string()));
            }
            let program = Program::service(name, binary, environment, port, &logs)?;
            let entrance =
                Entrance { address: loopback(entrance), open: services_shown.get(service).clone() };
            Ok(Keeper::start(program, entrance, mishaps.clone()))
        };
        let services = Each::try_of(|service| {
            let first = keep(service, service.binary(), *ports.get(service))?;
            let second = twice.contains(&service).then(ports::free).transpose()?;
            let second = second.map(|port| keep(service, format!("{}-2", service.binary()), port));
            Ok(Keepers { first, second: second.transpose()? })
        })?;
        let stack = Self {
            operator: installation.operator_token().await?,
            doors: Each::try_of(|service| wiring.door(service))?,
            side_doors: Each::try_of(|service| match service {
                // Whichever is active answers.
                Service::Queue if twice.contains(&service) => wiring.door(service),
                Service::Queue | Service::Concert | Service::Reservation | Service::Wallet => {
                    Ok(address(*ports.get(service)))
                }
            })?,
            installation,
            network,
            mishaps,
            logs,
            postgres,
            services,
        };
        stack.serving().await?;
        Ok(stack)
    }

    /// Waits until all of them do their work.
    pub async fn serving(&self) -> anyhow::Result<()> {
        for member in self.members() {
            self.serves(member).await?;
        }
        Ok(())
    }

    /// Waits until this one does its work.
    pub async fn serves(&self, member: Member) -> anyhow::Result<()> {
        let waited = self.keeper(member)?.serving(START_DEADLINE).await;
        waited.with_context(|| format!("its log is {}", self.log(member).display()))
    }

    /// All that there are.
    pub fn members(&self) -> Vec<Member> {
        let run_twice = |service: &Service| self.services.get(*service).second.is_some();
        let seconds = Service::ALL.into_iter().filter(run_twice).map(Member::Second);
        Member::ALL.into_iter().chain(seconds).collect()
    }

    pub fn state(&self, member: Member) -> State {
        self.keeper(member).map_or(State::Down, Keeper::state)
    }

    /// `kill -9`, and a start after `down_for`; whether there was a process to kill.
    pub async fn kill(&self, member: Member, down_for: Duration) -> bool {
        match self.keeper(member) {
            Ok(keeper) => keeper.kill(down_for).await,
            Err(_) => false,
        }
    }

    /// Lets one member end well; there is none until [`Stack::start_again`].
    pub async fn rest(&self, member: Member) {
        if let Ok(keeper) = self.keeper(member) {
            keeper.rest().await;
        }
    }

    /// Starts a member that rests; [`Stack::serving`] says when it works.
    pub async fn start_again(&self, member: Member) {
        if let Ok(keeper) = self.keeper(member) {
            keeper.start_again().await;
        }
    }

    /// The process id of a member that runs.
    pub fn pid(&self, member: Member) -> Option<i32> {
        self.keeper(member).ok()?.pid().map(nix::unistd::Pid::as_raw)
    }

    /// An error where the member is the second of a service that runs once.
    fn keeper(&self, member: Member) -> anyhow::Result<&Keeper> {
        match member {
            Member::Postgres => Ok(&self.postgres),
            Member::Service(service) => Ok(&self.services.get(service).first),
            Member::Second(service) => {
                self.services.get(service).second.as_ref().with_context(|| format!("{service} runs once"))
            }
        }
    }

    pub fn log(&self, member: Member) -> PathBuf {
        let name = self.keeper(member).map_or_else(|_| member.to_string(), |keeper| keeper.name().to_owned());
        self.logs.join(format!("{name}.log"))
    }

    /// Lets everything end well, PostgreSQL last.
    pub async fn stop(self) {
        let keepers = self.services.into_array().into_iter();
        let keepers = keepers.flat_map(|Keepers { first, second }| std::iter::once(first).chain(second));
        futures_util::future::join_all(keepers.map(Keeper::stop)).await;
        self.postgres.stop().await;
    }
}

/// How the members find each other: straight, or over the links of a network.
struct Wiring<'a> {
    ports: &'a Each<u16>,
    network: Option<&'a Network>,
}

impl Wiring<'_> {
    fn lay(
        &self,
        service: Service,
        port: u16,
        environment: &mut Vec<(String, String)>,
    ) -> anyhow::Result<()> {
        for peer in Service::ALL {
            let port = match self.network {
                Some(network) if peer != service => network.port(Way::Peer { from: service, to: peer })?,
                Some(_) | None => *self.ports.get(peer),
            };
            environment.push((peer.peer_setting(), address(port)));
        }
        environment.push(("BOXOFFICE__HTTP__PORT".to_owned(), port.to_string()));
        // A fan of ours does what many do.
        environment.push(("BOXOFFICE__HTTP__USER_RATE_LIMIT_PER_SECOND".to_owned(), "0".to_owned()));
        if let Some(network) = self.network {
            let port = network.port(Way::Database(service))?;
            for (_, url) in environment.iter_mut().filter(|(name, _)| name == "BOXOFFICE__DATABASE__URL") {
                let mut moved = reqwest::Url::parse(url).context("the database's address is no URL")?;
                ensure!(moved.set_port(Some(port)).is_ok(), "the database's address has no port");
                *url = moved.into();
            }
        }
        Ok(())
    }

    fn door(&self, service: Service) -> anyhow::Result<String> {
        Ok(address(match self.network {
            Some(network) => network.port(Way::Door(service))?,
            None => *self.ports.get(service),
        }))
    }
}

fn address(port: u16) -> String {
    format!("http://127.0.0.1:{port}")
}

/// PostgreSQL's account must be able to pass through the folder; the logs are for whoever runs this.
fn prepare(folder: &Path) -> anyhow::Result<PathBuf> {
    let logs = folder.join("logs");
    fs::create_dir_all(&logs)
        .and_then(|()| fs::set_permissions(folder, fs::Permissions::from_mode(0o755)))
        .with_context(|| format!("cannot prepare {}", folder.display()))?;
    Ok(logs)
}

fn loopback(port: u16) -> SocketAddr {
    SocketAddr::from((Ipv4Addr::LOCALHOST, port))
}

type Shown = (watch::Sender<Vec<SocketAddr>>, Each<watch::Sender<Vec<SocketAddr>>>);

fn reachability() -> (Shown, Reachable) {
    let postgres = watch::Sender::default();
    let services = Each::of(|_| watch::Sender::default());
    let reachable = Reachable {
        services: Each::of(|service| services.get(service).subscribe()),
        postgres: postgres.subscribe(),
    };
    ((postgres, services), reachable)
}
