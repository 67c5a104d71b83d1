//! The pages in a real Chromium, against `boxoffice up` as anybody starts it.
//!
//! Nothing here sleeps: each step waits for what a fan would wait for, on the screen.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on fails loudly")]
#![expect(clippy::indexing_slicing, reason = "an answer without the field that is looked at fails the test")]

mod accessibility;
mod console;
mod console_accessibility;
mod driver;
mod fan;
mod frames;
mod held_wire;
mod line;
mod lossy_wire;
mod map_bench;
mod office;
mod operator;
mod patience;
mod purchase;
mod screens;
mod screens_of_console;
mod seats;
mod slow_wallet;
mod touch;
