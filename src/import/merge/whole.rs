//! Records that a register gives as a whole, each with the day of its last update: the newer one holds, and what it no longer says
//! is no longer said, in whatever order they come.

use std::cmp::Ordering;

use serde_json::Value;

use super::merge_records::{Differing, FirstHolds, Joining, LaterHolds};
use crate::{
    import::filing::Holding,
    model::{Entity, Record, Relationship, Timestamp},
};

/// The properties of an entity that belong to the register, each as a whole.
const OF_REGISTER: [&str; 2] = ["entity", "registration"];

/// What two dated records say together: the newer one, with what others said beside. None where they are not both dated, or on one
/// day.
pub(in crate::import) fn joined(stands: &Record, new: &Record) -> Option<Record> {
    match (stands, new) {
        (Record::Entity(stands), Record::Entity(new)) => {
            let order = updated(new)?.cmp(&updated(stands)?);
            let joined = match order {
                Ordering::Greater => entities(new, stands),
                Ordering::Less => entities(stands, new),
                Ordering::Equal => return None,
            };
            Some(Record::Entity(joined))
        }
        (Record::Relationship(stands), Record::Relationship(new)) => {
            let source = &new.evidence.first()?.source;
            let day = |claim: &Relationship| {
                let mut statements = claim.evidence.iter().filter(|statement| statement.source == *source);
                statements.find_map(|statement| statement.stated_on.map(|day| day.first_day()))
            };
            let order = day(new)?.cmp(&day(stands)?);
            let joined = match order {
                Ordering::Greater => relationships(new, stands),
                Ordering::Less => relationships(stands, new),
                Ordering::Equal => return None,
            };
            Some(Record::Relationship(joined))
        }
        _ => None,
    }
}

/// When the record was last updated.
pub(in crate::import) fn updated(entity: &Entity) -> Option<Timestamp> {
    let registration = entity.properties.as_ref()?.get("registration")?;
    registration.get("lastUpdateDate").and_then(Value::as_str)?.parse().ok()
}

fn entities(newer: &Entity, older: &Entity) -> Entity {
    let mut joined = Joining::by(&LaterHolds).entities(older, newer);
    joined.status = newer.status;
    joined.dissolved = newer.dissolved;
    let mut properties = joined.properties.unwrap_or_default();
    for key in OF_REGISTER {
        match newer.properties.as_ref().and_then(|properties| properties.get(key)) {
            Some(value) => drop(properties.insert(key.to_owned(), value.clone())),
            None => drop(properties.remove(key)),
        }
    }
    joined.properties = (!properties.is_empty()).then_some(properties);
    joined
}

fn relationships(newer: &Relationship, older: &Relationship) -> Relationship {
    let joined = Joining::by(&LaterHolds).relationships(older, newer);
    let others_speak = older
        .evidence
        .iter()
        .any(|statement| newer.evidence.iter().all(|other| other.source != statement.source));
    if others_speak {
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

/// Joins what stands with what an import says.
pub(in crate::import) struct RecordJoin {
    /// Whether records are dated and whole, so that the newer one holds.
    pub(in crate::import) is_whole: bool,
    pub(in crate::import) holding: Holding,
    /// What did not come in.
    pub(in crate::import) differing: Vec<Differing>,
}

impl RecordJoin {
    pub(in crate::import) fn records(&mut self, stands: &Record, new: &Record) -> Option<Record> {
        if self.is_whole
            && let Some(joined) = joined(stands, new)
        {
            return Some(joined);
        }
        match self.holding {
            Holding::First => {
                let mut joining = Joining::by(&FirstHolds);
                let joined = joining.records(stands, new);
                self.differing.extend(joining.differing);
                joined
            }
            Holding::Later => {
                let mut joining = Joining::by(&LaterHolds);
                let joined = joining.records(stands, new);
                self.differing.extend(joining.differing);
                joined
            }
        }
    }

    pub(in crate::import) fn entities(&mut self, stands: &Entity, new: &Entity) -> Entity {
        match self.records(&Record::Entity(stands.clone()), &Record::Entity(new.clone())) {
            Some(Record::Entity(joined)) => joined,
            _ => stands.clone(),
        }
    }
}
