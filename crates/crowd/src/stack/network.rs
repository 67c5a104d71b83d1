//! A faulty network: every way between two members of the stack leads through a link of its own.

use std::fmt;
use std::net::{Ipv4Addr, SocketAddr};

use anyhow::Context;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;

use super::ports;
use super::service::{Each, Service};
use crate::proxy::{Link, Trouble, Upstreams};

/// Who is called over a link, and by whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// A fan calls a service.
    Door(Service),
    /// One service calls another.
    Peer { from: Service, to: Service },
    /// A service uses its database.
    Database(Service),
}

impl fmt::Display for Way {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Door(to) => write!(f, "fans → {to}"),
            Self::Peer { from, to } => write!(f, "{from} → {to}"),
            Self::Database(from) => write!(f, "{from} → postgres"),
        }
    }
}

/// All the links of a stack.
pub struct Network {
    links: Vec<(Way, Link)>,
}

/// Where each member can be connected to.
pub(super) struct Reachable {
    pub(super) services: Each<Upstreams>,
    pub(super) postgres: Upstreams,
}

impl Network {
    pub(super) async fn open(reachable: &Reachable, seed: u64) -> anyhow::Result<Self> {
        let mut ways = Vec::new();
        for to in Service::ALL {
            ways.push(Way::Door(to));
            ways.push(Way::Database(to));
            ways.extend(
                Service::ALL.into_iter().filter(|from| *from != to).map(|from| Way::Peer { from, to }),
            );
        }
        let mut links = Vec::new();
        for (number, way) in (0..).zip(ways) {
            let upstreams = match way {
                Way::Door(to) | Way::Peer { to, .. } => reachable.services.get(to),
                Way::Database(_) => &reachable.postgres,
            };
            let address = SocketAddr::from((Ipv4Addr::LOCALHOST, ports::free()?));
            let link = Link::open(address, upstreams.clone(), seed.wrapping_add(number)).await;
            links.push((way, link.with_context(|| format!("cannot open the link {way}"))?));
        }
        Ok(Self { links })
    }

    /// Where to call to go this way.
    pub fn port(&self, way: Way) -> anyhow::Result<u16> {
        let found = self.links.iter().find(|(other, _)| *other == way);
        found.map(|(_, link)| link.address().port()).with_context(|| format!("there is no link {way}"))
    }

    /// Any of the links.
    pub fn pick(&self, random: &mut StdRng) -> Option<&(Way, Link)> {
        self.links.choose(random)
    }

    pub fn afflict(&self, way: Way, trouble: Option<Trouble>) {
        for (_, link) in self.links.iter().filter(|(other, _)| *other == way) {
            link.afflict(trouble);
        }
    }

    /// Ends every fault.
    pub fn heal(&self) {
        for (_, link) in &self.links {
            link.afflict(None);
        }
    }

    /// How often a fault has hit what went over a link.
    pub fn struck(&self) -> u64 {
        self.links.iter().map(|(_, link)| link.struck()).sum()
    }
}
