//! What may happen to the bytes on a link.

use std::fmt;
use std::time::Duration;

use rand::Rng;
use rand::rngs::StdRng;

/// Which way the bytes go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// From the caller.
    Requests,
    /// To the caller.
    Answers,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Every piece takes this much longer, either way.
    Delay(Duration),
    /// The connection is reset (RST) in place of the next piece that way: a request that never arrives, or one that
    /// was carried out and whose answer is lost.
    Reset(Side),
    /// Nothing gets through that way until the fault is healed; then everything does, however late.
    BlackHole(Side),
    /// So many bytes of an answer, then the end of the connection.
    HalfAnswer { bytes: usize },
}

/// A fault, and how many of a hundred pieces it hits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    pub fault: Fault,
    pub percent: u32,
}

impl Trouble {
    pub const fn always(fault: Fault) -> Self {
        Self { fault, percent: 100 }
    }

    /// Any trouble.
    pub fn draw(random: &mut StdRng) -> Self {
        let side = if random.random_bool(0.5) { Side::Requests } else { Side::Answers };
        let fault = match random.random_range(0..5) {
            0 => Fault::Delay(Duration::from_millis(random.random_range(20..800))),
            1 | 2 => Fault::Reset(side),
            3 => Fault::BlackHole(side),
            // An answer's head is longer than that.
            _ => Fault::HalfAnswer { bytes: random.random_range(1..200) },
        };
        // Half of the troubles leave a repetition a chance.
        let percent = if random.random_bool(0.5) { 100 } else { random.random_range(20..80) };
        Self { fault, percent }
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let of = |side: Side| match side {
            Side::Requests => "requests",
            Side::Answers => "answers",
        };
        match self.fault {
            Fault::Delay(by) => write!(f, "delay of {} ms", by.as_millis())?,
            Fault::Reset(side) => write!(f, "reset of {}", of(side))?,
            Fault::BlackHole(side) => write!(f, "black hole for {}", of(side))?,
            Fault::HalfAnswer { bytes } => write!(f, "answers cut after {bytes} bytes")?,
        }
        write!(f, ", {} %", self.percent)
    }
}
