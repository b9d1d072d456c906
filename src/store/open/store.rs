//! Opening a store: its initial data and all entries of its log. The folder is not changed before all of it was read and checked.

use std::{path::Path, sync::Arc};

use parking_lot::Mutex;

use crate::{
    graph::{self, GraphBuilder, Snapshot},
    model::{Entry, Timestamp},
    store::{
        Folder, State, Store,
        folder::{self, FolderAccess, StoreFolder, snapshots::BaseLocation},
        log::{self, Durable, Log, LogReader},
        state::index_file::IndexFile,
        write::rebase,
    },
};

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its folder or its log cannot be used.
    #[error(transparent)]
    Folder(#[from] folder::Error),
    /// Its content is not a valid graph.
    #[error("store {}: {reason}", dir.display())]
    Invalid {
        /// The folder.
        dir: std::path::PathBuf,
        /// The problem.
        reason: ReplayError,
    },
}

/// Why the content of a log is not a valid graph.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] log::Error),
    /// The initial data is not a valid graph.
    #[error("the initial data: {0}")]
    InitialData(graph::Error),
}

impl Store {
    /// Opens the store in this folder. `state` creates the state of a graph, for example with [`State::new`]. It should not build
    /// the search index yet: the returned store's state can read it from the folder.
    ///
    /// # Errors
    /// [`OpenError`]; then the folder was not changed.
    pub fn open(store_folder: StoreFolder, state: impl FnOnce(Snapshot) -> Arc<State>) -> Result<Self, OpenError> {
        let dir = store_folder.dir().to_owned();
        let reader = store_folder.log_reader()?;
        folder::check_reach(&dir, &reader)?;
        let log_id = reader.head().fingerprint();
        let (base_position, graph) = latest(&dir, &reader)?;
        let location = BaseLocation {
            dir: dir.clone(),
            log: log_id,
            base_position,
        };
        let position = reader.last_position();
        drop(reader);
        let log = Log::Durable(Box::new(store_folder.open_log()?));
        if log.last_position() != position {
            let reason = format!(
                "it ends at entry {}, but was read up to {position}",
                log.last_position()
            );
            return Err(OpenError::Invalid {
                dir,
                reason: log::Error::damaged("the log", &reason).into(),
            });
        }
        let index_file = IndexFile::new(location.clone(), position, &graph);
        let state = state(graph);
        state.set_index_file(index_file);
        let access = Mutex::new(FolderAccess::Exclusive(store_folder));
        Ok(Self::with(state, log, Some(Folder { dir, access }), Some(location)))
    }

    /// Opens the current content of a store for reading, if the folder is not writable or another process has it. The store accepts
    /// no changes.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open_read_only(
        dir: &Path,
        access: FolderAccess,
        state: impl FnOnce(Snapshot) -> Arc<State>,
    ) -> Result<Self, OpenError> {
        let reader = access.log_reader(dir)?;
        folder::check_reach(dir, &reader)?;
        let (base_position, graph) = latest(dir, &reader)?;
        let location = BaseLocation {
            dir: dir.to_owned(),
            log: reader.head().fingerprint(),
            base_position,
        };
        let index_file = IndexFile::new(location, reader.last_position(), &graph);
        // The index may be read from disk, but not written.
        index_file.close();
        let reason = match &access {
            FolderAccess::InUse(holder) => format!("{holder} has the store open"),
            FolderAccess::ReadOnly(reason, _) => reason.clone(),
            FolderAccess::Exclusive(_) => "the store was opened for reading".to_owned(),
        };
        let state = state(graph);
        state.set_index_file(index_file);
        let log = Log::Durable(Box::new(Durable::read_only(reader, reason)));
        let folder = Folder {
            dir: dir.to_owned(),
            access: Mutex::new(access),
        };
        Ok(Self::with(state, log, Some(folder), None))
    }
}

/// The current graph of the store in this folder, which another process may be serving. The store is not changed.
///
/// # Errors
/// [`OpenError`].
pub fn read(dir: &Path, since: Timestamp) -> Result<Snapshot, OpenError> {
    let access = FolderAccess::open(dir, since)?;
    let reader = access.log_reader(dir)?;
    folder::check_reach(dir, &reader)?;
    latest(dir, &reader).map(|(_, graph)| graph)
}

