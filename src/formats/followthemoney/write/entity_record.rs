//! An entity as a record.

use super::output::{self, OutputRecord};
use crate::{
    formats::{
        export::ExportSummary,
        followthemoney::{
            read::{
                entity_record::{ADDRESSES, SHORT, jurisdiction, keyword},
                properties::identifiers,
                raw_record::SCHEMA,
                values,
            },
            terms::{
                extension::UNDISCLOSED,
                ids,
                schemata::{self, ASSET, EntitySchema},
            },
        },
    },
    model::{Catalog, Entity, EntityKind, EntityStatus, NameKind},
};

/// The record of an entity with these addresses.
pub(super) fn of(entity: &Entity, addresses: &[&str], summary: &mut ExportSummary) -> OutputRecord {
    let properties = entity.properties.as_ref();
    let schema = properties.and_then(|properties| properties.get(SCHEMA)?.as_str());
    let entity_schema = schemata::entity_schema_of(entity.kind, schema);
    let mut output = OutputRecord::new(ids::encode(&entity.id), entity_schema.name);
    names(entity, entity_schema, &mut output, summary);
    if let Some(description) = &entity.description {
        output.put("description", description);
    }
    if let Some(country) = &entity.country {
        let (country, says_less) = values::written_country(country);
        output.put("country", country);
        if says_less {
            summary.leave_out("part of a country");
        }
    }
    identify(entity, entity_schema, &mut output, summary);
    days(entity, entity_schema, &mut output, summary);
    let website = entity.website.clone();
    put(
        &mut output,
        entity_schema,
        "website",
        website,
        "website of an entity",
        summary,
    );
    status(entity, entity_schema, &mut output, summary);
    for address in addresses {
        output.put(ADDRESSES, ids::encode(address));
    }
    if entity_schema.name == ASSET.name {
        output.put("keywords", keyword(entity.kind));
    }
    if entity.undisclosed {
        output.put_extension(UNDISCLOSED, true);
    }
    output.put_properties(properties, |name| entity_schema.knows(name), summary);
    output
}

/// Puts a value where the schema has a place for it.
fn put(
    output: &mut OutputRecord,
    entity_schema: EntitySchema,
    property: &str,
    value: Option<impl Into<String>>,
    what: &'static str,
    summary: &mut ExportSummary,
) {
    match value {
        Some(value) if entity_schema.knows(property) => output.put(property, value),
        Some(_) => summary.leave_out(what),
        None => {}
    }
}

fn names(entity: &Entity, entity_schema: EntitySchema, output: &mut OutputRecord, summary: &mut ExportSummary) {
    output.put(entity_schema.named_by[0], &entity.name);
    let short = texts(entity, SHORT);
    for name in &entity.names {
        match name.kind {
            NameKind::Alias if short.contains(&name.text) => {}
            NameKind::Alias => output.put("alias", &name.text),
            NameKind::Former => output.put("previousName", &name.text),
            // As good as the main one, in another language or in full.
            NameKind::Translation | NameKind::Legal => {
                output.put("name", &name.text);
                summary.leave_out("whether a name is a translation or the legal one");
            }
        }
        if name.language.is_some() || name.script.is_some() {
            summary.leave_out("language or script of a name");
        }
    }
}

/// The texts that the entity holds of a property.
fn texts(entity: &Entity, property: &str) -> Vec<String> {
    let stored = entity
        .properties
        .as_ref()
        .and_then(|properties| properties.get(property));
    stored.map(output::texts).unwrap_or_default()
}

fn identify(entity: &Entity, entity_schema: EntitySchema, output: &mut OutputRecord, summary: &mut ExportSummary) {
    let registered_in = jurisdiction(&texts(entity, "jurisdiction"), entity.country.as_deref());
    for identifier in &entity.identifiers {
        let property = identifiers::property(identifier, registered_in.as_deref());
        match property.filter(|property| entity_schema.knows(property)) {
            Some(property) => output.put(property, &identifier.value),
            None => summary.leave_out("identifier that FollowTheMoney does not have"),
        }
    }
}

fn days(entity: &Entity, entity_schema: EntitySchema, output: &mut OutputRecord, summary: &mut ExportSummary) {
    let life = (entity.founded, entity.dissolved);
    let event = (entity.starts_on, entity.ends_on);
    let (stored, other) = if entity_schema.kind == EntityKind::Event {
        (event, life)
    } else {
        (life, event)
    };
    let lost = match entity_schema.days {
        Some((first, last)) => {
            for (property, date) in [(first, stored.0), (last, stored.1)] {
                if let Some(date) = date {
                    output.put(property, date.to_string());
                }
            }
            [other.0, other.1, None, None]
        }
        None => [other.0, other.1, stored.0, stored.1],
    };
    for _ in lost.into_iter().flatten() {
        summary.leave_out("date of an entity");
    }
}

/// The status, in the source's words where it has some.
fn status(entity: &Entity, entity_schema: EntitySchema, output: &mut OutputRecord, summary: &mut ExportSummary) {
    let stated_value = entity.status != EntityStatus::Unknown && texts(entity, "status").is_empty();
    let word = stated_value.then(|| entity.status.as_str().to_lowercase());
    put(output, entity_schema, "status", word, "status of an entity", summary);
}
