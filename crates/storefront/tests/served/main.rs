//! What a browser is given.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails loudly")]

mod answers;
mod modules;
mod qr;
mod texts;
