//! The draft of a row that describes an entity. Without id, kind or name there is none; other values that
//! do not fit go to the properties as written.

use super::{
    block::{EntityBlock, IdentifierBlock, NameBlock},
    row_reader::RowReader,
};
use crate::{
    formats::{
        mapping::columns::cell_texts::Line,
        reader::{Addition, Draft, EntityAddition, RecordChange},
    },
    model::{Entity, EntityKind, EntityStatus, Identifier, Name, PartialDate, Record, not_before},
};

impl EntityBlock {
    /// The entity that the row describes.
    pub(in crate::formats::mapping) fn draft(&self, reader: &mut RowReader<'_>) -> Option<Draft> {
        // All three are read, so that all faults of a row are reported at once.
        let id = reader.essential("id", &self.id);
        let kind = match &self.kind {
            Some(kind) => reader.essential("kind", kind),
            None => Some(EntityKind::Company),
        };
        let name = match &self.name {
            Some(name) if self.known => reader
                .optional("name", Some(name))
                .or(id.as_ref().map(|id| Line(id.0.clone()))),
            Some(name) => reader.essential("name", name),
            None => id.as_ref().map(|id| Line(id.0.clone())),
        };
        let (id, kind, name) = (id?, kind?, name?);
        let bare_entity = Entity::new(&id.0, kind, &name.0);
        let Ok(bare_entity) = bare_entity else {
            reader.reject("name", "not a name");
            return None;
        };
        let (founded, dissolved) = self.life(reader);
        let (starts_on, ends_on) = self.days(reader, kind);
        let entity = Entity {
            names: self
                .names
                .iter()
                .filter_map(|block| other_name(block, reader))
                .collect(),
            description: reader
                .optional("description", self.description.as_ref())
                .map(|text| text.0),
            country: reader
                .optional("country", self.country.as_ref())
                .map(|country| country.0),
            identifiers: self.identifiers(reader),
            status: reader
                .optional("status", self.status.as_ref())
                .unwrap_or(EntityStatus::Unknown),
            founded,
            dissolved,
            starts_on,
            ends_on,
            website: reader.optional("website", self.website.as_ref()).map(|link| link.0),
            undisclosed: reader
                .optional("undisclosed", self.undisclosed.as_ref())
                .is_some_and(|flag| flag.0),
            // Last, when all values that do not fit are known.
            properties: reader.properties(self.properties.of(&reader.row))?,
            ..bare_entity
        };
        if self.known {
            return Some(Draft::of_change(RecordChange::Addition(Addition::Entity(
                EntityAddition::of(entity),
            ))));
        }
        let record = Record::Entity(entity);
        Some(if self.placeholder {
            Draft::placeholder(record)
        } else {
            Draft::of(record)
        })
    }

    fn life(&self, reader: &mut RowReader<'_>) -> (Option<PartialDate>, Option<PartialDate>) {
        let founded = reader.optional("founded", self.founded.as_ref());
        let dissolved = reader.optional("dissolved", self.dissolved.as_ref());
        if not_before(founded, "founded", dissolved).is_ok() {
            return (founded, dissolved);
        }
        reader.keep("dissolved", self.dissolved.as_ref(), "before the day of founding");
        (founded, None)
    }

    fn days(&self, reader: &mut RowReader<'_>, kind: EntityKind) -> (Option<PartialDate>, Option<PartialDate>) {
        let starts_on = reader.optional("starts_on", self.starts_on.as_ref());
        let ends_on = reader.optional("ends_on", self.ends_on.as_ref());
        if kind != EntityKind::Event {
            let reason = "only an event has days";
            if starts_on.is_some() {
                reader.keep("starts_on", self.starts_on.as_ref(), reason);
            }
            if ends_on.is_some() {
                reader.keep("ends_on", self.ends_on.as_ref(), reason);
            }
            return (None, None);
        }
        if not_before(starts_on, "starts_on", ends_on).is_ok() {
            return (starts_on, ends_on);
        }
        reader.keep("ends_on", self.ends_on.as_ref(), "before the first day");
        (starts_on, None)
    }

    fn identifiers(&self, reader: &mut RowReader<'_>) -> Vec<Identifier> {
        let mut identifiers: Vec<Identifier> = Vec::new();
        for IdentifierBlock { scheme, value } in &self.identifiers {
            let scheme_name = reader.optional("identifiers.scheme", Some(scheme));
            let Some(scheme) = scheme_name else {
                reader.keep("identifiers.value", Some(value), "an identifier without its scheme");
                continue;
            };
            let value = reader.optional("identifiers.value", Some(value));
            if let Some(Ok(identifier)) = value.map(|value| Identifier::new(&scheme.0, &value.0))
                && !identifiers.contains(&identifier)
            {
                identifiers.push(identifier);
            }
        }
        identifiers
    }
}

fn other_name(block: &NameBlock, reader: &mut RowReader<'_>) -> Option<Name> {
    let Some(kind) = reader.optional("names.kind", Some(&block.kind)) else {
        reader.keep("names.text", Some(&block.text), "a name without its kind");
        return None;
    };
    Some(Name {
        text: reader.optional("names.text", Some(&block.text))?.0,
        kind,
        language: reader
            .optional("names.language", block.language.as_ref())
            .map(|line| line.0),
        script: reader
            .optional("names.script", block.script.as_ref())
            .map(|line| line.0),
    })
}
