//! How a walk goes, as callers write it.

use async_graphql::InputObject;

use crate::{
    engine::error::Error,
    graph::{Direction, EntityIx, Mask, Step, Traversal},
    model::{Catalog, EntityKind, RelationshipCategory, RelationshipKind, RelationshipStatus},
    schema::{
        context::viewer::Viewer,
        values::{enums::Member, node_key::NodeKey},
    },
};

/// How many entities a walk may be told to avoid.
const AVOID_MAX: usize = 1000;

/// What a walk follows and what it passes through. Unless told otherwise it follows every category but PLACE, either way,
/// and never passes through a place or a market (either may be a start or an end): two companies are not connected because
/// both are in China.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct TraversalFilter {
    /// Follow relationships of these kinds only.
    kinds: Option<Vec<Member<RelationshipKind>>>,
    /// Follow relationships of these categories only. With `kinds`: only what is in both.
    categories: Option<Vec<Member<RelationshipCategory>>>,
    /// Follow relationships in this direction only, as seen from where the walk comes from. Symmetric kinds fit every
    /// direction.
    #[graphql(default_with = "Some(Member(Direction::Both))")]
    direction: Option<Member<Direction>>,
    /// Follow relationships with these statuses only, among those that the view sees.
    statuses: Option<Vec<Member<RelationshipStatus>>>,
    /// Follow relationships with a share whose low end is at least this only, in percent from 0 to 100.
    share_at_least: Option<f64>,
    /// Leave out the entities with these ids, at most 1000.
    avoid: Option<Vec<NodeKey>>,
    /// Do not pass through entities with more relationships than this (of those that the walk follows, either way). They may
    /// still be a start or an end.
    degree_max: Option<i32>,
    /// Pass through entities of these kinds only. Default: all but PLACE and MARKET.
    through: Option<Vec<Member<EntityKind>>>,
}

impl TraversalFilter {
    /// The walk asked for, and what it sees; `place` is the coordinate of the argument, `ends` are where it starts and ends.
    pub(crate) fn compile(
        self,
        viewer: &Viewer,
        ends: &[EntityIx],
        place: &str,
    ) -> Result<(Traversal<EntityIx>, Mask), Error> {
        let refuse = |message: String| Error::bad_user_input(place, message);
        if self.share_at_least.is_some_and(|least| !(0.0..=100.0).contains(&least)) {
            return Err(refuse("shareAtLeast is in percent, from 0 to 100".to_owned()));
        }
        let degree_max = self.degree_max.map(|max| {
            usize::try_from(max).map_err(|_| {
                refuse(format!(
                    "degreeMax is {max}; it is a number of relationships, 0 or more"
                ))
            })
        });
        let avoid = self.avoid.unwrap_or_default();
        if avoid.len() > AVOID_MAX {
            return Err(refuse(format!(
                "avoid has {} ids; it takes at most {AVOID_MAX}",
                avoid.len()
            )));
        }
        let (snapshot, mask) = (viewer.snapshot(), viewer.mask());
        let mut standard = Traversal::standard();
        for id in &avoid {
            // An id that does not exist is avoided anyway.
            let Some(entity) = snapshot.entity_by_id(id, &mask) else {
                continue;
            };
            if ends.contains(&entity) {
                return Err(refuse(format!(
                    "avoid names {:?}, which the walk starts or ends at",
                    id.as_str()
                )));
            }
            standard.avoid.insert(entity);
        }
        let named = self.kinds.map(|kinds| Member::set(&kinds));
        let in_categories = self.categories.map(|categories| {
            let categories = Member::set(&categories);
            Catalog::ALL
                .iter()
                .copied()
                .filter(|kind: &RelationshipKind| categories.contains(kind.category()))
                .collect()
        });
        let kinds = match (named, in_categories) {
            (Some(kinds), Some(categories)) => kinds.intersection(categories),
            (Some(kinds), None) | (None, Some(kinds)) => kinds,
            (None, None) => Step::default_kinds(),
        };
        let traversal = Traversal {
            step: Step {
                kinds,
                direction: self.direction.map_or(Direction::Both, |direction| direction.0),
                share_at_least: self.share_at_least,
            },
            through: self.through.map_or(standard.through, |kinds| Member::set(&kinds)),
            avoid: standard.avoid,
            degree_max: degree_max.transpose()?,
        };
        let mask = self
            .statuses
            .map_or(mask, |statuses| mask.within(Member::set(&statuses)));
        Ok((traversal, mask))
    }
}
