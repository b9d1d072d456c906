//! The holders of a company, direct and indirect, and what each holds of the others: collected once, then only numbers.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use petgraph::{
    algo::kosaraju_scc,
    graph::{DiGraph, NodeIndex},
};

use super::End;
use crate::{
    graph::{Budget, Direction, EntityIx, Exhausted, Mask, Pattern, RelationshipIx, Snapshot, budget::Meter},
    model::{EntityKind, RelationshipKind, Set, ShareOf, ShareRange},
};

/// What one holder holds of another entity.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stake {
    /// Who holds it, as a place among the entities collected.
    pub(super) holder: usize,
    /// Of whom.
    pub(super) held: usize,
    pub(super) low: End,
    pub(super) high: End,
    /// The one that claims most, where several OWNS lie between the two.
    pub(super) relationship: RelationshipIx,
}

/// A company and all its holders, by id, so that a smaller place is a smaller id.
#[derive(Debug)]
pub(super) struct Stakes {
    entities: Vec<EntityIx>,
    company: usize,
    /// What each holds, by who is held.
    holdings: Vec<Vec<Stake>>,
    /// Whether someone else holds a part of it.
    held: Vec<bool>,
    /// The circle each lies in, or only itself: numbered so that holders come before what they hold.
    circles: Vec<usize>,
    cyclic: bool,
    relationships: Vec<RelationshipIx>,
}

/// OWNS with the same ends, as one.
struct Claimed {
    range: ShareRange,
    relationship: RelationshipIx,
    /// The range of that one alone.
    strongest: ShareRange,
}

impl Claimed {
    fn add(&mut self, range: ShareRange, relationship: RelationshipIx) {
        self.range = self.range.hull(range);
        let more = range.max.total_cmp(&self.strongest.max);
        let more = more.then(range.min.total_cmp(&self.strongest.min));
        if more.then(self.relationship.cmp(&relationship)).is_gt() {
            (self.strongest, self.relationship) = (range, relationship);
        }
    }
}

impl Stakes {
    pub(super) fn collect(
        snapshot: &Snapshot,
        mask: Mask,
        company: EntityIx,
        of: ShareOf,
        budget: &Budget,
    ) -> Result<Self, Exhausted> {
        let pattern = Pattern {
            kinds: Set::of(&[RelationshipKind::Owns]),
            ..Pattern::seen(Direction::Incoming)
        };
        let mut meter = Meter::new(budget);
        let mut met = BTreeSet::from([company]);
        let mut ahead = vec![company];
        let mut claimed: Vec<(EntityIx, EntityIx, Claimed)> = Vec::new();
        let mut relationships = Vec::new();
        while let Some(held) = ahead.pop() {
            if snapshot.entity(held).kind() == EntityKind::Person {
                continue;
            }
            let mut holders: BTreeMap<EntityIx, Claimed> = BTreeMap::new();
            for hop in snapshot.hops(held, pattern, mask) {
                meter.tick()?;
                let Some(range) = claimed_range(snapshot, hop.relationship, of) else {
                    continue;
                };
                relationships.push(hop.relationship);
                holders
                    .entry(hop.neighbor)
                    .and_modify(|claimed| claimed.add(range, hop.relationship))
                    .or_insert(Claimed {
                        range,
                        relationship: hop.relationship,
                        strongest: range,
                    });
            }
            for undisclosed in snapshot.undisclosed(held, mask) {
                meter.tick()?;
                let fits = pattern.fits_undisclosed(snapshot, held, undisclosed);
                if fits && claimed_range(snapshot, undisclosed, of).is_some() {
                    relationships.push(undisclosed);
                }
            }
            for (holder, claim) in holders {
                // A share of nothing makes nobody an owner.
                if claim.range.max > 0.0 {
                    if met.insert(holder) {
                        ahead.push(holder);
                    }
                    claimed.push((holder, held, claim));
                }
            }
        }
        meter.flush()?;
        relationships.sort_unstable();
        Ok(Self::new(company, met, claimed, relationships))
    }

    fn new(
        company: EntityIx,
        met: BTreeSet<EntityIx>,
        claimed: Vec<(EntityIx, EntityIx, Claimed)>,
        relationships: Vec<RelationshipIx>,
    ) -> Self {
        let entities: Vec<EntityIx> = met.into_iter().collect();
        let places: HashMap<EntityIx, usize> = entities.iter().copied().zip(0..).collect();
        let mut holdings = vec![Vec::new(); entities.len()];
        let mut held_by_others = vec![false; entities.len()];
        let mut cyclic = false;
        let mut graph: DiGraph<(), (), usize> = DiGraph::with_capacity(entities.len(), claimed.len());
        for _ in &entities {
            graph.add_node(());
        }
        for (holder, held, claim) in claimed {
            let (holder, held) = (places[&holder], places[&held]);
            if holder == held {
                cyclic = true;
            } else {
                held_by_others[held] = true;
                graph.add_edge(NodeIndex::new(holder), NodeIndex::new(held), ());
            }
            let range = claim.range;
            holdings[holder].push(Stake {
                holder,
                held,
                low: End::new(range.min, range.min_inclusive),
                high: End::new(range.max, range.max_inclusive),
                relationship: claim.relationship,
            });
        }
        for held in &mut holdings {
            held.sort_unstable_by_key(|stake| stake.held);
        }
        let mut circles = vec![0; entities.len()];
        // Found from the held to the holders.
        let found = kosaraju_scc(&graph);
        for (number, circle) in found.iter().rev().enumerate() {
            cyclic |= circle.len() > 1;
            for node in circle {
                circles[node.index()] = number;
            }
        }
        Self {
            company: places[&company],
            entities,
            holdings,
            held: held_by_others,
            circles,
            cyclic,
            relationships,
        }
    }

    /// Who owns in the end: everyone but the company that nobody else holds. People are held by nobody.
    pub(super) fn ultimate(&self) -> impl Iterator<Item = usize> + use<> {
        let held = self.held.clone();
        let company = self.company;
        (0..held.len()).filter(move |place| *place != company && !held[*place])
    }

    pub(super) fn len(&self) -> usize {
        self.entities.len()
    }

    pub(super) fn company(&self) -> usize {
        self.company
    }

    pub(super) fn entity(&self, place: usize) -> EntityIx {
        self.entities[place]
    }

    pub(super) fn holdings(&self, holder: usize) -> &[Stake] {
        &self.holdings[holder]
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Stake> {
        self.holdings.iter().flatten()
    }

    pub(super) fn circle(&self, place: usize) -> usize {
        self.circles[place]
    }

    pub(super) fn is_cyclic(&self) -> bool {
        self.cyclic
    }

    pub(super) fn into_relationships(self) -> Vec<RelationshipIx> {
        self.relationships
    }
}

/// What an OWNS claims of the basis `of`; none when it is about another.
pub(in crate::graph::algo) fn claimed_range(
    snapshot: &Snapshot,
    relationship: RelationshipIx,
    of: ShareOf,
) -> Option<ShareRange> {
    let read = snapshot.relationship(relationship);
    let (range, basis) = read
        .share()
        .map_or((ShareRange::UNKNOWN, ShareOf::Capital), |share| (share.range, share.of));
    let range = if read.disputed() {
        ShareRange {
            min: 0.0,
            min_inclusive: true,
            ..range
        }
    } else {
        range
    };
    (basis == of).then_some(range)
}
