//! Storing drafts in a store that has data: equal records stay, differing ones become changes, faults are
//! reported, and dangling records wait. Changes are committed in batches; an import that ends between two of them is
//! resumed by the next.

pub(super) mod additions;
pub(super) mod batch;
pub(super) mod bulk_insert;
pub(super) mod change_batches;
pub(super) mod continuation;
pub(super) mod decision;
pub(super) mod insert_estimate;
pub(super) mod join;
pub(super) mod notes;

use std::{collections::HashSet, sync::Arc};

use hashbrown::HashMap;

pub(super) use self::decision::{DraftDecision, MergedEnds, Preference, Verdict};
use self::{
    batch::{ChangeBatch, PendingBatch},
    insert_estimate::{ImportInsert, InsertEstimate},
    notes::{Notes, Version},
};
use super::{
    BATCH_MAX, Error, Origin, RecordOutcome, UNSETTLED_MAX,
    merge::{
        dated_records::{self, ImportMerger},
        records::{ValueConflict, Winner},
    },
};
use crate::{
    formats::reader::{Draft, RecordChange, RecordFault},
    graph::Snapshot,
    model::{Change, Noun, Record, Relationship, Timestamp, View},
    store::{State, Store},
};

/// From one draft per this many rows of the base on, building the index of ids pays off.
const ROWS_PER_DRAFT: u64 = 50;

/// An update of a store that has data.
#[derive(Debug)]
pub(super) struct StoreUpdate {
    pub(super) store: Store,
    pub(super) state: Arc<State>,
    pub(super) now: Timestamp,
    pub(super) reason: String,
    pub(super) batch: ChangeBatch,
    /// The most records that share a batch.
    pub(super) batch_max: usize,
    /// The number of changes beside the base of the graph at which a new base is built.
    pub(super) unsettled_max: usize,
    /// The records that the batch puts, by id.
    pub(super) batched: HashMap<String, Noun>,
    /// The ids that the batch retracts.
    pub(super) taken_back: HashSet<String>,
    /// The records of sources whose relationships the batch puts or retracts.
    pub(super) batched_records: HashSet<String>,
    pub(super) batch_at: Option<Timestamp>,
    /// The batch that is being committed while the next one is collected.
    pub(super) pending: Option<PendingBatch>,
    /// The bulk insert of new records, while there are many of them and none of them has to be read.
    pub(super) bulk_insert: Option<ImportInsert>,
    /// Estimates whether a bulk insert pays off.
    pub(super) estimate: InsertEstimate,
    /// For each file, whether its records are complete and dated.
    pub(super) has_dated_records: Vec<bool>,
    /// The notes that imports leave for later ones.
    pub(super) notes: Notes,
    /// The verdicts that were not yet taken.
    pub(super) verdicts: Vec<(Origin, Verdict)>,
}

impl StoreUpdate {
    pub(super) fn new(store: Store, now: Timestamp, reason: String) -> Self {
        let state = store.state();
        Self {
            state,
            store,
            now,
            reason,
            batch: Vec::new(),
            batch_max: BATCH_MAX,
            unsettled_max: UNSETTLED_MAX,
            batched: HashMap::new(),
            taken_back: HashSet::new(),
            batched_records: HashSet::new(),
            batch_at: None,
            pending: None,
            bulk_insert: None,
            estimate: InsertEstimate::default(),
            has_dated_records: Vec::new(),
            notes: Notes::default(),
            verdicts: Vec::new(),
        }
    }

    /// Prepares for this many drafts.
    pub(super) fn prepare_for(&mut self, drafts: u64) {
        self.store.disable_automatic_rebase();
        self.estimate.expect(drafts);
        let rows = u64::try_from(self.graph().base_rows()).unwrap_or(u64::MAX);
        if drafts.saturating_mul(ROWS_PER_DRAFT) >= rows {
            self.graph().index_ids();
        }
    }

    /// Finishes the update: commits the batch and writes the notes.
    pub(super) fn into_store(mut self) -> Result<Store, Error> {
        self.flush()?;
        self.notes.write_all(&self.store)?;
        Ok(self.store)
    }

    /// The store.
    pub(super) fn store(&self) -> &Store {
        &self.store
    }

    /// Stores a draft as waiting for a missing record. Returns the conflicts with a draft that already waits under its id.
    pub(super) fn wait(&mut self, draft: &Draft, missing: &str, place: String) -> Result<Vec<ValueConflict>, Error> {
        self.notes.wait_for(&self.store, draft, missing, place)
    }

    /// Writes the notes if many are pending.
    pub(super) fn write_notes_if_many(&mut self) -> Result<(), Error> {
        self.notes.write_if_many(&self.store)
    }

