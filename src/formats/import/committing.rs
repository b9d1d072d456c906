//! Committing what was put into a store that knows things: in batches, so that one record that cannot be kept does not take the
//! others with it, or as one entry where nothing may be half done.

use super::{
    Error, Fault, Origin, Outcome,
    filing::{Filing, Verdict},
};
use crate::{
    graph::Refused,
    model::{Change, Entity, Record, Timestamp, View},
    store::commit::{self, Proposal},
};

const UNKEEPABLE: &str = "it cannot be kept, such as values nested too deep";

impl Filing {
    /// The entity that a change gives another kind, where one stands under its id.
    pub(super) fn of_another_kind(&self, change: &Change) -> Option<Entity> {
        let Change::Put(record) = change else { return None };
        let Record::Entity(entity) = &**record else { return None };
        let graph = self.state.graph();
        let standing = graph.entity_by_id(&entity.id, &graph.mask(&View::now(Timestamp::MAX)))?;
        let standing = graph.entity(standing);
        (standing.id() == entity.id && standing.kind() != entity.kind).then(|| entity.clone())
    }

    /// Commits an entity with another kind, and all that connects it: one entry, or nothing.
    pub(super) fn put_as_another_kind(
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
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        let batch = std::mem::take(&mut self.batch);
        self.batched.clear();
        self.taken_back.clear();
        self.batched_records.clear();
        let at = self.batch_at.take().unwrap_or(self.now);
        self.commit(batch, at)?;
        self.state = self.store.state();
        Ok(())
    }

    /// Commits changes that were decided elsewhere, as one entry.
    pub(super) fn commit_all(&mut self, changes: Vec<Change>, reason: String) -> Result<(), Error> {
        self.flush()?;
        let committed = self.propose(changes, reason, self.now);
        committed.map_err(|error| Error::Commit(error.to_string()))?;
        self.state = self.store.state();
        Ok(())
    }

    fn propose(&self, changes: Vec<Change>, reason: String, at: Timestamp) -> Result<(), commit::Error> {
        let proposal = Proposal {
            retry: None,
            by: None,
            reason: Some(reason),
            at,
            decide: Box::new(move |_| Ok(changes)),
        };
        self.store.commit(proposal).map(drop)
    }

    fn commit(&mut self, mut batch: Vec<(Change, Vec<Origin>)>, at: Timestamp) -> Result<(), Error> {
        if batch.is_empty() {
            return Ok(());
        }
        let changes = batch.iter().map(|(change, _)| change.clone()).collect();
        match self.propose(changes, self.reason.clone(), at) {
            Ok(()) => {
                let told = batch
                    .into_iter()
                    .flat_map(|(_, origins)| origins)
                    .map(|origin| (origin, Verdict::Became(Outcome::Imported)));
                self.told.extend(told);
                Ok(())
            }
            // One record that cannot be kept must not take the others with it.
            Err(commit::Error::Unkeepable(_) | commit::Error::Refused(_)) if batch.len() > 1 => {
                let rest = batch.split_off(batch.len() / 2);
                self.commit(batch, at)?;
                self.commit(rest, at)
            }
            Err(commit::Error::Unkeepable(_)) => self.reject(batch, UNKEEPABLE),
            Err(commit::Error::Refused(Refused::InUse { .. })) => {
                self.reject(batch, "it is to be taken back, but others refer to it")
            }
            Err(commit::Error::Refused(Refused::Dangling { .. })) => {
                self.reject(batch, "what it refers to could not be imported")
            }
            Err(error) => Err(Error::Commit(error.to_string())),
        }
    }

    fn reject(&mut self, batch: Vec<(Change, Vec<Origin>)>, reason: &'static str) -> Result<(), Error> {
        for (change, origins) in batch {
            let fault = Fault::rejected("", reason).with(change.id());
            let told = origins.into_iter();
            self.told
                .extend(told.map(|origin| (origin, Verdict::Faulty(fault.clone()))));
        }
        Ok(())
    }
}
