//! Where the search index is kept between starts: a file in the folder of a store, made from the log. One that is missing,
//! damaged or of another log costs a slower start and nothing else.

use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use crate::{
    graph::Snapshot,
    model::{Timestamp, View},
    store::{
        folder::{self, blocks::Held, snapshots::BasePlace},
        search::{Index, keep::Kept},
    },
};

/// Fewer entities than this are indexed about as fast as they are read.
const ENTITIES_MIN: usize = 10_000;

/// Builds the index of `graph`, which is what `held` says, and keeps it in the folder of a store that nobody has opened, unless it
/// is small. A failure is told in the program's log.
pub(in crate::store) fn fill(dir: &Path, held: Held, graph: &Snapshot) {
    let everything = graph.mask(&View::now(Timestamp::MAX));
    if graph.entities(&everything).take(ENTITIES_MIN).count() < ENTITIES_MIN {
        return;
    }
    match Index::build(graph) {
        Ok(index) => keep(dir, held, &index, graph),
        Err(reason) => tracing::warn!(%reason, "the search index cannot be built; the next start builds it"),
    }
}

/// Writes the large layer of an index of `graph`.
fn keep(dir: &Path, held: Held, index: &Index, graph: &Snapshot) {
    match folder::write_search(dir, held, |out| index.write_large(graph, out)) {
        Ok(bytes) => tracing::info!(position = held.position, bytes, "the search index is kept on disk"),
        Err(reason) => {
            tracing::warn!(%reason, "the search index cannot be kept on disk; the next start builds it anew")
        }
    }
}

/// The place for the search index of a store.
#[derive(Debug)]
pub(in crate::store) struct Shelf {
    place: BasePlace,
    /// The position at which the store was opened, and when its last change was recorded.
    opened: (u64, Timestamp),
    /// Whether the store is closed, so that the folder may be another's. Held while something is written.
    closed: Mutex<bool>,
}

impl Shelf {
    /// The index beside the log that holds `graph` at `position`.
    pub(in crate::store) fn new(place: BasePlace, position: u64, graph: &Snapshot) -> Self {
        Self {
            place,
            opened: (position, graph.last_recorded_at()),
            closed: Mutex::new(false),
        }
    }

    /// Lets nothing be written from now on, and waits for what is.
    pub(in crate::store) fn close(&self) {
        *self.closed.lock().unwrap_or_else(PoisonError::into_inner) = true;
    }

    /// The index that is kept, up to date with `graph`; none when there is none that is good.
    pub(in crate::store) fn read(&self, graph: &Snapshot) -> Option<Index> {
        match self.kept(graph) {
            Ok(index) => index,
            Err(reason) => {
                tracing::warn!(%reason, "the search index cannot be read from disk; it is built anew");
                None
            }
        }
    }

    fn kept(&self, graph: &Snapshot) -> Result<Option<Index>, Box<dyn std::error::Error>> {
        let Some((position, kept)) = folder::read_search(&self.place.dir, self.place.log, Kept::read)? else {
            return Ok(None);
        };
        let moment = kept.moment();
        if self.position_at(moment, graph) != Some(position) || !graph.has_records_at(moment) {
            return Err(format!("it holds entry {position} of another history").into());
        }
        let changed = graph.entities_changed_after(moment);
        Ok(Some(kept.index(graph).followed_by(graph, &changed)?))
    }

    /// Keeps the large layer of `index`, which is for `graph`, unless it is small. A failure is told in the program's log.
    pub(in crate::store) fn write(&self, index: &Index, graph: &Snapshot) {
        if index.entities() < ENTITIES_MIN {
            return;
        }
        let position = index.large_moment().and_then(|moment| self.position_at(moment, graph));
        let Some(position) = position else { return };
        let held = Held {
            position,
            log: self.place.log,
        };
        let closed = self.closed.lock().unwrap_or_else(PoisonError::into_inner);
        if !*closed {
            keep(&self.place.dir, held, index, graph);
        }
    }

    /// The position of the entry recorded at `moment`, or the last before; each is recorded at a moment of its own.
    fn position_at(&self, moment: Timestamp, graph: &Snapshot) -> Option<u64> {
        let (position, opened) = self.opened;
        let apart = |one: usize, other: usize| u64::try_from(one.saturating_sub(other)).ok();
        let (since_opened, since) = (graph.records_after(opened), graph.records_after(moment));
        let earlier = apart(since, since_opened)?;
        (position + apart(since_opened, since)?).checked_sub(earlier)
    }
}
