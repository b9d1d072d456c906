//! The relationships that complete files mention: those that their sources stated before and no longer mention are retracted.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::id_set::IdSet;
use crate::{
    formats::reader::{Draft, RecordChange},
    graph::Snapshot,
    model::{AsOf, Record, Relationship, RelationshipStatus, Set, Timestamp, View},
};

/// The mentions so far.
#[derive(Debug, Default)]
pub(in crate::import) struct Mentions {
    relationships: IdSet,
    /// The files that speak for each source.
    sources: BTreeMap<String, BTreeSet<usize>>,
}

/// Relationships that the sources of complete files no longer mention.
#[derive(Debug, Default)]
pub(in crate::import) struct Unmentioned {
    /// The ids of current relationships without other sources, ascending.
    pub(in crate::import) relationships: Vec<String>,
    /// The ids of those with other sources, with the sources that no longer mention them.
    pub(in crate::import) with_other_sources: Vec<(String, Vec<String>)>,
    /// Sources with a file that was not read completely, so that it is unknown what they no longer state.
    pub(in crate::import) incomplete_sources: Vec<String>,
}

impl Mentions {
    /// Adds the mentions of a draft, whatever its outcome.
    pub(in crate::import) fn mention(&mut self, file: usize, draft: &Draft) {
        match &draft.change {
            RecordChange::Record(Record::Source(source)) => self.add_source(file, &source.id),
            RecordChange::Record(Record::Relationship(relationship)) => {
                self.relationships.insert(&relationship.id);
                let statements = relationship.evidence.iter();
                statements.for_each(|statement| self.add_source(file, &statement.source));
            }
            RecordChange::Retraction { id, .. } => self.relationships.insert(id),
            RecordChange::Record(Record::Entity(_))
            | RecordChange::Placeholder(_)
            | RecordChange::Addition(_)
            | RecordChange::Thing { .. }
            | RecordChange::OnlyThese { .. } => {}
        }
    }

    /// Whether a waiting relationship is no longer mentioned: its sources are complete, and no file mentions it.
    pub(in crate::import) fn is_unmentioned(
        &self,
        waiting: &Relationship,
        is_file_complete: impl Fn(usize) -> bool,
    ) -> bool {
        let is_complete = |source: &String| {
            self.sources
                .get(source)
                .is_some_and(|files| files.iter().all(|file| is_file_complete(*file)))
        };
        let all = waiting.evidence.iter().all(|statement| is_complete(&statement.source));
        all && !self.relationships.contains(&waiting.id)
    }

    fn add_source(&mut self, file: usize, source: &str) {
        match self.sources.get_mut(source) {
            Some(files) => files.insert(file),
            None => self.sources.entry(source.to_owned()).or_default().insert(file),
        };
    }

    /// The relationships of these sources in `graph` that no file mentions.
    /// O(relationships).
    pub(in crate::import) fn unmentioned(
        &self,
        graph: &Snapshot,
        is_file_complete: impl Fn(usize) -> bool,
    ) -> Unmentioned {
        let (complete, incomplete): (Vec<_>, Vec<_>) = self
            .sources
            .iter()
            .partition(|(_, files)| files.iter().all(|file| is_file_complete(*file)));
        let mask = graph.mask(&View {
            as_of: AsOf::Ever,
            known_at: Timestamp::MAX,
            statuses: Set::<RelationshipStatus>::all(),
            has_explicit_statuses: true,
        });
        let complete = complete.iter().filter_map(|(id, _)| graph.source_by_id(id, &mask));
        let complete: HashSet<_> = complete.collect();
        let mut result = Unmentioned::default();
        for relationship in graph.relationships(mask) {
            let read = graph.relationship(relationship);
            let sources = || read.evidence().map(|statement| graph.statement(statement).source());
            if !sources().any(|source| complete.contains(&source)) || self.relationships.contains(&read.id()) {
                continue;
            }
            let id = read.id().into_owned();
            if sources().all(|source| complete.contains(&source)) {
                result.relationships.push(id);
            } else {
                let omitting = sources().filter(|source| complete.contains(source));
                let omitting = omitting.map(|source| graph.source(source).id().to_owned());
                result.with_other_sources.push((id, omitting.collect()));
            }
        }
        Unmentioned {
            incomplete_sources: incomplete.into_iter().map(|(source, _)| source.clone()).collect(),
            ..result
        }
    }
}
