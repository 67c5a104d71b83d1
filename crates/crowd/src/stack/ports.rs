//! Ports for processes that are stopped and started again.

use std::net::{Ipv4Addr, TcpListener};
use std::sync::atomic::{AtomicU16, Ordering};

use anyhow::Context;

/// Below the ports that Linux (32768) and macOS (49152) hand out to outgoing connections: nobody is given ours while
/// the process behind it is down.
const FIRST: u16 = 15_000;
const MANY: u16 = 17_000;
/// Stacks of processes that were started one after the other do not look at the same ports.
const PER_PROCESS: u16 = 100;

static TAKEN: AtomicU16 = AtomicU16::new(0);

/// A port of this machine's loopback that nobody listens on, and that was not given out here before.
pub fn free() -> anyhow::Result<u16> {
    let slice = std::process::id() % u32::from(MANY / PER_PROCESS);
    let base = u16::try_from(slice).unwrap_or_default() * PER_PROCESS;
    (0..MANY)
        .map(|_| FIRST + base.wrapping_add(TAKEN.fetch_add(1, Ordering::Relaxed)) % MANY)
        .find(|port| TcpListener::bind((Ipv4Addr::LOCALHOST, *port)).is_ok())
        .context("no free port on 127.0.0.1")
}
