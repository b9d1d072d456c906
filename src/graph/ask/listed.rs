//! Long listings in an order that is not that of their ids, sorted once and kept for the pages that follow. They hold the numbers
//! of rows alone, of one base as it was known at one moment: whoever pages reads the same moment to the end.

use std::{
    cmp::{Ordering, Reverse},
    collections::BinaryHeap,
    sync::Arc,
};

use super::order::{Key, Order, Ordered, compare_keys, keys_of};
use crate::{
    graph::{
        budget::{Budget, Exhausted, Meter},
        ix::{EntityIx, SourceIx},
        read::snapshot::Snapshot,
    },
    model::Timestamp,
};

/// What is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// All entities.
    Entities,
    /// All versions of relationships.
    Relationships,
    /// All versions of the relationships of an entity.
    Around(EntityIx),
    /// What an entity said.
    SaidBy(EntityIx),
    /// What stands in a source.
    StatedIn(SourceIx),
}

/// From how many rows on a listing is long: fewer are looked through as quickly as they are found.
const LONG: usize = 512;

impl Listed {
    /// Whether it may be so long that its order is worth keeping.
    pub(in crate::graph) fn is_long(self, snapshot: &Snapshot) -> bool {
        let base = &snapshot.base.columns;
        match self {
            Self::Entities => base.entities.len() + snapshot.delta.entities.len() > LONG,
            Self::Relationships => base.relationships.len() + snapshot.delta.relationships.len() > LONG,
            Self::Around(entity) => {
                let rest = snapshot.all_undisclosed(entity).take(LONG + 1).count();
                snapshot.links_max(entity) + rest > LONG
            }
            Self::SaidBy(entity) => snapshot.by_speaker(entity).nth(LONG).is_some(),
            Self::StatedIn(source) => snapshot.by_source(source).nth(LONG).is_some(),
        }
    }

    /// The order in which it was sorted before, if that is kept.
    pub(in crate::graph) fn kept<R: Ordered + Send + Sync + 'static>(
        self,
        snapshot: &Snapshot,
        order: &Order<R>,
    ) -> Option<Arc<Vec<R>>> {
        snapshot.base.orders.find(&self.key::<R>(snapshot, order))
    }

    /// Sorts `rows`, each of which spends one unit, and keeps what that gives. O(n log n); beside the rows, the keys of one run
    /// are held at a time.
    pub(in crate::graph) fn sort<R: Ordered + Send + Sync + 'static>(
        self,
        snapshot: &Snapshot,
        rows: impl Iterator<Item = R>,
        order: &Order<R>,
        budget: &Budget,
    ) -> Result<Arc<Vec<R>>, Exhausted> {
        let sorted = Arc::new(sort(snapshot, rows, order, budget)?);
        snapshot.base.orders.keep(self.key::<R>(snapshot, order), &sorted);
        Ok(sorted)
    }

    fn key<R: Ordered>(self, snapshot: &Snapshot, order: &Order<R>) -> String {
        // As many record times as there are: what is not limited to fewer reads another state after each commit.
        let known = snapshot.known().min(snapshot.times_until(Timestamp::MAX));
        format!("{self:?} {order:?} {known}")
    }
}

/// Rows whose keys are held at a time while they are sorted.
const RUN: usize = 1 << 16;

/// The rows in order: runs that are sorted by their keys, then merged by keys that are asked for again.
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
    keys: Vec<Key>,
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
