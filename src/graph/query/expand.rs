//! The parts of walks: expanding a frontier, which relationships to follow, and which entities to pass through. Algorithms are
//! generic over [`Expand`] and charge a budget for every hop.

use std::{borrow::Cow, hash::Hash};

use hashbrown::{HashMap, HashSet};

use super::filter::Pattern;
use crate::{
    graph::{
        base::adjacency::Direction,
        budget::{Budget, Exhausted, Meter},
        ix::{EntityIx, RelationshipIx},
        read::{mask::Mask, snapshot::Snapshot},
    },
    model::{EntityKind, RelationshipCategory, RelationshipKind, Set},
};

/// A store from which relationships can be expanded: the graph in memory, or another.
pub trait Expand {
    /// An entity.
    type Node: Copy + Eq + Hash;
    /// A relationship.
    type Link: Copy + Eq + Hash;
    /// Why an expansion fails.
    type Error: From<Exhausted>;

    /// The id of an entity: ties are broken by it, never by the order of nodes.
    fn entity_id(&self, node: Self::Node) -> &str;

    /// The id of a relationship.
    fn relationship_id(&self, link: Self::Link) -> Cow<'_, str>;

    /// Appends every crossing from an entity of `frontier` that `step` follows, each relationship once for each end in the frontier,
    /// in any order. Spends one unit for each relationship read.
    ///
    /// # Errors
    /// The errors of the store, or [`Exhausted`].
    fn expand(
        &self,
        frontier: &[Self::Node],
        step: &Step,
        out: &mut Vec<Crossing<Self::Node, Self::Link>>,
    ) -> Result<(), Self::Error>;

    /// Spends `work` on other things than relationships; with 0 it only checks for cancellation.
    ///
    /// # Errors
    /// The errors of the store, or [`Exhausted`].
    fn spend(&self, work: u64) -> Result<(), Self::Error>;

    /// Whether `node` has more than `max` relationships that `step` follows, in any direction.
    ///
    /// # Errors
    /// The errors of the store, or [`Exhausted`].
    fn degree_exceeds(&self, node: Self::Node, step: &Step, max: usize) -> Result<bool, Self::Error>;

    /// Whether `node` has a relationship with an undisclosed end that `step` would otherwise follow.
    fn has_undisclosed(&self, node: Self::Node, step: &Step) -> bool;

    /// The exhausted budget that caused an error, if any.
    fn exhausted(error: &Self::Error) -> Option<Exhausted>;
}

/// A relationship crossed from one end to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crossing<N, L> {
    /// The entity it was crossed from.
    pub from: N,
    /// The entity reached.
    pub to: N,
    /// The relationship.
    pub link: L,
    /// Whether it was crossed from its start to its end.
    pub forward: bool,
    /// The kind of the entity it was crossed from.
    pub from_kind: EntityKind,
    /// The kind of the entity reached.
    pub to_kind: EntityKind,
    /// Whether sources contradict each other about it.
    pub disputed: bool,
}

impl<N: Copy, L: Copy> Crossing<N, L> {
    /// The same relationship, crossed the other way.
    #[must_use]
    pub fn reversed(self) -> Self {
        Self {
            from: self.to,
            to: self.from,
            from_kind: self.to_kind,
            to_kind: self.from_kind,
            forward: !self.forward,
            ..self
        }
    }
}

/// The relationships that a walk follows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// Of these kinds.
    pub kinds: Set<RelationshipKind>,
    /// In this direction; symmetric kinds fit every direction.
    pub direction: Direction,
    /// With a share whose low end is at least this, in percent.
    pub share_at_least: Option<f64>,
}

impl Step {
    /// The default kinds: every category but PLACE.
    #[must_use]
    pub fn default_kinds() -> Set<RelationshipKind> {
        let kinds = Set::<RelationshipKind>::all();
        kinds
            .iter()
            .filter(|kind| kind.category() != RelationshipCategory::Place)
            .collect()
    }

    /// The same step from the other end.
    pub(in crate::graph) fn reversed(self) -> Self {
        Self {
            direction: self.direction.reversed(),
            ..self
        }
    }
}

/// The rules of a walk: the relationships it follows, and the entities it may pass through.
#[derive(Debug, Clone)]
pub struct Traversal<N> {
    /// The relationships to follow.
    pub step: Step,
    /// The kinds of entities that may be passed through; any may be a start or an end.
    pub through: Set<EntityKind>,
    /// Entities that are excluded completely.
    pub avoid: HashSet<N>,
    /// Entities with more relationships than this are not passed through.
    pub degree_max: Option<usize>,
}

// A derive would not require `Hash`, which comparing sets needs.
impl<N: Eq + Hash> PartialEq for Traversal<N> {
    fn eq(&self, other: &Self) -> bool {
        let Self {
            step,
            through,
            avoid,
            degree_max,
        } = self;
        (*step, *through, *degree_max) == (other.step, other.through, other.degree_max) && *avoid == other.avoid
    }
}

