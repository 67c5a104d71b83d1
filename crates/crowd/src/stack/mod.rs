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
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::time::Duration;

use anyhow::{Context, ensure};
use tokio::sync::watch;

pub use installation::Installation;
use keeper::Keeper;
pub use keeper::{Mishaps, State};
use network::Reachable;
pub use network::{Network, Way};
pub(crate) use ports::free as free_port;
use postgres::Postgres;
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
}

/// One of the five that can be killed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Member {
    Postgres,
    Service(Service),
}

impl Member {
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
        }
    }
}

impl FromStr for Member {
    type Err = anyhow::Error;

    fn from_str(word: &str) -> anyhow::Result<Self> {
        let named = Self::ALL.into_iter().find(|member| member.to_string() == word);
        named.with_context(|| format!("is none of {}", Self::ALL.map(|member| member.to_string()).join(", ")))
    }
}

/// The running five.
pub struct Stack {
    /// An operator's access token.
    pub operator: String,
    pub installation: Installation,
    /// Where fans call each service.
    pub doors: Each<String>,
    /// Where nothing can go wrong on the way, for whoever judges.
    pub side_doors: Each<String>,
    pub network: Option<Network>,
    pub mishaps: Mishaps,
    logs: PathBuf,
    postgres: Keeper,
    services: Each<Keeper>,
}

impl Stack {
    /// Starts everything in a new cluster; returns when all four serve.
    pub async fn start(options: Options<'_>) -> anyhow::Result<Self> {
        let logs = prepare(options.folder)?;
        let cluster = Postgres::create(&options.folder.join("postgres"), options.postgres).await?;
        let ports = Each::try_of(|_| ports::free())?;
        let (shown, reachable) = reachability();
        let network = match options.faulty_network {
            Some(seed) => Some(Network::open(&ports, cluster.port(), &reachable, seed).await?),
            None => None,
        };
        let mishaps = Mishaps::default();
        let installation =
            Installation::new(options.binaries, options.folder.join("boxoffice"), Some(cluster.url()));
        let (postgres_shown, services_shown) = shown;
        let postgres = Keeper::start(Program::postgres(cluster, &logs), postgres_shown, mishaps.clone());
        postgres.serving(START_DEADLINE).await?;
        installation.migrate().await?;
        let wiring = Wiring { ports: &ports, network: network.as_ref() };
        let services = Each::try_of(|service| {
            let mut environment = installation.environment(service)?;
            wiring.lay(service, &mut environment)?;
            environment
                .extend(options.settings.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
            let binary = options.binaries.join(service.binary());
            ensure!(binary.is_file(), "{} is missing: cargo build --workspace --bins", binary.display());
            let program = Program::service(service, binary, environment, *ports.get(service), &logs)?;
            Ok(Keeper::start(program, services_shown.get(service).clone(), mishaps.clone()))
        })?;
        let stack = Self {
            operator: installation.operator_token().await?,
            doors: Each::try_of(|service| wiring.door(service))?,
            side_doors: Each::of(|service| address(*ports.get(service))),
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

    /// Waits until all five do their work.
    pub async fn serving(&self) -> anyhow::Result<()> {
        for member in Member::ALL {
            let keeper = self.keeper(member);
            let waited = keeper.serving(START_DEADLINE).await;
            waited.with_context(|| format!("its log is {}", self.log(member).display()))?;
        }
        Ok(())
    }

    pub fn state(&self, member: Member) -> State {
        self.keeper(member).state()
    }

    /// `kill -9`, and a start after `down_for`; whether there was a process to kill.
    pub async fn kill(&self, member: Member, down_for: Duration) -> bool {
        self.keeper(member).kill(down_for).await
    }

    /// Lets one member end well; there is none until [`Stack::start_again`].
    pub async fn rest(&self, member: Member) {
        self.keeper(member).rest().await;
    }

    /// Starts a member that rests; [`Stack::serving`] says when it works.
    pub async fn start_again(&self, member: Member) {
        self.keeper(member).start_again().await;
    }

    /// The process id of a member that runs.
    pub fn pid(&self, member: Member) -> Option<i32> {
        self.keeper(member).pid().map(nix::unistd::Pid::as_raw)
    }

    fn keeper(&self, member: Member) -> &Keeper {
        match member {
            Member::Postgres => &self.postgres,
            Member::Service(service) => self.services.get(service),
        }
    }

    pub fn log(&self, member: Member) -> PathBuf {
        self.logs.join(format!("{}.log", self.keeper(member).name()))
    }

    /// Lets everything end well, PostgreSQL last.
    pub async fn stop(self) {
        futures_util::future::join_all(self.services.into_array().map(Keeper::stop)).await;
        self.postgres.stop().await;
    }
}

/// How the members find each other: straight, or over the links of a network.
struct Wiring<'a> {
    ports: &'a Each<u16>,
    network: Option<&'a Network>,
}

impl Wiring<'_> {
    fn lay(&self, service: Service, environment: &mut Vec<(String, String)>) -> anyhow::Result<()> {
        for peer in Service::ALL {
            let port = match self.network {
                Some(network) if peer != service => network.port(Way::Peer { from: service, to: peer })?,
                Some(_) | None => *self.ports.get(peer),
            };
            environment.push((peer.peer_setting(), address(port)));
        }
        environment.push(("BOXOFFICE__HTTP__PORT".to_owned(), self.ports.get(service).to_string()));
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

type Shown = (watch::Sender<bool>, Each<watch::Sender<bool>>);

fn reachability() -> (Shown, Reachable) {
    let postgres = watch::Sender::new(false);
    let services = Each::of(|_| watch::Sender::new(false));
    let reachable = Reachable {
        services: Each::of(|service| services.get(service).subscribe()),
        postgres: postgres.subscribe(),
    };
    ((postgres, services), reachable)
}
