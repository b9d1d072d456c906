//! Records of entities that were merged into others: what such a record says anew is said of the one that is left, and what it said
//! before says nothing new.

use serde_json::Map;

use super::merge_records::{Joining, LaterHolds, stated_fields};
use crate::{
    import::{
        Error,
        filing::{
            Decided, Filing,
            notes::{FieldVersions, Version},
        },
    },
    model::{Change, Ends, Entity, EntityStatus, Record, Relationship, Timestamp, View},
};

impl Filing {
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
        let found = graph.entity_by_id(id, &mask)?;
        Some(graph.entity(found).id().to_owned())
    }

    /// Whoever was merged into another is that one, whatever files call it.
    pub(in crate::import) fn follow_mergers(&self, relationship: &mut Relationship) -> Followed {
        let was_of_one = is_of_one(&relationship.ends);
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
        match is_of_one(&relationship.ends) && !was_of_one {
            true => Followed::ToOneEntity,
            false => Followed::ToItsEnds,
        }
    }

    /// What a record of an entity that was merged into `survivor` changes there.
    pub(in crate::import) fn through_merger(
        &mut self,
        survivor: &str,
        entity: &Entity,
        version: &Version,
        join: impl FnOnce(&Entity, &Entity) -> Entity,
    ) -> Result<Decided, Error> {
        self.arrive()?;
        let before = match self.notes.merged(&self.store, &entity.id)? {
            Some(before) => Some(before),
            None => self.last_version(&entity.id),
        };
        let Some(before) = before else {
            return Ok(Decided::Known);
        };
        let now = join(&before, entity);
        let Some(Record::Entity(left)) = self.latest(survivor).filter(|_| now != before) else {
            return Ok(Decided::Known);
        };
        self.notes.set_merged(&entity.id, &now);
        let news = news(&before, &now, &left);
        let joined = Joining::by(&LaterHolds).entities(&left, &news);
        self.date_news(&left, &news, version)?;
        Ok(match joined == left {
            true => Decided::Known,
            false => Decided::Change(Change::Put(Box::new(Record::Entity(joined)))),
        })
    }

    /// Remembers from when the news are, where the entity that is left has versions: older ones of it change none of them.
    fn date_news(&mut self, left: &Entity, news: &Entity, version: &Version) -> Result<(), Error> {
        let known = self.notes.of_entity(&self.store, &left.id)?;
        if known == FieldVersions::default() {
            return Ok(());
        }
        let mut says = stated_fields(news);
        says.retain(|field| match field.as_str() {
            "kind" | "undisclosed" => false,
            "name" => news.name != left.name,
            _ => true,
        });
        let mut dated = known.clone();
        dated.add(version, &says, &stated_fields(left));
        if dated != known {
            self.notes.set_entity(&left.id, &dated);
        }
        Ok(())
    }

    /// The last that was known of an entity before it was merged.
    fn last_version(&self, id: &str) -> Option<Entity> {
        match self.graph().versions(id).pop()?.record {
            Record::Entity(entity) => Some(entity),
            _ => None,
        }
    }
}

/// Where the ends of a relationship lead once mergers are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Followed {
    ToItsEnds,
    /// Both ends were merged into one entity, which says nothing any more.
    ToOneEntity,
}

fn is_of_one(ends: &Ends) -> bool {
    matches!(ends, Ends::Known { from, to } if from == to)
}

/// What is said now and was not before, of the entity that is left.
fn news(before: &Entity, now: &Entity, left: &Entity) -> Entity {
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
        id: left.id.clone(),
        kind: left.kind,
        name: match now.name == before.name {
            true => left.name.clone(),
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
        undisclosed: left.undisclosed,
        properties: (!properties.is_empty()).then_some(properties),
    }
}
