//! How large everything is.

use std::time::Duration;

use super::Options;

/// Seats that a fan holds in the run of P4; the default limit is 4 for each performance, and there are several.
pub const HOLDS_PER_FAN: usize = 8;
/// As many streams as concert-service lets one fan have.
pub const STREAMS_PER_FAN: usize = 8;

/// The sizes of a run. Rows that use something up have a round's worth of it for each round.
#[derive(Clone, Copy, Debug)]
pub struct Scale {
    pub lasts: Duration,
    pub rounds: usize,
    /// Fans in the long line, the one of the peers' measurements, and the short one.
    pub waiting: usize,
    pub waiting_at_peers: usize,
    pub waiting_few: usize,
    /// Of each of these, those who ask.
    pub asking: usize,
    pub joins: usize,
    pub holds: usize,
    pub hall: usize,
    /// Of an 8-seat hold and a 1-seat hold.
    pub pairs_of_holds: usize,
    pub purchases: usize,
    pub flow_hall: usize,
    pub flow_fans: usize,
    pub map_seats: usize,
    pub rush: usize,
    pub pairs: usize,
    pub pairs_hall: usize,
    pub streams: usize,
    pub published: usize,
    pub freed: usize,
    /// pgbench's own tables: 100,000 rows each.
    pub pgbench: u32,
}

impl Scale {
    pub fn of(options: &Options) -> Self {
        if options.smoke { Self::smoke() } else { Self::full(options) }
    }

    fn full(options: &Options) -> Self {
        let seconds = usize::try_from(options.seconds).unwrap_or(usize::MAX);
        Self {
            lasts: Duration::from_secs(options.seconds.into()),
            rounds: options.rounds,
            waiting: 1_000_000,
            waiting_at_peers: 50_000,
            waiting_few: 1_000,
            asking: 1_000,
            // Somewhat less than was seen to be done in a second: a round of these ends when they are used up.
            joins: 5_000 * seconds,
            holds: 8_000 * seconds,
            hall: 10_000,
            pairs_of_holds: 30 * seconds,
            purchases: 1_000 * seconds,
            flow_hall: 2_000,
            flow_fans: 1_000 * seconds,
            map_seats: 10_000,
            rush: 500,
            pairs: 160,
            pairs_hall: 8_000,
            streams: 10_000,
            published: 4 * seconds,
            freed: 4 * seconds,
            pgbench: 10,
        }
    }

    fn smoke() -> Self {
        Self {
            lasts: Duration::from_millis(200),
            rounds: 1,
            waiting: 2_000,
            waiting_at_peers: 500,
            waiting_few: 100,
            asking: 50,
            joins: 64,
            holds: 160,
            hall: 100,
            pairs_of_holds: 4,
            purchases: 16,
            flow_hall: 20,
            flow_fans: 16,
            map_seats: 200,
            rush: 20,
            pairs: 8,
            pairs_hall: 100,
            streams: 40,
            published: 3,
            freed: 3,
            pgbench: 1,
        }
    }
}
