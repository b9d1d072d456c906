//! Entities and persons. One without a name gets one that states its type, since relationships refer to it all the same.

use serde_json::{Map, Value, json};

use super::{
    statement::{Statement, Status},
    values::{one_line, take_date, take_end, take_list, take_map, take_text, text},
};
use crate::{
    formats::{bods::ids::entity_id, reader::RecordFault},
    model::{
        Entity, EntityKind, EntityStatus, Identifier, LEI_SCHEME, LIST_MAX, Name, NameKind, PartialDate, check_lei,
        country_code, link, not_before,
    },
};

/// The scheme of a Legal Entity Identifier, as lists of registers write it.
pub(in crate::formats::bods) const LEI_REGISTER: &str = "XI-LEI";

/// What a legal entity is called that is no company, where the standard has no type for it.
pub(in crate::formats::bods) const ORGANIZATION: &str = "organization";

const ANONYMOUS_PERSON: &str = "Anonymous person";
const UNKNOWN_PERSON: &str = "Unknown person";
const ANONYMOUS_ENTITY: &str = "Anonymous entity";
const UNKNOWN_ENTITY: &str = "Unknown entity";

/// What parties are called that are not disclosed and have no name.
pub(in crate::formats::bods) const UNDISCLOSED: [&str; 4] =
    [ANONYMOUS_PERSON, UNKNOWN_PERSON, ANONYMOUS_ENTITY, UNKNOWN_ENTITY];

/// What an entity record describes.
pub(in crate::formats::bods) fn organisation(
    mut statement: Statement,
    faults: &mut Vec<RecordFault>,
) -> Result<Entity, RecordFault> {
    let details = &mut statement.details;
    let (kind, default_name) = entity_kind(details, faults);
    let mut names = alternate_names(details, faults);
    let identifiers = identifiers(details, faults);
    let name = match main_name(details, faults) {
        Some(name) => name,
        None if !names.is_empty() => names.remove(0).text,
        None => match identifiers.first() {
            Some(identifier) => format!("{} {}", identifier.scheme.to_uppercase(), identifier.value),
            None => default_name.to_owned(),
        },
    };
    let mut entity = new_entity(&statement.record, kind, &name)?;
    (entity.names, entity.identifiers) = (names, identifiers);
    let details = &mut statement.details;
    entity.country = jurisdiction(details, faults);
    entity.website = website(details, faults);
    entity.undisclosed = UNDISCLOSED.contains(&default_name);
    existence(
        &mut entity,
        ["foundingDate", "dissolutionDate"],
        statement.stated_on,
        details,
        faults,
    );
    Ok(finish(entity, statement, faults))
}

/// Whom a person record describes.
pub(in crate::formats::bods) fn person(
    mut statement: Statement,
    faults: &mut Vec<RecordFault>,
) -> Result<Entity, RecordFault> {
    let details = &mut statement.details;
    let default_name = match text(details, "personType") {
        Some("anonymousPerson") => ANONYMOUS_PERSON,
        Some("unknownPerson") => UNKNOWN_PERSON,
        _ => "Unnamed person",
    };
    if text(details, "personType") == Some("knownPerson") {
        details.remove("personType");
    }
    let mut names = person_names(details, faults);
    let main = names.iter().position(|name| name.kind == NameKind::Legal).unwrap_or(0);
    let name = if names.is_empty() {
        default_name.to_owned()
    } else {
        names.remove(main).text
    };
    let identifiers = identifiers(details, faults);
    let mut entity = new_entity(&statement.record, EntityKind::Person, &name)?;
    (entity.names, entity.identifiers) = (names, identifiers);
    let details = &mut statement.details;
    entity.country = nationality(details);
    entity.undisclosed = UNDISCLOSED.contains(&default_name);
    existence(
        &mut entity,
        ["birthDate", "deathDate"],
        statement.stated_on,
        details,
        faults,
    );
    Ok(finish(entity, statement, faults))
}

fn new_entity(record: &str, kind: EntityKind, name: &str) -> Result<Entity, RecordFault> {
    let id = entity_id(record).map_err(|_| RecordFault::rejected("recordId", "not an id").with(record))?;
    Entity::new(&id, kind, name).map_err(|_| RecordFault::rejected("name", "not a name").with(name))
}

/// Adds the remaining fields as its properties. A closed record does not mean that the entity ceased to exist, so its status
/// does not change.
fn finish(mut entity: Entity, mut statement: Statement, faults: &mut Vec<RecordFault>) -> Entity {
    if statement.status == Status::Closed {
        statement
            .other_fields
            .insert("recordStatus".to_owned(), json!("closed"));
    }
    let record = statement.record.clone();
    entity.properties = statement.rest(&record, faults);
    entity
}

