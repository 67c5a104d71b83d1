//! The `boxoffice` command's own infrastructure, on real PostgreSQL programs.

#[cfg(test)]
mod audit;
#[cfg(test)]
mod containers;
#[cfg(test)]
mod early_stop;
#[cfg(test)]
mod installation;
#[cfg(test)]
mod leftover;
#[cfg(test)]
mod origin;
#[cfg(test)]
mod private_postgres;
#[cfg(test)]
mod provisioning;
#[cfg(test)]
mod sandbox;
#[cfg(test)]
mod security;
#[cfg(test)]
mod with_postgres;