    /// The graph of the store, without drafts stored since the last [`StoreUpdate::flush`].
    pub(super) fn graph(&self) -> &Snapshot {
        self.state.graph()
    }

    /// Takes the verdicts since the last call.
    pub(super) fn take_verdicts(&mut self) -> Vec<(Origin, Verdict)> {
        std::mem::take(&mut self.verdicts)
    }

    /// The noun of the current record with this id, including records in batches.
    pub(super) fn existing(&self, id: &str) -> Option<Noun> {
        if let Some(existing) = self.bulk_insert.as_ref().and_then(|added| added.existing(id)) {
            return Some(existing);
        }
        let pending = || self.pending.as_ref().and_then(|pending| pending.puts.get(id));
        let put = self.batched.get(id).or_else(pending).copied();
        put.or_else(|| self.standing(id))
    }

    fn standing(&self, id: &str) -> Option<Noun> {
        let graph = self.state.graph();
        let mask = graph.mask(&View::now(Timestamp::MAX));
        let entity = graph.entity_by_id(id, &mask);
        if entity.is_some_and(|entity| graph.entity(entity).id() == id) {
            return Some(Noun::Entity);
        }
        let source = || graph.source_by_id(id, &mask).map(|_| Noun::Source);
        let relationship = || graph.relationship_by_id(id, &mask).map(|_| Noun::Relationship);
        source().or_else(relationship)
    }

    /// The current record with this id.
    pub(super) fn latest(&self, id: &str) -> Option<Record> {
        let latest = self.state.graph().versions(id).pop();
        latest
            .filter(|latest| latest.retracted_at.is_none())
            .map(|latest| latest.record)
    }

    /// Stores a draft without a version. Its verdict is added for each of its origins to [`StoreUpdate::take_verdicts`], at the latest
    /// after [`StoreUpdate::flush`].
    pub(super) fn put(&mut self, origins: Vec<Origin>, draft: Draft, preference: Preference) -> Result<(), Error> {
        let Draft {
            change,
            status_is_implied,
            ..
        } = draft;
        match change {
            RecordChange::Addition(addition) => return self.put_addition(origins, addition, preference),
            RecordChange::Thing { id, properties } => return self.put_thing(origins, &id, &properties),
            _ => {}
        }
        let Some((origins, change)) = self.put_new(origins, change)? else {
            return Ok(());
        };
        let is_record = matches!(change, RecordChange::Record(_) | RecordChange::Placeholder(_));
        match is_record && !self.is_pending(change.id()) {
            true => self.make_room_beside(change.id(), None)?,
            false => self.make_room(change.id(), None)?,
        }
        let decision = match &change {
            RecordChange::Retraction { noun, id } => match self.existing(id) == Some(*noun) {
                true => Ok(DraftDecision::Change(Change::Retract {
                    noun: *noun,
                    id: id.clone(),
                })),
                false => Ok(DraftDecision::Unchanged),
            },
            RecordChange::Placeholder(record) => {
                match self.existing(record.id()).is_some() || self.is_merged(record.id()) {
                    true => Ok(DraftDecision::Unchanged),
                    false => Ok(DraftDecision::Change(Change::Put(Box::new(record.clone())))),
                }
            }
            RecordChange::Addition(_) | RecordChange::Thing { .. } | RecordChange::OnlyThese { .. } => {
                Ok(DraftDecision::Unchanged)
            }
            RecordChange::Record(record) => {
                let record = self.with_known_status(record.clone(), status_is_implied);
                self.change(record, preference, origins.first())?
            }
        };
        let draft = Draft::of_change(change).with_status_implied(status_is_implied);
        self.take(origins, &draft, decision)
    }

    /// Stores a record already merged with one of the same import, without reporting conflicts.
    pub(super) fn put_merged(&mut self, origins: Vec<Origin>, record: Record) -> Result<(), Error> {
        self.make_room(record.id(), None)?;
        let draft = Draft::of(record.clone());
        let decision = match self.is_merged(record.id()) {
            true => self.change(record, Preference::Existing, None)?,
            false => self.change_to_merged(record),
        };
        self.take(origins, &draft, decision)
    }

    /// The change to a record that was already merged with the existing one.
    fn change_to_merged(&mut self, mut record: Record) -> Result<DraftDecision, Box<RecordFault>> {
        if let Record::Relationship(relationship) = &mut record {
            if let Some((id, noun)) = self.missing(relationship) {
                return Ok(DraftDecision::Missing(id, noun));
            }
            self.remove_missing_speakers(relationship, None);
            if self.follow_merges(relationship) == MergedEnds::SameEntity {
                return Ok(DraftDecision::Unchanged);
            }
        }
        Ok(match self.latest(record.id()) {
            Some(latest) if is_equal_content(&latest, &record) => DraftDecision::Unchanged,
            _ => DraftDecision::Change(Change::Put(Box::new(record))),
        })
    }

