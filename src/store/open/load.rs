//! Filling a new store record by record: each record goes into the log and the graph at once, so that no second copy is needed.
//! Only new ids are accepted; changes of records follow as commits.

use std::path::Path;

use crate::{
    graph::{self, GraphBuilder, Snapshot},
    model::{Noun, Record, Timestamp},
    store::{
        folder::{self, StoreFolder, blocks::BlockFileHeader},
        log,
        state::index_file,
        write::rebase,
    },
};

/// A store that is being filled.
#[derive(Debug)]
pub struct Load {
    store_folder: StoreFolder,
    log: log::BackgroundLoad,
    recorded_at: Timestamp,
    graph: GraphBuilder,
    was_interrupted: bool,
}

/// Why a record was not added, or the store could not be filled.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The graph refuses the record.
    #[error(transparent)]
    Graph(#[from] graph::Error),
    /// The folder or its files cannot be used.
    #[error(transparent)]
    Folder(#[from] folder::Error),
}

/// A record was not added.
#[derive(Debug)]
pub struct AddError {
    /// The record, if the graph refused it.
    pub record: Option<Record>,
    /// The reason.
    pub reason: Error,
}

impl Load {
    /// Starts filling the store of this folder, with all records recorded at `at`, or resumes an interrupted import.
    ///
    /// # Errors
    /// [`Error::Folder`] when the folder is not free, or its content is damaged.
    pub fn start(store_folder: StoreFolder, at: Timestamp) -> Result<Self, Error> {
        if store_folder.has_unfinished_load() {
            return Self::resume(store_folder);
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
            log: log::BackgroundLoad::start(store_folder.start_load(head)?),
            recorded_at: at,
            store_folder,
            graph: GraphBuilder::new(at),
            was_interrupted: false,
        })
    }

    fn resume(store_folder: StoreFolder) -> Result<Self, Error> {
        let reader = store_folder.load_reader()?;
        let recorded_at = reader.head().recorded_at;
        let mut graph = GraphBuilder::new(recorded_at);
        let read = reader.load(|record| {
            let result = graph.add(&record);
            result.map_err(|reason| log::Error::damaged(format!("{:?}", record.id()), &reason))
        });
        drop(reader);
        read.map_err(|reason| log_error(&store_folder, reason))?;
        Ok(Self {
            log: log::BackgroundLoad::start(store_folder.resume_load()?),
            store_folder,
            recorded_at,
            graph,
            was_interrupted: true,
        })
    }

    /// The folder of the store.
    #[must_use]
    pub fn dir(&self) -> &Path {
        self.store_folder.dir()
    }

    /// Removes the added records, and leaves the folder as it was before.
    ///
    /// # Errors
    /// [`Error::Folder`] when the file cannot be removed.
    pub fn abandon(self) -> Result<(), Error> {
        // The records are removed, whether or not they could be written.
        drop(self.log.end());
        Ok(self.store_folder.remove_load()?)
    }

    /// The recorded time of its records.
    #[must_use]
    pub fn recorded_at(&self) -> Timestamp {
        self.recorded_at
    }

    /// Whether it resumes an interrupted import.
    #[must_use]
    pub fn was_interrupted(&self) -> bool {
        self.was_interrupted
    }

    /// The noun of the record with this id.
    #[must_use]
    pub fn noun_of(&self, id: &str) -> Option<Noun> {
        self.graph.holds(id)
    }

    /// The index of the entity with this id among the added ones.
    #[must_use]
    pub fn entity_index(&self, id: &str) -> Option<usize> {
        self.graph.place_of_entity(id)
    }

    /// Adds a record with a new id that refers only to added records. [`Load::suspend`] or [`Load::finish`] make it durable.
    ///
    /// # Errors
    /// [`AddError`]: [`Error::Graph`] with the record, if it was not added; [`Error::Folder`] when it cannot be written.
    pub fn add(&mut self, record: Record) -> Result<(), Box<AddError>> {
        // Any record that the graph accepts can be stored in the log.
        if let Err(reason) = self.graph.add(&record) {
            let reason = reason.into();
            return Err(Box::new(AddError {
                record: Some(record),
                reason,
            }));
        }
        self.log.add(record).map_err(|reason| {
            let reason = log_error(&self.store_folder, reason);
            Box::new(AddError { record: None, reason })
        })
    }

    /// Makes the added records durable, for the next import to resume.
    ///
    /// # Errors
    /// [`Error::Folder`] when it cannot be written.
    pub fn suspend(self) -> Result<(), Error> {
        let result = self.log.end().and_then(|mut log| log.flush());
        result.map_err(|reason| log_error(&self.store_folder, reason))
    }

    /// Creates the store with the added records and a snapshot for a quick start. `inspect` is called with the graph while it is in
    /// memory.
    ///
    /// # Errors
    /// [`Error::Graph`] when there is more than a graph can hold, [`Error::Folder`] when it cannot be written.
    pub fn finish(
        self,
        title: &str,
        description: Option<&str>,
        licence: Option<&str>,
        inspect: impl FnOnce(&Snapshot),
    ) -> Result<LoadedStore, Error> {
        let graph = self.graph.finish(title, description, licence)?;
        let log = self.log.end().map_err(|reason| log_error(&self.store_folder, reason))?;
        let head = self.store_folder.finish_load(log, title, description, licence)?;
        let header = BlockFileHeader {
            position: 0,
            log: head.fingerprint(),
        };
        folder::write_snapshot(self.store_folder.dir(), header, |blocks| rebase::write(&graph, blocks))?;
        inspect(&graph);
        Ok(LoadedStore {
            store_folder: self.store_folder,
            header,
        })
    }
}

/// A complete store that is not open.
#[derive(Debug)]
pub struct LoadedStore {
    store_folder: StoreFolder,
    header: BlockFileHeader,
}

impl LoadedStore {
    /// Builds the search index for the next start, if there are enough entities. Meanwhile only the entities of the graph are in
    /// memory. A failure is logged: the next start builds the index.
    pub fn index(&self) {
        let dir = self.store_folder.dir();
        match folder::read_snapshot(dir, self.header.log, rebase::read_entities) {
            Ok(Some((position, graph))) if position == self.header.position => {
                index_file::build(dir, self.header, &graph)
            }
            Ok(_) => tracing::warn!("there is no snapshot to build the search index from; the next start builds it"),
            Err(error) => tracing::warn!(%error, "the search index cannot be built; the next start builds it"),
        }
    }

    /// The folder of the store.
    #[must_use]
    pub fn into_store_folder(self) -> StoreFolder {
        self.store_folder
    }
}

fn log_error(store_folder: &StoreFolder, reason: log::Error) -> Error {
    Error::Folder(folder::Error::Log {
        dir: store_folder.dir().to_owned(),
        reason,
    })
}
