//! The four services by name, and something for each of them.

use std::fmt;
use std::str::FromStr;

use anyhow::Context;

/// One of the four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    Queue,
    Concert,
    Reservation,
    Wallet,
}

impl Service {
    pub const ALL: [Self; 4] = [Self::Queue, Self::Concert, Self::Reservation, Self::Wallet];

    /// As settings and schemas call it.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Queue => "queue",
            Self::Concert => "concert",
            Self::Reservation => "reservation",
            Self::Wallet => "wallet",
        }
    }

    /// What its binary is called.
    pub fn binary(self) -> String {
        format!("{}-service", self.word())
    }

    /// The setting that tells the others where it is.
    pub fn peer_setting(self) -> String {
        format!("BOXOFFICE__PEERS__{}", self.word().to_uppercase())
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for Service {
    type Err = anyhow::Error;

    fn from_str(word: &str) -> anyhow::Result<Self> {
        let named = Self::ALL.into_iter().find(|service| service.word() == word);
        named.with_context(|| format!("is none of {}", Self::ALL.map(Self::word).join(", ")))
    }
}

/// One thing per service.
#[derive(Clone, Debug)]
pub struct Each<T> {
    queue: T,
    concert: T,
    reservation: T,
    wallet: T,
}

impl<T> Each<T> {
    pub fn of(mut make: impl FnMut(Service) -> T) -> Self {
        Self {
            queue: make(Service::Queue),
            concert: make(Service::Concert),
            reservation: make(Service::Reservation),
            wallet: make(Service::Wallet),
        }
    }

    /// As [`Each::of`], where the making may fail.
    pub fn try_of(mut make: impl FnMut(Service) -> anyhow::Result<T>) -> anyhow::Result<Self> {
        Ok(Self {
            queue: make(Service::Queue)?,
            concert: make(Service::Concert)?,
            reservation: make(Service::Reservation)?,
            wallet: make(Service::Wallet)?,
        })
    }

    pub const fn get(&self, service: Service) -> &T {
        match service {
            Service::Queue => &self.queue,
            Service::Concert => &self.concert,
            Service::Reservation => &self.reservation,
            Service::Wallet => &self.wallet,
        }
    }

    /// In the order of [`Service::ALL`].
    pub fn into_array(self) -> [T; 4] {
        [self.queue, self.concert, self.reservation, self.wallet]
    }
}
