//! Filling a store that is new, record by record: what is added goes to the log and into the graph at the same time, so that
//! neither is held twice. Only new ids are taken; what changes a record comes later, by commits.

use std::path::Path;

use crate::{
    graph::{self, Builder, Snapshot},
    model::{Noun, Record, Timestamp},
    store::{
        folder::{self, Home, blocks::Held},
        log,
        state::index_file,
        write::rebase,
    },
};

/// A store that is being filled.
#[derive(Debug)]
pub struct Load {
    home: Home,
    log: log::Behind,
    recorded_at: Timestamp,
    graph: Builder,
    was_interrupted: bool,
}

/// Why a record was not added, or the store could not be filled.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The record does not fit to what was added before.
    #[error(transparent)]
    Unfit(#[from] graph::Error),
    /// The folder or its files do not allow it.
    #[error(transparent)]
    Home(#[from] folder::Error),
}

/// A record that was not added.
#[derive(Debug)]
pub struct Unadded {
    /// The record, where it does not fit.
    pub record: Option<Record>,
    /// Why it was not added.
    pub reason: Error,
}

impl Load {
    /// Begins to fill the store of this folder, or goes on where an import was interrupted. Without one, everything is
    /// recorded at `at`.
    ///
    /// # Errors
    /// [`Error::Home`] when the folder is not free, or what is there is damaged.
    pub fn enter(home: Home, at: Timestamp) -> Result<Self, Error> {
        if home.is_loading() {
            return Self::resume(home);
        }
        let head = log::Head {
            title: String::new(),
            description: None,
            licence: None,
            recorded_at: at,
            began_at: at,
            chunks: 0,
        };
        Ok(Self {
            log: log::Behind::start(home.load(head)?),
            recorded_at: at,
            home,
            graph: Builder::new(at),
            was_interrupted: false,
        })
    }

    fn resume(home: Home) -> Result<Self, Error> {
        let reading = home.loading()?;
        let recorded_at = reading.head().recorded_at;
        let mut graph = Builder::new(recorded_at);
        let read = reading.load(|record| {
            let added = graph.add(&record);
            added.map_err(|reason| log::Error::damaged(format!("{:?}", record.id()), &reason))
        });
        drop(reading);
        read.map_err(|reason| unwritten(&home, reason))?;
        Ok(Self {
            log: log::Behind::start(home.resume()?),
            home,
            recorded_at,
            graph,
            was_interrupted: true,
        })
    }

    /// The folder of the store.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.home.dir()
    }

    /// Leaves the folder as it was before, without what was added.
    ///
    /// # Errors
    /// [`Error::Home`] when the file cannot be removed.
    pub fn abandon(self) -> Result<(), Error> {
        // Whatever became of what was added: it goes.
        drop(self.log.end());
        Ok(self.home.remove_loading()?)
    }

    /// When its records are recorded.
    #[must_use]
    pub fn recorded_at(&self) -> Timestamp {
        self.recorded_at
    }

    /// Whether it goes on with an import that was interrupted.
    #[must_use]
    pub fn was_interrupted(&self) -> bool {
        self.was_interrupted
    }

    /// What has this id.
    #[must_use]
    pub fn holds(&self, id: &str) -> Option<Noun> {
        self.graph.holds(id)
    }

    /// Which of the entities that were added has this id, from 0.
    #[must_use]
    pub fn place_of_entity(&self, id: &str) -> Option<usize> {
        self.graph.place_of_entity(id)
    }

    /// Adds a record with a new id that refers to what was added before. It lasts once [`Load::keep`] was called.
    ///
    /// # Errors
    /// [`Unadded`] with the record: [`Error::Unfit`], then nothing was added; [`Error::Home`] when it cannot be written.
    pub fn add(&mut self, record: Record) -> Result<(), Box<Unadded>> {
        // The graph refuses what does not fit; what it took, the log can say.
        if let Err(reason) = self.graph.add(&record) {
            let reason = reason.into();
            return Err(Box::new(Unadded {
                record: Some(record),
                reason,
            }));
        }
        self.log.add(record).map_err(|reason| {
            let reason = unwritten(&self.home, reason);
            Box::new(Unadded { record: None, reason })
        })
    }

    /// Ends filling the store for now, and makes what was added last: the next import goes on from here.
    ///
    /// # Errors
    /// [`Error::Home`] when it cannot be written.
    pub fn keep(self) -> Result<(), Error> {
        let kept = self.log.end().and_then(|mut log| log.keep());
        kept.map_err(|reason| unwritten(&self.home, reason))
    }

    /// Makes the store of what was added, with a snapshot for a quick start, and gives `inspect` what it holds while that is in
    /// memory.
    ///
    /// # Errors
    /// [`Error::Unfit`] when there is more than a graph can hold, [`Error::Home`] when it cannot be written.
    pub fn finish(
        self,
        title: &str,
        description: Option<&str>,
        licence: Option<&str>,
        inspect: impl FnOnce(&Snapshot),
    ) -> Result<Filled, Error> {
        let graph = self.graph.finish(title, description, licence)?;
        let log = self.log.end().map_err(|reason| unwritten(&self.home, reason))?;
        let head = self.home.seal(log, title, description, licence)?;
        let held = Held {
            position: 0,
            log: head.fingerprint(),
        };
        folder::write_snapshot(self.home.dir(), held, |blocks| rebase::write(&graph, blocks))?;
        inspect(&graph);
        Ok(Filled { home: self.home, held })
    }
}

/// A store that has been filled, and not been opened.
#[derive(Debug)]
pub struct Filled {
    home: Home,
    held: Held,
}

impl Filled {
    /// Builds the search index and keeps it for the next start, where there are so many entities that this is worth while. Of
    /// the graph only the entities are in memory meanwhile. A failure is told in the program's log: the next start builds it.
    pub fn index(&self) {
        let dir = self.home.dir();
        match folder::read_snapshot(dir, self.held.log, rebase::read_entities) {
            Ok(Some((position, graph))) if position == self.held.position => index_file::fill(dir, self.held, &graph),
            Ok(_) => tracing::warn!("there is no snapshot to build the search index from; the next start builds it"),
            Err(error) => tracing::warn!(%error, "the search index cannot be built; the next start builds it"),
        }
    }

    /// The folder of the store.
    #[must_use]
    pub fn into_home(self) -> Home {
        self.home
    }
}

fn unwritten(home: &Home, reason: log::Error) -> Error {
    Error::Home(folder::Error::Log {
        dir: home.dir().to_owned(),
        reason,
    })
}
