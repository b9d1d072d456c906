//! Long listings in another order than by id, sorted once and cached for all pages. A cached order contains only the numbers of rows
//! of one base as known at one moment, so that all pages of a request read the same moment.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
    sync::Arc,
};

use super::order::{Order, Ordered, SortKey, compare_keys, keys_of};
use crate::{
    graph::{
        budget::{Budget, Exhausted, Meter},
        ix::{EntityIx, SourceIx},
        read::snapshot::Snapshot,
    },
    model::Timestamp,
};

/// The rows of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListingScope {
    /// All entities.
    Entities,
    /// All versions of relationships.
    Relationships,
    /// All versions of the relationships of an entity.
    RelationshipsOf(EntityIx),
    /// The statements of an entity as a speaker.
    StatementsBy(EntityIx),
    /// The statements of a source.
    StatementsIn(SourceIx),
}

/// The number of rows from which on a listing is long: fewer are scanned as quickly as they are looked up.
const LONG: usize = 512;

impl ListingScope {
    /// Whether it may be long enough to cache its order.
    pub(in crate::graph) fn is_long(self, snapshot: &Snapshot) -> bool {
        let base = &snapshot.base.columns;
        match self {
            Self::Entities => base.entities.len() + snapshot.delta.entities.len() > LONG,
            Self::Relationships => base.relationships.len() + snapshot.delta.relationships.len() > LONG,
            Self::RelationshipsOf(entity) => {
                let rest = snapshot.all_undisclosed(entity).take(LONG + 1).count();
                snapshot.links_max(entity) + rest > LONG
            }
            Self::StatementsBy(entity) => snapshot.by_speaker(entity).nth(LONG).is_some(),
            Self::StatementsIn(source) => snapshot.by_source(source).nth(LONG).is_some(),
        }
    }

    /// The cached rows in this order, if any.
    pub(in crate::graph) fn cached<R: Ordered + Send + Sync + 'static>(
        self,
        snapshot: &Snapshot,
        order: &Order<R>,
    ) -> Option<Arc<Vec<R>>> {
        snapshot.base.orders.find(&self.key::<R>(snapshot, order))
    }

    /// Sorts `rows`, each of which spends one unit, and caches the result. O(n log n); in addition to the rows, only the keys of one
    /// run are in memory at a time.
    pub(in crate::graph) fn sort<R: Ordered + Send + Sync + 'static>(
        self,
        snapshot: &Snapshot,
        rows: impl Iterator<Item = R>,
        order: &Order<R>,
        budget: &Budget,
    ) -> Result<Arc<Vec<R>>, Exhausted> {
        let sorted = Arc::new(sort(snapshot, rows, order, budget)?);
        snapshot.base.orders.insert(self.key::<R>(snapshot, order), &sorted);
        Ok(sorted)
    }

    fn key<R: Ordered>(self, snapshot: &Snapshot, order: &Order<R>) -> String {
        // At most the existing record times, so that unlimited knowledge has another key after each commit.
        let known = snapshot.known().min(snapshot.times_until(Timestamp::MAX));
        format!("{self:?} {order:?} {known}")
    }
}

/// The number of rows whose keys are in memory at a time during sorting.
const RUN: usize = 1 << 16;

/// The rows in order: sorts runs by their keys, then merges them by recomputed keys.
fn sort<R: Ordered>(
    snapshot: &Snapshot,
    mut rows: impl Iterator<Item = R>,
    order: &Order<R>,
    budget: &Budget,
) -> Result<Vec<R>, Exhausted> {
    let mut meter = Meter::new(budget);
    let mut runs: Vec<std::vec::IntoIter<R>> = Vec::new();
    loop {
        let mut run = Vec::new();
        for row in rows.by_ref().take(RUN) {
            meter.tick()?;
            run.push(Head::new(snapshot, order, row, 0));
        }
        let is_last = run.len() < RUN;
        run.sort_unstable();
        let run: Vec<R> = run.into_iter().map(|head| head.row).collect();
        runs.push(run.into_iter());
        if is_last {
            break;
        }
    }
    meter.flush()?;
    if let [run] = &mut runs[..] {
        return Ok(run.collect());
    }
    let mut sorted = Vec::with_capacity(runs.iter().map(ExactSizeIterator::len).sum());
    let first = |(from, run): (usize, &mut std::vec::IntoIter<R>)| {
        let row = run.next()?;
        Some(Reverse(Head::new(snapshot, order, row, from)))
    };
    let mut heads: BinaryHeap<_> = runs.iter_mut().enumerate().filter_map(first).collect();
    let mut meter = Meter::new(budget);
    while let Some(Reverse(Head { row, from, .. })) = heads.pop() {
        meter.tick()?;
        sorted.push(row);
        heads.extend(first((from, &mut runs[from])));
    }
    meter.flush()?;
    Ok(sorted)
}

/// A row with its keys, and the run that it comes from.
struct Head<'a, R: Ordered> {
    snapshot: &'a Snapshot,
    order: &'a Order<R>,
    keys: Vec<SortKey>,
    row: R,
    from: usize,
}

impl<'a, R: Ordered> Head<'a, R> {
    fn new(snapshot: &'a Snapshot, order: &'a Order<R>, row: R, from: usize) -> Self {
        Self {
            snapshot,
            order,
            keys: keys_of(row, snapshot, order),
            row,
            from,
        }
    }
}

impl<R: Ordered> Ord for Head<'_, R> {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_keys = compare_keys::<R>(&self.keys, &other.keys, self.order);
        by_keys.then_with(|| self.row.compare_ids(other.row, self.snapshot))
    }
}

impl<R: Ordered> PartialOrd for Head<'_, R> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<R: Ordered> PartialEq for Head<'_, R> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<R: Ordered> Eq for Head<'_, R> {}
