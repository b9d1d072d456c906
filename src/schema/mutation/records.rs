//! The inputs of mutations: sources, entities and references to them. An omitted field stays unchanged; null clears it.

use std::convert::identity;

use async_graphql::{InputObject, MaybeUndefined};

use crate::{
    edit::{EntityEdit, EntityKey, ExpectedVersion, IdentifierEdit, NameEdit, Patch, RecordRef, SourceEdit},
    engine::error::Error,
    model::{EntityKind, EntityStatus, NameKind, RequestedView},
    schema::{
        inputs::identifier::IdentifierInput,
        query::root::EntityBy,
        values::{
            enums::Member,
            node_key::NodeKey,
            scalars::{Json, PartialDate},
        },
    },
};

/// The edit of a field: keep it when omitted, clear it when null, or set it to the converted value.
pub(super) fn patch<T, U>(field: MaybeUndefined<T>, convert: impl FnOnce(T) -> U) -> Patch<U> {
    match field {
        MaybeUndefined::Undefined => Patch::Keep,
        MaybeUndefined::Null => Patch::Clear,
        MaybeUndefined::Value(value) => Patch::Set(convert(value)),
    }
}

pub(super) fn date(date: PartialDate) -> crate::model::PartialDate {
    date.0
}

pub(super) fn json(json: Json) -> serde_json::Value {
    json.0
}

pub(super) fn expected_version(version: Option<i32>) -> ExpectedVersion {
    version.map(i64::from)
}

/// A source to create or update. An omitted field stays unchanged; null clears it.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct SourceInput {
    /// Its id, with or without the prefix `source:`.
    id: NodeKey,
    /// The publisher. Required for a new source.
    publisher: Option<String>,
    /// The title. Required for a new source.
    title: Option<String>,
    /// The address where it can be read.
    url: MaybeUndefined<String>,
    /// When it was published.
    published_on: MaybeUndefined<PartialDate>,
    /// The licence of its content.
    licence: MaybeUndefined<String>,
    /// The current version that is expected, 0 if the record must not exist yet; any other version is a CONFLICT.
    expected_version: Option<i32>,
}

impl From<SourceInput> for SourceEdit {
    fn from(input: SourceInput) -> Self {
        Self {
            id: input.id.0,
            publisher: input.publisher,
            title: input.title,
            url: patch(input.url, identity),
            published_on: patch(input.published_on, date),
            licence: patch(input.licence, identity),
            expected_version: expected_version(input.expected_version),
        }
    }
}

/// A name of an entity other than its main name.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct NameInput {
    /// The name as written.
    text: String,
    /// Its language (BCP 47), such as `zh`.
    language: Option<String>,
    /// Its script (ISO 15924), such as `Hans`.
    script: Option<String>,
    /// The kind of name.
    #[graphql(default_with = "Member(NameKind::Alias)")]
    kind: Member<NameKind>,
}

impl From<NameInput> for NameEdit {
    fn from(input: NameInput) -> Self {
        Self {
            text: input.text,
            language: input.language,
            script: input.script,
            kind: input.kind.0,
        }
    }
}

/// An entity to create or update. An omitted field stays unchanged; null clears it.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct EntityInput {
    /// The id of the entity. Default: that of the entity with any of the identifiers, or for a new entity `scheme:value` of the
    /// first.
    id: Option<NodeKey>,
    /// The kind of entity. Required for a new entity; cannot be changed.
    kind: Option<Member<EntityKind>>,
    /// The main name. Required for a new entity.
    name: Option<String>,
    /// All other names. Replaces the current list.
    names: MaybeUndefined<Vec<NameInput>>,
    /// A description of a sentence or two.
    description: MaybeUndefined<String>,
    /// The country (ISO 3166-1 alpha-2: `CN`) or its subdivision (ISO 3166-2: `US-DE`).
    country: MaybeUndefined<String>,
    /// Identifiers in registers; each belongs to one entity only. With `id`, these replace the current list. Without `id`, the
    /// entity with any of these is updated, and the others are added to it.
    identifiers: MaybeUndefined<Vec<IdentifierInput>>,
    /// Whether it still exists. Null means UNKNOWN.
    status: MaybeUndefined<Member<EntityStatus>>,
    /// When it was founded.
    founded: MaybeUndefined<PartialDate>,
    /// When it was dissolved.
    dissolved: MaybeUndefined<PartialDate>,
    /// For events: the first day.
    starts_on: MaybeUndefined<PartialDate>,
    /// For events: the last day, inclusive.
    ends_on: MaybeUndefined<PartialDate>,
    /// Its website.
    website: MaybeUndefined<String>,
    /// Whether its source does not disclose who it is: an unknown or anonymous party. Null means false.
    undisclosed: MaybeUndefined<bool>,
    /// Further properties, as a JSON object. Replaces the current object.
    properties: MaybeUndefined<Json>,
    /// The current version that is expected, 0 if the record must not exist yet; any other version is a CONFLICT.
    expected_version: Option<i32>,
}

impl From<EntityInput> for EntityEdit {
    fn from(input: EntityInput) -> Self {
        let names = |names: Vec<NameInput>| names.into_iter().map(NameEdit::from).collect();
        let identifiers = |identifiers: Vec<IdentifierInput>| identifiers.into_iter().map(identifier).collect();
        Self {
            id: input.id.map(|id| id.0),
            kind: input.kind.map(|kind| kind.0),
            name: input.name,
            names: patch(input.names, names),
            description: patch(input.description, identity),
            country: patch(input.country, identity),
            identifiers: patch(input.identifiers, identifiers),
            status: patch(input.status, |status| status.0),
            founded: patch(input.founded, date),
            dissolved: patch(input.dissolved, date),
            starts_on: patch(input.starts_on, date),
            ends_on: patch(input.ends_on, date),
            website: patch(input.website, identity),
            undisclosed: patch(input.undisclosed, identity),
            properties: patch(input.properties, json),
            expected_version: expected_version(input.expected_version),
        }
    }
}

fn identifier(input: IdentifierInput) -> IdentifierEdit {
    IdentifierEdit {
        scheme: input.scheme,
        value: input.value,
    }
}

/// The reference to an entity in the form of the edit rules.
pub(super) fn entity_key(by: EntityBy) -> EntityKey {
    match by {
        EntityBy::Id(id) => EntityKey::Id(RequestedView::of_id(&id).0.to_owned()),
        EntityBy::Identifier(input) => EntityKey::Identifier(identifier(input)),
        EntityBy::Name(name) => EntityKey::Name(name),
    }
}

/// References to records by id, with their expected versions in the same order.
///
/// # Errors
/// BAD_USER_INPUT when the lengths of the two lists differ; `coordinate` is that of the versions.
pub(super) fn record_refs(
    ids: Vec<NodeKey>,
    versions: Option<Vec<i32>>,
    coordinate: &str,
) -> Result<Vec<RecordRef>, Error> {
    let Some(versions) = versions else {
        return Ok(ids
            .into_iter()
            .map(|NodeKey(id)| RecordRef {
                id,
                expected_version: None,
            })
            .collect());
    };
    if versions.len() != ids.len() {
        let message = format!(
            "expectedVersions has {} versions for {} ids; give one for each id, in the same order, or omit it",
            versions.len(),
            ids.len()
        );
        return Err(Error::bad_user_input(coordinate, message));
    }
    let versions = versions.into_iter().map(|version| Some(i64::from(version)));
    let record_ref = |(NodeKey(id), expected_version): (NodeKey, ExpectedVersion)| RecordRef { id, expected_version };
    Ok(ids.into_iter().zip(versions).map(record_ref).collect())
}
