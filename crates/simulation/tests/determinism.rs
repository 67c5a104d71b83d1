//! A seed is a world, every time and on every thread.

use std::num::NonZeroUsize;

use simulation::sweep::sweep;
use simulation::world::{Options, run};

#[test]
fn the_same_seed_gives_the_same_trace() {
    for seed in 0..300 {
        let (once, again) = (run(seed, Options::default()), run(seed, Options::default()));
        assert_eq!((once.hash, once.steps), (again.hash, again.steps), "seed {seed}");
    }
}

#[test]
fn keeping_the_text_changes_nothing() {
    for seed in 0..50 {
        let kept = run(seed, Options { keep_trace: true, ..Options::default() });
        assert_eq!(kept.hash, run(seed, Options::default()).hash, "seed {seed}");
        assert!(!kept.trace.is_empty());
    }
}

#[test]
fn different_seeds_are_different_worlds() {
    let mut hashes: Vec<u64> = (0..300).map(|seed| run(seed, Options::default()).hash).collect();
    hashes.sort_unstable();
    hashes.dedup();
    assert_eq!(hashes.len(), 300);
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let steps = |threads| sweep(0..200, NonZeroUsize::new(threads).unwrap(), None).steps;
    assert_eq!(steps(1), steps(3));
}
