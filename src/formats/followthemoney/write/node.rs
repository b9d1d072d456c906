//! An entity as a record.

use super::sheet::{self, Sheet};
use crate::{
    formats::{
        export::Written,
        followthemoney::{
            read::{
                identifiers,
                line::SCHEMA,
                node::{ADDRESSES, SHORT, jurisdiction, keyword},
                values,
            },
            terms::{
                ids,
                ours::UNDISCLOSED,
                schemata::{self, ASSET, Node},
            },
        },
    },
    model::{Catalog, Entity, EntityKind, EntityStatus, NameKind},
};

/// The record of an entity with these addresses.
pub(super) fn of(entity: &Entity, addresses: &[&str], written: &mut Written) -> Sheet {
    let properties = entity.properties.as_ref();
    let schema = properties.and_then(|properties| properties.get(SCHEMA)?.as_str());
    let node = schemata::node_of(entity.kind, schema);
    let mut sheet = Sheet::new(ids::written(&entity.id), node.name);
    names(entity, node, &mut sheet, written);
    if let Some(description) = &entity.description {
        sheet.put("description", description);
    }
    if let Some(country) = &entity.country {
        let (country, says_less) = values::written_country(country);
        sheet.put("country", country);
        if says_less {
            written.leave_out("part of a country");
        }
    }
    identify(entity, node, &mut sheet, written);
    days(entity, node, &mut sheet, written);
    let website = entity.website.clone();
    put(&mut sheet, node, "website", website, "website of an entity", written);
    status(entity, node, &mut sheet, written);
    for address in addresses {
        sheet.put(ADDRESSES, ids::written(address));
    }
    if node.name == ASSET.name {
        sheet.put("keywords", keyword(entity.kind));
    }
    if entity.undisclosed {
        sheet.put_ours(UNDISCLOSED, true);
    }
    sheet.put_properties(properties, |name| node.knows(name), written);
    sheet
}

/// Puts a value where the schema has a place for it.
fn put(
    sheet: &mut Sheet,
    node: Node,
    property: &str,
    value: Option<impl Into<String>>,
    what: &'static str,
    written: &mut Written,
) {
    match value {
        Some(value) if node.knows(property) => sheet.put(property, value),
        Some(_) => written.leave_out(what),
        None => {}
    }
}

fn names(entity: &Entity, node: Node, sheet: &mut Sheet, written: &mut Written) {
    sheet.put(node.named_by[0], &entity.name);
    let short = texts(entity, SHORT);
    for name in &entity.names {
        match name.kind {
            NameKind::Alias if short.contains(&name.text) => {}
            NameKind::Alias => sheet.put("alias", &name.text),
            NameKind::Former => sheet.put("previousName", &name.text),
            // As good as the main one, in another language or in full.
            NameKind::Translation | NameKind::Legal => {
                sheet.put("name", &name.text);
                written.leave_out("whether a name is a translation or the legal one");
            }
        }
        if name.language.is_some() || name.script.is_some() {
            written.leave_out("language or script of a name");
        }
    }
}

/// The texts that the entity holds of a property.
fn texts(entity: &Entity, property: &str) -> Vec<String> {
    let held = entity
        .properties
        .as_ref()
        .and_then(|properties| properties.get(property));
    held.map(sheet::texts).unwrap_or_default()
}

fn identify(entity: &Entity, node: Node, sheet: &mut Sheet, written: &mut Written) {
    let registered_in = jurisdiction(&texts(entity, "jurisdiction"), entity.country.as_deref());
    for identifier in &entity.identifiers {
        let property = identifiers::property(identifier, registered_in.as_deref());
        match property.filter(|property| node.knows(property)) {
            Some(property) => sheet.put(property, &identifier.value),
            None => written.leave_out("identifier that FollowTheMoney does not have"),
        }
    }
}

fn days(entity: &Entity, node: Node, sheet: &mut Sheet, written: &mut Written) {
    let life = (entity.founded, entity.dissolved);
    let event = (entity.starts_on, entity.ends_on);
    let (held, other) = if node.kind == EntityKind::Event {
        (event, life)
    } else {
        (life, event)
    };
    let lost = match node.days {
        Some((first, last)) => {
            for (property, date) in [(first, held.0), (last, held.1)] {
                if let Some(date) = date {
                    sheet.put(property, date.to_string());
                }
            }
            [other.0, other.1, None, None]
        }
        None => [other.0, other.1, held.0, held.1],
    };
    for _ in lost.into_iter().flatten() {
        written.leave_out("date of an entity");
    }
}

/// The status, in the source's words where it has some.
fn status(entity: &Entity, node: Node, sheet: &mut Sheet, written: &mut Written) {
    let said = entity.status != EntityStatus::Unknown && texts(entity, "status").is_empty();
    let word = said.then(|| entity.status.as_str().to_lowercase());
    put(sheet, node, "status", word, "status of an entity", written);
}
