//! The holders of a company, direct and indirect, and what each holds of the others: collected once, then only numbers.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use petgraph::{
    algo::kosaraju_scc,
    graph::{DiGraph, NodeIndex},
};

use super::{
    End,
    intermediaries::Intermediaries,
    ways::{Stake, Ways},
};
use crate::{
    graph::{Budget, Direction, EntityIx, Exhausted, Mask, Pattern, RelationshipIx, Snapshot, budget::Meter},
    model::{Catalog, Directness, EntityKind, RelationshipKind, Set, ShareOf, ShareRange},
};

/// A company and all its holders, by id, so that a smaller place is a smaller id.
#[derive(Debug)]
pub(super) struct Stakes {
    entities: Vec<EntityIx>,
    company: usize,
    /// What each holds, by who is held: directly, and indirectly where no chain of direct claims leads there.
    holdings: Vec<Vec<Stake>>,
    /// Whether it owns in the end.
    ultimate: Vec<bool>,
    /// What indirect claims say that each holds of the company over chains of direct ones.
    summed_up: BTreeMap<usize, ShareRange>,
    /// The circle each lies in, or only itself: numbered so that holders come before what they hold.
    circles: Vec<usize>,
    cyclic: bool,
    relationships: Vec<RelationshipIx>,
}

/// Claims of one directness with the same ends, as one.
struct Claimed {
    holder: EntityIx,
    held: EntityIx,
    is_indirect: bool,
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

    fn stake(&self, places: &HashMap<EntityIx, usize>) -> Stake {
        Stake {
            holder: places[&self.holder],
            held: places[&self.held],
            low: End::new(self.range.min, self.range.min_inclusive),
            high: End::new(self.range.max, self.range.max_inclusive),
            relationship: self.relationship,
        }
    }
}

/// What was met on the way up from the company.
struct Collected {
    met: BTreeSet<EntityIx>,
    claimed: Vec<Claimed>,
    /// Indirect claims of more than nothing.
    indirect: Vec<RelationshipIx>,
    relationships: Vec<RelationshipIx>,
}

impl Stakes {
    pub(super) fn collect(
        snapshot: &Snapshot,
        mask: Mask,
        company: EntityIx,
        of: ShareOf,
        budget: &Budget,
    ) -> Result<Self, Exhausted> {
        let mut meter = Meter::new(budget);
        let collected = walk(snapshot, mask, company, of, &mut meter)?;
        let entities: Vec<EntityIx> = collected.met.into_iter().collect();
        let places: HashMap<EntityIx, usize> = entities.iter().copied().zip(0..).collect();
        let company = places[&company];
        let mut holdings = vec![Vec::new(); entities.len()];
        let (indirect, direct): (Vec<Claimed>, Vec<Claimed>) =
            collected.claimed.into_iter().partition(|claimed| claimed.is_indirect);
        for claimed in direct {
            let stake = claimed.stake(&places);
            holdings[stake.holder].push(stake);
        }
        let mut summed_up = BTreeMap::new();
        let mut chained = HashSet::new();
        let mut unchained = Vec::new();
        let mut ways = Ways::new(&holdings);
        for claimed in indirect {
            let stake = claimed.stake(&places);
            if !ways.has_chain(stake.holder, stake.held, &mut meter)? {
                unchained.push(stake);
                continue;
            }
            chained.insert((claimed.holder, claimed.held));
            if stake.held == company {
                summed_up.insert(stake.holder, claimed.range);
            }
        }
        for stake in unchained {
            holdings[stake.holder].push(stake);
        }
        let mut intermediaries = Intermediaries::new(snapshot, mask);
        for relationship in collected.indirect {
            let read = snapshot.relationship(relationship);
            let is_chained = read.from().zip(read.to()).is_some_and(|ends| chained.contains(&ends));
            if !is_chained {
                intermediaries.add(relationship, &mut meter)?;
            }
        }
        meter.flush()?;
        let mut stakes = Self {
            company,
            ultimate: entities
                .iter()
                .map(|entity| !intermediaries.contains(*entity) && !snapshot.entity(*entity).undisclosed())
                .collect(),
            circles: vec![0; entities.len()],
            entities,
            holdings,
            summed_up,
            cyclic: false,
            relationships: collected.relationships,
        };
        stakes.arrange();
        Ok(stakes)
    }

