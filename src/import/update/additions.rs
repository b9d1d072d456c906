//! Additions to records that are described elsewhere, and things that the model has no kind for but others refer to. Both may come
//! before or after those, in the same import or in another: additions wait for their record, and the properties of things are noted.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{DraftDecision, Preference, StoreUpdate, Verdict};
use crate::{
    formats::reader::{Addition, Draft, EntityAddition, RecordChange, RecordFault, RelationshipAddition},
    import::{
        Error, Origin, RecordOutcome,
        merge::records::{ExistingWins, RecordMerger},
    },
    model::{Ends, Noun, Record, Relationship, RelationshipKind, RelationshipStatus, evidence_id, relationship_id},
};

/// The properties of an entity with data of other records, by the ids of those records: they are merged.
pub(in crate::import) const BY_RECORD: [&str; 6] = [
    "connections",
    "identifications",
    "occupancies",
    "risks",
    "sanctions",
    "taxRolls",
];
impl Addition {
    /// The id of the record that it adds to.
    pub(in crate::import) fn id(&self) -> &str {
        match self {
            Self::Entity(addition) => &addition.entity.id,
            Self::Relationship(addition) => &addition.record,
        }
    }

    /// Whether both add to the same record.
    pub(in crate::import) fn has_same_target(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other) && self.id() == other.id()
    }

    /// Both additions merged; this one came first.
    pub(in crate::import) fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Entity(one), Self::Entity(other)) => Self::Entity(one.with(other)),
            (Self::Relationship(one), Self::Relationship(other)) => Self::Relationship(one.with(other)),
            (one, _) => one,
        }
    }

    /// The addition as a record, to be checked against the limits of records.
    pub(in crate::import) fn as_record(&self) -> Record {
        match self {
            Self::Entity(addition) => Record::Entity(addition.entity.clone()),
            Self::Relationship(addition) => Record::Relationship(Relationship {
                record: Some(addition.record.clone()),
                ..addition.claim.clone()
            }),
        }
    }
}

impl EntityAddition {
    /// Both additions to one entity merged; this one came first.
    pub(in crate::import) fn with(mut self, other: Self) -> Self {
        self.entity = RecordMerger::new(&ExistingWins).entities(&self.entity, &other.entity);
        for thing in other.things {
            if !self.things.contains(&thing) {
                self.things.push(thing);
            }
        }
        self
    }
}

impl StoreUpdate {
    /// Stores an addition if its record exists; otherwise it waits.
    pub(in crate::import) fn put_addition(
        &mut self,
        origins: Vec<Origin>,
        addition: Addition,
        preference: Preference,
    ) -> Result<(), Error> {
        match addition {
            Addition::Entity(addition) => self.put_entity_addition(origins, addition, preference),
            Addition::Relationship(addition) => self.put_relationship_addition(origins, addition),
        }
    }

    fn put_entity_addition(
        &mut self,
        origins: Vec<Origin>,
        addition: EntityAddition,
        preference: Preference,
    ) -> Result<(), Error> {
        self.make_room(&addition.entity.id, None)?;
        let draft = Draft::of_change(RecordChange::Addition(Addition::Entity(addition.clone())));
        let EntityAddition { mut entity, things, .. } = addition;
        let id = self.survivor(&entity.id).unwrap_or_else(|| entity.id.clone());
        let Some(Record::Entity(current)) = self.latest(&id) else {
            return self.take(origins, &draft, Ok(DraftDecision::Missing(entity.id, Noun::Entity)));
        };
        let mut waiting = Vec::new();
        for thing in &things {
            match self.notes.thing(&self.store, thing)? {
                Some(details) => entity.properties.iter_mut().for_each(|properties| {
                    properties
                        .values_mut()
                        .for_each(|value| insert_thing(value, thing, &details));
                }),
                // The id of the thing is stored in its place until it is known.
                None => waiting.extend(
                    entity
                        .properties
                        .iter()
                        .flat_map(|properties| additions_that_refer_to(&id, properties, thing)),
                ),
            }
        }
        // An undisclosed party stays undisclosed, whatever is added to it.
        entity.undisclosed = current.undisclosed;
        entity.kind = current.kind;
        // A placeholder name does not replace a stated one.
        if entity.name == entity.id {
            entity.name.clone_from(&current.name);
        }
        entity.id = current.id;
        let decision = self.change(Record::Entity(entity), preference, origins.first())?;
        self.take(origins.clone(), &draft, decision)?;
        for (key, addition) in waiting {
            let has_key = |origin: &&Origin| origin.place.key.as_deref() == Some(&*key);
            let origin = origins.iter().find(has_key).or(origins.first()).cloned();
            let missing = addition.things.first().cloned().unwrap_or_default();
            let draft = Draft {
                change: RecordChange::Addition(Addition::Entity(addition)),
                ..draft.clone()
            };
            self.take(
                origin.into_iter().collect(),
                &draft,
                Ok(DraftDecision::Missing(missing, Noun::Entity)),
            )?;
        }
        Ok(())
    }

