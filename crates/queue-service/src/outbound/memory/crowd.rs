use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use chrono::{DateTime, Utc};
use domain::shared::{EntryId, UserId};
use hashbrown::HashTable;

use super::presence::Presence;

/// Records in a chunk, of 64 bytes each: a quarter of a megabyte at a time, where a list that doubles would for a moment
/// need three times what it holds.
const CHUNK: usize = 4_096;
/// Parts of an index. Each grows by itself, so that nobody waits for a million entries to find new places: 4,000 take
/// half a millisecond.
const PARTS: usize = 256;

/// Everybody who waits, in whichever queue. Those who leave make room for those who come.
pub struct Crowd {
    chunks: Vec<Box<[Option<Fan>]>>,
    free: Vec<u32>,
    by_entry: Index,
    by_user: Index,
    hasher: RandomState,
}

/// One who waits.
#[derive(Debug)]
pub struct Fan {
    pub entry: EntryId,
    pub user: UserId,
    pub sequence: i64,
    joined_micros: i64,
    /// The number of the room.
    pub room: u16,
    /// Whether it is written that somebody later may come in before.
    pub passed_over: bool,
    pub presence: Presence,
}

/// Slots by a hash.
struct Index(Vec<HashTable<u32>>);

impl Fan {
    pub fn new(
        entry: EntryId,
        user: UserId,
        sequence: i64,
        room: u16,
        joined_at: DateTime<Utc>,
        seen: Duration,
    ) -> Self {
        let joined_micros = joined_at.timestamp_micros();
        Self { entry, user, sequence, joined_micros, room, passed_over: false, presence: Presence::new(seen) }
    }

    /// In microseconds, as PostgreSQL keeps it.
    pub fn joined_at(&self) -> DateTime<Utc> {
        DateTime::from_timestamp_micros(self.joined_micros).unwrap_or_default()
    }
}

impl Default for Crowd {
    fn default() -> Self {
        Self {
            chunks: Vec::new(),
            free: Vec::new(),
            by_entry: Index::default(),
            by_user: Index::default(),
            hasher: RandomState::new(),
        }
    }
}

impl Crowd {
    pub fn get(&self, slot: u32) -> Option<&Fan> {
        get(&self.chunks, slot)
    }

    pub fn get_mut(&mut self, slot: u32) -> Option<&mut Fan> {
        let slot = usize::try_from(slot).ok()?;
        self.chunks.get_mut(slot / CHUNK)?.get_mut(slot % CHUNK)?.as_mut()
    }

    pub fn find(&self, entry: EntryId) -> Option<&Fan> {
        let slot = self.slot_of(entry)?;
        self.get(slot)
    }

    pub fn slot_of(&self, entry: EntryId) -> Option<u32> {
        let is_it = |slot: &u32| self.get(*slot).is_some_and(|fan| fan.entry == entry);
        self.by_entry.find(self.hasher.hash_one(entry), is_it)
    }

    pub fn find_user(&self, room: u16, user: UserId) -> Option<&Fan> {
        let is_it = |slot: &u32| self.get(*slot).is_some_and(|fan| fan.user == user && fan.room == room);
        let slot = self.by_user.find(self.hasher.hash_one((room, user)), is_it)?;
        self.get(slot)
    }

    /// Takes somebody up; where, or `None` where there is no room for more than 2^32.
    pub fn insert(&mut self, fan: Fan) -> Option<u32> {
        if self.free.is_empty() {
            let first = u32::try_from(self.chunks.len() * CHUNK).ok()?;
            let chunk: Vec<Option<Fan>> = (0..CHUNK).map(|_| None).collect();
            self.chunks.push(chunk.into_boxed_slice());
            // The lowest is taken first.
            self.free.extend((0..u32::try_from(CHUNK).ok()?).rev().map(|offset| first + offset));
        }
        let slot = self.free.pop()?;
        let (entry, user, room) = (fan.entry, fan.user, fan.room);
        let place = usize::try_from(slot).ok()?;
        *self.chunks.get_mut(place / CHUNK)?.get_mut(place % CHUNK)? = Some(fan);
        let (chunks, hasher) = (&self.chunks, &self.hasher);
        let entry_of = |slot: &u32| get(chunks, *slot).map_or(0, |fan| hasher.hash_one(fan.entry));
        self.by_entry.insert(hasher.hash_one(entry), slot, entry_of);
        let user_of = |slot: &u32| get(chunks, *slot).map_or(0, |fan| hasher.hash_one((fan.room, fan.user)));
        self.by_user.insert(hasher.hash_one((room, user)), slot, user_of);
        Some(slot)
    }

