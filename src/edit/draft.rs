//! A batch that is being decided: the records as they will be, what was named so far, and every fault found.

use std::collections::{HashMap, HashSet};

use super::{
    fault::{Fault, Path, Rejected, UserErrorCode},
    input::{EntityKey, Expected},
    known::Known,
};
use crate::{
    graph::Snapshot,
    model::{Change, Entity, Noun, Record, Relationship, Source},
};

/// What a batch comes to.
#[derive(Debug)]
pub struct Decision {
    /// What it changes, or why it may not.
    pub changes: Result<Vec<Change>, Rejected>,
    /// The ids of the records that it is about and that stay, changed or not, in the order of the input.
    pub subjects: Vec<String>,
}

impl Decision {
    /// Nothing is changed, for this reason.
    #[must_use]
    pub fn refused(fault: Fault) -> Self {
        let mut faults = Rejected::default();
        faults.push(fault);
        Self {
            changes: Err(faults),
            subjects: Vec::new(),
        }
    }
}

/// A batch that is being decided.
pub(super) struct Draft<'g> {
    pub(super) known: Known<'g>,
    pub(super) faults: Rejected,
    /// What is changed, in order; each record once.
    changes: Vec<Change>,
    positions: HashMap<String, usize>,
    claimed: HashSet<String>,
    subjects: Vec<String>,
}

impl<'g> Draft<'g> {
    pub(super) fn new(graph: &'g Snapshot) -> Self {
        Self {
            known: Known::of(graph),
            faults: Rejected::default(),
            changes: Vec::new(),
            positions: HashMap::new(),
            claimed: HashSet::new(),
            subjects: Vec::new(),
        }
    }

    pub(super) fn fault(&mut self, code: UserErrorCode, path: &Path<'_>, message: impl Into<String>) {
        self.faults.push(Fault::new(code, path, message));
    }

    /// Takes note that an item is about `id`. An id that another item is about is a fault.
    pub(super) fn claim(&mut self, id: &str, path: &Path<'_>) -> bool {
        let first = self.claimed.insert(id.to_owned());
        if first {
            self.subjects.push(id.to_owned());
        } else {
            let message = format!("{id:?} stands twice in this batch; say everything about a record in one item");
            self.fault(UserErrorCode::Duplicate, path, message);
        }
        first
    }

    /// Takes note of a record that the batch is about, once.
    pub(super) fn mention(&mut self, id: &str) {
        if self.claimed.insert(id.to_owned()) {
            self.subjects.push(id.to_owned());
        }
    }

    /// Whether the record has the version that the caller expects.
    pub(super) fn expect(&mut self, noun: Noun, id: &str, expected: Expected, path: &Path<'_>) -> bool {
        let current = self.known.version(noun, id);
        let Some(expected) = expected.filter(|expected| *expected != i64::from(current)) else {
            return true;
        };
        let message = match current {
            0 => format!("{id:?} does not exist, so it has no version {expected}; leave expectedVersion out or give 0"),
            _ => format!("{id:?} has version {current} by now, not {expected}; read it again and decide anew"),
        };
        let path = path.field("expectedVersion");
        self.faults
            .push(Fault::new(UserErrorCode::Conflict, &path, message).current_version(current));
        false
    }

    /// Whether `id` can be used for a `noun`: nothing else has it.
    pub(super) fn is_free_for(&mut self, noun: Noun, id: &str, path: &Path<'_>) -> bool {
        let drafted = self.positions.get(id).map(|position| self.changes[*position].noun());
        let Some(holder) = drafted.or_else(|| self.known.noun(id)).filter(|holder| *holder != noun) else {
            return true;
        };
        let message = format!("{id:?} is the id of a record of another sort ({holder}); ids are unique among all");
        self.faults
            .push(Fault::new(UserErrorCode::IdTaken, path, message).candidates([id.to_owned()]));
        false
    }

    /// The record as the batch leaves it so far.
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

    /// Writes a record's next version. What is as before changes nothing.
    pub(super) fn put(&mut self, record: Record) {
        let position = self.positions.get(record.id()).copied();
        if position.is_none() && self.known.record(record.noun(), record.id()).as_ref() == Some(&record) {
            return;
        }
        self.change(Change::Put(Box::new(record)));
    }

    /// Carries out a change, in place of an earlier one of the same record.
    pub(super) fn change(&mut self, change: Change) {
        match self.positions.get(change.id()) {
            Some(position) => self.changes[*position] = change,
            None => {
                self.positions.insert(change.id().to_owned(), self.changes.len());
                self.changes.push(change);
            }
        }
    }

    /// The entities that the batch writes.
    pub(super) fn entities_written(&self) -> Vec<Entity> {
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

    /// The id of the entity that `key` names.
    pub(super) fn named(&mut self, key: &EntityKey, path: &Path<'_>) -> Option<String> {
        let (found, what): (Vec<&str>, String) = match key {
            EntityKey::Id(id) => {
                let found = self.known.found(id).map(|ix| self.known.entity_id(ix));
                (found.into_iter().collect(), format!("the id {id:?}"))
            }
            EntityKey::Identifier(identifier) => {
                let found = self.known.holders(&identifier.scheme, &identifier.value);
                (
                    found,
                    format!("the identifier {} {:?}", identifier.scheme, identifier.value),
                )
            }
            EntityKey::Name(name) => (self.known.namesakes(name), format!("the name {name:?}")),
        };
        match found[..] {
            [id] => Some(id.to_owned()),
            [] => {
                let message = format!("There is no entity with {what}; upsertEntities creates one");
                self.fault(UserErrorCode::NotFound, path, message);
                None
            }
            _ => {
                let message = format!(
                    "{} entities have {what}; name one of the candidates by its id",
                    found.len()
                );
                let candidates = found.into_iter().map(str::to_owned);
                self.faults
                    .push(Fault::new(UserErrorCode::Ambiguous, path, message).candidates(candidates));
                None
            }
        }
    }

    /// What the batch comes to.
    pub(super) fn decided(self) -> Decision {
        let before = self.known;
        let is_change = |change: &Change| match change {
            // A later item may have put back what an earlier one changed.
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
