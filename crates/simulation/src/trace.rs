//! What happened, in order: as a hash always, as text where somebody wants to read it.

use std::fmt::{self, Write};

use crate::executor::Moment;

/// FNV-1a with 64 bits (Fowler, Noll, Vo): a few lines, and the same on every machine and for ever. Numbers are
/// taken in whole, not byte by byte, for there are many.
#[derive(Clone, Copy)]
struct Fnv(u64);

impl Fnv {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;

    fn eat(&mut self, number: u64) {
        // The rotation brings the upper bits, which a product mixes best, to where the next number falls.
        self.0 = (self.0.rotate_left(23) ^ number).wrapping_mul(Self::PRIME);
    }

    fn eat_text(&mut self, text: &str) {
        for byte in text.bytes() {
            self.eat(byte.into());
        }
    }
}

/// The log of one world.
pub struct Trace {
    hash: Fnv,
    text: Option<String>,
}

impl Trace {
    /// `keep`: whether the text is wanted too.
    pub fn new(keep: bool) -> Self {
        Self { hash: Fnv(Fnv::OFFSET), text: keep.then(String::new) }
    }

    /// One event: a word for what it is, and numbers that say which.
    pub fn event(&mut self, at: Moment, what: &str, numbers: [u64; 2], text: impl fmt::Display) {
        self.hash.eat_text(what);
        for number in [at.as_millis(), numbers[0], numbers[1]] {
            self.hash.eat(number);
        }
        if let Some(kept) = &mut self.text {
            // Writing into a string does not fail.
            writeln!(kept, "{at} {what} {text}").ok();
        }
    }

    /// One step of the executor.
    pub fn step(&mut self, at: Moment, task: u64) {
        self.hash.eat(at.as_millis());
        self.hash.eat(task);
    }

    pub fn keeps_text(&self) -> bool {
        self.text.is_some()
    }

    pub fn hash(&self) -> u64 {
        self.hash.0
    }

    pub fn into_text(self) -> String {
        self.text.unwrap_or_default()
    }
}
