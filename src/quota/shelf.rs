//! A bounded place for what may be forgotten at any time: what came first goes first when it grows too heavy. It knows
//! no age and no person.

use std::{
    collections::{HashMap, VecDeque, hash_map::RandomState},
    fmt,
    hash::{BuildHasher, Hash},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// Parts with a lock each.
const PARTS: usize = 16;

/// Values by key, together no heavier than it was made for.
pub struct Shelf<K, V> {
    parts: Box<[Mutex<Part<K, V>>]>,
    hasher: RandomState,
    /// What each part may weigh.
    room: usize,
}

struct Part<K, V> {
    held: HashMap<K, Held<V>>,
    /// In the order in which they came, those that were replaced or taken away since among them.
    order: VecDeque<(K, u64)>,
    weight: usize,
    numbers: u64,
}

struct Held<V> {
    value: V,
    weight: usize,
    number: u64,
}

impl<K: Clone + Eq + Hash, V: Clone> Shelf<K, V> {
    /// An empty one for `room` bytes in all.
    pub fn new(room: usize) -> Self {
        let part = || {
            Mutex::new(Part {
                held: HashMap::new(),
                order: VecDeque::new(),
                weight: 0,
                numbers: 0,
            })
        };
        Self {
            parts: (0..PARTS).map(|_| part()).collect(),
            hasher: RandomState::new(),
            room: room / PARTS,
        }
    }

    /// What is held under `key`.
    pub fn get(&self, key: &K) -> Option<V> {
        self.part(key).held.get(key).map(|held| held.value.clone())
    }

    /// Holds `value`, which weighs `weight` bytes, in the place of what was there.
    pub fn insert(&self, key: K, value: V, weight: usize) {
        let mut out = Vec::new();
        let mut part = self.part(&key);
        part.numbers += 1;
        let number = part.numbers;
        let held = Held {
            value,
            weight,
            number,
        };
        part.weight += weight;
        part.order.push_back((key.clone(), number));
        if let Some(old) = part.held.insert(key, held) {
            part.weight -= old.weight;
            out.push(old.value);
        }
        while part.weight > self.room
            && let Some((oldest, number)) = part.order.pop_front()
        {
            if part
                .held
                .get(&oldest)
                .is_some_and(|held| held.number == number)
                && let Some(held) = part.held.remove(&oldest)
            {
                part.weight -= held.weight;
                out.push(held.value);
            }
        }
        part.tidy();
        // Values are dropped after the lock is given back.
        drop(part);
    }

    /// Lets go of what `keep` does not keep.
    pub fn retain(&self, keep: impl Fn(&K, &V) -> bool) {
        for part in &self.parts {
            let mut part = part.lock().unwrap_or_else(PoisonError::into_inner);
            part.held.retain(|key, held| keep(key, &held.value));
            part.weight = part.held.values().map(|held| held.weight).sum();
            part.tidy();
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        let lengths = self.parts.iter().map(|part| {
            let part = part.lock().unwrap_or_else(PoisonError::into_inner);
            part.held.len()
        });
        lengths.sum()
    }

    /// Whether there is nothing.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn part(&self, key: &K) -> MutexGuard<'_, Part<K, V>> {
        let hash = self.hasher.hash_one(key);
        let part = usize::try_from(hash % PARTS as u64).unwrap_or(0);
        self.parts[part]
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl<K: Eq + Hash, V> Part<K, V> {
    /// Keeps the order from growing with what is not there any more.
    fn tidy(&mut self) {
        let Self { held, order, .. } = self;
        if order.len() > 2 * held.len() + 64 {
            order.retain(|(key, number)| held.get(key).is_some_and(|held| held.number == *number));
        }
    }
}

/// Blind: it holds people's words.
impl<K, V> fmt::Debug for Shelf<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shelf").finish_non_exhaustive()
    }
}