    /// Sorts the holdings, and finds who holds whom in a circle and who is held by nobody else. People are held by nobody.
    fn arrange(&mut self) {
        let count = self.holdings.iter().map(Vec::len).sum();
        let mut graph: DiGraph<(), (), usize> = DiGraph::with_capacity(self.entities.len(), count);
        for _ in &self.entities {
            graph.add_node(());
        }
        self.ultimate[self.company] = false;
        for holdings in &mut self.holdings {
            holdings.sort_unstable_by_key(|stake| (stake.held, stake.relationship));
        }
        for stake in self.holdings.iter().flatten() {
            if stake.holder == stake.held {
                self.cyclic = true;
            } else {
                self.ultimate[stake.held] = false;
                graph.add_edge(NodeIndex::new(stake.holder), NodeIndex::new(stake.held), ());
            }
        }
        // Found from the held to the holders.
        let found = kosaraju_scc(&graph);
        for (number, circle) in found.iter().rev().enumerate() {
            self.cyclic |= circle.len() > 1;
            for node in circle {
                self.circles[node.index()] = number;
            }
        }
    }

    /// Who owns in the end: everyone disclosed but the company that nobody else holds, and that no indirect claim names as
    /// standing between.
    pub(super) fn ultimate(&self) -> impl Iterator<Item = usize> {
        (0..self.ultimate.len()).filter(|place| self.ultimate[*place])
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

    /// What indirect claims say that `holder` has of the company over chains of direct ones; none when none says so.
    pub(super) fn summed_up(&self, holder: usize) -> Option<ShareRange> {
        self.summed_up.get(&holder).copied()
    }

    /// Who has such claims.
    pub(super) fn summed_up_holders(&self) -> impl Iterator<Item = usize> {
        self.summed_up.keys().copied()
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

/// Everyone who holds something of `company`, directly or through others, and the claims that say so.
fn walk(
    snapshot: &Snapshot,
    mask: Mask,
    company: EntityIx,
    of: ShareOf,
    meter: &mut Meter<'_>,
) -> Result<Collected, Exhausted> {
    let pattern = Pattern {
        kinds: kinds_with_shares(of),
        ..Pattern::seen(Direction::Incoming)
    };
    let mut collected = Collected {
        met: BTreeSet::from([company]),
        claimed: Vec::new(),
        indirect: Vec::new(),
        relationships: Vec::new(),
    };
    let mut ahead = vec![company];
    while let Some(held) = ahead.pop() {
        if snapshot.entity(held).kind() == EntityKind::Person {
            continue;
        }
        let mut holders: BTreeMap<(EntityIx, bool), Claimed> = BTreeMap::new();
        for hop in snapshot.hops(held, pattern, mask) {
            meter.tick()?;
            let Some(range) = claimed_range(snapshot, hop.relationship, of) else {
                continue;
            };
            collected.relationships.push(hop.relationship);
            let is_indirect = is_indirect(snapshot, hop.relationship);
            if is_indirect && range.max > 0.0 {
                collected.indirect.push(hop.relationship);
            }
            holders
                .entry((hop.neighbor, is_indirect))
                .and_modify(|claimed| claimed.add(range, hop.relationship))
                .or_insert(Claimed {
                    holder: hop.neighbor,
                    held,
                    is_indirect,
                    range,
                    relationship: hop.relationship,
                    strongest: range,
                });
        }
        for undisclosed in snapshot.undisclosed(held, mask) {
            meter.tick()?;
            let fits = pattern.fits_undisclosed(snapshot, held, undisclosed);
            let Some(range) = claimed_range(snapshot, undisclosed, of).filter(|_| fits) else {
                continue;
            };
            collected.relationships.push(undisclosed);
            if range.max > 0.0 && is_indirect(snapshot, undisclosed) {
                collected.indirect.push(undisclosed);
            }
        }
        // A share of nothing makes nobody an owner.
        for claimed in holders.into_values().filter(|claimed| claimed.range.max > 0.0) {
            if collected.met.insert(claimed.holder) {
                ahead.push(claimed.holder);
            }
            collected.claimed.push(claimed);
        }
    }
    collected.relationships.sort_unstable();
    Ok(collected)
}

fn is_indirect(snapshot: &Snapshot, relationship: RelationshipIx) -> bool {
    snapshot.relationship(relationship).directness() == Directness::Indirect
}

/// The kinds whose shares may be of `of`: OWNS, and CONTROLS where it is about votes.
pub(super) fn kinds_with_shares(of: ShareOf) -> Set<RelationshipKind> {
    let kinds = RelationshipKind::ALL.iter().copied();
    kinds.filter(|kind| kind.takes_share_of(of)).collect()
}

/// What a claim of a share says of the basis `of`; none when it is about another. The low end is 0 where the claim is disputed
/// or may be over.
pub(in crate::graph::algo) fn claimed_range(
    snapshot: &Snapshot,
    relationship: RelationshipIx,
    of: ShareOf,
) -> Option<ShareRange> {
    let read = snapshot.relationship(relationship);
    let (range, basis) = read
        .share()
        .map_or((ShareRange::UNKNOWN, ShareOf::Capital), |share| (share.range, share.of));
    let range = if read.disputed() || read.end_is_unknown() {
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
