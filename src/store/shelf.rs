//! Where the search index is kept between starts: a file in the folder of a store, made from the log. One that is missing,
//! damaged or of another log costs a slower start and nothing else.

use std::{
    path::PathBuf,
    sync::{Mutex, Weak},
};

use super::{
    home::{self, Home, blocks::Held},
    search::{Index, keep::Kept},
};
use crate::{graph::Snapshot, model::Timestamp};

/// Fewer entities than this are indexed about as fast as they are read.
const ENTITIES_MIN: usize = 10_000;

/// The place for the search index of a store.
#[derive(Debug)]
pub(super) struct Shelf {
    dir: PathBuf,
    /// Which log it is made from.
    log: u64,
    /// The position at which the store was opened, and when its last change was recorded.
    opened: (u64, Timestamp),
    /// Whoever writes must have the folder.
    home: Weak<Mutex<Home>>,
}

impl Shelf {
    /// The place in this folder, for the log that holds `graph` at `position`.
    pub(super) fn new(dir: PathBuf, home: Weak<Mutex<Home>>, log: u64, position: u64, graph: &Snapshot) -> Self {
        Self {
            dir,
            log,
            opened: (position, graph.last_recorded_at()),
            home,
        }
    }

    /// The index that is kept, up to date with `graph`; none when there is none that is good.
    pub(super) fn read(&self, graph: &Snapshot) -> Option<Index> {
        match self.kept(graph) {
            Ok(index) => index,
            Err(reason) => {
                tracing::warn!(%reason, "the search index cannot be read from disk; it is built anew");
                None
            }
        }
    }

    fn kept(&self, graph: &Snapshot) -> Result<Option<Index>, Box<dyn std::error::Error>> {
        let Some((position, kept)) = home::read_search(&self.dir, self.log, Kept::read)? else {
            return Ok(None);
        };
        let moment = kept.moment();
        if self.position_at(moment, graph) != Some(position) || !graph.recorded_something_at(moment) {
            return Err(format!("it holds entry {position} of another history").into());
        }
        let changed = graph.entities_changed_after(moment);
        Ok(Some(kept.index(graph).followed_by(graph, &changed)?))
    }

    /// Keeps the large layer of `index`, which is for `graph`, unless it is small. A failure is told in the program's log.
    pub(super) fn write(&self, index: &Index, graph: &Snapshot) {
        if index.entities() < ENTITIES_MIN {
            return;
        }
        // Once the store is closed, the folder may be another's.
        let Some(home) = self.home.upgrade() else { return };
        let position = index.large_moment().and_then(|moment| self.position_at(moment, graph));
        let Some(position) = position else { return };
        let held = Held {
            position,
            log: self.log,
        };
        let written = home::write_search(&self.dir, held, |out| index.write_large(graph, out));
        drop(home);
        match written {
            Ok(bytes) => tracing::info!(position, bytes, "the search index is kept on disk"),
            Err(reason) => {
                tracing::warn!(%reason, "the search index cannot be kept on disk; the next start builds it anew")
            }
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
