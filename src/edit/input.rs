//! What can be asked for, as it was written: nothing here is checked yet.

use serde_json::Value;

use crate::model::{
    Capability, Date, Directness, EntityKind, EntityStatus, Interest, NameKind, PartialDate, RelationshipKind,
    RelationshipStatus, ShareOf, Stance, UnknownReason,
};

/// A field of a record that is left as it is, emptied or written.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Patch<T> {
    /// It stays.
    #[default]
    Keep,
    /// Nothing stands there any more.
    Clear,
    /// This stands there from now on.
    Set(T),
}

impl<T> Patch<T> {
    /// Writes it over `field`.
    pub(super) fn apply(self, field: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *field = None,
            Self::Set(value) => *field = Some(value),
        }
    }

    /// What is written, if something is.
    pub(super) fn written(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }
}

/// Which version a record must have for a change to be made; 0 when there must be none.
pub type Expected = Option<i64>;

/// A source that is created or updated.
#[derive(Debug, Clone, Default)]
pub struct SourceEdit {
    /// With or without `source:`.
    pub id: String,
    /// Who published it; needed when new.
    pub publisher: Option<String>,
    /// What it is called; needed when new.
    pub title: Option<String>,
    /// Where it can be read.
    pub url: Patch<String>,
    /// When it was published.
    pub published_on: Patch<PartialDate>,
    /// Under which licence its content may be used.
    pub licence: Patch<String>,
    /// Its version so far.
    pub expected: Expected,
}

/// An identifier as written.
#[derive(Debug, Clone, Default)]
pub struct IdentifierEdit {
    /// The scheme, in any case.
    pub scheme: String,
    /// The value as the scheme writes it.
    pub value: String,
}

/// A name as written.
#[derive(Debug, Clone)]
pub struct NameEdit {
    /// The name.
    pub text: String,
    /// BCP 47.
    pub language: Option<String>,
    /// ISO 15924.
    pub script: Option<String>,
    /// What kind of name it is.
    pub kind: NameKind,
}

/// An entity that is created or updated.
#[derive(Debug, Clone, Default)]
pub struct EntityEdit {
    /// Which is meant; without it, the one with any of the identifiers.
    pub id: Option<String>,
    /// What it is; needed when new, and never changes.
    pub kind: Option<EntityKind>,
    /// Its main name; needed when new.
    pub name: Option<String>,
    /// Its other names, all of them.
    pub names: Patch<Vec<NameEdit>>,
    /// One or two sentences.
    pub description: Patch<String>,
    /// ISO 3166.
    pub country: Patch<String>,
    /// All of them where the id is given, else further ones.
    pub identifiers: Patch<Vec<IdentifierEdit>>,
    /// Whether it still exists.
    pub status: Patch<EntityStatus>,
    /// When it came into being.
    pub founded: Patch<PartialDate>,
    /// When it ceased to be.
    pub dissolved: Patch<PartialDate>,
    /// For events: the first day.
    pub starts_on: Patch<PartialDate>,
    /// For events: the last day.
    pub ends_on: Patch<PartialDate>,
    /// Its website.
    pub website: Patch<String>,
    /// Whether its source does not disclose who it is.
    pub undisclosed: Patch<bool>,
    /// What a source carries beyond this; an object.
    pub properties: Patch<Value>,
    /// Its version so far.
    pub expected: Expected,
}

/// How an entity is named.
#[derive(Debug, Clone)]
pub enum EntityKey {
    /// By its id.
    Id(String),
    /// By an identifier.
    Identifier(IdentifierEdit),
    /// By any of its names.
    Name(String),
}

/// A share as written.
#[derive(Debug, Clone, Default)]
pub struct ShareEdit {
    /// One percentage.
    pub exact: Option<f64>,
    /// The low end of a range.
    pub min: Option<f64>,
    /// The high end of a range.
    pub max: Option<f64>,
    /// Whether the low end itself is possible.
    pub min_inclusive: Option<bool>,
    /// Whether the high end itself is possible.
    pub max_inclusive: Option<bool>,
    /// The range as tables write it.
    pub text: Option<String>,
    /// What it is a share of.
    pub of: Option<ShareOf>,
}

/// An amount as written.
#[derive(Debug, Clone, Default)]
pub struct AmountEdit {
    /// In units of the currency.
    pub value: f64,
    /// ISO 4217.
    pub currency: String,
    /// What it is of.
    pub of: Option<String>,
}

/// A relationship that is created or updated.
#[derive(Debug, Clone, Default)]
pub struct RelationshipEdit {
    /// Which is meant; without it, the one with the derived id.
    pub id: Option<String>,
    /// What is claimed; needed when new or without an id, and never changes.
    pub kind: Option<RelationshipKind>,
    /// Where it starts.
    pub from: Option<EntityKey>,
    /// Where it leads.
    pub to: Option<EntityKey>,
    /// Why an end is not known, where one is not given.
    pub unknown_reason: Option<UnknownReason>,
    /// Tells it from others of the same kind between the same ends, when the id is derived.
    pub key: Option<String>,
    /// In the source's words.
    pub role: Patch<String>,
    /// How firm it is.
    pub status: Patch<RelationshipStatus>,
    /// The first day it held.
    pub since: Patch<PartialDate>,
    /// The first day on which it no longer held.
    pub until: Patch<PartialDate>,
    /// The day on which it was over at the latest, where nobody says when it ended.
    pub ended_by: Patch<Date>,
    /// How much.
    pub share: Patch<ShareEdit>,
    /// The type of interest.
    pub interest: Patch<Interest>,
    /// Whether it is held directly or through others.
    pub directness: Patch<Directness>,
    /// The ids of the relationships that it is made up of, all of them.
    pub components: Patch<Vec<String>>,
    /// How much money.
    pub amount: Patch<AmountEdit>,
    /// What is offered, all of it.
    pub capabilities: Patch<Vec<Capability>>,
    /// What a source carries beyond this; an object.
    pub properties: Patch<Value>,
    /// What sources say, beside what they said so far.
    pub evidence: Vec<EvidenceEdit>,
    /// Its version so far.
    pub expected: Expected,
}

/// A statement that is added, or written over when its id is known.
#[derive(Debug, Clone)]
pub struct EvidenceEdit {
    /// Unique among all evidence; derived when left out.
    pub id: Option<String>,
    /// The id of the source.
    pub source_id: Option<String>,
    /// The source itself, where it may be new.
    pub source: Option<SourceEdit>,
    /// Where in the source.
    pub locator: Option<String>,
    /// For or against the claim.
    pub stance: Stance,
    /// Whom the source quotes.
    pub speaker: Option<EntityKey>,
    /// When it was said.
    pub stated_on: Option<PartialDate>,
    /// What it says.
    pub summary: Option<String>,
    /// The source's own figure.
    pub share: Option<ShareEdit>,
    /// The source's own figure.
    pub amount: Option<AmountEdit>,
    /// From 0 to 1.
    pub confidence: Option<f64>,
}

/// Statements for a relationship that is known.
#[derive(Debug, Clone)]
pub struct EvidenceAdded {
    /// The id of the relationship.
    pub relationship: String,
    /// The statement.
    pub evidence: EvidenceEdit,
    /// The version of the relationship so far.
    pub expected: Expected,
}

/// Records by their ids, each with the version it must have.
#[derive(Debug, Clone)]
pub struct Named {
    /// The id.
    pub id: String,
    /// Its version so far.
    pub expected: Expected,
}
