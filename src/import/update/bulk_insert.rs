//! Bulk insertion: new records of a large import are added without a state of the store for each batch: far less work per
//! record. A draft that has to read the added records ends the bulk insertion first.

use std::collections::HashSet;

use hashbrown::HashMap;

use super::{StoreUpdate, batch::ChangeBatch, decision::Verdict, insert_estimate::ImportInsert};
use crate::{
    formats::reader::RecordChange,
    import::{Error, Origin, RecordOutcome, limits::is_shallow},
    model::{Change, Record, Relationship},
};

impl StoreUpdate {
    /// Adds a new record to the bulk insertion, or begins one. Returns drafts that have to be stored in another way.
    pub(in crate::import) fn put_new(
        &mut self,
        origins: Vec<Origin>,
        change: RecordChange,
    ) -> Result<Option<(Vec<Origin>, RecordChange)>, Error> {
        self.estimate.note_put(origins.len());
        if let RecordChange::Placeholder(record) = &change
            && self.existing(record.id()).is_some()
        {
            let unchanged = |origin| (origin, Verdict::Outcome(RecordOutcome::Unchanged));
            self.verdicts.extend(origins.into_iter().map(unchanged));
            return Ok(None);
        }
        if self.batch.len() >= self.batch_max && self.should_begin_adding() {
            self.begin_adding()?;
        }
        let Some(bulk_insert) = &mut self.bulk_insert else {
            return Ok(Some((origins, change)));
        };
        let (record, to_change): (Record, fn(Record) -> RecordChange) = match change {
            RecordChange::Placeholder(record) => (record, RecordChange::Placeholder),
            RecordChange::Record(record) => (record, RecordChange::Record),
            change => return Ok(Some((origins, change))),
        };
        let is_batched = |id: &str| self.batched.contains_key(id) || self.taken_back.contains(id);
        if !is_independent(&record, is_batched) {
            return Ok(Some((origins, to_change(record))));
        }
        match bulk_insert.adding.add(record, self.now) {
            Ok(()) => {
                bulk_insert.origins.push(origins);
                bulk_insert.count += 1;
                self.estimate.note_change();
            }
            Err(record) => return Ok(Some((origins, to_change(*record)))),
        }
        if bulk_insert.adding.uncommitted() >= self.batch_max {
            let committed = bulk_insert.adding.commit(&self.reason);
            committed.map_err(|error| Error::Commit(error.to_string()))?;
            let origins = std::mem::take(&mut bulk_insert.origins);
            self.report_imported_origins(origins);
        }
        Ok(None)
    }

    /// Whether to begin a bulk insertion with the records in the batch.
    fn should_begin_adding(&self) -> bool {
        self.bulk_insert.is_none() && self.batch_at.is_none() && self.estimate.pays_off(self.graph().base_rows())
    }

    /// Begins a bulk insertion with the new records in the batch.
    fn begin_adding(&mut self) -> Result<(), Error> {
        self.wait_for_pending()?;
        let remaining = usize::try_from(self.estimate.remaining_changes()).unwrap_or(usize::MAX);
        let adding = self.store.bulk_insert(remaining);
        let mut bulk_insert = ImportInsert {
            adding: adding.map_err(|error| Error::Commit(error.to_string()))?,
            origins: Vec::new(),
            count: 0,
        };
        let mut rest = ChangeBatch::new();
        let mut batched = HashMap::new();
        self.taken_back = HashSet::new();
        for (change, origins) in std::mem::take(&mut self.batch) {
            let change = match change {
                Change::Put(record) if is_independent(&record, |id| batched.contains_key(id)) => {
                    match bulk_insert.adding.add(*record, self.now) {
                        Ok(()) => {
                            bulk_insert.origins.push(origins);
                            bulk_insert.count += 1;
                            continue;
                        }
                        Err(record) => Change::Put(record),
                    }
                }
                change => change,
            };
            match &change {
                Change::Put(record) => drop(batched.insert(record.id().to_owned(), record.noun())),
                Change::Retract { id, .. } => drop(self.taken_back.insert(id.clone())),
                Change::Merge { .. } => {}
            }
            rest.push((change, origins));
        }
        self.batch = rest;
        self.batched = batched;
        self.bulk_insert = Some(bulk_insert);
        Ok(())
    }

    /// Ends the bulk insertion, so that its records can be read.
    pub(in crate::import) fn end_adding(&mut self) -> Result<(), Error> {
        let Some(ImportInsert { adding, origins, count }) = self.bulk_insert.take() else {
            return Ok(());
        };
        let finished = adding.finish(&self.reason);
        finished.map_err(|error| Error::Commit(error.to_string()))?;
        self.report_imported_origins(origins);
        self.estimate.last = Some(count);
        self.state = self.store.state();
        Ok(())
    }

    fn report_imported_origins(&mut self, origins: Vec<Vec<Origin>>) {
        let imported = |origin| (origin, Verdict::Outcome(RecordOutcome::Imported));
        self.verdicts.extend(origins.into_iter().flatten().map(imported));
    }
}

/// Whether a record can be read back, and neither it nor the records it refers to are changed by the batch.
fn is_independent(record: &Record, is_batched: impl Fn(&str) -> bool) -> bool {
    let is_free = |id: &str| !is_batched(id);
    let references_are_free = |relationship: &Relationship| {
        let mut statements = relationship.evidence.iter();
        relationship.ends.known().all(is_free)
            && statements
                .all(|statement| is_free(&statement.source) && statement.speaker.as_deref().is_none_or(is_free))
    };
    is_free(record.id())
        && is_shallow(record)
        && match record {
            Record::Relationship(relationship) => references_are_free(relationship),
            Record::Entity(_) | Record::Source(_) => true,
        }
}
