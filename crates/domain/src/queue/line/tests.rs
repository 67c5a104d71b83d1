use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

/// What the line is, said plainly.
#[derive(Default)]
struct Plain {
    waiting: BTreeMap<i64, u32>,
    last: i64,
}

#[derive(Clone, Copy, Debug)]
enum Step {
    /// So many join, each so far behind the one before.
    Join(u16, i64),
    /// Whoever is so far along the line leaves, as a share of it.
    Leave(u16),
    /// So many are let in from the front.
    Admit(u16),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (1..400_u16, prop_oneof![9 => Just(1_i64), 1 => 1..3_000_i64]).prop_map(|(many, gap)| Step::Join(many, gap)),
        4 => any::<u16>().prop_map(Step::Leave),
        2 => (1..600_u16).prop_map(Step::Admit),
    ]
}

impl Plain {
    fn nth(&self, share: u16) -> Option<i64> {
        let place = usize::from(share) * self.waiting.len() / (usize::from(u16::MAX) + 1);
        self.waiting.keys().nth(place).copied()
    }

    fn take(&mut self, line: &mut Line, step: Step) {
        match step {
            Step::Join(many, gap) => {
                for _ in 0..many {
                    self.last += gap;
                    let handle = u32::try_from(self.last % 1_000_003).unwrap();
                    assert!(line.push(self.last, handle));
                    self.waiting.insert(self.last, handle);
                }
            }
            Step::Leave(share) => {
                if let Some(sequence) = self.nth(share) {
                    assert_eq!(line.remove(sequence), self.waiting.remove(&sequence));
                    assert_eq!((line.remove(sequence), line.get(sequence)), (None, None));
                }
            }
            Step::Admit(many) => {
                let first: Vec<i64> = line.iter().take(many.into()).map(|(sequence, _)| sequence).collect();
                let expected: Vec<i64> = self.waiting.keys().take(many.into()).copied().collect();
                assert_eq!(first, expected);
                for sequence in first {
                    assert_eq!(line.remove(sequence), self.waiting.remove(&sequence));
                }
            }
        }
    }

    fn agrees(&self, line: &Line) {
        assert_eq!((line.len(), line.is_empty()), (self.waiting.len(), self.waiting.is_empty()));
        assert!(line.iter().eq(self.waiting.iter().map(|(sequence, handle)| (*sequence, *handle))));
        for (ahead, (sequence, handle)) in self.waiting.iter().enumerate() {
            assert_eq!((line.ahead(*sequence), line.get(*sequence)), (ahead, Some(*handle)));
        }
        assert_eq!((line.ahead(self.last + 1), line.ahead(0)), (self.waiting.len(), 0));
    }
}

proptest! {
    #[test]
    fn places_are_those_of_the_plain_line_whoever_comes_and_goes(steps in proptest::collection::vec(step(), 1..40)) {
        let (mut plain, mut line) = (Plain::default(), Line::default());
        for step in steps {
            plain.take(&mut line, step);
            plain.agrees(&line);
        }
    }
}

/// A fixed sequence of numbers that look random (Knuth's MMIX generator).
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}

#[test]
fn of_ten_thousand_three_thousand_leave_at_random_and_everybody_stands_where_they_stand() {
    let (mut line, mut dice) = (Line::default(), Dice(7));
    let mut waiting: Vec<i64> = (1..=10_000).collect();
    assert!(waiting.iter().all(|sequence| line.push(*sequence, 0)));
    let mut told: BTreeMap<i64, usize> = waiting.iter().map(|sequence| (*sequence, usize::MAX)).collect();
    for left in 1..=3_000 {
        let sequence = waiting.remove(dice.below(waiting.len()));
        assert_eq!(line.remove(sequence), Some(0));
        if left % 100 == 0 {
            for (ahead, sequence) in waiting.iter().enumerate() {
                assert_eq!(line.ahead(*sequence), ahead);
                let before = told.insert(*sequence, ahead);
                assert!(before >= Some(ahead), "{ahead} in front of {sequence} after {before:?}");
            }
        }
    }
    assert_eq!(line.len(), 7_000);
}

#[test]
fn nobody_is_put_before_somebody_who_is_there() {
    let mut line = Line::default();
    assert!(line.push(1_000, 1) && line.push(1_001, 2));
    for early in [i64::MIN, 0, 999, 1_000, 1_001] {
        assert!(!line.push(early, 3));
    }
    assert_eq!(line.iter().collect::<Vec<_>>(), [(1_000, 1), (1_001, 2)]);
}

#[test]
fn what_has_ended_takes_no_room() {
    let mut line = Line::default();
    // One who stays at the front of a million who come and go: the ended blocks between are pointers.
    assert!(line.push(1, 1));
    for sequence in 2..=1_000_000 {
        assert!(line.push(sequence, 2));
        assert_eq!(line.remove(sequence), Some(2));
    }
    assert_eq!(line.blocks.iter().flatten().count(), 1);
    assert_eq!(line.ahead(1_000_001), 1);
    // And without that one there is nothing.
    assert_eq!(line.remove(1), Some(1));
    assert_eq!((line.blocks.len(), line.tree.nodes.len()), (0, 0));
}

#[test]
fn leading_blocks_go_when_everybody_in_them_has() {
    let mut line = Line::default();
    assert!((1..=100_000).all(|sequence| line.push(sequence, 0)));
    for sequence in 1..=90_000 {
        line.remove(sequence);
    }
    assert!(line.blocks.len() < 100_000 / BLOCK / 2, "{} blocks", line.blocks.len());
    assert_eq!((line.ahead(90_001), line.ahead(95_000)), (0, 4_999));
}