/// What an entity is, and what it is called without a name. Its type stays in the properties.
fn entity_kind(details: &Map<String, Value>, faults: &mut Vec<RecordFault>) -> (EntityKind, &'static str) {
    let none = Map::new();
    let entity_type = details.get("entityType").and_then(Value::as_object).unwrap_or(&none);
    match text(entity_type, "type") {
        Some("state") => (EntityKind::Organization, "Unnamed state"),
        Some("stateBody") => (EntityKind::Organization, "Unnamed state body"),
        Some("legalEntity") if text(entity_type, "details") == Some(ORGANIZATION) => {
            (EntityKind::Organization, "Unnamed organization")
        }
        Some("registeredEntity") => (EntityKind::Company, "Unnamed registered entity"),
        Some("legalEntity") => (EntityKind::Company, "Unnamed legal entity"),
        Some("arrangement") => (EntityKind::Company, "Unnamed arrangement"),
        Some("anonymousEntity") => (undisclosed_kind(entity_type), ANONYMOUS_ENTITY),
        Some("unknownEntity") => (undisclosed_kind(entity_type), UNKNOWN_ENTITY),
        Some(other) => {
            faults.push(RecordFault::in_properties("entityType.type", "not a type of entity").with(other));
            (EntityKind::Company, "Unnamed entity")
        }
        None => (EntityKind::Company, "Unnamed entity"),
    }
}

/// An organization only where our own export says so.
fn undisclosed_kind(entity_type: &Map<String, Value>) -> EntityKind {
    match text(entity_type, "details") {
        Some(ORGANIZATION) => EntityKind::Organization,
        _ => EntityKind::Company,
    }
}

/// The name of an entity, where it has a valid one.
fn main_name(details: &mut Map<String, Value>, faults: &mut Vec<RecordFault>) -> Option<String> {
    let original = take_text(details, "name").filter(|name| !name.trim().is_empty())?;
    let name = one_line(&original);
    if name.is_none() {
        faults.push(RecordFault::in_properties("name", "not a name").with(&original));
        details.insert("name".to_owned(), Value::String(original));
    }
    name
}

fn alternate_names(details: &mut Map<String, Value>, faults: &mut Vec<RecordFault>) -> Vec<Name> {
    let mut names = Vec::new();
    let mut unread = Vec::new();
    for value in take_list(details, "alternateNames") {
        match value.as_str().and_then(one_line) {
            Some(text) if names.len() < LIST_MAX => names.push(name(text, NameKind::Alias)),
            _ => unread.push(value),
        }
    }
    if !unread.is_empty() {
        faults.push(RecordFault::in_properties("alternateNames", "not a name"));
        details.insert("alternateNames".to_owned(), Value::Array(unread));
    }
    names
}

fn name(text: String, kind: NameKind) -> Name {
    Name {
        text,
        language: None,
        script: None,
        kind,
    }
}

/// The names of a person. Where they have parts, they stay in the properties as well.
fn person_names(details: &mut Map<String, Value>, faults: &mut Vec<RecordFault>) -> Vec<Name> {
    let original = take_list(details, "names");
    let mut names = Vec::new();
    let mut is_whole = true;
    for value in &original {
        let none = Map::new();
        let parts = value.as_object().unwrap_or(&none);
        let joined = ["givenName", "patronymicName", "familyName"].map(|part| text(parts, part).unwrap_or_default());
        let full = text(parts, "fullName")
            .and_then(one_line)
            .or_else(|| one_line(&joined.join(" ")));
        is_whole &= parts.keys().all(|key| key == "fullName" || key == "type");
        let kind = match text(parts, "type") {
            None | Some("legal") => NameKind::Legal,
            Some("translation" | "transliteration") => NameKind::Translation,
            Some("former" | "birth") => NameKind::Former,
            Some(_) => NameKind::Alias,
        };
        is_whole &= !matches!(text(parts, "type"), Some("transliteration" | "birth"));
        match full {
            Some(text) if names.len() < LIST_MAX => names.push(name(text, kind)),
            _ => {
                faults.push(RecordFault::in_properties("names", "not a name"));
                is_whole = false;
            }
        }
    }
    if !is_whole {
        details.insert("names".to_owned(), Value::Array(original));
    }
    names
}

