//! Every choice of a world comes from here, so the seed decides all of them.

use std::time::Duration;

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// A stream of choices. The mapping from bits to choices is written out here and not taken from a library, whose
/// next version might map them otherwise: a seed means the same world for ever.
pub struct Chance(ChaCha8Rng);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// One of `0..n`; 0 where `n` is 0. The bias for the small numbers used here is below 2^-20.
    pub fn below(&mut self, n: u32) -> u32 {
        let wide = u64::from(self.0.next_u32()) * u64::from(n);
        // The upper half of a product of two 32-bit numbers is one of 32 bits.
        u32::try_from(wide >> 32).unwrap_or(0)
    }

    /// One of `low..=high`.
    pub fn between(&mut self, low: u32, high: u32) -> u32 {
        low + self.below(high.saturating_sub(low).saturating_add(1))
    }

    /// True in `parts` of 1,000 cases.
    pub fn per_mille(&mut self, parts: u32) -> bool {
        self.below(1_000) < parts
    }

    /// True in one of `n` cases.
    pub fn one_in(&mut self, n: u32) -> bool {
        self.below(n) == 0
    }

    /// A place in a list of `len`; `None` where it is empty.
    pub fn place(&mut self, len: usize) -> Option<usize> {
        let len = u32::try_from(len).ok().filter(|len| *len > 0)?;
        usize::try_from(self.below(len)).ok()
    }

    /// One of the things; `None` where there are none.
    pub fn pick<'a, T>(&mut self, things: &'a [T]) -> Option<&'a T> {
        things.get(self.place(things.len())?)
    }

    pub fn millis(&mut self, low: u32, high: u32) -> Duration {
        Duration::from_millis(self.between(low, high).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_means_the_same_choices_for_ever() {
        let mut chance = Chance::new(7);
        let drawn: Vec<u32> = (0..8).map(|_| chance.below(1_000)).collect();
        assert_eq!(drawn, FIRST_OF_SEED_7);
    }

    /// Written down once; a change here would change the meaning of every seed.
    const FIRST_OF_SEED_7: [u32; 8] = [140, 157, 182, 167, 270, 704, 36, 726];

    #[test]
    fn every_value_of_a_range_comes_up_and_no_other() {
        let mut chance = Chance::new(1);
        let mut seen = [0; 5];
        for _ in 0..1_000 {
            seen[usize::try_from(chance.between(3, 7)).unwrap() - 3] += 1;
        }
        assert!(seen.iter().all(|count| *count > 100), "{seen:?}");
        assert_eq!((chance.below(0), chance.place(0)), (0, None));
    }
}
