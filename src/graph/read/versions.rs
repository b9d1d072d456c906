//! All versions recorded under one id, as model values.

use super::{
    refs::{EntityRef, SourceRef},
    snapshot::Snapshot,
};
use crate::model::{Record, Timestamp};

/// One version of a record.
#[derive(Debug, Clone, PartialEq)]
pub struct RecordVersion {
    /// Its content.
    pub record: Record,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// When it was replaced by the next version, or retracted.
    pub retracted_at: Option<Timestamp>,
}

impl Snapshot {
    /// The versions of the record with this id, of any kind, oldest first; empty if there never was one. O(log n + answer).
    #[must_use]
    pub fn versions(&self, id: &str) -> Vec<RecordVersion> {
        if let Some(entity) = self.entity_with(id) {
            let versions = self.entity_versions(entity).into_iter();
            let version = |version| {
                let read = EntityRef::of(self, version);
                self.version_of(Record::Entity(read.record()), read.recorded_at(), read.retracted_at())
            };
            return versions.map(version).collect();
        }
        if let Some(source) = self.source_with(id) {
            let versions = self.source_versions(source).into_iter();
            let version = |version| {
                let read = SourceRef::of(self, version);
                self.version_of(Record::Source(read.record()), read.recorded_at(), read.retracted_at())
            };
            return versions.map(version).collect();
        }
        let versions = self.versions_of(id).map(|relationship| {
            let read = self.relationship(relationship);
            let record = Record::Relationship(read.record());
            self.version_of(record, read.recorded_at(), read.retracted_at())
        });
        versions.collect()
    }

    fn version_of(&self, record: Record, recorded_at: Timestamp, retracted_at: Option<Timestamp>) -> RecordVersion {
        RecordVersion {
            record,
            recorded_at,
            // A retraction after everything known here has not happened yet.
            retracted_at: retracted_at.filter(|retracted| *retracted <= self.last_recorded_at()),
        }
    }
}