    fn put_relationship_addition(
        &mut self,
        origins: Vec<Origin>,
        mut addition: RelationshipAddition,
    ) -> Result<(), Error> {
        self.wait_for_pending()?;
        if self.batched_records.contains(&addition.record) {
            self.flush()?;
        }
        let mut known: Vec<Relationship> = Vec::new();
        for id in self.relationships_of_record(&addition.record) {
            if let Some(Record::Relationship(relationship)) = self.latest(&id) {
                known.push(relationship);
            }
        }
        for waiting in self.notes.waiting(&self.store, Some(&addition.record))? {
            match waiting.draft.change {
                RecordChange::Record(Record::Relationship(relationship)) => known.push(relationship),
                RecordChange::Addition(Addition::Relationship(other)) if known.is_empty() => {
                    self.notes.forget(waiting.key);
                    addition = other.with(addition);
                }
                _ => {}
            }
        }
        let claims = addition.claims(&known);
        if claims.is_empty() {
            let missing = addition.record.clone();
            let draft = Draft::of_change(RecordChange::Addition(Addition::Relationship(addition)));
            return self.take(origins, &draft, Ok(DraftDecision::Missing(missing, Noun::Relationship)));
        }
        for claim in claims {
            // The default status counts as implied.
            let is_implied = claim.status == RelationshipStatus::Active;
            let draft = Draft::of(Record::Relationship(claim)).with_status_implied(is_implied);
            self.put(origins.clone(), draft, Preference::Existing)?;
        }
        Ok(())
    }

    /// Notes the properties of a thing, merged with earlier ones.
    pub(in crate::import) fn put_thing(
        &mut self,
        origins: Vec<Origin>,
        id: &str,
        properties: &Map<String, Value>,
    ) -> Result<(), Error> {
        let known = self.notes.thing(&self.store, id)?;
        let joined = match &known {
            Some(known) => merge_properties(known, properties),
            None => properties.clone(),
        };
        let outcome = match known.as_ref() == Some(&joined) {
            true => RecordOutcome::Unchanged,
            false => RecordOutcome::Imported,
        };
        if outcome == RecordOutcome::Imported {
            self.notes.set_thing(id, &joined);
            self.notes.write_if_many(&self.store)?;
        }
        self.verdicts
            .extend(origins.into_iter().map(|origin| (origin, Verdict::Outcome(outcome))));
        Ok(())
    }

    /// A relationship with a thing, as an addition to the entity at its other end; `None` if neither end is a thing, or both are.
    pub(in crate::import) fn as_entity_addition(&self, draft: &Draft) -> Result<Option<EntityAddition>, Error> {
        let RecordChange::Record(Record::Relationship(relationship)) = &draft.change else {
            return Ok(None);
        };
        let Ends::Known { from, to } = &relationship.ends else {
            return Ok(None);
        };
        let (of, thing, side) = match (self.notes.thing(&self.store, from)?, self.notes.thing(&self.store, to)?) {
            (None, Some(_)) => (from, to, "to"),
            (Some(_), None) => (to, from, "from"),
            _ => return Ok(None),
        };
        let Ok(Value::Object(mut properties)) = serde_json::to_value(relationship) else {
            return Ok(None);
        };
        for unneeded in ["id", "ends", "recorded_at", "record"] {
            properties.remove(unneeded);
        }
        let sources: BTreeSet<&String> = relationship
            .evidence
            .iter()
            .map(|statement| &statement.source)
            .collect();
        properties.insert("evidence".to_owned(), json!(sources));
        properties.insert(side.to_owned(), json!([thing]));
        let addition = EntityAddition::of_properties(of, "connections", &relationship.id, &properties);
        Ok(addition.map(|addition| EntityAddition {
            things: vec![thing.clone()],
            ..addition
        }))
    }
}

