//! What adds to records that are described elsewhere, and what the model has no noun for but others refer to. Both may come
//! before or after, in the same import or in another: what adds to nothing yet waits, and of things is remembered what is said.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Decided, Filing, Holding, Verdict};
use crate::{
    formats::reader::{AddedToEntity, AddedToRelationship, Addition, Draft, Fault, Wanted},
    import::{
        Error, Origin, Outcome,
        merge::merge_records::{FirstHolds, Joining},
    },
    model::{Ends, Noun, Record, Relationship, RelationshipKind, RelationshipStatus, evidence_id, relationship_id},
};

/// The properties of an entity that hold what other records say of it, by the ids of those records: they add up.
pub(in crate::import) const BY_RECORD: [&str; 6] = [
    "connections",
    "identifications",
    "occupancies",
    "risks",
    "sanctions",
    "taxRolls",
];
impl Addition {
    /// The id of the record that it is of.
    pub(in crate::import) fn id(&self) -> &str {
        match self {
            Self::Entity(addition) => &addition.entity.id,
            Self::Relationship(addition) => &addition.record,
        }
    }

    /// Whether both add to the same.
    pub(in crate::import) fn is_of_the_same(&self, other: &Self) -> bool {
        std::mem::discriminant(self) == std::mem::discriminant(other) && self.id() == other.id()
    }

    /// What both add, of which this one came first.
    pub(in crate::import) fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Entity(one), Self::Entity(other)) => Self::Entity(one.with(other)),
            (Self::Relationship(one), Self::Relationship(other)) => Self::Relationship(one.with(other)),
            (one, _) => one,
        }
    }

    /// What it adds, as a record, to be held against the limits of records.
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

impl AddedToEntity {
    /// What both add to one entity, of which this one came first.
    pub(in crate::import) fn with(mut self, other: Self) -> Self {
        self.entity = Joining::by(&FirstHolds).entities(&self.entity, &other.entity);
        for thing in other.things {
            if !self.things.contains(&thing) {
                self.things.push(thing);
            }
        }
        self
    }
}

impl Filing {
    /// Puts an addition where what it adds to is known; otherwise it waits.
    pub(in crate::import) fn put_addition(
        &mut self,
        origins: Vec<Origin>,
        addition: Addition,
        holding: Holding,
    ) -> Result<(), Error> {
        match addition {
            Addition::Entity(addition) => self.put_of_entity(origins, addition, holding),
            Addition::Relationship(addition) => self.put_of_relationship(origins, addition),
        }
    }

    fn put_of_entity(&mut self, origins: Vec<Origin>, addition: AddedToEntity, holding: Holding) -> Result<(), Error> {
        self.make_room(&addition.entity.id, None)?;
        let draft = Draft::to(Wanted::Addition(Addition::Entity(addition.clone())));
        let AddedToEntity { mut entity, things, .. } = addition;
        let id = self.survivor(&entity.id).unwrap_or_else(|| entity.id.clone());
        let Some(Record::Entity(standing)) = self.latest(&id) else {
            return self.take(origins, &draft, Ok(Decided::Missing(entity.id, Noun::Entity)));
        };
        let mut waiting = Vec::new();
        for thing in &things {
            match self.notes.thing(&self.store, thing)? {
                Some(said) => entity.properties.iter_mut().for_each(|properties| {
                    properties
                        .values_mut()
                        .for_each(|value| put_thing_in(value, thing, &said));
                }),
                // Its own id stands in its place until it is known.
                None => waiting.extend(
                    entity
                        .properties
                        .iter()
                        .flat_map(|properties| additions_that_refer_to(&id, properties, thing)),
                ),
            }
        }
        // An undisclosed party stays one, whatever is added to it.
        entity.undisclosed = standing.undisclosed;
        entity.kind = standing.kind;
        // What is called by its id is given no name here.
        if entity.name == entity.id {
            entity.name.clone_from(&standing.name);
        }
        entity.id = standing.id;
        let decided = self.change(Record::Entity(entity), holding, origins.first())?;
        self.take(origins.clone(), &draft, decided)?;
        for (key, addition) in waiting {
            let of_it = |origin: &&Origin| origin.place.key.as_deref() == Some(&*key);
            let origin = origins.iter().find(of_it).or(origins.first()).cloned();
            let missing = addition.things.first().cloned().unwrap_or_default();
            let draft = Draft {
                change: Wanted::Addition(Addition::Entity(addition)),
                ..draft.clone()
            };
            self.take(
                origin.into_iter().collect(),
                &draft,
                Ok(Decided::Missing(missing, Noun::Entity)),
            )?;
        }
        Ok(())
    }

