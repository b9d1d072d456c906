//! What a block makes of a row that describes an entity. Without id, kind or name there is none; of the rest, what does not
//! fit is kept as written.

use super::{
    block::{EntityBlock, IdentifierBlock, NameBlock},
    reading::Reading,
};
use crate::{
    formats::{
        mapping::columns::cell_texts::Line,
        reader::{AddedToEntity, Addition, Draft, Wanted},
    },
    model::{Entity, EntityKind, EntityStatus, Identifier, Name, PartialDate, Record, not_before},
};

impl EntityBlock {
    /// The entity that the row describes.
    pub(in crate::formats::mapping) fn draft(&self, reading: &mut Reading<'_>) -> Option<Draft> {
        // All three are read, so that all that is wrong with a row is told at once.
        let id = reading.essential("id", &self.id);
        let kind = match &self.kind {
            Some(kind) => reading.essential("kind", kind),
            None => Some(EntityKind::Company),
        };
        let name = match &self.name {
            Some(name) if self.known => reading
                .optional("name", Some(name))
                .or(id.as_ref().map(|id| Line(id.0.clone()))),
            Some(name) => reading.essential("name", name),
            None => id.as_ref().map(|id| Line(id.0.clone())),
        };
        let (id, kind, name) = (id?, kind?, name?);
        let named = Entity::new(&id.0, kind, &name.0);
        let Ok(named) = named else {
            reading.reject("name", "not a name");
            return None;
        };
        let (founded, dissolved) = self.life(reading);
        let (starts_on, ends_on) = self.days(reading, kind);
        let entity = Entity {
            names: self
                .names
                .iter()
                .filter_map(|block| other_name(block, reading))
                .collect(),
            description: reading
                .optional("description", self.description.as_ref())
                .map(|text| text.0),
            country: reading
                .optional("country", self.country.as_ref())
                .map(|country| country.0),
            identifiers: self.identifiers(reading),
            status: reading
                .optional("status", self.status.as_ref())
                .unwrap_or(EntityStatus::Unknown),
            founded,
            dissolved,
            starts_on,
            ends_on,
            website: reading.optional("website", self.website.as_ref()).map(|link| link.0),
            undisclosed: reading
                .optional("undisclosed", self.undisclosed.as_ref())
                .is_some_and(|flag| flag.0),
            // Last, when all that is kept is known.
            properties: reading.properties(self.properties.of(&reading.row))?,
            ..named
        };
        if self.known {
            return Some(Draft::to(Wanted::Addition(Addition::Entity(AddedToEntity::of(entity)))));
        }
        let record = Record::Entity(entity);
        Some(if self.placeholder {
            Draft::placeholder(record)
        } else {
            Draft::of(record)
        })
    }

    fn life(&self, reading: &mut Reading<'_>) -> (Option<PartialDate>, Option<PartialDate>) {
        let founded = reading.optional("founded", self.founded.as_ref());
        let dissolved = reading.optional("dissolved", self.dissolved.as_ref());
        if not_before(founded, "founded", dissolved).is_ok() {
            return (founded, dissolved);
        }
        reading.keep("dissolved", self.dissolved.as_ref(), "before the day of founding");
        (founded, None)
    }

    fn days(&self, reading: &mut Reading<'_>, kind: EntityKind) -> (Option<PartialDate>, Option<PartialDate>) {
        let starts_on = reading.optional("starts_on", self.starts_on.as_ref());
        let ends_on = reading.optional("ends_on", self.ends_on.as_ref());
        if kind != EntityKind::Event {
            let reason = "only an event has days";
            if starts_on.is_some() {
                reading.keep("starts_on", self.starts_on.as_ref(), reason);
            }
            if ends_on.is_some() {
                reading.keep("ends_on", self.ends_on.as_ref(), reason);
            }
            return (None, None);
        }
        if not_before(starts_on, "starts_on", ends_on).is_ok() {
            return (starts_on, ends_on);
        }
        reading.keep("ends_on", self.ends_on.as_ref(), "before the first day");
        (starts_on, None)
    }

    fn identifiers(&self, reading: &mut Reading<'_>) -> Vec<Identifier> {
        let mut identifiers: Vec<Identifier> = Vec::new();
        for IdentifierBlock { scheme, value } in &self.identifiers {
            let named = reading.optional("identifiers.scheme", Some(scheme));
            let Some(scheme) = named else {
                reading.keep("identifiers.value", Some(value), "an identifier without its scheme");
                continue;
            };
            let value = reading.optional("identifiers.value", Some(value));
            if let Some(Ok(identifier)) = value.map(|value| Identifier::new(&scheme.0, &value.0))
                && !identifiers.contains(&identifier)
            {
                identifiers.push(identifier);
            }
        }
        identifiers
    }
}

fn other_name(block: &NameBlock, reading: &mut Reading<'_>) -> Option<Name> {
    let Some(kind) = reading.optional("names.kind", Some(&block.kind)) else {
        reading.keep("names.text", Some(&block.text), "a name without its kind");
        return None;
    };
    Some(Name {
        text: reading.optional("names.text", Some(&block.text))?.0,
        kind,
        language: reading
            .optional("names.language", block.language.as_ref())
            .map(|line| line.0),
        script: reading
            .optional("names.script", block.script.as_ref())
            .map(|line| line.0),
    })
}
