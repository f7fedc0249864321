//! One piece of work for all who ask the same at the same time.
//!
//! The work lives as long as somebody waits for it: when the last look-up that needs it is cancelled, it
//! stops too.

use std::collections::HashMap;
use std::future::Future;
use std::hash::Hash;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use futures_util::FutureExt;
use futures_util::future::{Shared, WeakShared};

type Work<V> = Pin<Box<dyn Future<Output = V> + Send>>;

/// The work under way, by what it finds out.
#[derive(Debug)]
pub(crate) struct Flights<K, V: Clone> {
    under_way: Mutex<HashMap<K, WeakShared<Work<V>>>>,
}

impl<K: Eq + Hash + Clone, V: Clone + Send + Sync> Flights<K, V> {
    pub(crate) fn new() -> Self {
        Self { under_way: Mutex::new(HashMap::new()) }
    }

    /// Waits for the work under way for `key`, or starts `work`.
    pub(crate) async fn join(&self, key: K, work: impl FnOnce() -> Work<V>) -> V {
        let shared = self.shared(&key, work);
        let value = shared.clone().await;
        self.forget(&key, &shared);
        value
    }

    fn shared(&self, key: &K, work: impl FnOnce() -> Work<V>) -> Shared<Work<V>> {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(shared) = under_way.get(key).and_then(WeakShared::upgrade) {
            return shared;
        }
        // Work that everybody gave up leaves its entry behind; it goes when the next one starts.
        under_way.retain(|_, shared| shared.upgrade().is_some());
        let shared = work().shared();
        if let Some(weak) = shared.downgrade() {
            under_way.insert(key.clone(), weak);
        }
        shared
    }

    /// Takes finished work out, unless another flight for the same key has begun since.
    fn forget(&self, key: &K, shared: &Shared<Work<V>>) {
        let mut under_way = self.under_way.lock().unwrap_or_else(PoisonError::into_inner);
        if under_way.get(key).and_then(WeakShared::upgrade).is_none_or(|found| found.ptr_eq(shared)) {
            under_way.remove(key);
        }
    }
}
