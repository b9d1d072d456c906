//! What mutations take: sources, entities, and what names them. A field that is left out stays as it is; null empties it.

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

/// A field as GraphQL tells it: left out, null, or a value that `read` makes something of.
pub(super) fn patch<T, U>(field: MaybeUndefined<T>, read: impl FnOnce(T) -> U) -> Patch<U> {
    match field {
        MaybeUndefined::Undefined => Patch::Keep,
        MaybeUndefined::Null => Patch::Clear,
        MaybeUndefined::Value(value) => Patch::Set(read(value)),
    }
}

/// A text as it is.
pub(super) fn same<T>(value: T) -> T {
    value
}

pub(super) fn date(date: PartialDate) -> crate::model::PartialDate {
    date.0
}

pub(super) fn json(json: Json) -> serde_json::Value {
    json.0
}

pub(super) fn expected(version: Option<i32>) -> ExpectedVersion {
    version.map(i64::from)
}

/// A source to be created or updated. A field that is left out stays as it is; null empties it.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct SourceInput {
    /// Its id, with or without `source:`.
    id: NodeKey,
    /// Who published it. Needed for a new one.
    publisher: Option<String>,
    /// What it is called. Needed for a new one.
    title: Option<String>,
    /// Where it can be read.
    url: MaybeUndefined<String>,
    /// When it was published.
    published_on: MaybeUndefined<PartialDate>,
    /// Under which licence its content may be used.
    licence: MaybeUndefined<String>,
    /// The version it must have, or CONFLICT; 0 when there must be none yet.
    expected_version: Option<i32>,
}

impl From<SourceInput> for SourceEdit {
    fn from(input: SourceInput) -> Self {
        Self {
            id: input.id.0,
            publisher: input.publisher,
            title: input.title,
            url: patch(input.url, same),
            published_on: patch(input.published_on, date),
            licence: patch(input.licence, same),
            expected_version: expected(input.expected_version),
        }
    }
}

/// Another name of an entity, beside its main one.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct NameInput {
    /// The name as written.
    text: String,
    /// Its language (BCP 47), such as `zh`.
    language: Option<String>,
    /// Its script (ISO 15924), such as `Hans`.
    script: Option<String>,
    /// What kind of name it is.
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

/// An entity to be created or updated. A field that is left out stays as it is; null empties it.
#[derive(Debug, Clone, InputObject)]
pub(crate) struct EntityInput {
    /// Which entity is meant. Left out: the one with any of the identifiers; a new one gets the id `scheme:value` of the first.
    id: Option<NodeKey>,
    /// What it is. Needed for a new one; never changes.
    kind: Option<Member<EntityKind>>,
    /// Its main name. Needed for a new one.
    name: Option<String>,
    /// Its other names: all of them, in place of those known.
    names: MaybeUndefined<Vec<NameInput>>,
    /// What it is, in a sentence or two.
    description: MaybeUndefined<String>,
    /// ISO 3166-1 alpha-2 (`CN`) or ISO 3166-2 (`US-DE`).
    country: MaybeUndefined<String>,
    /// What registers call it; each belongs to one entity only. With an id: all of them, in place of those known. Without: an
    /// entity with any of these is meant, and the others are added to it.
    identifiers: MaybeUndefined<Vec<IdentifierInput>>,
    /// Whether it still exists. Null is UNKNOWN.
    status: MaybeUndefined<Member<EntityStatus>>,
    /// When it came into being.
    founded: MaybeUndefined<PartialDate>,
    /// When it ceased to be.
    dissolved: MaybeUndefined<PartialDate>,
    /// For events: the first day.
    starts_on: MaybeUndefined<PartialDate>,
    /// For events: the last day, inclusive.
    ends_on: MaybeUndefined<PartialDate>,
    /// Its website.
    website: MaybeUndefined<String>,
    /// Whether its source does not disclose who it is: an unknown or an anonymous party. Null is false.
    undisclosed: MaybeUndefined<bool>,
    /// What the data carries beyond this: a JSON object, in place of the one known.
    properties: MaybeUndefined<Json>,
    /// The version it must have, or CONFLICT; 0 when there must be none yet.
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
            description: patch(input.description, same),
            country: patch(input.country, same),
            identifiers: patch(input.identifiers, identifiers),
            status: patch(input.status, |status| status.0),
            founded: patch(input.founded, date),
            dissolved: patch(input.dissolved, date),
            starts_on: patch(input.starts_on, date),
            ends_on: patch(input.ends_on, date),
            website: patch(input.website, same),
            undisclosed: patch(input.undisclosed, same),
            properties: patch(input.properties, json),
            expected_version: expected(input.expected_version),
        }
    }
}

fn identifier(input: IdentifierInput) -> IdentifierEdit {
    IdentifierEdit {
        scheme: input.scheme,
        value: input.value,
    }
}

/// The entity that is meant, as the rules take it.
pub(super) fn key(by: EntityBy) -> EntityKey {
    match by {
        EntityBy::Id(id) => EntityKey::Id(RequestedView::of_id(&id).0.to_owned()),
        EntityBy::Identifier(input) => EntityKey::Identifier(identifier(input)),
        EntityBy::Name(name) => EntityKey::Name(name),
    }
}

/// Records by their ids, with the versions given for them in the same order.
///
/// # Errors
/// BAD_USER_INPUT when versions are expected of more or fewer than there are; `coordinate` is where they stand.
pub(super) fn named(ids: Vec<NodeKey>, versions: Option<Vec<i32>>, coordinate: &str) -> Result<Vec<RecordRef>, Error> {
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
            "expectedVersions has {} for {} ids; give one for each, in their order, or leave it out",
            versions.len(),
            ids.len()
        );
        return Err(Error::bad_user_input(coordinate, message));
    }
    let versions = versions.into_iter().map(|version| Some(i64::from(version)));
    let named = |(NodeKey(id), expected): (NodeKey, ExpectedVersion)| RecordRef {
        id,
        expected_version: expected,
    };
    Ok(ids.into_iter().zip(versions).map(named).collect())
}