impl<N> Traversal<N> {
    /// The default: every category but PLACE, never through a place or a market. Two companies are not connected just because both
    /// are in China.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            step: Step {
                kinds: Step::default_kinds(),
                direction: Direction::Both,
                share_at_least: None,
            },
            through: Self::default_through(),
            avoid: HashSet::new(),
            degree_max: None,
        }
    }

    /// Every kind but places and markets.
    #[must_use]
    pub fn default_through() -> Set<EntityKind> {
        Set::all().without(Set::of(&[EntityKind::Place, EntityKind::Market]))
    }
}

/// Decides which entities a walk passes through, and caches the decisions.
pub(in crate::graph) struct Gate<'a, E: Expand> {
    walk: &'a E,
    traversal: &'a Traversal<E::Node>,
    hubs: HashMap<E::Node, bool>,
}

impl<'a, E: Expand> Gate<'a, E> {
    pub(in crate::graph) fn new(walk: &'a E, traversal: &'a Traversal<E::Node>) -> Self {
        Self {
            walk,
            traversal,
            hubs: HashMap::new(),
        }
    }

    /// Whether the walk may pass through an entity of this kind that is none of its ends.
    pub(in crate::graph) fn admits(&mut self, node: E::Node, kind: EntityKind) -> Result<bool, E::Error> {
        if !self.traversal.through.contains(kind) {
            return Ok(false);
        }
        let Some(max) = self.traversal.degree_max else {
            return Ok(true);
        };
        if let Some(is_hub) = self.hubs.get(&node) {
            return Ok(!is_hub);
        }
        let is_hub = self.walk.degree_exceeds(node, &self.traversal.step, max)?;
        self.hubs.insert(node, is_hub);
        Ok(!is_hub)
    }
}

/// The graph in memory, seen through one mask, within one budget.
#[derive(Debug, Clone, Copy)]
pub struct Walker<'a> {
    snapshot: &'a Snapshot,
    mask: Mask,
    budget: &'a Budget,
}

impl<'a> Walker<'a> {
    /// A walker over the part of `snapshot` visible through `mask`.
    #[must_use]
    pub fn new(snapshot: &'a Snapshot, mask: Mask, budget: &'a Budget) -> Self {
        Self { snapshot, mask, budget }
    }

    /// Whether the share of a relationship satisfies `step`.
    pub(in crate::graph) fn follows(&self, relationship: RelationshipIx, step: &Step) -> bool {
        let share = || self.snapshot.relationship(relationship).share();
        step.share_at_least
            .is_none_or(|least| share().is_some_and(|share| share.range.min >= least))
    }

    fn pattern(step: &Step) -> Pattern {
        Pattern {
            kinds: step.kinds,
            direction: step.direction,
            ..Pattern::any()
        }
    }
}

impl Expand for Walker<'_> {
    type Node = EntityIx;
    type Link = RelationshipIx;
    type Error = Exhausted;

    fn entity_id(&self, node: EntityIx) -> &str {
        self.snapshot.entity(node).id()
    }

    fn relationship_id(&self, link: RelationshipIx) -> Cow<'_, str> {
        self.snapshot.relationship(link).id()
    }

    fn expand(
        &self,
        frontier: &[EntityIx],
        step: &Step,
        out: &mut Vec<Crossing<EntityIx, RelationshipIx>>,
    ) -> Result<(), Exhausted> {
        let pattern = Self::pattern(step);
        let mut meter = Meter::new(self.budget);
        for from in frontier {
            let from_kind = self.snapshot.entity(*from).kind();
            let mut links = self.snapshot.links(*from, pattern, self.mask);
            links.try_for_each(|(to, link, forward)| {
                meter.tick()?;
                if self.follows(link.relationship, step) {
                    out.push(Crossing {
                        from: *from,
                        to,
                        link: link.relationship,
                        forward,
                        from_kind,
                        to_kind: link.neighbor_kind,
                        disputed: link.disputed,
                    });
                }
                Ok::<_, Exhausted>(())
            })?;
        }
        meter.flush()
    }

    fn spend(&self, work: u64) -> Result<(), Exhausted> {
        self.budget.charge(work)
    }

    fn degree_exceeds(&self, node: EntityIx, step: &Step, max: usize) -> Result<bool, Exhausted> {
        // Fast path for almost all entities, without reading the links.
        if self.snapshot.links_max(node) <= max {
            return Ok(false);
        }
        let pattern = Pattern {
            direction: Direction::Both,
            ..Self::pattern(step)
        };
        let mut meter = Meter::new(self.budget);
        let mut degree = 0;
        for (_, link, _) in self.snapshot.links(node, pattern, self.mask) {
            meter.tick()?;
            degree += usize::from(self.follows(link.relationship, step));
            if degree > max {
                break;
            }
        }
        meter.flush()?;
        Ok(degree > max)
    }

    fn has_undisclosed(&self, node: EntityIx, step: &Step) -> bool {
        let pattern = Self::pattern(step);
        let mut undisclosed = self.snapshot.undisclosed(node, self.mask);
        undisclosed.any(|relationship| {
            pattern.fits_undisclosed(self.snapshot, node, relationship) && self.follows(relationship, step)
        })
    }

    fn exhausted(error: &Exhausted) -> Option<Exhausted> {
        Some(*error)
    }
}