/// Identifiers, one a scheme. Where they say more than scheme and value, they stay in the properties as well.
fn identifiers(details: &mut Map<String, Value>, faults: &mut Vec<RecordFault>) -> Vec<Identifier> {
    let list = take_list(details, "identifiers");
    let mut identifiers: Vec<Identifier> = Vec::new();
    let mut is_whole = true;
    for value in &list {
        let none = Map::new();
        let parts = value.as_object().unwrap_or(&none);
        let scheme = text(parts, "scheme").or_else(|| text(parts, "schemeName"));
        let is_lei = scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(LEI_REGISTER));
        let scheme_name = if is_lei { Some(LEI_SCHEME) } else { scheme };
        let read = scheme_name.and_then(one_line).zip(text(parts, "id").and_then(one_line));
        let read = read.and_then(|(scheme, value)| Identifier::new(&scheme, &value).ok());
        is_whole &= read.as_ref().map(identifier_json) == Some(value.clone());
        match read {
            None => faults.push(RecordFault::in_properties("identifiers", "not an identifier")),
            Some(lei) if lei.scheme == LEI_SCHEME && check_lei(&lei.value).is_err() => {
                faults
                    .push(RecordFault::in_properties("identifiers", "not a Legal Entity Identifier").with(&lei.value));
                is_whole = false;
            }
            Some(known) if identifiers.iter().any(|other| other.scheme == known.scheme) => is_whole = false,
            Some(_) if identifiers.len() >= LIST_MAX => is_whole = false,
            Some(identifier) => identifiers.push(identifier),
        }
    }
    if !is_whole {
        details.insert("identifiers".to_owned(), Value::Array(list));
    }
    identifiers
}

/// An identifier as the standard writes it: a register's by its code, any other by its name.
pub(in crate::formats::bods) fn identifier_json(identifier: &Identifier) -> Value {
    let Identifier { scheme, value } = identifier;
    if scheme == LEI_SCHEME {
        return json!({ "scheme": LEI_REGISTER, "id": value });
    }
    let is_code = scheme.split_once('-').is_some_and(|(country, register)| {
        let plain = |letter: u8| letter.is_ascii_alphanumeric();
        (2..=3).contains(&country.len())
            && country.bytes().all(|letter| letter.is_ascii_lowercase())
            && !register.is_empty()
            && register.bytes().all(plain)
    });
    if is_code {
        json!({ "scheme": scheme.to_uppercase(), "id": value })
    } else {
        json!({ "schemeName": scheme, "id": value })
    }
}

/// The code of a jurisdiction; without a readable one it stays in the properties. Some files call it as 0.2 did.
fn jurisdiction(details: &mut Map<String, Value>, faults: &mut Vec<RecordFault>) -> Option<String> {
    let key = ["jurisdiction", "incorporatedInJurisdiction"]
        .into_iter()
        .find(|key| details.contains_key(*key))?;
    let original = take_map(details, key)?;
    let code = text(&original, "code");
    let country = code.and_then(|code| country_code(code).ok());
    if country.is_none() {
        if let Some(code) = code {
            faults.push(RecordFault::in_properties("jurisdiction.code", "not a code of a country").with(code));
        }
        details.insert(key.to_owned(), Value::Object(original));
    }
    country
}

/// The country of a person of one nationality. All of them stay in the properties.
fn nationality(details: &Map<String, Value>) -> Option<String> {
    match details.get("nationalities")?.as_array()?.as_slice() {
        [only] => country_code(only.get("code")?.as_str()?).ok(),
        _ => None,
    }
}

fn website(details: &mut Map<String, Value>, faults: &mut Vec<RecordFault>) -> Option<String> {
    let original = take_text(details, "uri")?;
    let website = link(original.trim()).ok();
    if website.is_none() {
        faults.push(RecordFault::in_properties("uri", "not a link to the web").with(&original));
        details.insert("uri".to_owned(), Value::String(original));
    }
    website
}

/// When it came into being and ceased to be. It exists no longer where it had ceased to when that was stated; an end that lay
/// ahead then says by its date when it does.
fn existence(
    entity: &mut Entity,
    [start, end]: [&'static str; 2],
    stated_on: Option<PartialDate>,
    details: &mut Map<String, Value>,
    faults: &mut Vec<RecordFault>,
) {
    entity.founded = take_date(details, start, start, faults);
    entity.dissolved = take_end(details, end, end, faults);
    if not_before(entity.founded, start, entity.dissolved).is_err() {
        let dissolved = entity.dissolved.take().map(|date| date.to_string()).unwrap_or_default();
        faults.push(RecordFault::in_properties(end, "an end before the start").with(&dissolved));
        details.insert(end.to_owned(), Value::String(dissolved));
    }
    let stated = stated_on.map(PartialDate::last_day);
    if entity
        .dissolved
        .zip(stated)
        .is_some_and(|(end, stated)| end.first_day() <= stated)
    {
        entity.status = EntityStatus::Inactive;
    }
}