    /// The record with its existing status, if it states none itself.
    fn with_known_status(&self, mut record: Record, status_is_implied: bool) -> Record {
        if let Record::Relationship(relationship) = &mut record
            && status_is_implied
            && let Some(Record::Relationship(known)) = self.latest(&relationship.id)
        {
            relationship.status = known.status;
        }
        record
    }

    /// Waits for the pending batch, and commits the current one if the next draft cannot join it.
    pub(super) fn make_room(&mut self, id: &str, at: Option<Timestamp>) -> Result<(), Error> {
        self.wait_for_pending()?;
        self.make_room_beside(id, at)
    }

    /// The same for a draft that does not depend on the pending batch.
    fn make_room_beside(&mut self, id: &str, at: Option<Timestamp>) -> Result<(), Error> {
        let is_busy = self.batched.contains_key(id) || self.taken_back.contains(id);
        let has_another_time = self.batch_at != at && !self.batch.is_empty();
        if is_busy || has_another_time {
            return self.flush();
        }
        if self.batch.len() >= self.batch_max {
            return self.send();
        }
        Ok(())
    }

    pub(super) fn take(
        &mut self,
        origins: Vec<Origin>,
        draft: &Draft,
        decision: Result<DraftDecision, Box<RecordFault>>,
    ) -> Result<(), Error> {
        match decision {
            Ok(DraftDecision::Change(change)) => match self.changes_kind(&change) {
                Some(entity) => self.put_with_new_kind(entity, origins, draft.known_at)?,
                None => self.batch(change, origins, draft.known_at),
            },
            Ok(DraftDecision::Unchanged) => {
                let known = |origin| (origin, Verdict::Outcome(RecordOutcome::Unchanged));
                self.verdicts.extend(origins.into_iter().map(known));
            }
            Ok(DraftDecision::Missing(missing, noun)) => {
                let waits = |origin| (origin, Verdict::Waiting(Box::new(draft.clone()), missing.clone(), noun));
                self.verdicts.extend(origins.into_iter().map(waits));
            }
            Err(fault) => {
                let faulty = |origin| (origin, Verdict::Fault((*fault).clone()));
                self.verdicts.extend(origins.into_iter().map(faulty));
            }
        }
        Ok(())
    }

    pub(super) fn batch(&mut self, change: Change, origins: Vec<Origin>, at: Option<Timestamp>) {
        self.batch_at = at;
        self.estimate.note_change();
        if let Change::Put(record) = &change {
            self.batched.insert(record.id().to_owned(), record.noun());
            if let Record::Relationship(Relationship {
                record: Some(record), ..
            }) = &**record
            {
                self.batched_records.insert(record.clone());
            }
        }
        if let Change::Retract { id, .. } = &change {
            self.taken_back.insert(id.clone());
        }
        self.batch.push((change, origins));
    }

    /// The change for a record without a version.
    pub(super) fn change(
        &mut self,
        mut record: Record,
        preference: Preference,
        origin: Option<&Origin>,
    ) -> Result<Result<DraftDecision, Box<RecordFault>>, Error> {
        if let Record::Relationship(relationship) = &mut record {
            if let Some((id, noun)) = self.missing(relationship) {
                return Ok(Ok(DraftDecision::Missing(id, noun)));
            }
            self.remove_missing_speakers(relationship, origin);
            if self.follow_merges(relationship) == MergedEnds::SameEntity {
                return Ok(Ok(DraftDecision::Unchanged));
            }
        }
        let is_dated = origin.is_some_and(|origin| self.has_dated_records.get(origin.file) == Some(&true));
        let mut merger = ImportMerger {
            is_dated,
            preference,
            conflicts: Vec::new(),
        };
        if let (Some(survivor), Record::Entity(entity)) = (self.survivor(record.id()), &record) {
            let updated = Some(entity).filter(|_| is_dated).and_then(dated_records::last_update);
            let version = Version::at(updated.unwrap_or(self.now));
            let decision =
                self.change_survivor(&survivor, entity, &version, |before, new| merger.entities(before, new))?;
            if let Some(origin) = origin {
                self.report_conflicts(origin, merger.conflicts, "the store");
            }
            return Ok(Ok(decision));
        }
        let Some(latest) = self.latest(record.id()) else {
            return Ok(Ok(DraftDecision::Change(Change::Put(Box::new(record)))));
        };
        let Some(joined) = merger.records(&latest, &record) else {
            let fault = RecordFault::rejected("", format!("the id belongs to a {}", latest.noun()));
            return Ok(Err(Box::new(fault.with(record.id()))));
        };
        if let Some(origin) = origin {
            self.report_conflicts(origin, merger.conflicts, "the store");
        }
        Ok(Ok(match is_equal_content(&latest, &joined) {
            true => DraftDecision::Unchanged,
            false => DraftDecision::Change(Change::Put(Box::new(joined))),
        }))
    }

