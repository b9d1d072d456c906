//! Entities and persons as records of the standard say them: the other way round than they are read.

use serde_json::{Map, Value, json};

use super::shapes::{self, ENTITY_TYPE, IDENTIFIERS, NAMES, fits, is_uri};
use crate::{
    formats::{
        bods::read::entity::{ORGANIZATION, UNDISCLOSED, written as identifier_written},
        export::Written,
    },
    model::{Entity, EntityKind, NameKind},
};

/// What is said of a company or an organization.
pub(in crate::formats::bods) fn organisation(
    entity: &Entity,
    properties: &mut Map<String, Value>,
    written: &mut Written,
) -> Map<String, Value> {
    let mut record = started();
    let kind = taken(properties, "entityType", |value| {
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
            written.leave_out("kind, language or script of a name");
        }
    }
    if let Some(code) = &entity.country {
        record.insert("jurisdiction".to_owned(), json!({ "name": code, "code": code }));
    }
    if let Some(website) = &entity.website {
        if is_uri(website) {
            record.insert("uri".to_owned(), json!(website));
        } else {
            written.leave_out("website that is no URI");
        }
    }
    for (key, date) in [("foundingDate", entity.founded), ("dissolutionDate", entity.dissolved)] {
        if let Some(date) = date {
            record.insert(key.to_owned(), json!(date.first_day().to_string()));
            if !date.is_day() {
                written.leave_out("precision of a date");
            }
        }
    }
    identifiers(entity, &mut record, properties);
    shapes::put(&mut record, properties, shapes::ENTITY);
    record
}

/// What is said of a person.
pub(in crate::formats::bods) fn person(
    entity: &Entity,
    properties: &mut Map<String, Value>,
    written: &mut Written,
) -> Map<String, Value> {
    let mut record = started();
    let kind = taken(properties, "personType", |value| {
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
        written.leave_out("part of a country that a person is of");
    }
    for (key, date) in [("birthDate", entity.founded), ("deathDate", entity.dissolved)] {
        if let Some(date) = date {
            record.insert(key.to_owned(), json!(date.to_string()));
        }
    }
    if entity.website.is_some() {
        written.leave_out("website of a person");
    }
    identifiers(entity, &mut record, properties);
    shapes::put(&mut record, properties, shapes::PERSON);
    if !entity.undisclosed || !UNDISCLOSED.contains(&entity.name.as_str()) {
        record.insert("names".to_owned(), names(entity, properties, written));
    }
    record
}

fn started() -> Map<String, Value> {
    let mut record = Map::new();
    record.insert("isComponent".to_owned(), json!(false));
    record
}

/// A property that can be a field.
fn taken(properties: &mut Map<String, Value>, key: &str, is_field: impl Fn(&Value) -> bool) -> Option<Value> {
    if properties.get(key).is_some_and(is_field) {
        properties.remove(key)
    } else {
        None
    }
}

/// A type, where nobody told one: who is in a register is registered.
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

/// The names of a person: as they were told with their parts, where that still is its name.
fn names(entity: &Entity, properties: &mut Map<String, Value>, written: &mut Written) -> Value {
    let is_hers = |names: &Value| {
        let mut full = names
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|name| name["fullName"].as_str());
        full.any(|name| name == entity.name)
    };
    if let Some(told) = taken(properties, "names", |value| fits(value, &NAMES) && is_hers(value)) {
        return told;
    }
    let others = entity.names.iter().map(|name| {
        if name.language.is_some() || name.script.is_some() {
            written.leave_out("kind, language or script of a name");
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

/// Identifiers: as they were told with more than their scheme, where they are the same.
fn identifiers(entity: &Entity, record: &mut Map<String, Value>, properties: &mut Map<String, Value>) {
    let has_all = |told: &Value| {
        let told: Vec<&str> = told
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|told| told["id"].as_str())
            .collect();
        entity
            .identifiers
            .iter()
            .all(|identifier| told.contains(&identifier.value.as_str()))
    };
    let is_named = |told: &Value| !told["scheme"].is_null() || !told["schemeName"].is_null();
    let are_named = |told: &Value| told.as_array().into_iter().flatten().all(is_named);
    let told = taken(properties, "identifiers", |told| {
        fits(told, &IDENTIFIERS) && are_named(told) && has_all(told)
    });
    let written = || Value::Array(entity.identifiers.iter().map(identifier_written).collect());
    let identifiers = told.unwrap_or_else(written);
    if identifiers != json!([]) {
        record.insert("identifiers".to_owned(), identifiers);
    }
}