/// The graph with all entries of a log, and the position of the snapshot that was read for it, if any.
fn latest(dir: &Path, reader: &LogReader) -> Result<(Option<u64>, Snapshot), OpenError> {
    let (position, graph) = match read_base(dir, reader)? {
        Some((position, graph)) => (Some(position), apply_entries(graph, reader, position, |_, _| Ok(()))),
        None => (None, replay(reader, |_, _| Ok(()))),
    };
    let invalid = |reason| OpenError::Invalid {
        dir: dir.to_owned(),
        reason,
    };
    let graph = graph.map_err(invalid)?;
    let unresolved = super::unresolved::read(reader).map_err(|reason| invalid(reason.into()))?;
    Ok((position, graph.with_unresolved(unresolved)))
}

/// The problem of the newest snapshot, compared with the `graph` of the log; `None` if they are equal or there is no snapshot.
///
/// # Errors
/// [`OpenError`] when the folder or the log cannot be read.
pub fn check_base(dir: &Path, reader: &LogReader, graph: &Snapshot) -> Result<Option<String>, OpenError> {
    let base = folder::read_snapshot(dir, reader.head().fingerprint(), rebase::read)?;
    let Some((position, base)) = base else {
        return Ok(None);
    };
    let latest = apply_entries(base, reader, position, |_, _| Ok(())).map_err(|reason| OpenError::Invalid {
        dir: dir.to_owned(),
        reason,
    })?;
    let problem = || format!("snapshot-{position}.gx differs from the log; it can be removed");
    Ok((latest.digest() != graph.digest()).then(problem))
}

/// The newest valid snapshot and its position, if any.
fn read_base(dir: &Path, reader: &LogReader) -> Result<Option<(u64, Snapshot)>, folder::Error> {
    let snapshot = folder::read_snapshot(dir, reader.head().fingerprint(), rebase::read)?;
    let Some((position, graph)) = snapshot else {
        return Ok(None);
    };
    // Another copy of the log may have continued separately, with other entries at the same positions.
    let log_error = |reason| folder::Error::Log {
        dir: dir.to_owned(),
        reason,
    };
    let is_same_history = match position {
        0 => true,
        _ => reader.recorded_at(position).map_err(log_error)? == Some(graph.last_recorded_at()),
    };
    if !is_same_history {
        tracing::warn!(
            position,
            "a snapshot belongs to another history; the log, which has everything, is read instead"
        );
    }
    Ok(is_same_history.then_some((position, graph)))
}

/// The graph of a log. `each` is called with every entry and the graph before it, and may refuse it.
///
/// # Errors
/// [`ReplayError`], which names the entry.
pub fn replay(
    reader: &LogReader,
    each: impl FnMut(&Entry, &Snapshot) -> Result<(), String>,
) -> Result<Snapshot, ReplayError> {
    apply_entries(initial_graph(reader)?, reader, 0, each)
}

/// The graph of the initial data.
fn initial_graph(reader: &LogReader) -> Result<Snapshot, ReplayError> {
    let head = reader.head();
    let mut builder = GraphBuilder::new(head.recorded_at);
    reader.load(|record| builder.add(&record).map_err(ReplayError::InitialData))?;
    builder
        .finish(&head.title, head.description.as_deref(), head.licence.as_deref())
        .map_err(ReplayError::InitialData)
}

/// Applies all entries after `after` to a graph that includes the others.
fn apply_entries(
    mut graph: Snapshot,
    reader: &LogReader,
    after: u64,
    mut each: impl FnMut(&Entry, &Snapshot) -> Result<(), String>,
) -> Result<Snapshot, ReplayError> {
    reader.replay(after, |entry| {
        let place = || format!("entry {}", entry.position);
        each(&entry, &graph).map_err(|reason| log::Error::damaged(place(), &reason))?;
        let (next, _) = graph
            .apply(rebase::changes(&entry), entry.recorded_at)
            .map_err(|reason| log::Error::damaged(place(), &reason))?;
        graph = next;
        Ok(())
    })?;
    Ok(graph)
}
