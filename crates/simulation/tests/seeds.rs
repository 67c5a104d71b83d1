//! Fifty thousand worlds on every change: no guarantee is broken in any of them, and every fault was seen.

use std::num::NonZeroUsize;
use std::ops::Range;

use simulation::sweep::{Totals, sweep};

/// One thread: the test runner runs these side by side.
fn nothing_breaks_in(seeds: Range<u64>) -> Totals {
    let totals = sweep(seeds, NonZeroUsize::MIN, None);
    if let Some(failed) = &totals.failed {
        let seed = failed.seed;
        let violation = failed.violation.as_ref().map(ToString::to_string).unwrap_or_default();
        panic!("{violation}\nto see it: cargo run --release -p simulation -- --seed {seed} --trace");
    }
    assert_eq!(totals.cells.impossible(), []);
    totals
}

#[test]
fn nothing_breaks_in_seeds_0_to_12_000_and_every_fault_falls_on_every_step_that_it_can() {
    let totals = nothing_breaks_in(0..12_000);
    assert_eq!(totals.cells.silent(), []);
    for (disaster, count) in totals.disasters.counted() {
        assert!(count > 0, "{disaster:?} never happened");
    }
}

macro_rules! seeds {
    ($($name:ident: $seeds:expr;)*) => {$(
        #[test]
        fn $name() {
            nothing_breaks_in($seeds);
        }
    )*};
}

seeds! {
    nothing_breaks_in_seeds_12_000_to_22_000: 12_000..22_000;
    nothing_breaks_in_seeds_22_000_to_32_000: 22_000..32_000;
    nothing_breaks_in_seeds_32_000_to_42_000: 32_000..42_000;
    nothing_breaks_in_seeds_42_000_to_52_000: 42_000..52_000;
}
