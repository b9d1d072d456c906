//! Adding very many new records to a store that holds others: they become entries of the log as any change does, but no state is
//! made in between. At the end one is made of everything at once, and written for the next start.

use std::{
    sync::{
        Arc,
        atomic::Ordering,
        mpsc::{self, SyncSender},
    },
    thread::{self, JoinHandle},
};

use super::{
    commit::{Error, adding_already, after},
    shared::Shared,
};
use crate::{
    graph::{self, Builder},
    model::{Entry, Noun, Record, Timestamp},
    store::{State, Store, log::Readable},
};

/// How many entries may wait to be written while more is added.
const ENTRIES_AHEAD: usize = 2;

/// New records that are being added. What was added can be read once [`Adding::finish`] is done; until then the store takes no
/// other changes. One that is dropped before leaves a store that takes none: all that was committed is in its log, and there
/// when it is opened again.
#[derive(Debug)]
pub struct Adding {
    shared: Arc<Shared>,
    /// What everything is added to.
    before: Arc<State>,
    graph: Builder,
    /// What was added since the last entry, when that is proposed, and when it is recorded.
    records: Vec<Record>,
    proposed_at: Timestamp,
    at: Timestamp,
    writing: Option<Writing>,
}

/// The thread that writes the log. Whoever drops it waits for it.
#[derive(Debug)]
struct Writing {
    /// Both none only while it ends.
    entries: Option<SyncSender<Entry>>,
    thread: Option<JoinHandle<Result<(), Error>>>,
}

impl Store {
    /// Begins to add new records, about so many relationships among them. Takes time in proportion to what there is.
    ///
    /// # Errors
    /// [`Error::Unavailable`]; then nothing has changed.
    pub fn adding(&self, relationships: usize) -> Result<Adding, Error> {
        let shared = &self.shared;
        let _alone = shared.settler_alone();
        let turn = shared.turn();
        if shared.adding.load(Ordering::Acquire) {
            return Err(adding_already());
        }
        let before = shared.state();
        let graph = Builder::over(before.graph(), relationships).map_err(|error| too_much(&error))?;
        shared.adding.store(true, Ordering::Release);
        drop(turn);
        Ok(Adding {
            shared: Arc::clone(shared),
            proposed_at: before.graph().last_recorded_at(),
            at: before.graph().last_recorded_at(),
            before,
            graph,
            records: Vec::new(),
            writing: None,
        })
    }
}

impl Adding {
    /// Whether what has this id was added. O(1).
    #[must_use]
    pub fn is_new(&self, id: &str) -> bool {
        self.graph.is_new(id)
    }

    /// What stands under this id: an entity or a source, or a relationship that was added. O(1).
    #[must_use]
    pub fn stands(&self, id: &str) -> Option<Noun> {
        self.graph.current(id)
    }

    /// How many records were added since the last entry.
    #[must_use]
    pub fn uncommitted(&self) -> usize {
        self.records.len()
    }

    /// Adds a record. It lasts after [`Adding::commit`]. `proposed_at` is when the entry is proposed.
    ///
    /// # Errors
    /// The record, which was not added: when something has its id, or had, when it refers to what does not stand, or when there
    /// is more than a graph can hold.
    pub fn add(&mut self, record: Record, proposed_at: Timestamp) -> Result<(), Box<Record>> {
        if self.records.is_empty() {
            self.proposed_at = proposed_at;
            self.at = after(self.at, proposed_at);
            self.graph.record_at(self.at);
        }
        match self.graph.add_now(&record) {
            Ok(()) => {
                self.records.push(record);
                Ok(())
            }
            Err(_) => Err(Box::new(record)),
        }
    }

    /// Makes what was added since the last time an entry of the log, which a thread of its own writes.
    ///
    /// # Errors
    /// [`Error::Clock`], and [`Error::Unkeepable`] and [`Error::Unavailable`], also of entries before: nothing after the first of
    /// them lasts.
    pub fn commit(&mut self, reason: &str) -> Result<(), Error> {
        if self.records.is_empty() {
            return Ok(());
        }
        self.shared.clock.check(self.proposed_at)?;
        let entry = Entry {
            // The thread knows it.
            position: 0,
            recorded_at: self.at,
            reason: Some(reason.to_owned()),
            by: None,
            retry: None,
            steps: std::mem::take(&mut self.records)
                .into_iter()
                .map(graph::creation_step)
                .collect(),
        };
        let writing = self.writing.get_or_insert_with(|| Writing::start(&self.shared));
        if writing
            .entries
            .as_ref()
            .is_some_and(|entries| entries.send(entry).is_ok())
        {
            return Ok(());
        }
        self.end_writing()?;
        Err(Error::stopped())
    }

    /// Shows all that was added, once it is durable, and writes it for the next start. The store takes changes again.
    ///
    /// # Errors
    /// As [`Adding::commit`].
    pub fn finish(mut self, reason: &str) -> Result<(), Error> {
        self.commit(reason)?;
        self.end_writing()?;
        let graph = self.graph.finish_over(self.before.graph());
        let graph = graph.map_err(|error| too_much(&error))?;
        let position = self.shared.log.last_position();
        self.shared.write_base(&graph, position);
        let _turn = self.shared.turn();
        self.shared.publish(Arc::new(self.before.moved_to(graph)), position);
        self.shared.adding.store(false, Ordering::Release);
        Ok(())
    }

    fn end_writing(&mut self) -> Result<(), Error> {
        self.writing.take().map_or(Ok(()), |mut writing| writing.end())
    }
}

impl Writing {
    fn start(shared: &Arc<Shared>) -> Self {
        let (entries, waiting) = mpsc::sync_channel::<Entry>(ENTRIES_AHEAD);
        let shared = Arc::clone(shared);
        let thread = thread::spawn(move || {
            for mut entry in waiting {
                entry.position = shared.log.last_position() + 1;
                let prepared = shared.log.prepare(Arc::new(entry), Readable::Surely);
                let prepared = prepared.map_err(|error| super::commit::unavailable(&error))?;
                let _turn = shared.turn();
                let written = shared.log.append(&[prepared]);
                written.map_err(|error| Error::Unsure(error.to_string()))?;
            }
            Ok(())
        });
        Self {
            entries: Some(entries),
            thread: Some(thread),
        }
    }

    /// Waits until all entries are written. What the first of those failed with that were not.
    fn end(&mut self) -> Result<(), Error> {
        drop(self.entries.take());
        let failed = |_| {
            Err(Error::Unavailable(
                "a fault of the program; its log says more".to_owned(),
            ))
        };
        self.thread
            .take()
            .map_or(Ok(()), |thread| thread.join().unwrap_or_else(failed))
    }
}

impl Drop for Writing {
    fn drop(&mut self) {
        // Who ends it hears of it.
        let _ = self.end();
    }
}

fn too_much(error: &graph::Error) -> Error {
    Error::Unavailable(error.to_string())
}
