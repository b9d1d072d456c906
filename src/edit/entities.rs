//! Creates and updates entities, by id or by any identifier. An identifier belongs to one entity only.

use std::{
    borrow::Cow,
    collections::{BTreeSet, HashMap},
};

use super::{
    draft::{BatchDraft, Decision},
    fault::{Fault, InputPath, UserErrorCode},
    fields::{is_listable, line, missing, properties, text_patch},
    input::{EntityEdit, IdentifierEdit, NameEdit, Patch},
};
use crate::{
    graph::Snapshot,
    model::{
        self, Entity, EntityKind, EntityStatus, ID_CHARS_MAX, Identifier, LEI_SCHEME, Name, Noun, Record, check_lei,
        comparable, not_before, percent_encoded, plain_id,
    },
};

/// Creates or updates entities.
#[must_use]
pub fn upsert_entities(graph: &Snapshot, items: &[EntityEdit], path: &InputPath<'_>) -> Decision {
    let mut draft = BatchDraft::new(graph);
    let list = path.field("entities");
    let mut places = HashMap::new();
    for (position, item) in items.iter().enumerate() {
        let path = list.item(position);
        let identifiers = identifiers(&mut draft, item, &path);
        let Some(id) = target(&mut draft, item, identifiers.as_deref(), &path) else {
            continue;
        };
        if draft.claim(&id, &path) {
            places.insert(id.clone(), position);
            upsert(&mut draft, &id, item, identifiers, &path);
        }
    }
    identifiers_are_unique(&mut draft, &places, &list);
    draft.into_decision()
}

/// The identifiers of an item, each once; `None` if there are none or one is invalid.
fn identifiers(draft: &mut BatchDraft<'_>, item: &EntityEdit, path: &InputPath<'_>) -> Option<Vec<Identifier>> {
    let input = item.identifiers.new_value()?;
    let list = path.field("identifiers");
    if !is_listable(draft, input.len(), &list) {
        return None;
    }
    let mut identifiers = Vec::with_capacity(input.len());
    let mut is_valid = true;
    for (position, input) in input.iter().enumerate() {
        let path = list.item(position);
        let identifier = identifier(input);
        match draft
            .faults
            .accept(UserErrorCode::Invalid, &path.field("value"), identifier)
        {
            Some(identifier) if !identifiers.contains(&identifier) => identifiers.push(identifier),
            Some(_) => {}
            None => is_valid = false,
        }
    }
    is_valid.then_some(identifiers)
}

fn identifier(input: &IdentifierEdit) -> Result<Identifier, model::Invalid> {
    let (scheme, value) = (model::line(&input.scheme)?, model::line(&input.value)?);
    let identifier = Identifier::new(&scheme, &value)?;
    if identifier.scheme == LEI_SCHEME {
        check_lei(&identifier.value)?;
    }
    Ok(identifier)
}

/// The id of the entity that an item refers to, existing or new.
fn target(
    draft: &mut BatchDraft<'_>,
    item: &EntityEdit,
    identifiers: Option<&[Identifier]>,
    path: &InputPath<'_>,
) -> Option<String> {
    if let Some(id) = &item.id {
        // The id of a merged entity refers to its survivor.
        if let Some(entity) = draft.known.entity_ix(id) {
            return Some(draft.known.entity_id(entity).to_owned());
        }
        let path = path.field("id");
        let fits = plain_id(id, ID_CHARS_MAX).and_then(Entity::check_id);
        draft.faults.accept(UserErrorCode::Invalid, &path, fits)?;
        return Some(id.clone());
    }
    if item.identifiers.new_value().is_none_or(Vec::is_empty) {
        missing(draft, path, "Give the id of the entity, or identifiers");
        return None;
    }
    let identifiers = identifiers?;
    let known = draft.known;
    let holders = identifiers
        .iter()
        .flat_map(|identifier| known.entities_with_identifier(&identifier.scheme, &identifier.value));
    let holders: BTreeSet<&str> = holders.collect();
    match holders.first() {
        Some(id) if holders.len() == 1 => Some((*id).to_owned()),
        Some(_) => {
            let message = format!(
                "These identifiers belong to {} different entities; give the id of one, or merge them",
                holders.len()
            );
            let fault = Fault::new(UserErrorCode::Ambiguous, &path.field("identifiers"), message);
            let candidates = holders.into_iter().map(str::to_owned);
            draft.faults.push(fault.candidates(candidates));
            None
        }
        None => derived_id(draft, identifiers.first()?, path),
    }
}

