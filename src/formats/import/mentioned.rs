//! What files mention, where they are all that their sources say: what these said before and say no longer is taken back.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::{Draft, Wanted, ids::Ids};
use crate::{
    graph::{RelationshipIx, Snapshot},
    model::{At, Record, RelationshipStatus, Set, Timestamp, View},
};

/// What was mentioned so far.
#[derive(Debug, Default)]
pub(super) struct Mentioned {
    relationships: Ids,
    /// The files that speak for each source.
    sources: BTreeMap<String, BTreeSet<usize>>,
}

/// What the sources of some files say no longer.
#[derive(Debug, Default)]
pub(super) struct Unmentioned {
    /// The ids of relationships that stand, ascending.
    pub(super) relationships: Vec<String>,
    /// Sources of which some file was not read as a whole, so that it cannot be told what they say no longer.
    pub(super) unsure: Vec<String>,
}

impl Mentioned {
    /// Whatever becomes of a draft: its file mentions it.
    pub(super) fn mention(&mut self, file: usize, draft: &Draft) {
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

    fn speaks(&mut self, file: usize, source: &str) {
        match self.sources.get_mut(source) {
            Some(files) => files.insert(file),
            None => self.sources.entry(source.to_owned()).or_default().insert(file),
        };
    }

    /// The relationships that stand in `graph`, on which nobody but these sources says anything, and which no file mentions.
    /// O(relationships).
    pub(super) fn unmentioned(&self, graph: &Snapshot, is_whole: impl Fn(usize) -> bool) -> Unmentioned {
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
        let is_of_these = |relationship: &RelationshipIx| {
            let mut statements = graph.relationship(*relationship).evidence();
            statements.all(|statement| whole.contains(&graph.statement(statement).source()))
        };
        let id = |relationship| graph.relationship(relationship).id().into_owned();
        Unmentioned {
            relationships: graph
                .relationships(mask)
                .filter(is_of_these)
                .map(id)
                .filter(|id| !self.relationships.contains(id))
                .collect(),
            unsure: unsure.into_iter().map(|(source, _)| source.clone()).collect(),
        }
    }
}
