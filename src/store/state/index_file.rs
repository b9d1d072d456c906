//! The search index on disk: a file in the folder of a store, derived from the log. If it is missing, damaged or belongs to another
//! log, the start is slower, but nothing is lost.

use std::path::Path;

use parking_lot::Mutex;

use crate::{
    graph::Snapshot,
    model::{Timestamp, View},
    store::{
        folder::{self, blocks::BlockFileHeader, snapshots::BaseLocation},
        search::{Index, layers::stored_layer::StoredLayer},
    },
};

/// The minimum number of entities of an index on disk: fewer are indexed about as fast as an index is read.
const ENTITIES_MIN: usize = 10_000;

/// Builds the index of `graph`, which `header` describes, and writes it to the folder of a store that is not open, unless it is small.
/// A failure is logged.
pub(in crate::store) fn build(dir: &Path, header: BlockFileHeader, graph: &Snapshot) {
    let everything = graph.mask(&View::now(Timestamp::MAX));
    if graph.entities(&everything).take(ENTITIES_MIN).count() < ENTITIES_MIN {
        return;
    }
    match Index::build(graph) {
        Ok(index) => write_large_layer(dir, header, &index, graph),
        Err(reason) => tracing::warn!(%reason, "the search index cannot be built; the next start builds it"),
    }
}

/// Writes the large layer of an index of `graph`.
fn write_large_layer(dir: &Path, header: BlockFileHeader, index: &Index, graph: &Snapshot) {
    match folder::write_search(dir, header, |out| index.write_large(graph, out)) {
        Ok(bytes) => tracing::info!(position = header.position, bytes, "the search index is stored on disk"),
        Err(reason) => {
            tracing::warn!(%reason, "the search index cannot be stored on disk; the next start builds it anew")
        }
    }
}

/// The file of the search index of an open store.
#[derive(Debug)]
pub(in crate::store) struct IndexFile {
    location: BaseLocation,
    /// The position at which the store was opened, and the recorded time of its last change.
    at_open: (u64, Timestamp),
    /// Whether the store is closed, so that another process may have the folder. Locked during a write.
    closed: Mutex<bool>,
}

impl IndexFile {
    /// The file for a store that was opened with `graph` at `position`.
    pub(in crate::store) fn new(location: BaseLocation, position: u64, graph: &Snapshot) -> Self {
        Self {
            location,
            at_open: (position, graph.last_recorded_at()),
            closed: Mutex::new(false),
        }
    }

    /// Prevents further writes, after waiting for a running one.
    pub(in crate::store) fn close(&self) {
        *self.closed.lock() = true;
    }

    /// Reads the index and updates it to `graph`; `None` if there is no valid one.
    pub(in crate::store) fn read(&self, graph: &Snapshot) -> Option<Index> {
        match self.read_updated(graph) {
            Ok(index) => index,
            Err(reason) => {
                tracing::warn!(%reason, "the search index cannot be read from disk; it is built anew");
                None
            }
        }
    }

    fn read_updated(&self, graph: &Snapshot) -> Result<Option<Index>, Box<dyn std::error::Error>> {
        let Some((position, layer)) = folder::read_search(&self.location.dir, self.location.log, StoredLayer::read)?
        else {
            return Ok(None);
        };
        let moment = layer.moment();
        if self.position_at(moment, graph) != Some(position) || !graph.has_records_at(moment) {
            return Err(format!("it belongs to another history at entry {position}").into());
        }
        let changed = graph.entities_changed_after(moment);
        Ok(Some(layer.index(graph).updated(graph, &changed)?))
    }

    /// Writes the large layer of `index`, which is for `graph`, unless it is small. A failure is logged.
    pub(in crate::store) fn write(&self, index: &Index, graph: &Snapshot) {
        if index.entities() < ENTITIES_MIN {
            return;
        }
        let position = index.large_moment().and_then(|moment| self.position_at(moment, graph));
        let Some(position) = position else { return };
        let header = BlockFileHeader {
            position,
            log: self.location.log,
        };
        let closed = self.closed.lock();
        if !*closed {
            write_large_layer(&self.location.dir, header, index, graph);
        }
    }

    /// The position of the entry recorded at `moment`, or of the last before; no two entries have the same time.
    fn position_at(&self, moment: Timestamp, graph: &Snapshot) -> Option<u64> {
        let (position, at_open) = self.at_open;
        let difference = |one: usize, other: usize| u64::try_from(one.saturating_sub(other)).ok();
        let (since_opened, since) = (graph.records_after(at_open), graph.records_after(moment));
        let earlier = difference(since, since_opened)?;
        (position + difference(since_opened, since)?).checked_sub(earlier)
    }
}
