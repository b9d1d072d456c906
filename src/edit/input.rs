//! The input of changes, not yet validated.

use serde_json::Value;

use crate::model::{
    Capability, Date, Directness, EntityKind, EntityStatus, Interest, NameKind, PartialDate, RelationshipKind,
    RelationshipStatus, ShareOf, Stance, UnknownReason,
};

/// A change to a field of a record: keep, clear or set it.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Patch<T> {
    /// The field stays as it is.
    #[default]
    Keep,
    /// The field becomes empty.
    Clear,
    /// The field gets this value.
    Set(T),
}

impl<T> Patch<T> {
    /// Applies the change to `field`.
    pub(super) fn apply(self, field: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *field = None,
            Self::Set(value) => *field = Some(value),
        }
    }

    /// The new value, if the field is set.
    pub(super) fn new_value(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}

/// The version that a record must have for a change to be made; 0 if it must not exist.
pub type ExpectedVersion = Option<i64>;

/// A source that is created or updated.
#[derive(Debug, Clone, Default)]
pub struct SourceEdit {
    /// The id, with or without `source:`.
    pub id: String,
    /// The publisher; required for a new source.
    pub publisher: Option<String>,
    /// The title; required for a new source.
    pub title: Option<String>,
    /// The link to it.
    pub url: Patch<String>,
    /// When it was published.
    pub published_on: Patch<PartialDate>,
    /// The licence of its content.
    pub licence: Patch<String>,
    /// Its expected version.
    pub expected_version: ExpectedVersion,
}

/// An identifier, not yet validated.
#[derive(Debug, Clone, Default)]
pub struct IdentifierEdit {
    /// The scheme, in any case.
    pub scheme: String,
    /// The value in the notation of the scheme.
    pub value: String,
}

/// A name, not yet validated.
#[derive(Debug, Clone)]
pub struct NameEdit {
    /// The name.
    pub text: String,
    /// BCP 47.
    pub language: Option<String>,
    /// ISO 15924.
    pub script: Option<String>,
    /// The kind of name.
    pub kind: NameKind,
}

/// An entity that is created or updated.
#[derive(Debug, Clone, Default)]
pub struct EntityEdit {
    /// Its id; without it, the entity is found by any of the identifiers.
    pub id: Option<String>,
    /// Its kind; required for a new entity, and never changes.
    pub kind: Option<EntityKind>,
    /// Its main name; required for a new entity.
    pub name: Option<String>,
    /// All of its other names.
    pub names: Patch<Vec<NameEdit>>,
    /// One or two sentences.
    pub description: Patch<String>,
    /// ISO 3166.
    pub country: Patch<String>,
    /// All of its identifiers if the id is given, else additional ones.
    pub identifiers: Patch<Vec<IdentifierEdit>>,
    /// Whether it still exists.
    pub status: Patch<EntityStatus>,
    /// When it was founded.
    pub founded: Patch<PartialDate>,
    /// When it was dissolved.
    pub dissolved: Patch<PartialDate>,
    /// For events: the first day.
    pub starts_on: Patch<PartialDate>,
    /// For events: the last day.
    pub ends_on: Patch<PartialDate>,
    /// Its website.
    pub website: Patch<String>,
    /// Whether its source does not disclose its identity.
    pub undisclosed: Patch<bool>,
    /// Further data of a source; an object.
    pub properties: Patch<Value>,
    /// Its expected version.
    pub expected_version: ExpectedVersion,
}

/// A reference to an entity.
#[derive(Debug, Clone)]
pub enum EntityKey {
    /// By its id.
    Id(String),
    /// By an identifier.
    Identifier(IdentifierEdit),
    /// By any of its names.
    Name(String),
}

/// A share, not yet validated.
#[derive(Debug, Clone, Default)]
pub struct ShareEdit {
    /// One percentage.
    pub exact: Option<f64>,
    /// The low end of a range.
    pub min: Option<f64>,
    /// The high end of a range.
    pub max: Option<f64>,
    /// Whether the range includes its low end.
    pub min_inclusive: Option<bool>,
    /// Whether the range includes its high end.
    pub max_inclusive: Option<bool>,
    /// The range in the notation of the tables.
    pub text: Option<String>,
    /// The basis of the share.
    pub of: Option<ShareOf>,
}

/// An amount, not yet validated.
#[derive(Debug, Clone, Default)]
pub struct AmountEdit {
    /// In units of the currency.
    pub value: f64,
    /// ISO 4217.
    pub currency: String,
    /// What the amount measures.
    pub of: Option<String>,
}

/// A relationship that is created or updated.
#[derive(Debug, Clone, Default)]
pub struct RelationshipEdit {
    /// Its id; without it, the id is derived.
    pub id: Option<String>,
    /// Its kind; required for a new relationship or without an id, and never changes.
    pub kind: Option<RelationshipKind>,
    /// The entity at its start.
    pub from: Option<EntityKey>,
    /// The entity at its end.
    pub to: Option<EntityKey>,
    /// Why an end is unknown, if one is not given.
    pub unknown_reason: Option<UnknownReason>,
    /// Distinguishes it from others of the same kind between the same ends in a derived id.
    pub key: Option<String>,
    /// In the source's words.
    pub role: Patch<String>,
    /// Its status.
    pub status: Patch<RelationshipStatus>,
    /// The first day it held.
    pub since: Patch<PartialDate>,
    /// The first day on which it no longer held.
    pub until: Patch<PartialDate>,
    /// The day by which it had ended, if the exact end is unknown.
    pub ended_by: Patch<Date>,
    /// The share.
    pub share: Patch<ShareEdit>,
    /// The type of interest.
    pub interest: Patch<Interest>,
    /// Whether it is held directly or through others.
    pub directness: Patch<Directness>,
    /// The ids of all its component relationships.
    pub components: Patch<Vec<String>>,
    /// The amount of money.
    pub amount: Patch<AmountEdit>,
    /// All offered capabilities.
    pub capabilities: Patch<Vec<Capability>>,
    /// Further data of a source; an object.
    pub properties: Patch<Value>,
    /// Statements of sources, added to the existing ones.
    pub evidence: Vec<EvidenceEdit>,
    /// Its expected version.
    pub expected_version: ExpectedVersion,
}

/// A statement that is added, or replaces the one with its id.
#[derive(Debug, Clone)]
pub struct EvidenceEdit {
    /// Unique among all evidence; derived if absent.
    pub id: Option<String>,
    /// The id of the source.
    pub source_id: Option<String>,
    /// The source itself, if it may be new.
    pub source: Option<SourceEdit>,
    /// The place in the source.
    pub locator: Option<String>,
    /// Whether it supports or contradicts the claim.
    pub stance: Stance,
    /// The entity that the source quotes.
    pub speaker: Option<EntityKey>,
    /// When it was stated.
    pub stated_on: Option<PartialDate>,
    /// A summary.
    pub summary: Option<String>,
    /// The source's own figure.
    pub share: Option<ShareEdit>,
    /// The source's own figure.
    pub amount: Option<AmountEdit>,
    /// From 0 to 1.
    pub confidence: Option<f64>,
}

/// A statement for an existing relationship.
#[derive(Debug, Clone)]
pub struct EvidenceAddition {
    /// The id of the relationship.
    pub relationship: String,
    /// The statement.
    pub evidence: EvidenceEdit,
    /// The expected version of the relationship.
    pub expected_version: ExpectedVersion,
}

/// A reference to a record, with its expected version.
#[derive(Debug, Clone)]
pub struct RecordRef {
    /// The id.
    pub id: String,
    /// Its expected version.
    pub expected_version: ExpectedVersion,
}
