//! A cache of the orders of long listings, sorted once for all pages. An order contains only the numbers of rows of one base as known
//! at one moment.

use std::{any::Any, sync::Arc};

use parking_lot::Mutex;

/// The most bytes of the orders cached for one base. The one used last is cached regardless of its size.
const CACHE_BYTES_MAX: usize = 64 << 20;

/// The orders cached for one base.
#[derive(Debug, Default)]
pub(in crate::graph) struct OrderCache {
    /// Least recently used first.
    lists: Mutex<Vec<CachedOrder>>,
}

#[derive(Debug)]
struct CachedOrder {
    key: String,
    rows: Arc<dyn Any + Send + Sync>,
    bytes: usize,
}

impl OrderCache {
    pub(in crate::graph) fn find<R: Send + Sync + 'static>(&self, key: &str) -> Option<Arc<Vec<R>>> {
        let mut lists = self.lists.lock();
        let place = lists.iter().position(|order| order.key == key)?;
        let order = lists.remove(place);
        let rows = Arc::clone(&order.rows);
        lists.push(order);
        rows.downcast().ok()
    }

    pub(in crate::graph) fn insert<R: Send + Sync + 'static>(&self, key: String, rows: &Arc<Vec<R>>) {
        let bytes = rows.capacity() * size_of::<R>() + key.len();
        let rows: Arc<dyn Any + Send + Sync> = rows.clone();
        let mut lists = self.lists.lock();
        // Another request may have sorted it at the same time.
        lists.retain(|order| order.key != key);
        lists.push(CachedOrder { key, rows, bytes });
        let mut total: usize = lists.iter().map(|order| order.bytes).sum();
        while total > CACHE_BYTES_MAX && lists.len() > 1 {
            total -= lists.remove(0).bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_recently_used_order_is_evicted() {
        let cache = OrderCache::default();
        let list = |first: u64| Arc::new(vec![first; CACHE_BYTES_MAX / 24]);
        for (key, first) in [("a", 1), ("b", 2)] {
            cache.insert(key.to_owned(), &list(first));
        }
        assert_eq!(cache.find::<u64>("a").map(|rows| rows[0]), Some(1));
        cache.insert("c".to_owned(), &list(3));
        cache.insert("d".to_owned(), &list(4));
        let is_cached = ["a", "b", "c", "d"].map(|key| cache.find::<u64>(key).is_some());
        assert_eq!(is_cached, [true, false, true, true], "a was used since");
        cache.insert("larger than all".to_owned(), &Arc::new(vec![0u64; CACHE_BYTES_MAX]));
        assert!(cache.find::<u64>("larger than all").is_some());
        assert!(cache.find::<u64>("d").is_none());
    }
}
