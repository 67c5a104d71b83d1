//! Who still waits, in the order of joining: how many are in front of somebody, and who is next.

use std::collections::VecDeque;

/// Sequences in a block: eight words of 64 bits are a cache line. Larger ones make the tree smaller and the counting
/// within a block longer.
const BLOCK: usize = 512;
const WORD: usize = 64;

/// The sequences that wait, each with the handle of whoever waits there.
///
/// A bit for each sequence, and over the blocks of bits a Fenwick tree of how many wait in each: to count those in front
/// takes some twenty additions at a million, however many have left from anywhere. A block in which nobody waits any
/// more takes 8 bytes until everybody before it has gone too.
#[derive(Debug, Default)]
pub struct Line {
    /// The sequence of the first bit of the first block.
    begin: i64,
    blocks: VecDeque<Option<Box<Block>>>,
    tree: Fenwick,
    waiting: usize,
}

#[derive(Debug)]
struct Block {
    words: [u64; BLOCK / WORD],
    handles: [u32; BLOCK],
}

impl Line {
    pub const fn len(&self) -> usize {
        self.waiting
    }

    pub const fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// Puts somebody at the end. False, and nothing done, where that is not behind everybody there ever was.
    pub fn push(&mut self, sequence: i64, handle: u32) -> bool {
        if self.blocks.is_empty() {
            self.begin = sequence;
        }
        let Some(place) = self.place(sequence) else { return false };
        if place < self.behind_last() {
            return false;
        }
        let (block, bit) = (place / BLOCK, place % BLOCK);
        while self.blocks.len() <= block {
            self.blocks.push_back(None);
            self.tree.push();
        }
        if let Some(slot) = self.blocks.get_mut(block) {
            slot.get_or_insert_with(Block::empty).set(bit, handle);
        }
        self.tree.add(block, 1);
        self.waiting += 1;
        true
    }

    /// Takes somebody out of the line; the handle of who stood there.
    pub fn remove(&mut self, sequence: i64) -> Option<u32> {
        let place = self.place(sequence)?;
        let (block, bit) = (place / BLOCK, place % BLOCK);
        let slot = self.blocks.get_mut(block)?;
        let handle = slot.as_mut()?.take(bit)?;
        let over = slot.as_ref().is_some_and(|block| block.is_empty());
        if over {
            *slot = None;
        }
        self.tree.take(block);
        self.waiting -= 1;
        if over {
            self.drop_front();
        }
        Some(handle)
    }

    /// Who waits at this sequence.
    pub fn get(&self, sequence: i64) -> Option<u32> {
        let place = self.place(sequence)?;
        self.blocks.get(place / BLOCK)?.as_ref()?.get(place % BLOCK)
    }

    /// How many wait in front of this sequence.
    pub fn ahead(&self, sequence: i64) -> usize {
        let Some(place) = self.place(sequence) else { return 0 };
        let (block, bit) = (place / BLOCK, place % BLOCK);
        if block >= self.blocks.len() {
            return self.waiting;
        }
        let within = self.blocks.get(block).and_then(Option::as_ref).map_or(0, |block| block.before(bit));
        self.tree.before(block) + within
    }

    /// Everybody who waits, from the front.
    pub fn iter(&self) -> impl Iterator<Item = (i64, u32)> {
        let blocks = self.blocks.iter().enumerate();
        let blocks = blocks.filter_map(|(number, block)| Some((number * BLOCK, block.as_ref()?)));
        blocks.flat_map(move |(first, block)| {
            block.bits().filter_map(move |bit| {
                let place = i64::try_from(first + bit).ok()?;
                Some((self.begin + place, block.get(bit)?))
            })
        })
    }

    fn place(&self, sequence: i64) -> Option<usize> {
        usize::try_from(sequence.checked_sub(self.begin)?).ok()
    }

    /// The place behind everybody who waits. Who joins comes behind the last one there ever was: of those who have left
    /// from the end nothing is known here, and nothing needs to be.
    fn behind_last(&self) -> usize {
        let last = self.blocks.len().saturating_sub(1);
        let within = self.blocks.back().and_then(Option::as_ref).and_then(|block| block.bits().last());
        within.map_or(last * BLOCK, |bit| last * BLOCK + bit + 1)
    }

