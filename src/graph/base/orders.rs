//! Orders of long listings, sorted once for the pages that follow. They hold the numbers of rows alone, of one base as it was
//! known at one moment.

use std::{
    any::Any,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Bytes of the orders that are kept for one base. The one that was used last is kept whatever it takes.
const KEPT_BYTES_MAX: usize = 64 << 20;

/// The orders that are kept for one base.
#[derive(Debug, Default)]
pub(in crate::graph) struct Orders {
    /// Those used last at the end.
    lists: Mutex<Vec<Kept>>,
}

#[derive(Debug)]
struct Kept {
    key: String,
    rows: Arc<dyn Any + Send + Sync>,
    bytes: usize,
}

impl Orders {
    pub(in crate::graph) fn find<R: Send + Sync + 'static>(&self, key: &str) -> Option<Arc<Vec<R>>> {
        let mut lists = self.lists();
        let place = lists.iter().position(|kept| kept.key == key)?;
        let found = lists.remove(place);
        let rows = Arc::clone(&found.rows);
        lists.push(found);
        rows.downcast().ok()
    }

    pub(in crate::graph) fn keep<R: Send + Sync + 'static>(&self, key: String, rows: &Arc<Vec<R>>) {
        let bytes = rows.capacity() * size_of::<R>() + key.len();
        let rows: Arc<dyn Any + Send + Sync> = rows.clone();
        let mut lists = self.lists();
        // Others may have sorted it at the same time.
        lists.retain(|kept| kept.key != key);
        lists.push(Kept { key, rows, bytes });
        let mut total: usize = lists.iter().map(|kept| kept.bytes).sum();
        while total > KEPT_BYTES_MAX && lists.len() > 1 {
            total -= lists.remove(0).bytes;
        }
    }

    fn lists(&self) -> MutexGuard<'_, Vec<Kept>> {
        // A list is kept whole or not at all.
        self.lists.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_longest_makes_room() {
        let sorted = Orders::default();
        let list = |first: u64| Arc::new(vec![first; KEPT_BYTES_MAX / 24]);
        for (key, first) in [("a", 1), ("b", 2)] {
            sorted.keep(key.to_owned(), &list(first));
        }
        assert_eq!(sorted.find::<u64>("a").map(|rows| rows[0]), Some(1));
        sorted.keep("c".to_owned(), &list(3));
        sorted.keep("d".to_owned(), &list(4));
        let kept = ["a", "b", "c", "d"].map(|key| sorted.find::<u64>(key).is_some());
        assert_eq!(kept, [true, false, true, true], "a was used since");
        sorted.keep("larger than all".to_owned(), &Arc::new(vec![0u64; KEPT_BYTES_MAX]));
        assert!(sorted.find::<u64>("larger than all").is_some());
        assert!(sorted.find::<u64>("d").is_none());
    }
}
