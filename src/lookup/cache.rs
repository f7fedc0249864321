//! Answers kept until they expire, in bounded number.
//!
//! Time is the runtime's monotonic clock. When the cache is full, what has expired goes first, and then what
//! expires next: the entry that would be lost soonest anyway.

use std::collections::HashMap;
use std::hash::Hash;
use std::time::Duration;

use tokio::time::Instant;

/// A map whose entries expire.
#[derive(Debug)]
pub(crate) struct Cache<K, V> {
    entries: HashMap<K, Entry<V>>,
    capacity: usize,
}

#[derive(Debug)]
struct Entry<V> {
    value: V,
    until: Instant,
}

impl<K: Eq + Hash + Clone, V: Clone> Cache<K, V> {
    /// An empty cache of at most `capacity` entries.
    pub(crate) fn new(capacity: usize) -> Self {
        Self { entries: HashMap::new(), capacity }
    }

    /// Keeps a value; one that lives for no time is not kept.
    pub(crate) fn insert(&mut self, key: K, value: V, life: Duration, now: Instant) {
        let Some(until) = now.checked_add(life).filter(|until| *until > now) else { return };
        if self.entries.len() >= self.capacity && !self.entries.contains_key(&key) {
            self.make_room(now);
        }
        if self.capacity > 0 {
            self.entries.insert(key, Entry { value, until });
        }
    }

    /// The value, and how long it lives from now on.
    pub(crate) fn value(&mut self, key: &K, now: Instant) -> Option<(V, Duration)> {
        let entry = self.entries.get(key)?;
        if entry.until <= now {
            self.entries.remove(key);
            return None;
        }
        Some((entry.value.clone(), entry.until.duration_since(now)))
    }

    /// Drops the entries for which `unwanted` says so, and tells how many they were.
    pub(crate) fn flush(&mut self, mut unwanted: impl FnMut(&K) -> bool) -> usize {
        let before = self.entries.len();
        self.entries.retain(|key, _| !unwanted(key));
        before.saturating_sub(self.entries.len())
    }

    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    fn make_room(&mut self, now: Instant) {
        self.entries.retain(|_, entry| entry.until > now);
        if self.entries.len() < self.capacity {
            return;
        }
        let next = self.entries.iter().min_by_key(|(_, entry)| entry.until).map(|(key, _)| key.clone());
        if let Some(key) = next {
            self.entries.remove(&key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn an_entry_is_found_until_it_expires_and_not_after() {
        let now = Instant::now();
        let mut cache = Cache::new(4);
        cache.insert("a", 1, 10 * SECOND, now);
        assert_eq!(cache.value(&"a", now + 9 * SECOND), Some((1, SECOND)));
        assert_eq!(cache.value(&"a", now + 10 * SECOND), None);
        assert_eq!(cache.len(), 0);
    }

    #[test]
    fn a_full_cache_gives_up_what_expires_next() {
        let now = Instant::now();
        let mut cache = Cache::new(3);
        for (key, life) in [("long", 30), ("short", 10), ("middle", 20), ("new", 5)] {
            cache.insert(key, life, life * SECOND, now);
        }
        assert_eq!(cache.len(), 3);
        assert_eq!(cache.value(&"short", now), None);
        assert!(cache.value(&"long", now).is_some() && cache.value(&"new", now).is_some());
    }

    #[test]
    fn no_life_no_entry_and_no_capacity_no_entry() {
        let now = Instant::now();
        let mut cache = Cache::new(1);
        cache.insert("a", 1, Duration::ZERO, now);
        assert_eq!(cache.len(), 0);
        let mut none = Cache::new(0);
        none.insert("a", 1, SECOND, now);
        assert_eq!(none.len(), 0);
    }

    #[test]
    fn a_flush_drops_what_is_named_and_keeps_the_rest() {
        let now = Instant::now();
        let mut cache = Cache::new(4);
        cache.insert("a", 1, SECOND, now);
        cache.insert("b", 2, SECOND, now);
        assert_eq!(cache.flush(|key| *key == "a"), 1);
        assert_eq!(cache.value(&"b", now).map(|(value, _)| value), Some(2));
        assert_eq!(cache.value(&"a", now), None);
    }
}
