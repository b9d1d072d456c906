//! What walks are made of: how to expand a frontier, what to follow, and what to pass through. Algorithms are written once
//! over [`Expand`] and charge a budget for every hop.

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

/// Whatever relationships can be expanded from: the graph in memory, or another store of them.
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

    /// Appends every crossing from an entity of `frontier` that `step` follows, each relationship once per end it is seen
    /// from, in any order. Spends one unit for each relationship looked at.
    ///
    /// # Errors
    /// What the store fails with, or [`Exhausted`].
    fn expand(
        &self,
        frontier: &[Self::Node],
        step: &Step,
        out: &mut Vec<Crossing<Self::Node, Self::Link>>,
    ) -> Result<(), Self::Error>;

    /// Spends `work` on what is no relationship, or with 0 only looks whether the walk is to go on.
    ///
    /// # Errors
    /// What the store fails with, or [`Exhausted`].
    fn spend(&self, work: u64) -> Result<(), Self::Error>;

    /// Whether more than `max` relationships lead from or to `node` that `step` follows, whatever its direction.
    ///
    /// # Errors
    /// What the store fails with, or [`Exhausted`].
    fn degree_exceeds(&self, node: Self::Node, step: &Step, max: usize) -> Result<bool, Self::Error>;

    /// Whether `step` would follow a relationship of `node` if its other end were disclosed.
    fn meets_unknown(&self, node: Self::Node, step: &Step) -> bool;

    /// The exhausted budget behind an error, if that is what it is.
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
    /// What the entity it was crossed from is.
    pub from_kind: EntityKind,
    /// What the entity reached is.
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

/// Which relationships a walk follows.
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
    /// What a walk follows unless told otherwise: every category but PLACE, either way.
    #[must_use]
    pub fn default_kinds() -> Set<RelationshipKind> {
        let kinds = Set::<RelationshipKind>::all();
        kinds
            .iter()
            .filter(|kind| kind.category() != RelationshipCategory::Place)
            .collect()
    }

    /// The same step, taken from the far end.
    pub(in crate::graph) fn reversed(self) -> Self {
        Self {
            direction: self.direction.reversed(),
            ..self
        }
    }
}

/// How a walk goes: what it follows, and which entities it may pass through.
#[derive(Debug, Clone)]
pub struct Traversal<N> {
    /// Which relationships are followed.
    pub step: Step,
    /// Which kinds of entities are passed through; any may be a start or an end.
    pub through: Set<EntityKind>,
    /// Entities that are left out altogether.
    pub avoid: HashSet<N>,
    /// Entities with more relationships than this are not passed through.
    pub degree_max: Option<usize>,
}

// A derive would not ask for what comparing sets takes.
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
    /// What walks do unless told otherwise: every category but PLACE, never through a place or a market. Two companies
    /// are not connected because both are in China.
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

/// Decides which entities a walk passes through, and remembers what it found.
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

    /// Whether the walk may go on from an entity of this kind that is none of its ends.
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
    /// Walks over what `mask` sees of `snapshot`.
    #[must_use]
    pub fn new(snapshot: &'a Snapshot, mask: Mask, budget: &'a Budget) -> Self {
        Self { snapshot, mask, budget }
    }

    /// Whether the share of a relationship is one that `step` follows.
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
        // True of almost everyone, and known without a look at the links.
        if self.snapshot.links_max(node) <= max {
            return Ok(false);
        }
        let either_way = Pattern {
            direction: Direction::Both,
            ..Self::pattern(step)
        };
        let mut meter = Meter::new(self.budget);
        let mut degree = 0;
        for (_, link, _) in self.snapshot.links(node, either_way, self.mask) {
            meter.tick()?;
            degree += usize::from(self.follows(link.relationship, step));
            if degree > max {
                break;
            }
        }
        meter.flush()?;
        Ok(degree > max)
    }

    fn meets_unknown(&self, node: EntityIx, step: &Step) -> bool {
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
