//! Every version of every record, as model values: what a graph is built from, and what changes are worked into. A change
//! never edits a version: it ends one and begins the next.

use jiff::Timestamp;

use super::{
    read::{EntityRef, SourceRef},
    rows::{EntityIx, Recorded, RelationshipIx, RelationshipRow},
    snapshot::Snapshot,
};
use crate::model::{Dataset, Entity, Relationship, Source};

/// A version of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct Versioned<T> {
    /// What was recorded.
    pub record: T,
    /// Which of the record's versions it is, from 1.
    pub version: u32,
    /// From when on it was known.
    pub recorded_at: Timestamp,
    /// Until when; none as long as it is.
    pub retracted_at: Option<Timestamp>,
    /// The id of the entity it was merged into, when that is why it was taken back.
    pub merged_into: Option<String>,
}

impl<T> Versioned<T> {
    fn first(record: T, recorded_at: Timestamp) -> Self {
        Self {
            record,
            version: 1,
            recorded_at,
            retracted_at: None,
            merged_into: None,
        }
    }
}

/// All versions of all records, and what is said about the whole.
#[derive(Debug, Clone, PartialEq)]
pub struct History {
    /// What the data is called.
    pub title: String,
    /// What it holds, in a few sentences.
    pub description: Option<String>,
    /// Under which licence it may be used.
    pub licence: Option<String>,
    /// When it was first recorded.
    pub recorded_at: Timestamp,
    /// The versions of the documents and registers.
    pub sources: Vec<Versioned<Source>>,
    /// The versions of the entities.
    pub entities: Vec<Versioned<Entity>>,
    /// The versions of the relationships.
    pub relationships: Vec<Versioned<Relationship>>,
}

impl From<Dataset> for History {
    /// The first version of each record.
    fn from(data: Dataset) -> Self {
        let recorded_at = data.recorded_at;
        let relationship = |record: Relationship| Versioned {
            version: 1,
            recorded_at: record.recorded_at,
            retracted_at: record.retracted_at,
            merged_into: None,
            record,
        };
        Self {
            title: data.title,
            description: data.description,
            licence: data.licence,
            recorded_at,
            sources: data
                .sources
                .into_iter()
                .map(|source| Versioned::first(source, recorded_at))
                .collect(),
            entities: data
                .entities
                .into_iter()
                .map(|entity| Versioned::first(entity, recorded_at))
                .collect(),
            relationships: data.relationships.into_iter().map(relationship).collect(),
        }
    }
}

impl Snapshot {
    /// All versions of all records that this graph holds. O(n).
    #[must_use]
    pub fn history(&self) -> History {
        let base = &self.base;
        let entity = |row| {
            self.versioned(
                EntityRef { snapshot: self, row }.record(),
                row.recorded,
                row.merged_into,
            )
        };
        let source = |row| self.versioned(SourceRef { snapshot: self, row }.record(), row.recorded, EntityIx::NONE);
        let relationship =
            |row: &RelationshipRow, ix| self.versioned(self.relationship(ix).record(), row.recorded, EntityIx::NONE);
        let entities = base
            .entities
            .iter()
            .flat_map(|row| row.older.of(&base.older_entities).iter().chain([row]));
        let sources = base
            .sources
            .iter()
            .flat_map(|row| row.older.of(&base.older_sources).iter().chain([row]));
        let relationships = base.relationships.iter().zip((0..).map(RelationshipIx));
        History {
            title: self.title().to_owned(),
            description: self.description().map(str::to_owned),
            licence: self.licence().map(str::to_owned),
            recorded_at: self.began_at(),
            sources: sources.map(source).collect(),
            entities: entities.map(entity).collect(),
            relationships: relationships.map(|(row, ix)| relationship(row, ix)).collect(),
        }
    }

    fn versioned<T>(&self, record: T, recorded: Recorded, merged_into: EntityIx) -> Versioned<T> {
        Versioned {
            record,
            version: recorded.version,
            recorded_at: self.time(recorded.from).unwrap_or_default(),
            retracted_at: self.time(recorded.until),
            merged_into: merged_into.known().map(|into| self.entity(into).id().to_owned()),
        }
    }
}
