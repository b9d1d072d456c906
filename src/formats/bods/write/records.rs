//! Entities and persons as records of the standard: the inverse of reading them.

use serde_json::{Map, Value, json};

use super::shapes::{self, ENTITY_TYPE, IDENTIFIERS, NAMES, fits, is_uri};
use crate::{
    formats::{
        bods::read::entity::{ORGANIZATION, UNDISCLOSED, identifier_json},
        export::ExportSummary,
    },
    model::{Entity, EntityKind, NameKind},
};

/// The record details of a company or an organization.
pub(in crate::formats::bods) fn organisation(
    entity: &Entity,
    properties: &mut Map<String, Value>,
    summary: &mut ExportSummary,
) -> Map<String, Value> {
    let mut record = new_record();
    let kind = take_property(properties, "entityType", |value| {
        let is_undisclosed = matches!(value["type"].as_str(), Some("anonymousEntity" | "unknownEntity"));
        fits(value, &ENTITY_TYPE) && subtype_fits(value) && is_undisclosed == entity.undisclosed
    });
    let kind = kind.unwrap_or_else(|| entity_type(entity));
    if !entity.undisclosed || !UNDISCLOSED.contains(&entity.name.as_str()) {
        record.insert("name".to_owned(), json!(entity.name));
    }
    record.insert("entityType".to_owned(), kind);
    let names: Vec<&str> = entity.names.iter().map(|name| name.text.as_str()).collect();
    if !names.is_empty() {
        record.insert("alternateNames".to_owned(), json!(names));
    }
    for name in &entity.names {
        if name.kind != NameKind::Alias || name.language.is_some() || name.script.is_some() {
            summary.leave_out("kind, language or script of a name");
        }
    }
    if let Some(code) = &entity.country {
        record.insert("jurisdiction".to_owned(), json!({ "name": code, "code": code }));
    }
    if let Some(website) = &entity.website {
        if is_uri(website) {
            record.insert("uri".to_owned(), json!(website));
        } else {
            summary.leave_out("website that is no URI");
        }
    }
    for (key, date) in [("foundingDate", entity.founded), ("dissolutionDate", entity.dissolved)] {
        if let Some(date) = date {
            record.insert(key.to_owned(), json!(date.first_day().to_string()));
            if !date.is_day() {
                summary.leave_out("precision of a date");
            }
        }
    }
    identifiers(entity, &mut record, properties);
    shapes::put(&mut record, properties, shapes::ENTITY);
    record
}

/// The record details of a person.
pub(in crate::formats::bods) fn person(
    entity: &Entity,
    properties: &mut Map<String, Value>,
    summary: &mut ExportSummary,
) -> Map<String, Value> {
    let mut record = new_record();
    let kind = take_property(properties, "personType", |value| {
        entity.undisclosed && matches!(value.as_str(), Some("anonymousPerson" | "unknownPerson"))
    });
    let otherwise = || {
        json!(if entity.undisclosed {
            "unknownPerson"
        } else {
            "knownPerson"
        })
    };
    record.insert("personType".to_owned(), kind.unwrap_or_else(otherwise));
    if let Some(code) = entity.country.as_deref().filter(|code| code.len() == 2) {
        record.insert("nationalities".to_owned(), json!([{ "name": code, "code": code }]));
    } else if entity.country.is_some() {
        summary.leave_out("part of a country that a person is of");
    }
    for (key, date) in [("birthDate", entity.founded), ("deathDate", entity.dissolved)] {
        if let Some(date) = date {
            record.insert(key.to_owned(), json!(date.to_string()));
        }
    }
    if entity.website.is_some() {
        summary.leave_out("website of a person");
    }
    identifiers(entity, &mut record, properties);
    shapes::put(&mut record, properties, shapes::PERSON);
    if !entity.undisclosed || !UNDISCLOSED.contains(&entity.name.as_str()) {
        record.insert("names".to_owned(), names(entity, properties, summary));
    }
    record
}

fn new_record() -> Map<String, Value> {
    let mut record = Map::new();
    record.insert("isComponent".to_owned(), json!(false));
    record
}

/// Removes a property that can be a field.
fn take_property(properties: &mut Map<String, Value>, key: &str, is_field: impl Fn(&Value) -> bool) -> Option<Value> {
    if properties.get(key).is_some_and(is_field) {
        properties.remove(key)
    } else {
        None
    }
}

/// The default type: an entity with an identifier of a register is registered.
fn entity_type(entity: &Entity) -> Value {
    match entity.kind {
        EntityKind::Organization if entity.undisclosed => json!({ "type": "unknownEntity", "details": ORGANIZATION }),
        _ if entity.undisclosed => json!({ "type": "unknownEntity" }),
        EntityKind::Organization => json!({ "type": "legalEntity", "subtype": "other", "details": ORGANIZATION }),
        _ if entity.identifiers.is_empty() => json!({ "type": "legalEntity" }),
        _ => json!({ "type": "registeredEntity" }),
    }
}

/// Whether the type may have the subtype.
fn subtype_fits(kind: &Value) -> bool {
    let Some(subtype) = kind["subtype"].as_str() else {
        return true;
    };
    match kind["type"].as_str() {
        Some("arrangement") => ["trust", "nomination", "other"].contains(&subtype),
        Some("legalEntity") => ["trust", "other"].contains(&subtype),
        Some("stateBody") => ["governmentDepartment", "stateAgency", "other"].contains(&subtype),
        _ => subtype == "other",
    }
}

/// The names of a person: as in the property, with their parts, where that contains the current name.
fn names(entity: &Entity, properties: &mut Map<String, Value>, summary: &mut ExportSummary) -> Value {
    let has_main_name = |names: &Value| {
        let mut full = names
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|name| name["fullName"].as_str());
        full.any(|name| name == entity.name)
    };
    if let Some(names) = take_property(properties, "names", |value| fits(value, &NAMES) && has_main_name(value)) {
        return names;
    }
    let others = entity.names.iter().map(|name| {
        if name.language.is_some() || name.script.is_some() {
            summary.leave_out("kind, language or script of a name");
        }
        let kind = match name.kind {
            NameKind::Alias => "alternative",
            NameKind::Translation => "translation",
            NameKind::Former => "former",
            NameKind::Legal => "legal",
        };
        json!({ "type": kind, "fullName": name.text })
    });
    let main = json!({ "type": "legal", "fullName": entity.name });
    Value::Array(std::iter::once(main).chain(others).collect())
}

/// Identifiers: as in the property, with more than their scheme, where they are the same.
fn identifiers(entity: &Entity, record: &mut Map<String, Value>, properties: &mut Map<String, Value>) {
    let has_all = |identifiers: &Value| {
        let values: Vec<&str> = identifiers
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|identifier| identifier["id"].as_str())
            .collect();
        entity
            .identifiers
            .iter()
            .all(|identifier| values.contains(&identifier.value.as_str()))
    };
    let is_named = |identifier: &Value| !identifier["scheme"].is_null() || !identifier["schemeName"].is_null();
    let all_named = |identifiers: &Value| identifiers.as_array().into_iter().flatten().all(is_named);
    let property = take_property(properties, "identifiers", |value| {
        fits(value, &IDENTIFIERS) && all_named(value) && has_all(value)
    });
    let from_entity = || Value::Array(entity.identifiers.iter().map(identifier_json).collect());
    let identifiers = property.unwrap_or_else(from_entity);
    if identifiers != json!([]) {
        record.insert("identifiers".to_owned(), identifiers);
    }
}
