//! Merges complete records of a register, each with the date of its last update: the newer one wins, and values that it omits
//! are removed, in any order of import.

use std::cmp::Ordering;

use serde_json::Value;

use super::records::{ExistingWins, NewWins, RecordMerger, ValueConflict};
use crate::{
    import::update::Preference,
    model::{Entity, Record, Relationship, Timestamp},
};

/// The properties of an entity that belong to the register.
const REGISTER_PROPERTIES: [&str; 2] = ["entity", "registration"];

/// Two dated records merged: the newer one, with the data of other sources. `None` if one is undated, or both have the same
/// date.
pub(in crate::import) fn joined(existing: &Record, new: &Record) -> Option<Record> {
    match (existing, new) {
        (Record::Entity(existing), Record::Entity(new)) => {
            let order = last_update(new)?.cmp(&last_update(existing)?);
            let joined = match order {
                Ordering::Greater => entities(new, existing),
                Ordering::Less => entities(existing, new),
                Ordering::Equal => return None,
            };
            Some(Record::Entity(joined))
        }
        (Record::Relationship(existing), Record::Relationship(new)) => {
            let source = &new.evidence.first()?.source;
            let day = |claim: &Relationship| {
                let mut statements = claim.evidence.iter().filter(|statement| statement.source == *source);
                statements.find_map(|statement| statement.stated_on.map(|day| day.first_day()))
            };
            let order = day(new)?.cmp(&day(existing)?);
            let joined = match order {
                Ordering::Greater => relationships(new, existing),
                Ordering::Less => relationships(existing, new),
                Ordering::Equal => return None,
            };
            Some(Record::Relationship(joined))
        }
        _ => None,
    }
}

/// When the record was last updated.
pub(in crate::import) fn last_update(entity: &Entity) -> Option<Timestamp> {
    let registration = entity.properties.as_ref()?.get("registration")?;
    registration.get("lastUpdateDate").and_then(Value::as_str)?.parse().ok()
}

fn entities(newer: &Entity, older: &Entity) -> Entity {
    let mut joined = RecordMerger::new(&NewWins).entities(older, newer);
    joined.status = newer.status;
    joined.dissolved = newer.dissolved;
    let mut properties = joined.properties.unwrap_or_default();
    for key in REGISTER_PROPERTIES {
        match newer.properties.as_ref().and_then(|properties| properties.get(key)) {
            Some(value) => drop(properties.insert(key.to_owned(), value.clone())),
            None => drop(properties.remove(key)),
        }
    }
    joined.properties = (!properties.is_empty()).then_some(properties);
    joined
}

fn relationships(newer: &Relationship, older: &Relationship) -> Relationship {
    let joined = RecordMerger::new(&NewWins).relationships(older, newer);
    let has_other_sources = older
        .evidence
        .iter()
        .any(|statement| newer.evidence.iter().all(|other| other.source != statement.source));
    if has_other_sources {
        return Relationship {
            validity: newer.validity,
            ..joined
        };
    }
    Relationship {
        evidence: joined.evidence,
        recorded_at: joined.recorded_at,
        ..newer.clone()
    }
}

/// Merges an existing record with one of an import.
pub(in crate::import) struct ImportMerger {
    /// Whether records are complete and dated, so that the newer one wins.
    pub(in crate::import) is_dated: bool,
    pub(in crate::import) preference: Preference,
    /// The values that were not imported.
    pub(in crate::import) conflicts: Vec<ValueConflict>,
}

impl ImportMerger {
    pub(in crate::import) fn records(&mut self, existing: &Record, new: &Record) -> Option<Record> {
        if self.is_dated
            && let Some(joined) = joined(existing, new)
        {
            return Some(joined);
        }
        match self.preference {
            Preference::Existing => {
                let mut merger = RecordMerger::new(&ExistingWins);
                let joined = merger.records(existing, new);
                self.conflicts.extend(merger.conflicts);
                joined
            }
            Preference::New => {
                let mut merger = RecordMerger::new(&NewWins);
                let joined = merger.records(existing, new);
                self.conflicts.extend(merger.conflicts);
                joined
            }
        }
    }

    pub(in crate::import) fn entities(&mut self, existing: &Entity, new: &Entity) -> Entity {
        match self.records(&Record::Entity(existing.clone()), &Record::Entity(new.clone())) {
            Some(Record::Entity(joined)) => joined,
            _ => existing.clone(),
        }
    }
}
