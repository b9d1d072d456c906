//! A digest of the complete history of a graph, to compare two graphs that should be equal.

use std::hash::{DefaultHasher, Hash, Hasher};

use serde::Serialize;

use super::{
    refs::{EntityRef, SourceRef},
    snapshot::Snapshot,
};
use crate::graph::columns::rows::VersionSpan;

impl Snapshot {
    /// A digest of every version of every record with its times: different graphs have different digests with high probability.
    /// Independent of the layout of a graph. O(n).
    #[must_use]
    pub fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (self.title(), self.description(), self.licence(), self.began_at()).hash(&mut hasher);
        for version in self.all_sources().flat_map(|ix| self.source_versions(ix)) {
            let record = SourceRef::of(self, version).record();
            self.add(&mut hasher, &record, version.recorded);
        }
        for version in self.all_entities().flat_map(|ix| self.entity_versions(ix)) {
            let record = EntityRef::of(self, version).record();
            self.add(&mut hasher, &record, version.recorded);
            let merged_into = version.merged_into.map(|into| self.entity(into).id());
            merged_into.hash(&mut hasher);
        }
        for ix in self.all_relationships() {
            self.add(&mut hasher, &self.relationship(ix).record(), self.recorded(ix));
        }
        hasher.finish()
    }

    fn add(&self, hasher: &mut DefaultHasher, record: &impl Serialize, recorded: VersionSpan) {
        serde_json::to_vec(record).expect("a record is JSON").hash(hasher);
        (recorded.version, self.time(recorded.from), self.time(recorded.until)).hash(hasher);
    }
}
