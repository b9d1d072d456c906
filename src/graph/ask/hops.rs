//! The steps from an entity that a view sees and a pattern fits, and what is said about them.

use std::collections::BTreeSet;

use super::filter::Pattern;
use crate::graph::{
    base::adjacency::{Direction, Link},
    ix::{EntityIx, EvidenceIx, RelationshipIx, SourceIx},
    read::{mask::Mask, snapshot::Snapshot},
};

/// A step from an entity over a relationship to its neighbor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hop {
    /// Where it leads.
    pub neighbor: EntityIx,
    /// Over what.
    pub relationship: RelationshipIx,
    /// Whether it goes from the relationship's start to its end.
    pub forward: bool,
}

impl Snapshot {
    /// The steps from `entity` that the view sees and `pattern` fits, each relationship once.
    pub fn hops(&self, entity: EntityIx, pattern: Pattern, mask: Mask) -> impl Iterator<Item = Hop> {
        self.links(entity, pattern, mask).map(|(neighbor, link, forward)| Hop {
            neighbor,
            relationship: link.relationship,
            forward,
        })
    }

    /// The same with the links themselves: neighbor, link, and whether it leads away from `entity`.
    pub(in crate::graph) fn links(
        &self,
        entity: EntityIx,
        pattern: Pattern,
        mask: Mask,
    ) -> impl Iterator<Item = (EntityIx, Link, bool)> {
        let fits = move |link: &Link, found| mask.sees_link(link) && pattern.fits_link(link, found);
        let outgoing = self
            .links_in(entity, Direction::Outgoing)
            .filter(move |(_, link)| fits(link, Direction::Outgoing));
        // A relationship of an entity with itself stands in both lists.
        let incoming = self
            .links_in(entity, Direction::Incoming)
            .filter(move |(neighbor, link)| {
                let listed_already = *neighbor == entity && pattern.fits_link(link, Direction::Outgoing);
                !listed_already && fits(link, Direction::Incoming)
            });
        let outgoing = outgoing.map(|(neighbor, link)| (neighbor, link, true));
        outgoing.chain(incoming.map(|(neighbor, link)| (neighbor, link, false)))
    }

    /// No view and no pattern has more steps from `entity` than this. O(new links).
    pub(in crate::graph) fn links_max(&self, entity: EntityIx) -> usize {
        let of_base = |row| self.base.outgoing.count(row) + self.base.incoming.count(row);
        let added = |direction| self.delta.links(entity, direction).count();
        entity.base_row().map_or(0, of_base) + added(Direction::Outgoing) + added(Direction::Incoming)
    }

    /// The relationships of `entity` whose other end is not disclosed, as far as the view sees them, by id.
    pub fn undisclosed(&self, entity: EntityIx, mask: Mask) -> impl Iterator<Item = RelationshipIx> {
        let all = self.all_undisclosed(entity);
        all.filter(move |relationship| self.is_seen(*relationship, &mask))
    }

    /// What `entity` said as a speaker, about relationships that the view sees.
    pub fn statements_by(&self, entity: EntityIx, mask: Mask) -> impl Iterator<Item = EvidenceIx> {
        self.visible(self.by_speaker(entity), mask)
    }

    /// What `source` says about relationships that the view sees.
    pub fn statements_in(&self, source: SourceIx, mask: Mask) -> impl Iterator<Item = EvidenceIx> {
        self.visible(self.by_source(source), mask)
    }

    fn visible(&self, statements: impl Iterator<Item = EvidenceIx>, mask: Mask) -> impl Iterator<Item = EvidenceIx> {
        statements.filter(move |statement| self.is_seen(statement.relationship, &mask))
    }

    /// The sources of what is said about `entity`'s relationships, as far as the view sees them, by id.
    #[must_use]
    pub fn sources_about(&self, entity: EntityIx, mask: Mask) -> Vec<SourceIx> {
        let disclosed = self.hops(entity, Pattern::any(), mask).map(|hop| hop.relationship);
        let relationships = disclosed.chain(self.undisclosed(entity, mask));
        let sources: BTreeSet<SourceIx> = relationships
            .flat_map(|relationship| self.statements_of(relationship))
            .map(|(_, columns, row)| columns.source(row.source))
            .collect();
        sources.into_iter().collect()
    }
}
