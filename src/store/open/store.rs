//! Opening a store: what it began with, and every entry of its log since. Nothing in its folder is changed before all of it
//! was read and found sound.

use std::{
    path::Path,
    sync::{Arc, Mutex},
};

use crate::{
    graph::{self, Builder, Snapshot},
    model::{Entry, Timestamp},
    store::{
        Folder, State, Store,
        folder::{self, Guest, Home, snapshots::BasePlace},
        log::{self, Durable, Log, Reading},
        state::index_file::Shelf,
        write::rebase,
    },
};

/// Why a store cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its folder or its log does not allow it.
    #[error(transparent)]
    Home(#[from] folder::Error),
    /// What it holds makes no graph.
    #[error("store {}: {reason}", dir.display())]
    Unsound {
        /// The folder.
        dir: std::path::PathBuf,
        /// What does not fit.
        reason: ReplayError,
    },
}

/// Why what a log holds makes no graph.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The log cannot be read.
    #[error(transparent)]
    Log(#[from] log::Error),
    /// The data that it began with makes no graph.
    #[error("the data it began with: {0}")]
    Began(graph::Error),
}

impl Store {
    /// Opens the store in this folder. `state` makes the state of a graph, such as [`State::new`]; what takes long to derive is
    /// derived from the store's state, which knows what is kept in the folder.
    ///
    /// # Errors
    /// [`OpenError`]; then nothing in the folder was changed.
    pub fn open(home: Home, state: impl FnOnce(Snapshot) -> Arc<State>) -> Result<Self, OpenError> {
        let dir = home.dir().to_owned();
        let reading = home.reading()?;
        folder::check_reach(&dir, &reading)?;
        let log_id = reading.head().fingerprint();
        let (written, graph) = latest(&dir, &reading)?;
        let place = BasePlace {
            dir: dir.clone(),
            log: log_id,
            written,
        };
        let position = reading.last_position();
        drop(reading);
        let log = Log::Durable(Box::new(home.log()?));
        if log.last_position() != position {
            let reason = format!(
                "it ends at entry {}, and was read up to {position}",
                log.last_position()
            );
            return Err(OpenError::Unsound {
                dir,
                reason: log::Error::damaged("the log", &reason).into(),
            });
        }
        let shelf = Shelf::new(place.clone(), position, &graph);
        let state = state(graph);
        state.keep_search_on(shelf);
        let guest = Mutex::new(Guest::Alone(home));
        Ok(Self::with(state, log, Some(Folder { dir, guest }), Some(place)))
    }

    /// Opens the store in this folder, in which nothing can be written, or which another process has: as it is now. It takes no
    /// changes.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn open_to_read(
        dir: &Path,
        guest: Guest,
        state: impl FnOnce(Snapshot) -> Arc<State>,
    ) -> Result<Self, OpenError> {
        let reading = guest.reading(dir)?;
        folder::check_reach(dir, &reading)?;
        let (written, graph) = latest(dir, &reading)?;
        let place = BasePlace {
            dir: dir.to_owned(),
            log: reading.head().fingerprint(),
            written,
        };
        let shelf = Shelf::new(place, reading.last_position(), &graph);
        // What is kept is read, and nothing is written.
        shelf.close();
        let reason = match &guest {
            Guest::Beside(holder) => format!("{holder} has the store"),
            Guest::Unwritable(reason, _) => reason.clone(),
            Guest::Alone(_) => "the store was opened to be read".to_owned(),
        };
        let state = state(graph);
        state.keep_search_on(shelf);
        let log = Log::Durable(Box::new(Durable::to_read(reading, reason)));
        let folder = Folder {
            dir: dir.to_owned(),
            guest: Mutex::new(guest),
        };
        Ok(Self::with(state, log, Some(folder), None))
    }
}

