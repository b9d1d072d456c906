//! What files mention, where they are all that their sources say: what these said before and say no longer is taken back.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::ids::Ids;
use crate::{
    formats::reader::{Draft, Wanted},
    graph::Snapshot,
    model::{At, Record, Relationship, RelationshipStatus, Set, Timestamp, View},
};

/// What was mentioned so far.
#[derive(Debug, Default)]
pub(in crate::import) struct Mentioned {
    relationships: Ids,
    /// The files that speak for each source.
    sources: BTreeMap<String, BTreeSet<usize>>,
}

/// What the sources of some files say no longer.
#[derive(Debug, Default)]
pub(in crate::import) struct Unmentioned {
    /// The ids of relationships that stand, ascending.
    pub(in crate::import) relationships: Vec<String>,
    /// The ids of those of which others speak, too, with the sources that no longer do.
    pub(in crate::import) partly: Vec<(String, Vec<String>)>,
    /// Sources of which some file was not read as a whole, so that it cannot be told what they say no longer.
    pub(in crate::import) unsure: Vec<String>,
}

impl Mentioned {
    /// Whatever becomes of a draft: its file mentions it.
    pub(in crate::import) fn mention(&mut self, file: usize, draft: &Draft) {
        match &draft.change {
            Wanted::Record(Record::Source(source)) => self.speaks(file, &source.id),
            Wanted::Record(Record::Relationship(relationship)) => {
                self.relationships.insert(&relationship.id);
                let statements = relationship.evidence.iter();
                statements.for_each(|statement| self.speaks(file, &statement.source));
            }
            Wanted::Retraction { id, .. } => self.relationships.insert(id),
            Wanted::Record(Record::Entity(_))
            | Wanted::Placeholder(_)
            | Wanted::Addition(_)
            | Wanted::Thing { .. }
            | Wanted::OnlyThese { .. } => {}
        }
    }

    /// Whether a relationship that waits is no longer said: its sources are complete, and no file mentions it.
    pub(in crate::import) fn is_unmentioned(&self, waiting: &Relationship, is_whole: impl Fn(usize) -> bool) -> bool {
        let is_complete = |source: &String| {
            self.sources
                .get(source)
                .is_some_and(|files| files.iter().all(|file| is_whole(*file)))
        };
        let all = waiting.evidence.iter().all(|statement| is_complete(&statement.source));
        all && !self.relationships.contains(&waiting.id)
    }

    fn speaks(&mut self, file: usize, source: &str) {
        match self.sources.get_mut(source) {
            Some(files) => files.insert(file),
            None => self.sources.entry(source.to_owned()).or_default().insert(file),
        };
    }

    /// The relationships that stand in `graph`, on which nobody but these sources says anything, and which no file mentions.
    /// O(relationships).
    pub(in crate::import) fn unmentioned(&self, graph: &Snapshot, is_whole: impl Fn(usize) -> bool) -> Unmentioned {
        let (whole, unsure): (Vec<_>, Vec<_>) = self
            .sources
            .iter()
            .partition(|(_, files)| files.iter().all(|file| is_whole(*file)));
        let mask = graph.mask(&View {
            at: At::Ever,
            known_at: Timestamp::MAX,
            statuses: Set::<RelationshipStatus>::all(),
            statuses_given: true,
        });
        let whole = whole.iter().filter_map(|(id, _)| graph.source_by_id(id, &mask));
        let whole: HashSet<_> = whole.collect();
        let mut found = Unmentioned::default();
        for relationship in graph.relationships(mask) {
            let read = graph.relationship(relationship);
            let sources = || read.evidence().map(|statement| graph.statement(statement).source());
            if !sources().any(|source| whole.contains(&source)) || self.relationships.contains(&read.id()) {
                continue;
            }
            let id = read.id().into_owned();
            if sources().all(|source| whole.contains(&source)) {
                found.relationships.push(id);
            } else {
                let silent = sources().filter(|source| whole.contains(source));
                let silent = silent.map(|source| graph.source(source).id().to_owned());
                found.partly.push((id, silent.collect()));
            }
        }
        Unmentioned {
            unsure: unsure.into_iter().map(|(source, _)| source.clone()).collect(),
            ..found
        }
    }
}
