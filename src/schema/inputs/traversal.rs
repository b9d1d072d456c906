//! The filter of traversals.

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

/// The maximum number of entities to avoid.
const AVOID_MAX: usize = 1000;

/// The relationships that a traversal follows and the entities that it passes through. By default it follows relationships of every
/// category but PLACE in both directions, and does not pass through places or markets (which may still be a start or an end): two
/// companies are not connected by both being in China.
#[derive(Debug, Clone, Default, InputObject)]
pub(crate) struct TraversalFilter {
    /// Follow relationships of these kinds only.
    kinds: Option<Vec<Member<RelationshipKind>>>,
    /// Follow relationships of these categories only. Together with `kinds`, a relationship must match both.
    categories: Option<Vec<Member<RelationshipCategory>>>,
    /// Follow relationships in this direction only, as seen from the entity that the step starts at. Symmetric kinds match every
    /// direction.
    #[graphql(default_with = "Some(Member(Direction::Both))")]
    direction: Option<Member<Direction>>,
    /// Follow relationships with these statuses only, among those that the view sees.
    statuses: Option<Vec<Member<RelationshipStatus>>>,
    /// Follow only relationships with a share whose low end is at least this, in percent from 0 to 100.
    share_at_least: Option<f64>,
    /// Exclude the entities with these ids, at most 1000.
    avoid: Option<Vec<NodeKey>>,
    /// Do not pass through entities with more relationships than this, counting those that the traversal follows in either
    /// direction. Such entities may still be a start or an end.
    degree_max: Option<i32>,
    /// Pass through entities of these kinds only. Default: all but PLACE and MARKET.
    through: Option<Vec<Member<EntityKind>>>,
}

impl TraversalFilter {
    /// The traversal and the mask of the relationships that it sees. `coordinate` is that of the argument, `ends` are the
    /// entities at which the traversal starts and ends.
    pub(crate) fn compile(
        self,
        viewer: &Viewer,
        ends: &[EntityIx],
        coordinate: &str,
    ) -> Result<(Traversal<EntityIx>, Mask), Error> {
        let refuse = |message: String| Error::bad_user_input(coordinate, message);
        if self.share_at_least.is_some_and(|least| !(0.0..=100.0).contains(&least)) {
            return Err(refuse("shareAtLeast must be a percentage from 0 to 100".to_owned()));
        }
        let degree_max = self.degree_max.map(|max| {
            usize::try_from(max).map_err(|_| {
                refuse(format!(
                    "degreeMax is {max}; it must be a number of relationships, 0 or more"
                ))
            })
        });
        let avoid = self.avoid.unwrap_or_default();
        if avoid.len() > AVOID_MAX {
            return Err(refuse(format!(
                "avoid has {} ids; at most {AVOID_MAX} are allowed",
                avoid.len()
            )));
        }
        let (snapshot, mask) = (viewer.snapshot(), viewer.mask());
        let mut default = Traversal::standard();
        for id in &avoid {
            // An id that does not exist is never reached.
            let Some(entity) = snapshot.entity_by_id(id, &mask) else {
                continue;
            };
            if ends.contains(&entity) {
                return Err(refuse(format!(
                    "avoid contains {:?}, where the traversal starts or ends",
                    id.as_str()
                )));
            }
            default.avoid.insert(entity);
        }
        let by_kind = self.kinds.map(|kinds| Member::set(&kinds));
        let by_category = self.categories.map(|categories| {
            let categories = Member::set(&categories);
            Catalog::ALL
                .iter()
                .copied()
                .filter(|kind: &RelationshipKind| categories.contains(kind.category()))
                .collect()
        });
        let kinds = match (by_kind, by_category) {
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
            through: self.through.map_or(default.through, |kinds| Member::set(&kinds)),
            avoid: default.avoid,
            degree_max: degree_max.transpose()?,
        };
        let mask = self
            .statuses
            .map_or(mask, |statuses| mask.within(Member::set(&statuses)));
        Ok((traversal, mask))
    }
}