    fn put_of_relationship(&mut self, origins: Vec<Origin>, mut addition: AddedToRelationship) -> Result<(), Error> {
        self.arrive()?;
        if self.batched_records.contains(&addition.record) {
            self.flush()?;
        }
        let mut known: Vec<Relationship> = Vec::new();
        for id in self.of_record(&addition.record) {
            if let Some(Record::Relationship(relationship)) = self.latest(&id) {
                known.push(relationship);
            }
        }
        for waiting in self.notes.waiting(&self.store, Some(&addition.record))? {
            match waiting.draft.change {
                Wanted::Record(Record::Relationship(relationship)) => known.push(relationship),
                Wanted::Addition(Addition::Relationship(other)) if known.is_empty() => {
                    self.notes.forget(waiting.key);
                    addition = other.with(addition);
                }
                _ => {}
            }
        }
        let claims = addition.claims(&known);
        if claims.is_empty() {
            let missing = addition.record.clone();
            let draft = Draft::to(Wanted::Addition(Addition::Relationship(addition)));
            return self.take(origins, &draft, Ok(Decided::Missing(missing, Noun::Relationship)));
        }
        for claim in claims {
            // Only a status that says more than that nothing is said of it is stated.
            let is_implied = claim.status == RelationshipStatus::Active;
            let draft = Draft::of(Record::Relationship(claim)).with_status_implied(is_implied);
            self.put(origins.clone(), draft, Holding::First)?;
        }
        Ok(())
    }

    /// Remembers what is said of a thing, beside what was.
    pub(in crate::import) fn put_thing(
        &mut self,
        origins: Vec<Origin>,
        id: &str,
        said: &Map<String, Value>,
    ) -> Result<(), Error> {
        let known = self.notes.thing(&self.store, id)?;
        let joined = match &known {
            Some(known) => with_all_of(known, said),
            None => said.clone(),
        };
        let outcome = match known.as_ref() == Some(&joined) {
            true => Outcome::Unchanged,
            false => Outcome::Imported,
        };
        if outcome == Outcome::Imported {
            self.notes.set_thing(id, &joined);
            self.notes.write_in_time(&self.store)?;
        }
        self.told
            .extend(origins.into_iter().map(|origin| (origin, Verdict::Became(outcome))));
        Ok(())
    }

    /// What a relationship with a thing says of the entity at its other end; none where neither end is a thing, or both are.
    pub(in crate::import) fn of_the_entity(&self, draft: &Draft) -> Result<Option<AddedToEntity>, Error> {
        let Wanted::Record(Record::Relationship(relationship)) = &draft.change else {
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
        let Ok(Value::Object(mut said)) = serde_json::to_value(relationship) else {
            return Ok(None);
        };
        for unneeded in ["id", "ends", "recorded_at", "record"] {
            said.remove(unneeded);
        }
        let sources: BTreeSet<&String> = relationship
            .evidence
            .iter()
            .map(|statement| &statement.source)
            .collect();
        said.insert("evidence".to_owned(), json!(sources));
        said.insert(side.to_owned(), json!([thing]));
        let addition = AddedToEntity::of_properties(of, "connections", &relationship.id, &said);
        Ok(addition.map(|addition| AddedToEntity {
            things: vec![thing.clone()],
            ..addition
        }))
    }
}

impl AddedToRelationship {
    /// What both say, of which this one came first.
    fn with(mut self, other: Self) -> Self {
        for (ends, more) in [(&mut self.from, other.from), (&mut self.to, other.to)] {
            for end in more {
                if !ends.contains(&end) {
                    ends.push(end);
                }
            }
        }
        self.claim = Joining::by(&FirstHolds).relationships(&self.claim, &other.claim);
        self
    }

    /// The relationships that it is of, given those known of the record: one for each pair of ends.
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

/// What of the properties of an entity refers to a thing, each with the id of the record that tells it.
fn additions_that_refer_to(id: &str, properties: &Map<String, Value>, thing: &str) -> Vec<(String, AddedToEntity)> {
    let mut found = Vec::new();
    for group in BY_RECORD {
        let records = properties.get(group).and_then(Value::as_object);
        for (key, said) in records.into_iter().flatten() {
            let refers = |values: &Value| {
                values
                    .as_array()
                    .is_some_and(|list| list.iter().any(|value| value == thing))
            };
            if let Value::Object(said) = said
                && said.values().any(refers)
                && let Some(addition) = AddedToEntity::of_properties(id, group, key, said)
            {
                let things = vec![thing.to_owned()];
                found.push((key.clone(), AddedToEntity { things, ..addition }));
            }
        }
    }
    found
}

/// Puts what is known of a thing in the place of its id, wherever that stands in a list.
fn put_thing_in(value: &mut Value, thing: &str, said: &Map<String, Value>) {
    match value {
        Value::Object(object) => object.values_mut().for_each(|value| put_thing_in(value, thing, said)),
        Value::Array(list) => {
            for value in list {
                if value.as_str() == Some(thing) {
                    let mut whole = said.clone();
                    whole.insert("id".to_owned(), json!(thing));
                    *value = Value::Object(whole);
                }
            }
        }
        _ => {}
    }
}

/// Both, where lists add up; of other values the first holds.
fn with_all_of(known: &Map<String, Value>, said: &Map<String, Value>) -> Map<String, Value> {
    let mut joined = known.clone();
    for (key, value) in said {
        match (joined.get_mut(key), value) {
            (Some(Value::Array(list)), Value::Array(more)) => {
                for value in more {
                    if !list.contains(value) {
                        list.push(value.clone());
                    }
                }
                // So that it makes no difference which came first.
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

/// A reference to a thing, or to what an addition is of, that leads nowhere yet.
pub(in crate::import) fn dangling(missing: &str) -> Fault {
    let reason = "it waits in the store for what it adds to, or refers to, which no file and no record describes yet";
    Fault::noted("", reason).with(missing)
}