    pub fn remove(&mut self, slot: u32) -> Option<Fan> {
        let place = usize::try_from(slot).ok()?;
        let fan = self.chunks.get_mut(place / CHUNK)?.get_mut(place % CHUNK)?.take()?;
        self.by_entry.remove(self.hasher.hash_one(fan.entry), slot);
        self.by_user.remove(self.hasher.hash_one((fan.room, fan.user)), slot);
        self.free.push(slot);
        Some(fan)
    }
}

fn get(chunks: &[Box<[Option<Fan>]>], slot: u32) -> Option<&Fan> {
    let slot = usize::try_from(slot).ok()?;
    chunks.get(slot / CHUNK)?.get(slot % CHUNK)?.as_ref()
}

impl Default for Index {
    fn default() -> Self {
        Self((0..PARTS).map(|_| HashTable::new()).collect())
    }
}

impl Index {
    /// By bits that a table itself looks at last.
    fn part(hash: u64) -> usize {
        usize::from(hash.to_be_bytes()[2])
    }

    fn find(&self, hash: u64, is_it: impl FnMut(&u32) -> bool) -> Option<u32> {
        self.0.get(Self::part(hash))?.find(hash, is_it).copied()
    }

    fn insert(&mut self, hash: u64, slot: u32, hash_of: impl Fn(&u32) -> u64) {
        if let Some(part) = self.0.get_mut(Self::part(hash)) {
            part.insert_unique(hash, slot, hash_of);
        }
    }

    fn remove(&mut self, hash: u64, slot: u32) {
        let part = self.0.get_mut(Self::part(hash));
        if let Some(Ok(found)) = part.map(|part| part.find_entry(hash, |other| *other == slot)) {
            found.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const fn fan(number: u128, room: u16) -> (EntryId, UserId, u16) {
        (EntryId(Uuid::from_u128(number)), UserId(Uuid::from_u128(number % 50_000)), room)
    }

    fn add(crowd: &mut Crowd, (entry, user, room): (EntryId, UserId, u16)) -> u32 {
        let sequence = i64::try_from(entry.0.as_u128()).unwrap();
        crowd.insert(Fan::new(entry, user, sequence, room, DateTime::UNIX_EPOCH, Duration::ZERO)).unwrap()
    }

    #[test]
    fn a_record_is_64_bytes() {
        assert_eq!(size_of::<Option<Fan>>(), 64);
    }

    #[test]
    fn everybody_is_found_by_entry_and_by_user_until_they_leave() {
        let mut crowd = Crowd::default();
        let slots: Vec<u32> = (0..100_000).map(|n| add(&mut crowd, fan(n, u16::from(n >= 50_000)))).collect();
        for (n, slot) in slots.iter().enumerate() {
            let (entry, user, room) = fan(n.try_into().unwrap(), u16::from(n >= 50_000));
            assert_eq!(crowd.slot_of(entry), Some(*slot));
            assert_eq!(crowd.find_user(room, user).map(|fan| fan.entry), Some(entry));
            assert!(crowd.find_user(7, user).is_none());
        }
        for slot in slots.iter().step_by(2) {
            assert!(crowd.remove(*slot).is_some() && crowd.remove(*slot).is_none());
        }
        for (n, slot) in slots.iter().enumerate() {
            let (entry, user, room) = fan(n.try_into().unwrap(), u16::from(n >= 50_000));
            assert_eq!(crowd.slot_of(entry), (n % 2 == 1).then_some(*slot));
            assert_eq!(crowd.find_user(room, user).is_some(), n % 2 == 1);
        }
    }

    #[test]
    fn who_comes_takes_the_room_of_those_who_have_left() {
        let mut crowd = Crowd::default();
        for n in 0..100_000 {
            let slot = add(&mut crowd, fan(n, 0));
            crowd.remove(slot);
        }
        assert_eq!(crowd.chunks.len(), 1);
    }
}