    /// Reports the values of a record that were not imported.
    pub(super) fn report_conflicts(&mut self, origin: &Origin, conflicts: Vec<ValueConflict>, place: &str) {
        for conflict in conflicts {
            self.verdicts
                .push((origin.clone(), Verdict::Fault(conflict_fault(conflict, place))));
        }
    }

    /// The ids of the current relationships from this record of a source.
    pub(super) fn relationships_of_record(&self, record: &str) -> Vec<String> {
        let graph = self.state.graph();
        let mask = graph.mask(&View::now(Timestamp::MAX));
        let relationships = graph.relationships_of_record(record, &mask).into_iter();
        relationships
            .map(|relationship| graph.relationship(relationship).id().into_owned())
            .collect()
    }

    /// Removes speakers that do not exist: a dangling reference must not cost the whole statement.
    pub(super) fn remove_missing_speakers(&mut self, relationship: &mut Relationship, origin: Option<&Origin>) {
        for statement in &mut relationship.evidence {
            let is_known = |id: &String| self.existing(id) == Some(Noun::Entity) || self.is_merged(id);
            if let Some(speaker) = statement.speaker.take_if(|speaker| !is_known(speaker))
                && let Some(origin) = origin
            {
                let reason = "the statement is imported without its speaker, which does not exist";
                let fault = RecordFault::noted("speaker", reason).with(&speaker);
                self.verdicts.push((origin.clone(), Verdict::Fault(fault)));
            }
        }
    }

    /// A missing record that a relationship refers to, after following merges.
    pub(super) fn missing(&self, relationship: &Relationship) -> Option<(String, Noun)> {
        self.missing_unless(relationship, |_| false)
    }

    /// The same, unless `comes` is true for it.
    pub(super) fn missing_unless(
        &self,
        relationship: &Relationship,
        comes: impl Fn(&str) -> bool,
    ) -> Option<(String, Noun)> {
        let is_missing =
            |(id, noun): &(&str, Noun)| self.existing(id) != Some(*noun) && !self.is_merged(id) && !comes(id);
        let missing = references(relationship).find(is_missing);
        missing.map(|(id, noun)| (id.to_owned(), noun))
    }
}

/// The fault for a value that was not imported because another one wins.
pub(super) fn conflict_fault(conflict: ValueConflict, place: &str) -> RecordFault {
    let ValueConflict {
        field,
        value,
        winning_value,
        winner,
    } = conflict;
    let place = match winner {
        Winner::Existing => place,
        Winner::New => "this record",
    };
    RecordFault::noted(field, "another value of the same record holds")
        .with(&value)
        .with_effective_value(Some(&winning_value), place.to_owned())
}

/// Whether two records are equal, apart from when they were recorded.
pub(super) fn is_equal_content(one: &Record, other: &Record) -> bool {
    match (one, other) {
        (Record::Relationship(one), Record::Relationship(other)) => {
            let timeless = |relationship: &Relationship| Relationship {
                recorded_at: Timestamp::UNIX_EPOCH,
                retracted_at: None,
                ..relationship.clone()
            };
            timeless(one) == timeless(other)
        }
        _ => one == other,
    }
}

/// The records that a relationship requires: its ends, and the sources of its statements.
fn references(relationship: &Relationship) -> impl Iterator<Item = (&str, Noun)> {
    let ends = relationship.ends.known().map(|id| (id, Noun::Entity));
    let statements = relationship.evidence.iter();
    ends.chain(statements.map(|statement| (statement.source.as_str(), Noun::Source)))
}

/// The note for a reference to a record that does not exist yet.
pub(super) fn dangling(id: &str, noun: Noun) -> RecordFault {
    let reason = match noun {
        Noun::Entity => "it waits in the store for an entity that does not exist yet",
        Noun::Source => "it waits in the store for a source that does not exist yet",
        Noun::Relationship => "it waits in the store for a relationship that does not exist yet",
    };
    RecordFault::noted("", reason).with(id)
}
