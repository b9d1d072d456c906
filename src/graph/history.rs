//! Every version of every record, as model values: what a graph is built from, and what changes are worked into. A change
//! never edits a version: it ends one and begins the next.

use std::hash::{DefaultHasher, Hash, Hasher};

use jiff::Timestamp;
use serde::Serialize;

use super::{
    delta::Version,
    read::{EntityRef, SourceRef},
    rows::{EntityIx, EntityRow, Recorded, SourceRow},
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

impl<T: Serialize> Versioned<T> {
    fn hash_into(&self, hasher: &mut DefaultHasher) {
        let record = serde_json::to_vec(&self.record).expect("a record is JSON");
        (
            record,
            self.version,
            self.recorded_at,
            self.retracted_at,
            &self.merged_into,
        )
            .hash(hasher);
    }
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
        let entity = |version: Version<'_, EntityRow>| {
            let record = EntityRef::of(self, version).record();
            self.versioned(record, version.recorded, version.merged_into)
        };
        let source = |version: Version<'_, SourceRow>| {
            self.versioned(SourceRef::of(self, version).record(), version.recorded, None)
        };
        let relationship = |ix| self.versioned(self.relationship(ix).record(), self.recorded(ix), None);
        let entities = self.all_entities().flat_map(|ix| self.entity_versions(ix));
        let sources = self.all_sources().flat_map(|ix| self.source_versions(ix));
        History {
            title: self.title().to_owned(),
            description: self.description().map(str::to_owned),
            licence: self.licence().map(str::to_owned),
            recorded_at: self.began_at(),
            sources: sources.map(source).collect(),
            entities: entities.map(entity).collect(),
            relationships: self.all_relationships().map(relationship).collect(),
        }
    }

    /// A digest of [`Snapshot::history`], made without holding it: two graphs with different histories hardly have the same.
    /// O(n).
    #[must_use]
    pub fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.title(), self.description(), self.licence(), self.began_at()).hash(&mut hasher);
        for ix in self.all_sources() {
            for version in self.source_versions(ix) {
                let record = SourceRef::of(self, version).record();
                self.versioned(record, version.recorded, None).hash_into(&mut hasher);
            }
        }
        for ix in self.all_entities() {
            for version in self.entity_versions(ix) {
                let record = EntityRef::of(self, version).record();
                self.versioned(record, version.recorded, version.merged_into)
                    .hash_into(&mut hasher);
            }
        }
        for ix in self.all_relationships() {
            let record = self.relationship(ix).record();
            self.versioned(record, self.recorded(ix), None).hash_into(&mut hasher);
        }
        hasher.finish()
    }

    fn versioned<T>(&self, record: T, recorded: Recorded, merged_into: Option<EntityIx>) -> Versioned<T> {
        Versioned {
            record,
            version: recorded.version,
            recorded_at: self.time(recorded.from).unwrap_or_default(),
            retracted_at: self.time(recorded.until),
            merged_into: merged_into.map(|into| self.entity(into).id().to_owned()),
        }
    }
}
