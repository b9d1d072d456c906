//! Records of entities that were merged into others: their changes apply to the surviving entity, and their old
//! data changes nothing.

use serde_json::Map;

use super::{
    records::{NewWins, RecordMerger},
    stated::stated_fields,
};
use crate::{
    import::{
        Error,
        update::{
            DraftDecision, MergedEnds, StoreUpdate,
            notes::{FieldVersions, Version},
        },
    },
    model::{Change, Ends, Entity, EntityStatus, Record, Relationship, Timestamp, View},
};

impl StoreUpdate {
    pub(in crate::import) fn is_merged(&self, id: &str) -> bool {
        self.state.graph().merged_at(id).is_some()
    }

    /// The entity that another one was merged into.
    pub(in crate::import) fn survivor(&self, id: &str) -> Option<String> {
        if !self.is_merged(id) {
            return None;
        }
        let graph = self.state.graph();
        let mask = graph.mask(&View::now(Timestamp::MAX));
        let survivor = graph.entity_by_id(id, &mask)?;
        Some(graph.entity(survivor).id().to_owned())
    }

    /// Replaces the ids of merged entities in a relationship by those of their survivors.
    pub(in crate::import) fn follow_merges(&self, relationship: &mut Relationship) -> MergedEnds {
        let was_self_relationship = is_self_relationship(&relationship.ends);
        let follow = |id: &mut String| {
            if let Some(survivor) = self.survivor(id) {
                *id = survivor;
            }
        };
        match &mut relationship.ends {
            Ends::Known { from, to } => {
                follow(from);
                follow(to);
            }
            Ends::UnknownFrom { to: known, .. } | Ends::UnknownTo { from: known, .. } => follow(known),
        }
        let speakers = relationship.evidence.iter_mut();
        speakers
            .filter_map(|statement| statement.speaker.as_mut())
            .for_each(follow);
        match is_self_relationship(&relationship.ends) && !was_self_relationship {
            true => MergedEnds::SameEntity,
            false => MergedEnds::Distinct,
        }
    }

    /// The change to `survivor` from a record of an entity that was merged into it.
    pub(in crate::import) fn change_survivor(
        &mut self,
        survivor: &str,
        entity: &Entity,
        version: &Version,
        join: impl FnOnce(&Entity, &Entity) -> Entity,
    ) -> Result<DraftDecision, Error> {
        self.wait_for_pending()?;
        let before = match self.notes.merged(&self.store, &entity.id)? {
            Some(before) => Some(before),
            None => self.last_version(&entity.id),
        };
        let Some(before) = before else {
            return Ok(DraftDecision::Unchanged);
        };
        let now = join(&before, entity);
        let Some(Record::Entity(survivor_record)) = self.latest(survivor).filter(|_| now != before) else {
            return Ok(DraftDecision::Unchanged);
        };
        self.notes.set_merged(&entity.id, &now);
        let changes = changes(&before, &now, &survivor_record);
        let joined = RecordMerger::new(&NewWins).entities(&survivor_record, &changes);
        self.set_versions_of_changes(&survivor_record, &changes, version)?;
        Ok(match joined == survivor_record {
            true => DraftDecision::Unchanged,
            false => DraftDecision::Change(Change::Put(Box::new(Record::Entity(joined)))),
        })
    }

    /// Notes the version of the changed fields if the surviving entity has versions, so that older versions do not replace them.
    fn set_versions_of_changes(
        &mut self,
        survivor_record: &Entity,
        changes: &Entity,
        version: &Version,
    ) -> Result<(), Error> {
        let known = self.notes.entity_versions(&self.store, &survivor_record.id)?;
        if known == FieldVersions::default() {
            return Ok(());
        }
        let mut stated = stated_fields(changes);
        stated.retain(|field| match field.as_str() {
            "kind" | "undisclosed" => false,
            "name" => changes.name != survivor_record.name,
            _ => true,
        });
        let mut dated = known.clone();
        dated.add(version, &stated, &stated_fields(survivor_record));
        if dated != known {
            self.notes.set_entity_versions(&survivor_record.id, &dated);
        }
        Ok(())
    }

    /// The last record of an entity before it was merged.
    fn last_version(&self, id: &str) -> Option<Entity> {
        match self.graph().versions(id).pop()?.record {
            Record::Entity(entity) => Some(entity),
            _ => None,
        }
    }
}

fn is_self_relationship(ends: &Ends) -> bool {
    matches!(ends, Ends::Known { from, to } if from == to)
}

/// The differences between two records, as a record of the surviving entity.
fn changes(before: &Entity, now: &Entity, survivor_record: &Entity) -> Entity {
    fn changed<T: PartialEq + Clone>(before: &Option<T>, now: &Option<T>) -> Option<T> {
        now.clone().filter(|_| before != now)
    }
    let properties = now.properties.iter().flatten().filter(|(key, value)| {
        let known = before.properties.as_ref().and_then(|properties| properties.get(*key));
        known != Some(*value)
    });
    let properties: Map<_, _> = properties.map(|(key, value)| (key.clone(), value.clone())).collect();
    let new_of = |name: &_| !before.names.contains(name);
    Entity {
        id: survivor_record.id.clone(),
        kind: survivor_record.kind,
        name: match now.name == before.name {
            true => survivor_record.name.clone(),
            false => now.name.clone(),
        },
        names: now.names.iter().filter(|name| new_of(name)).cloned().collect(),
        description: changed(&before.description, &now.description),
        country: changed(&before.country, &now.country),
        identifiers: now
            .identifiers
            .iter()
            .filter(|known| !before.identifiers.contains(known))
            .cloned()
            .collect(),
        status: match now.status == before.status {
            true => EntityStatus::Unknown,
            false => now.status,
        },
        founded: changed(&before.founded, &now.founded),
        dissolved: changed(&before.dissolved, &now.dissolved),
        starts_on: changed(&before.starts_on, &now.starts_on),
        ends_on: changed(&before.ends_on, &now.ends_on),
        website: changed(&before.website, &now.website),
        undisclosed: survivor_record.undisclosed,
        properties: (!properties.is_empty()).then_some(properties),
    }
}