/// The graph that the store in this folder holds now, be it served by another process meanwhile. What it holds is not changed.
///
/// # Errors
/// [`OpenError`].
pub fn read(dir: &Path, since: Timestamp) -> Result<Snapshot, OpenError> {
    let guest = Guest::enter(dir, since)?;
    let reading = guest.reading(dir)?;
    folder::check_reach(dir, &reading)?;
    latest(dir, &reading).map(|(_, graph)| graph)
}

/// The graph with everything that a log holds, and up to which entry it was written for this start.
fn latest(dir: &Path, reading: &Reading) -> Result<(Option<u64>, Snapshot), OpenError> {
    let (position, graph) = match written(dir, reading)? {
        Some((position, graph)) => (Some(position), followed(graph, reading, position, |_, _| Ok(()))),
        None => (None, replayed(reading, |_, _| Ok(()))),
    };
    let unsound = |reason| OpenError::Unsound {
        dir: dir.to_owned(),
        reason,
    };
    let graph = graph.map_err(unsound)?;
    let waiting = super::unresolved::read(reading).map_err(|reason| unsound(reason.into()))?;
    Ok((position, graph.with_unresolved(waiting)))
}

/// What is wrong with what was written for the next start, beside `graph`, which the log makes: none when they hold the same,
/// or nothing was written.
///
/// # Errors
/// [`OpenError`] when the folder or the log cannot be read.
pub fn check_written(dir: &Path, reading: &Reading, graph: &Snapshot) -> Result<Option<String>, OpenError> {
    let written = folder::read_snapshot(dir, reading.head().fingerprint(), rebase::read)?;
    let Some((position, written)) = written else {
        return Ok(None);
    };
    let followed = followed(written, reading, position, |_, _| Ok(())).map_err(|reason| OpenError::Unsound {
        dir: dir.to_owned(),
        reason,
    })?;
    let problem = || format!("snapshot-{position}.gx holds something else than the log; it can be removed");
    Ok((followed.digest() != graph.digest()).then(problem))
}

/// What was written for the next start, and the entry up to which it goes; none when there is nothing that is good.
fn written(dir: &Path, reading: &Reading) -> Result<Option<(u64, Snapshot)>, folder::Error> {
    let found = folder::read_snapshot(dir, reading.head().fingerprint(), rebase::read)?;
    let Some((position, graph)) = found else {
        return Ok(None);
    };
    // A copy of the log may have gone on without this one, and then hold other entries at the same positions.
    let of_log = |reason| folder::Error::Log {
        dir: dir.to_owned(),
        reason,
    };
    let same = match position {
        0 => true,
        _ => reading.recorded_at(position).map_err(of_log)? == Some(graph.last_recorded_at()),
    };
    if !same {
        tracing::warn!(
            position,
            "a snapshot is of another history; the log, which has everything, is read instead"
        );
    }
    Ok(same.then_some((position, graph)))
}

/// The graph that a log makes. `each` sees every entry with the graph before it, and may refuse it.
///
/// # Errors
/// [`ReplayError`], which names the entry.
pub fn replayed(
    reading: &Reading,
    each: impl FnMut(&Entry, &Snapshot) -> Result<(), String>,
) -> Result<Snapshot, ReplayError> {
    followed(began(reading)?, reading, 0, each)
}

/// The graph that the store began with.
fn began(reading: &Reading) -> Result<Snapshot, ReplayError> {
    let head = reading.head();
    let mut builder = Builder::new(head.recorded_at);
    reading.load(|record| builder.add(&record).map_err(ReplayError::Began))?;
    builder
        .finish(&head.title, head.description.as_deref(), head.licence.as_deref())
        .map_err(ReplayError::Began)
}

/// The graph that holds everything up to entry `after`, and then every entry since.
fn followed(
    mut graph: Snapshot,
    reading: &Reading,
    after: u64,
    mut each: impl FnMut(&Entry, &Snapshot) -> Result<(), String>,
) -> Result<Snapshot, ReplayError> {
    reading.replay(after, |entry| {
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
