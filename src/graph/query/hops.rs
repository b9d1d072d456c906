//! The visible steps from an entity that fit a pattern, and the statements about them.

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
    /// The entity it leads to.
    pub neighbor: EntityIx,
    /// The relationship.
    pub relationship: RelationshipIx,
    /// Whether it goes from the relationship's start to its end.
    pub forward: bool,
}

impl Snapshot {
    /// The visible steps from `entity` that fit `pattern`, each relationship once.
    pub fn hops(&self, entity: EntityIx, pattern: Pattern, mask: Mask) -> impl Iterator<Item = Hop> {
        self.links(entity, pattern, mask).map(|(neighbor, link, forward)| Hop {
            neighbor,
            relationship: link.relationship,
            forward,
        })
    }

    /// The same as links: neighbor, link, and whether it leads away from `entity`.
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
        // A relationship of an entity with itself is in both lists.
        let incoming = self
            .links_in(entity, Direction::Incoming)
            .filter(move |(neighbor, link)| {
                let is_duplicate = *neighbor == entity && pattern.fits_link(link, Direction::Outgoing);
                !is_duplicate && fits(link, Direction::Incoming)
            });
        let outgoing = outgoing.map(|(neighbor, link)| (neighbor, link, true));
        outgoing.chain(incoming.map(|(neighbor, link)| (neighbor, link, false)))
    }

    /// An upper bound of the steps from `entity` in any view with any pattern. O(new links).
    pub(in crate::graph) fn links_max(&self, entity: EntityIx) -> usize {
        let of_base = |row| self.base.outgoing.count(row) + self.base.incoming.count(row);
        let added = |direction| self.delta.links(entity, direction).count();
        entity.base_row().map_or(0, of_base) + added(Direction::Outgoing) + added(Direction::Incoming)
    }

    /// The visible relationships of `entity` with an undisclosed other end, by id.
    pub fn undisclosed(&self, entity: EntityIx, mask: Mask) -> impl Iterator<Item = RelationshipIx> {
        let all = self.all_undisclosed(entity);
        all.filter(move |relationship| self.is_visible(*relationship, &mask))
    }

    /// The statements of `entity` as a speaker about visible relationships.
    pub fn statements_by(&self, entity: EntityIx, mask: Mask) -> impl Iterator<Item = EvidenceIx> {
        self.visible(self.by_speaker(entity), mask)
    }

    /// The statements of `source` about visible relationships.
    pub fn statements_in(&self, source: SourceIx, mask: Mask) -> impl Iterator<Item = EvidenceIx> {
        self.visible(self.by_source(source), mask)
    }

    fn visible(&self, statements: impl Iterator<Item = EvidenceIx>, mask: Mask) -> impl Iterator<Item = EvidenceIx> {
        statements.filter(move |statement| self.is_visible(statement.relationship, &mask))
    }

    /// The sources of the visible relationships of `entity`, by id.
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
