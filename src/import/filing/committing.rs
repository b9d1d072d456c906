//! Committing what was put into a store that knows things: in batches, so that one record that cannot be kept does not take the
//! others with it, or as one entry where nothing may be half done.

use std::collections::HashSet;

use hashbrown::HashMap;

use super::{Filing, Verdict};
use crate::{
    formats::reader::Fault,
    graph::Refused,
    import::{Error, Origin, Outcome, limits::is_shallow},
    model::{Change, Entity, Noun, Record, Timestamp, View},
    store::{
        commit::{self, Pending, Proposal},
        log::Readable,
    },
};

/// Changes, each with where it comes from.
pub(in crate::import) type Batch = Vec<(Change, Vec<Origin>)>;

/// A batch that is on its way into the store.
#[derive(Debug)]
pub(in crate::import) struct Sent {
    batch: Batch,
    /// What it puts, by id.
    pub(in crate::import) puts: HashMap<String, Noun>,
    /// What it takes back, by id.
    takes_back: HashSet<String>,
    at: Timestamp,
    answer: Pending,
}

const UNKEEPABLE: &str = "it cannot be kept, such as values nested too deep";

impl Filing {
    /// The entity that a change gives another kind, where one stands under its id.
    pub(in crate::import) fn of_another_kind(&self, change: &Change) -> Option<Entity> {
        let Change::Put(record) = change else { return None };
        let Record::Entity(entity) = &**record else { return None };
        let graph = self.state.graph();
        let standing = graph.entity_by_id(&entity.id, &graph.mask(&View::now(Timestamp::MAX)))?;
        let standing = graph.entity(standing);
        (standing.id() == entity.id && standing.kind() != entity.kind).then(|| entity.clone())
    }

    /// Commits an entity with another kind, and all that connects it: one entry, or nothing.
    pub(in crate::import) fn put_as_another_kind(
        &mut self,
        entity: Entity,
        origins: Vec<Origin>,
        at: Option<Timestamp>,
    ) -> Result<(), Error> {
        // What waits in the batch may connect it, too.
        self.flush()?;
        let id = entity.id.clone();
        let changes = self.graph().as_another_kind(entity);
        let verdict = match self.propose(changes, self.reason.clone(), at.unwrap_or(self.now)) {
            Ok(()) => Verdict::Became(Outcome::Imported),
            Err(commit::Error::Unkeepable(_)) => Verdict::Faulty(Fault::rejected("", UNKEEPABLE).with(&id)),
            Err(error) => return Err(Error::Commit(error.to_string())),
        };
        self.told
            .extend(origins.into_iter().map(|origin| (origin, verdict.clone())));
        self.state = self.store.state();
        Ok(())
    }

    /// Commits what was put.
    pub(in crate::import) fn flush(&mut self) -> Result<(), Error> {
        self.send()?;
        self.arrive()
    }

    /// Lets what was put be committed while more is decided, once what was sent before has arrived.
    pub(in crate::import) fn send(&mut self) -> Result<(), Error> {
        self.arrive()?;
        self.send_batch()
    }

    fn send_batch(&mut self) -> Result<(), Error> {
        let batch = std::mem::take(&mut self.batch);
        let puts = std::mem::take(&mut self.batched);
        let takes_back = std::mem::take(&mut self.taken_back);
        self.batched_records.clear();
        let at = self.batch_at.take().unwrap_or(self.now);
        if batch.is_empty() {
            return Ok(());
        }
        let readable = match batch.iter().all(|(change, _)| is_readable(change)) {
            true => Readable::Surely,
            false => Readable::Unknown,
        };
        let changes = batch.iter().map(|(change, _)| change.clone()).collect();
        let answer = self.store.submit(proposal(changes, self.reason.clone(), at), readable);
        let answer = answer.map_err(|error| Error::Commit(error.to_string()))?;
        self.sent = Some(Sent {
            batch,
            puts,
            takes_back,
            at,
            answer,
        });
        Ok(())
    }

