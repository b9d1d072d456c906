//! A batch of changes in progress: the changed records, the ids used so far, and all faults.

use std::collections::{HashMap, HashSet};

use super::{
    fault::{Fault, InputPath, Rejection, UserErrorCode},
    input::{EntityKey, ExpectedVersion},
    known_records::KnownRecords,
};
use crate::{
    graph::Snapshot,
    model::{Change, Entity, Noun, Record, Relationship, Source},
};

/// The result of a batch.
#[derive(Debug)]
pub struct Decision {
    /// The changes, or the faults if there are any.
    pub changes: Result<Vec<Change>, Rejection>,
    /// The ids of the records that it concerns and that remain, changed or not, in the order of the input.
    pub subjects: Vec<String>,
}

impl Decision {
    /// No changes, because of this fault.
    #[must_use]
    pub fn refused(fault: Fault) -> Self {
        let mut faults = Rejection::default();
        faults.push(fault);
        Self {
            changes: Err(faults),
            subjects: Vec::new(),
        }
    }
}

/// A batch in progress.
pub(super) struct BatchDraft<'g> {
    pub(super) known: KnownRecords<'g>,
    pub(super) faults: Rejection,
    /// The changes in order; each record once.
    changes: Vec<Change>,
    positions: HashMap<String, usize>,
    claimed: HashSet<String>,
    subjects: Vec<String>,
}

impl<'g> BatchDraft<'g> {
    pub(super) fn new(graph: &'g Snapshot) -> Self {
        Self {
            known: KnownRecords::new(graph),
            faults: Rejection::default(),
            changes: Vec::new(),
            positions: HashMap::new(),
            claimed: HashSet::new(),
            subjects: Vec::new(),
        }
    }

    pub(super) fn fault(&mut self, code: UserErrorCode, path: &InputPath<'_>, message: impl Into<String>) {
        self.faults.push(Fault::new(code, path, message));
    }

    /// Notes that an item concerns `id`. An id of several items is a fault.
    pub(super) fn claim(&mut self, id: &str, path: &InputPath<'_>) -> bool {
        let first = self.claimed.insert(id.to_owned());
        if first {
            self.subjects.push(id.to_owned());
        } else {
            let message = format!("{id:?} occurs twice in this batch; put all changes to a record into one item");
            self.fault(UserErrorCode::Duplicate, path, message);
        }
        first
    }

    /// Notes a record that the batch concerns, once.
    pub(super) fn mention(&mut self, id: &str) {
        if self.claimed.insert(id.to_owned()) {
            self.subjects.push(id.to_owned());
        }
    }

    /// Whether the record has the expected version.
    pub(super) fn check_version(
        &mut self,
        noun: Noun,
        id: &str,
        expected: ExpectedVersion,
        path: &InputPath<'_>,
    ) -> bool {
        let current = self.known.version(noun, id);
        let Some(expected) = expected.filter(|expected| *expected != i64::from(current)) else {
            return true;
        };
        let message = match current {
            0 => format!("{id:?} does not exist, so it has no version {expected}; omit expectedVersion or give 0"),
            _ => format!("{id:?} now has version {current}, not {expected}; read it again and decide anew"),
        };
        let path = path.field("expectedVersion");
        self.faults
            .push(Fault::new(UserErrorCode::Conflict, &path, message).current_version(current));
        false
    }

    /// Whether `id` can be used for a `noun`: no other record has it.
    pub(super) fn is_free_for(&mut self, noun: Noun, id: &str, path: &InputPath<'_>) -> bool {
        let changed = self.positions.get(id).map(|position| self.changes[*position].noun());
        let Some(holder) = changed.or_else(|| self.known.noun(id)).filter(|holder| *holder != noun) else {
            return true;
        };
        let message =
            format!("{id:?} is the id of another type of record ({holder}); ids are unique among all records");
        self.faults
            .push(Fault::new(UserErrorCode::IdTaken, path, message).candidates([id.to_owned()]));
        false
    }