    /// Forgets leading blocks in which nobody waits, once they are more than half of all: what it costs to build the
    /// tree again is then less than what was paid for filling them.
    fn drop_front(&mut self) {
        if self.waiting == 0 {
            *self = Self::default();
            return;
        }
        let ended = self.blocks.iter().take_while(|block| block.is_none()).count();
        if ended * 2 <= self.blocks.len() {
            return;
        }
        self.blocks.drain(..ended);
        self.blocks.shrink_to_fit();
        self.begin = self.begin.saturating_add(i64::try_from(ended * BLOCK).unwrap_or(i64::MAX));
        self.tree = self.blocks.iter().map(|block| block.as_ref().map_or(0, |block| block.count())).collect();
    }
}

impl Block {
    fn empty() -> Box<Self> {
        Box::new(Self { words: [0; BLOCK / WORD], handles: [0; BLOCK] })
    }

    fn set(&mut self, bit: usize, handle: u32) {
        if let (Some(word), Some(kept)) = (self.words.get_mut(bit / WORD), self.handles.get_mut(bit)) {
            *word |= 1 << (bit % WORD);
            *kept = handle;
        }
    }

    fn get(&self, bit: usize) -> Option<u32> {
        let word = self.words.get(bit / WORD)?;
        (word & (1 << (bit % WORD)) != 0).then(|| self.handles.get(bit).copied()).flatten()
    }

    fn take(&mut self, bit: usize) -> Option<u32> {
        let handle = self.get(bit)?;
        *self.words.get_mut(bit / WORD)? &= !(1 << (bit % WORD));
        Some(handle)
    }

    fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    fn count(&self) -> u32 {
        self.words.iter().map(|word| word.count_ones()).sum()
    }

    /// How many bits are set before this one.
    fn before(&self, bit: usize) -> usize {
        let ones = |word: &u64| usize::try_from(word.count_ones()).unwrap_or(WORD);
        let whole: usize = self.words.iter().take(bit / WORD).map(ones).sum();
        let below = (1_u64 << (bit % WORD)) - 1;
        whole + self.words.get(bit / WORD).map_or(0, |word| ones(&(word & below)))
    }

    fn bits(&self) -> impl Iterator<Item = usize> {
        self.words
            .iter()
            .enumerate()
            .flat_map(|(number, word)| Ones(*word).map(move |bit| number * WORD + bit))
    }
}

/// The places of the bits that are set, from the lowest.
struct Ones(u64);

impl Iterator for Ones {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        let lowest = (self.0 != 0).then(|| self.0.trailing_zeros())?;
        self.0 &= self.0 - 1;
        usize::try_from(lowest).ok()
    }
}

/// Sums over a growing list of counts (Fenwick 1994): `nodes[i]` is the sum of the `lowbit(i + 1)` counts that end at `i`.
#[derive(Debug, Default)]
struct Fenwick {
    nodes: Vec<u32>,
}

/// The lowest bit that is set.
const fn lowbit(number: usize) -> usize {
    number & number.wrapping_neg()
}

impl Fenwick {
    /// One more count, of 0.
    fn push(&mut self) {
        let number = self.nodes.len() + 1;
        let (mut sum, mut child) = (0, number - 1);
        while child > number - lowbit(number) {
            sum += self.nodes.get(child - 1).copied().unwrap_or_default();
            child -= lowbit(child);
        }
        self.nodes.push(sum);
    }

    fn add(&mut self, index: usize, count: u32) {
        self.each_above(index, |node| *node += count);
    }

    /// One less.
    fn take(&mut self, index: usize) {
        self.each_above(index, |node| *node -= 1);
    }

    fn each_above(&mut self, index: usize, change: impl Fn(&mut u32)) {
        let mut number = index + 1;
        while let Some(node) = self.nodes.get_mut(number - 1) {
            change(node);
            number += lowbit(number);
        }
    }

    /// The sum of the counts before this one.
    fn before(&self, index: usize) -> usize {
        let (mut number, mut sum) = (index, 0);
        while number > 0 {
            sum += self.nodes.get(number - 1).map_or(0, |node| usize::try_from(*node).unwrap_or_default());
            number -= lowbit(number);
        }
        sum
    }
}

impl FromIterator<u32> for Fenwick {
    fn from_iter<I: IntoIterator<Item = u32>>(counts: I) -> Self {
        let mut tree = Self::default();
        for (index, count) in counts.into_iter().enumerate() {
            tree.push();
            tree.add(index, count);
        }
        tree
    }
}

#[cfg(test)]
mod tests;
