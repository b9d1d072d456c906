//! Bulk insertion: new records of a large import are added without a state of the store for each batch: far less work per
//! record. A draft that has to read the added records ends the bulk insertion first.

use std::collections::HashSet;

use hashbrown::HashMap;

use super::{StoreUpdate, Verdict, change_batches::ChangeBatch};
use crate::{
    formats::reader::RecordChange,
    import::{Error, Origin, RecordOutcome, limits::is_shallow},
    model::{Change, Noun, Record, Relationship},
    store::bulk_insert,
};

/// From one new record per this many rows of the base on, copying all rows pays off.
const ROWS_PER_ADDED: u64 = 4;

/// The records that are being added.
#[derive(Debug)]
pub(in crate::import) struct BulkInsert {
    adding: bulk_insert::BulkInsert,
    /// The origins of the records added since the last entry.
    origins: Vec<Vec<Origin>>,
    /// The number of added records.
    count: u64,
}

/// Estimates from earlier drafts whether a bulk insertion pays off.
#[derive(Debug, Default)]
pub(in crate::import) struct InsertEstimate {
    /// The number of drafts, and of those stored so far.
    drafts: u64,
    put: u64,
    /// The number of changes so far.
    changes: u64,
    /// The number of records of the last bulk insertion.
    last: Option<u64>,
}

impl InsertEstimate {
    /// Expects this many drafts.
    pub(in crate::import) fn expect(&mut self, drafts: u64) {
        *self = Self {
            drafts,
            ..Self::default()
        };
    }

    pub(in crate::import) fn note_put(&mut self, drafts: usize) {
        self.put += u64::try_from(drafts).unwrap_or(u64::MAX);
    }

    pub(in crate::import) fn note_change(&mut self) {
        self.changes += 1;
    }

    /// The estimated number of changes to come.
    fn remaining_changes(&self) -> u64 {
        let drafts = self.drafts.saturating_sub(self.put);
        drafts.saturating_mul(self.changes) / self.put.max(1)
    }

    /// Whether enough changes remain to copy this many rows.
    fn pays_off(&self, rows: usize) -> bool {
        let rows = u64::try_from(rows).unwrap_or(u64::MAX);
        // If the last bulk insertion ended early, the next one probably will, too.
        let is_enough = |bulk_insert: u64| bulk_insert.saturating_mul(ROWS_PER_ADDED) >= rows;
        is_enough(self.remaining_changes()) && self.last.is_none_or(is_enough)
    }
}

impl BulkInsert {
    /// The noun of the record with this id: any entity or source, and added relationships.
    pub(in crate::import) fn existing(&self, id: &str) -> Option<Noun> {
        self.adding.noun_of(id)
    }

    /// Whether the record with this id was added.
    pub(in crate::import) fn is_new(&self, id: &str) -> bool {
        self.adding.is_new(id)
    }
}

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
        let mut bulk_insert = BulkInsert {
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
        let Some(BulkInsert { adding, origins, count }) = self.bulk_insert.take() else {
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