    /// The record with the changes of the batch so far.
    fn record(&self, noun: Noun, id: &str) -> Option<Record> {
        match self.positions.get(id).map(|position| &self.changes[*position]) {
            Some(Change::Put(record)) => Some((**record).clone()).filter(|record| record.noun() == noun),
            Some(Change::Retract { .. } | Change::Merge { .. }) => None,
            None => self.known.record(noun, id),
        }
    }

    pub(super) fn source(&self, id: &str) -> Option<Source> {
        match self.record(Noun::Source, id)? {
            Record::Source(source) => Some(source),
            Record::Entity(_) | Record::Relationship(_) => None,
        }
    }

    pub(super) fn entity(&self, id: &str) -> Option<Entity> {
        match self.record(Noun::Entity, id)? {
            Record::Entity(entity) => Some(entity),
            Record::Source(_) | Record::Relationship(_) => None,
        }
    }

    pub(super) fn relationship(&self, id: &str) -> Option<Relationship> {
        match self.record(Noun::Relationship, id)? {
            Record::Relationship(relationship) => Some(relationship),
            Record::Source(_) | Record::Entity(_) => None,
        }
    }

    /// Puts the next version of a record. An unchanged record makes no change.
    pub(super) fn put(&mut self, record: Record) {
        let position = self.positions.get(record.id()).copied();
        if position.is_none() && self.known.record(record.noun(), record.id()).as_ref() == Some(&record) {
            return;
        }
        self.change(Change::Put(Box::new(record)));
    }

    /// Adds a change, replacing an earlier one of the same record.
    pub(super) fn change(&mut self, change: Change) {
        match self.positions.get(change.id()) {
            Some(position) => self.changes[*position] = change,
            None => {
                self.positions.insert(change.id().to_owned(), self.changes.len());
                self.changes.push(change);
            }
        }
    }

    /// The entities that the batch puts.
    pub(super) fn changed_entities(&self) -> Vec<Entity> {
        let records = self.changes.iter().filter_map(|change| match change {
            Change::Put(record) => Some(&**record),
            Change::Retract { .. } | Change::Merge { .. } => None,
        });
        let entities = records.filter_map(|record| match record {
            Record::Entity(entity) => Some(entity.clone()),
            Record::Source(_) | Record::Relationship(_) => None,
        });
        entities.collect()
    }

    /// The id of the entity that `key` refers to.
    pub(super) fn resolve_entity(&mut self, key: &EntityKey, path: &InputPath<'_>) -> Option<String> {
        let (matches, key_text): (Vec<&str>, String) = match key {
            EntityKey::Id(id) => {
                let entity = self.known.entity_ix(id).map(|ix| self.known.entity_id(ix));
                (entity.into_iter().collect(), format!("the id {id:?}"))
            }
            EntityKey::Identifier(identifier) => {
                let holders = self
                    .known
                    .entities_with_identifier(&identifier.scheme, &identifier.value);
                (
                    holders,
                    format!("the identifier {} {:?}", identifier.scheme, identifier.value),
                )
            }
            EntityKey::Name(name) => (self.known.entities_with_name(name), format!("the name {name:?}")),
        };
        match matches[..] {
            [id] => Some(id.to_owned()),
            [] => {
                let message = format!("There is no entity with {key_text}; upsertEntities creates one");
                self.fault(UserErrorCode::NotFound, path, message);
                None
            }
            _ => {
                let message = format!(
                    "{} entities have {key_text}; give the id of one of the candidates",
                    matches.len()
                );
                let candidates = matches.into_iter().map(str::to_owned);
                self.faults
                    .push(Fault::new(UserErrorCode::Ambiguous, path, message).candidates(candidates));
                None
            }
        }
    }

    /// The result of the batch.
    pub(super) fn into_decision(self) -> Decision {
        let before = self.known;
        let is_change = |change: &Change| match change {
            // A later item may have reverted the change of an earlier one.
            Change::Put(record) => before.record(record.noun(), record.id()).as_ref() != Some(record),
            Change::Retract { .. } | Change::Merge { .. } => true,
        };
        let changes = if self.faults.is_empty() {
            Ok(self.changes.into_iter().filter(is_change).collect())
        } else {
            Err(self.faults)
        };
        Decision {
            changes,
            subjects: self.subjects,
        }
    }
}