/// The derived id of a new entity: scheme and value of its first identifier.
fn derived_id(draft: &mut BatchDraft<'_>, identifier: &Identifier, path: &InputPath<'_>) -> Option<String> {
    let id = format!("{}:{}", identifier.scheme, encode_for_id(&identifier.value));
    let fits = plain_id(&id, ID_CHARS_MAX).and_then(Entity::check_id);
    draft
        .faults
        .accept(UserErrorCode::Invalid, &path.field("identifiers"), fits)?;
    if draft.known.entity_ix(&id).is_some() {
        let message =
            format!("The id {id:?}, derived from the first identifier, belongs to an entity without it; give an id");
        let fault = Fault::new(UserErrorCode::IdTaken, path, message);
        draft.faults.push(fault.candidates([id]));
        return None;
    }
    Some(id)
}

/// A value encoded for an id: white space, control characters and `%` are percent-encoded.
fn encode_for_id(value: &str) -> String {
    let mut encoded = String::with_capacity(value.len());
    for letter in value.chars() {
        if letter.is_whitespace() || letter.is_control() || letter == '%' {
            encoded.push_str(&percent_encoded(letter.encode_utf8(&mut [0; 4])));
        } else {
            encoded.push(letter);
        }
    }
    encoded
}

/// Creates or updates one entity.
fn upsert(
    draft: &mut BatchDraft<'_>,
    id: &str,
    item: &EntityEdit,
    identifiers: Option<Vec<Identifier>>,
    path: &InputPath<'_>,
) {
    let is_valid =
        draft.check_version(Noun::Entity, id, item.expected_version, path) & draft.is_free_for(Noun::Entity, id, path);
    let name = line(draft, item.name.as_deref(), &path.field("name"));
    let known = draft.entity(id);
    if known.is_none() {
        for (field, is_missing) in [("kind", item.kind.is_none()), ("name", item.name.is_none())] {
            if is_missing {
                missing(
                    draft,
                    &path.field(field),
                    format!("There is no entity {id:?} yet, so it needs a {field}"),
                );
            }
        }
    }
    let is_new = known.is_none();
    // Placeholders for missing or invalid fields, so that the rest is still validated.
    let mut entity =
        known.unwrap_or_else(|| Entity::unchecked(id.to_owned(), item.kind.unwrap_or(EntityKind::Company), id));
    if let Some(kind) = item.kind.filter(|kind| *kind != entity.kind) {
        let message = format!(
            "{id:?} is a {}, and a kind never changes; retract it and create another",
            entity.kind
        );
        draft.fault(
            UserErrorCode::Fixed,
            &path.field("kind"),
            format!("{message} for a {kind}"),
        );
    }
    entity.name = name.unwrap_or(entity.name);
    if let Some(names) = names(draft, &item.names, path) {
        entity.names = names;
    }
    text_patch(draft, &item.description, &path.field("description"), model::text).apply(&mut entity.description);
    let country = |text: &str| Entity::check_country(text).map(|()| text.to_owned());
    text_patch(draft, &item.country, &path.field("country"), country).apply(&mut entity.country);
    text_patch(draft, &item.website, &path.field("website"), model::link).apply(&mut entity.website);
    properties(draft, &item.properties, &path.field("properties")).apply(&mut entity.properties);
    match &item.undisclosed {
        Patch::Keep => {}
        Patch::Clear => entity.undisclosed = false,
        Patch::Set(undisclosed) => entity.undisclosed = *undisclosed,
    }
    match &item.status {
        Patch::Keep => {}
        Patch::Clear => entity.status = EntityStatus::Unknown,
        Patch::Set(status) => entity.status = *status,
    }
    match (identifiers, &item.identifiers) {
        (Some(identifiers), _) if item.id.is_some() || is_new => entity.identifiers = identifiers,
        (Some(identifiers), _) => add(&mut entity.identifiers, identifiers),
        (None, Patch::Clear) => entity.identifiers.clear(),
        (None, _) => {}
    }
    is_listable(draft, entity.identifiers.len(), &path.field("identifiers"));
    dates(draft, item, &mut entity, path);
    if is_valid {
        draft.put(Record::Entity(entity));
    }
}