    /// Whether this id is among those of what was sent.
    pub(in crate::import) fn is_sent(&self, id: &str) -> bool {
        let sent = self.sent.as_ref();
        let is_added = || self.added.as_ref().is_some_and(|added| added.is_new(id));
        sent.is_some_and(|sent| sent.puts.contains_key(id) || sent.takes_back.contains(id)) || is_added()
    }

    /// Waits until what was sent has arrived, and what was added can be read.
    pub(in crate::import) fn arrive(&mut self) -> Result<(), Error> {
        self.end_adding()?;
        let Some(Sent { batch, at, answer, .. }) = self.sent.take() else {
            return Ok(());
        };
        match answer.wait() {
            Ok(_) => self.tell_imported(batch),
            Err(error) => self.commit_less(batch, at, error)?,
        }
        self.state = self.store.state();
        if self.graph().changes() > self.unsettled_max {
            self.store.settle().map_err(|error| Error::Commit(error.to_string()))?;
            self.state = self.store.state();
        }
        Ok(())
    }

    /// Commits changes that were decided elsewhere, as one entry.
    pub(in crate::import) fn commit_all(&mut self, changes: Vec<Change>, reason: String) -> Result<(), Error> {
        self.flush()?;
        let committed = self.propose(changes, reason, self.now);
        committed.map_err(|error| Error::Commit(error.to_string()))?;
        self.state = self.store.state();
        Ok(())
    }

    fn propose(&self, changes: Vec<Change>, reason: String, at: Timestamp) -> Result<(), commit::Error> {
        self.store.commit(proposal(changes, reason, at)).map(drop)
    }

    fn commit(&mut self, batch: Batch, at: Timestamp) -> Result<(), Error> {
        let changes = batch.iter().map(|(change, _)| change.clone()).collect();
        match self.propose(changes, self.reason.clone(), at) {
            Ok(()) => {
                self.tell_imported(batch);
                Ok(())
            }
            Err(error) => self.commit_less(batch, at, error),
        }
    }

    fn tell_imported(&mut self, batch: Batch) {
        let origins = batch.into_iter().flat_map(|(_, origins)| origins);
        let told = origins.map(|origin| (origin, Verdict::Became(Outcome::Imported)));
        self.told.extend(told);
    }

    /// Commits what can be of a batch that was refused as a whole.
    fn commit_less(&mut self, mut batch: Batch, at: Timestamp, refused: commit::Error) -> Result<(), Error> {
        match refused {
            // One record that cannot be kept must not take the others with it.
            commit::Error::Unkeepable(_) | commit::Error::Refused(_) if batch.len() > 1 => {
                let rest = batch.split_off(batch.len() / 2);
                self.commit(batch, at)?;
                self.commit(rest, at)
            }
            commit::Error::Unkeepable(_) => self.reject(batch, UNKEEPABLE),
            commit::Error::Refused(Refused::InUse { .. }) => {
                self.reject(batch, "it is to be taken back, but others refer to it")
            }
            commit::Error::Refused(Refused::Dangling { .. }) => {
                self.reject(batch, "what it refers to could not be imported")
            }
            error => Err(Error::Commit(error.to_string())),
        }
    }

    fn reject(&mut self, batch: Batch, reason: &'static str) -> Result<(), Error> {
        for (change, origins) in batch {
            let fault = Fault::rejected("", reason).with(change.id());
            let told = origins.into_iter();
            self.told
                .extend(told.map(|origin| (origin, Verdict::Faulty(fault.clone()))));
        }
        Ok(())
    }
}

fn proposal(changes: Vec<Change>, reason: String, at: Timestamp) -> Proposal {
    Proposal {
        retry: None,
        by: None,
        reason: Some(reason),
        at,
        decide: Box::new(move |_| Ok(changes)),
    }
}

/// Whether a change can be read from JSON again: each part of it was, and it is not nested deeper than a record may be.
fn is_readable(change: &Change) -> bool {
    match change {
        Change::Put(record) => is_shallow(record),
        Change::Retract { .. } | Change::Merge { .. } => true,
    }
}
