//! Commits the changes of an update: in batches, so that one record that cannot be stored does not take the
//! others with it, or as one entry if the changes must be atomic.

use super::{
    StoreUpdate,
    batch::{ChangeBatch, PendingBatch},
    decision::Verdict,
};
use crate::{
    formats::reader::RecordFault,
    graph::ApplyError,
    import::{Error, Origin, RecordOutcome, limits::is_shallow},
    model::{Change, Entity, Record, Timestamp, View},
    store::{
        commit::{self, Proposal},
        log::RoundTrip,
    },
};

const NOT_STORABLE: &str = "it cannot be stored, for example because values are nested too deep";

impl StoreUpdate {
    /// The entity of a change that gives an existing entity another kind.
    pub(in crate::import) fn changes_kind(&self, change: &Change) -> Option<Entity> {
        let Change::Put(record) = change else { return None };
        let Record::Entity(entity) = &**record else { return None };
        let graph = self.state.graph();
        let standing = graph.entity_by_id(&entity.id, &graph.mask(&View::now(Timestamp::MAX)))?;
        let standing = graph.entity(standing);
        (standing.id() == entity.id && standing.kind() != entity.kind).then(|| entity.clone())
    }

    /// Commits an entity with another kind, and its relationships, as one entry.
    pub(in crate::import) fn put_with_new_kind(
        &mut self,
        entity: Entity,
        origins: Vec<Origin>,
        at: Option<Timestamp>,
    ) -> Result<(), Error> {
        // Relationships in the batch may connect it, too.
        self.flush()?;
        let id = entity.id.clone();
        let changes = self.graph().as_another_kind(entity);
        let verdict = match self.propose(changes, self.reason.clone(), at.unwrap_or(self.now)) {
            Ok(()) => Verdict::Outcome(RecordOutcome::Imported),
            Err(commit::Error::Unstorable(_)) => Verdict::Fault(RecordFault::rejected("", NOT_STORABLE).with(&id)),
            Err(error) => return Err(Error::Commit(error.to_string())),
        };
        self.verdicts
            .extend(origins.into_iter().map(|origin| (origin, verdict.clone())));
        self.state = self.store.state();
        Ok(())
    }

    /// Commits all stored drafts.
    pub(in crate::import) fn flush(&mut self) -> Result<(), Error> {
        self.send()?;
        self.wait_for_pending()
    }

    /// Starts committing the batch once the pending one is committed.
    pub(in crate::import) fn send(&mut self) -> Result<(), Error> {
        self.wait_for_pending()?;
        self.send_batch()
    }

    fn send_batch(&mut self) -> Result<(), Error> {
        let batch = std::mem::take(&mut self.batch);
        let puts = std::mem::take(&mut self.batched);
        let retracts = std::mem::take(&mut self.taken_back);
        self.batched_records.clear();
        let at = self.batch_at.take().unwrap_or(self.now);
        if batch.is_empty() {
            return Ok(());
        }
        let round_trip = match batch.iter().all(|(change, _)| is_readable(change)) {
            true => RoundTrip::Guaranteed,
            false => RoundTrip::Unchecked,
        };
        let changes = batch.iter().map(|(change, _)| change.clone()).collect();
        let answer = self
            .store
            .submit(proposal(changes, self.reason.clone(), at), round_trip);
        let answer = answer.map_err(|error| Error::Commit(error.to_string()))?;
        self.pending = Some(PendingBatch {
            batch,
            puts,
            retracts,
            at,
            answer,
        });
        Ok(())
    }

    /// Whether this id is in the pending batch or the bulk insert.
    pub(in crate::import) fn is_pending(&self, id: &str) -> bool {
        let pending = self.pending.as_ref();
        let is_added = || self.bulk_insert.as_ref().is_some_and(|insert| insert.is_new(id));
        pending.is_some_and(|pending| pending.puts.contains_key(id) || pending.retracts.contains(id)) || is_added()
    }

    /// Waits until the pending batch is committed, and the bulk insert can be read.
    pub(in crate::import) fn wait_for_pending(&mut self) -> Result<(), Error> {
        self.end_adding()?;
        let Some(PendingBatch { batch, at, answer, .. }) = self.pending.take() else {
            return Ok(());
        };
        match answer.wait() {
            Ok(_) => self.report_imported(batch),
            Err(error) => self.commit_parts(batch, at, error)?,
        }
        self.state = self.store.state();
        if self.graph().changes() > self.unsettled_max {
            self.store.rebase().map_err(|error| Error::Commit(error.to_string()))?;
            self.state = self.store.state();
        }
        Ok(())
    }

    /// Commits the given changes as one entry.
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

    fn commit(&mut self, batch: ChangeBatch, at: Timestamp) -> Result<(), Error> {
        let changes = batch.iter().map(|(change, _)| change.clone()).collect();
        match self.propose(changes, self.reason.clone(), at) {
            Ok(()) => {
                self.report_imported(batch);
                Ok(())
            }
            Err(error) => self.commit_parts(batch, at, error),
        }
    }

    fn report_imported(&mut self, batch: ChangeBatch) {
        let origins = batch.into_iter().flat_map(|(_, origins)| origins);
        let verdicts = origins.map(|origin| (origin, Verdict::Outcome(RecordOutcome::Imported)));
        self.verdicts.extend(verdicts);
    }

    /// Commits as much as possible of a batch that was refused as a whole.
    fn commit_parts(&mut self, mut batch: ChangeBatch, at: Timestamp, error: commit::Error) -> Result<(), Error> {
        match error {
            // One record that cannot be stored must not take the others with it.
            commit::Error::Unstorable(_) | commit::Error::Refused(_) if batch.len() > 1 => {
                let rest = batch.split_off(batch.len() / 2);
                self.commit(batch, at)?;
                self.commit(rest, at)
            }
            commit::Error::Unstorable(_) => self.reject(batch, NOT_STORABLE),
            commit::Error::Refused(ApplyError::InUse { .. }) => {
                self.reject(batch, "it is to be retracted, but others refer to it")
            }
            commit::Error::Refused(ApplyError::Dangling { .. }) => {
                self.reject(batch, "a record that it refers to could not be imported")
            }
            error => Err(Error::Commit(error.to_string())),
        }
    }

    fn reject(&mut self, batch: ChangeBatch, reason: &'static str) -> Result<(), Error> {
        for (change, origins) in batch {
            let fault = RecordFault::rejected("", reason).with(change.id());
            let origins = origins.into_iter();
            self.verdicts
                .extend(origins.map(|origin| (origin, Verdict::Fault(fault.clone()))));
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

/// Whether a change can be read back from JSON: it is nested no deeper than a record may be.
fn is_readable(change: &Change) -> bool {
    match change {
        Change::Put(record) => is_shallow(record),
        Change::Retract { .. } | Change::Merge { .. } => true,
    }
}