/// Adds new identifiers.
pub(super) fn add(identifiers: &mut Vec<Identifier>, further: Vec<Identifier>) {
    for identifier in further {
        if !identifiers.contains(&identifier) {
            identifiers.push(identifier);
        }
    }
}

/// The other names of an item, if it changes them.
fn names(draft: &mut BatchDraft<'_>, input: &Patch<Vec<NameEdit>>, path: &InputPath<'_>) -> Option<Vec<Name>> {
    let input = match input {
        Patch::Keep => return None,
        Patch::Clear => return Some(Vec::new()),
        Patch::Set(input) => input,
    };
    let list = path.field("names");
    if !is_listable(draft, input.len(), &list) {
        return None;
    }
    let mut names = Vec::with_capacity(input.len());
    for (position, input) in input.iter().enumerate() {
        let path = list.item(position);
        let text = line(draft, Some(&input.text), &path.field("text"));
        let name = Name {
            text: text.unwrap_or_default(),
            language: line(draft, input.language.as_deref(), &path.field("language")),
            script: line(draft, input.script.as_deref(), &path.field("script")),
            kind: input.kind,
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Some(names)
}

/// Applies the dates, which must be in order; only events have start and end days.
fn dates(draft: &mut BatchDraft<'_>, item: &EntityEdit, entity: &mut Entity, path: &InputPath<'_>) {
    item.founded.clone().apply(&mut entity.founded);
    item.dissolved.clone().apply(&mut entity.dissolved);
    item.starts_on.clone().apply(&mut entity.starts_on);
    item.ends_on.clone().apply(&mut entity.ends_on);
    let life = not_before(entity.founded, "founded", entity.dissolved);
    draft
        .faults
        .accept(UserErrorCode::Dates, &path.field("dissolved"), life);
    if entity.kind == EntityKind::Event {
        let days = not_before(entity.starts_on, "startsOn", entity.ends_on);
        draft.faults.accept(UserErrorCode::Dates, &path.field("endsOn"), days);
        return;
    }
    for (field, input) in [("startsOn", &item.starts_on), ("endsOn", &item.ends_on)] {
        if input.new_value().is_some() {
            let message = format!(
                "Only an EVENT has start and end days; {:?} is a {}",
                entity.id, entity.kind
            );
            draft.fault(UserErrorCode::Invalid, &path.field(field), message);
        }
    }
}

/// Reports identifiers that several entities would have.
fn identifiers_are_unique(draft: &mut BatchDraft<'_>, places: &HashMap<String, usize>, list: &InputPath<'_>) {
    let changed = draft.changed_entities();
    let ids: BTreeSet<&str> = changed.iter().map(|entity| entity.id.as_str()).collect();
    let mut holders: HashMap<(&str, Cow<'_, str>), &str> = HashMap::new();
    let mut faults = Vec::new();
    for entity in &changed {
        for identifier in &entity.identifiers {
            let Identifier { scheme, value } = identifier;
            let in_batch = holders.insert((scheme, comparable(scheme, value)), &entity.id);
            let known = draft
                .known
                .entities_with_identifier(&identifier.scheme, &identifier.value);
            // Entities of the batch have the identifiers that the batch gives them.
            let other_holder = known.into_iter().find(|holder| !ids.contains(holder));
            let Some(holder) = in_batch.filter(|holder| *holder != entity.id).or(other_holder) else {
                continue;
            };
            let message = format!(
                "{} {:?} is an identifier of {holder:?}; remove it there first, or merge the two",
                identifier.scheme, identifier.value
            );
            let position = places.get(&entity.id).copied().unwrap_or_default();
            let item = list.item(position);
            let fault = Fault::new(UserErrorCode::IdentifierTaken, &item.field("identifiers"), message);
            faults.push(fault.candidates([holder.to_owned()]));
        }
    }
    faults.into_iter().for_each(|fault| draft.faults.push(fault));
}