impl RelationshipAddition {
    /// Both merged; this one came first.
    fn with(mut self, other: Self) -> Self {
        for (ends, more) in [(&mut self.from, other.from), (&mut self.to, other.to)] {
            for end in more {
                if !ends.contains(&end) {
                    ends.push(end);
                }
            }
        }
        self.claim = RecordMerger::new(&ExistingWins).relationships(&self.claim, &other.claim);
        self
    }

    /// The relationships that it adds to, given the known ones of the record: one for each pair of ends.
    fn claims(&self, known: &[Relationship]) -> Vec<Relationship> {
        let kind = known.first().map_or(self.claim.kind, |known| known.kind);
        let ends_of = |own: &[String], side: fn(&Ends) -> Option<&String>| -> Vec<String> {
            let known = known.iter().filter_map(|known| side(&known.ends));
            let all: BTreeSet<&String> = match own.is_empty() {
                true => known.collect(),
                false => own.iter().collect(),
            };
            all.into_iter().cloned().collect()
        };
        let from = ends_of(&self.from, |ends| match ends {
            Ends::Known { from, .. } | Ends::UnknownTo { from, .. } => Some(from),
            Ends::UnknownFrom { .. } => None,
        });
        let to = ends_of(&self.to, |ends| match ends {
            Ends::Known { to, .. } | Ends::UnknownFrom { to, .. } => Some(to),
            Ends::UnknownTo { .. } => None,
        });
        let pairs = from.iter().flat_map(|from| to.iter().map(move |to| (from, to)));
        pairs
            .map(|(from, to)| {
                let ends = Ends::Known {
                    from: from.clone(),
                    to: to.clone(),
                };
                let same = known.iter().find(|known| known.ends == ends);
                let id = same.map_or_else(|| relationship_id(kind, &ends, &self.key), |known| known.id.clone());
                self.claim_of(id, kind, ends)
            })
            .collect()
    }

    fn claim_of(&self, id: String, kind: RelationshipKind, ends: Ends) -> Relationship {
        let mut claim = Relationship {
            kind,
            ends,
            record: Some(self.record.clone()),
            ..self.claim.clone()
        };
        for statement in &mut claim.evidence {
            statement.id = evidence_id(&id, &statement.source, 1);
        }
        claim.id = id;
        claim
    }
}

/// The properties of an entity that refer to a thing, each with the id of its record.
fn additions_that_refer_to(id: &str, properties: &Map<String, Value>, thing: &str) -> Vec<(String, EntityAddition)> {
    let mut additions = Vec::new();
    for group in BY_RECORD {
        let records = properties.get(group).and_then(Value::as_object);
        for (key, details) in records.into_iter().flatten() {
            let refers = |values: &Value| {
                values
                    .as_array()
                    .is_some_and(|list| list.iter().any(|value| value == thing))
            };
            if let Value::Object(details) = details
                && details.values().any(refers)
                && let Some(addition) = EntityAddition::of_properties(id, group, key, details)
            {
                let things = vec![thing.to_owned()];
                additions.push((key.clone(), EntityAddition { things, ..addition }));
            }
        }
    }
    additions
}

/// Replaces the id of a thing with its properties, in all lists.
fn insert_thing(value: &mut Value, thing: &str, details: &Map<String, Value>) {
    match value {
        Value::Object(object) => object
            .values_mut()
            .for_each(|value| insert_thing(value, thing, details)),
        Value::Array(list) => {
            for value in list {
                if value.as_str() == Some(thing) {
                    let mut object = details.clone();
                    object.insert("id".to_owned(), json!(thing));
                    *value = Value::Object(object);
                }
            }
        }
        _ => {}
    }
}

/// Both merged: lists are joined; of other values the first wins.
fn merge_properties(known: &Map<String, Value>, new: &Map<String, Value>) -> Map<String, Value> {
    let mut joined = known.clone();
    for (key, value) in new {
        match (joined.get_mut(key), value) {
            (Some(Value::Array(list)), Value::Array(more)) => {
                for value in more {
                    if !list.contains(value) {
                        list.push(value.clone());
                    }
                }
                // Independent of the order of the two.
                list.sort_by_key(ToString::to_string);
            }
            (Some(_), _) => {}
            (None, value) => {
                joined.insert(key.clone(), value.clone());
            }
        }
    }
    joined
}

/// The note for an addition whose record, or a thing that it refers to, does not exist yet.
pub(in crate::import) fn dangling(missing: &str) -> RecordFault {
    let reason = "it waits in the store for a record that it adds or refers to, which does not exist yet";
    RecordFault::noted("", reason).with(missing)
}
