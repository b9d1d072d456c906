//! The holders of a company, direct and indirect, with the stakes among them: walked once, as plain numbers.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use petgraph::{
    algo::kosaraju_scc,
    graph::{DiGraph, NodeIndex},
};

use super::{
    chain_search::{ChainSearch, Stake},
    end::RangeEnd,
    intermediaries::Intermediaries,
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
    /// The stakes of each holder, by investee: direct ones, and indirect ones without a parallel chain of direct claims.
    holdings: Vec<Vec<Stake>>,
    /// Whether each is an ultimate owner.
    ultimate: Vec<bool>,
    /// The claimed total of each holder in the company over chains, from indirect claims that summarize these.
    indirect_totals: BTreeMap<usize, ShareRange>,
    /// The number of the circle of each entity, possibly of itself alone; holders come before their investees.
    circles: Vec<usize>,
    cyclic: bool,
    relationships: Vec<RelationshipIx>,
}

/// The combined claims of one directness with the same ends.
struct CombinedClaim {
    holder: EntityIx,
    investee: EntityIx,
    is_indirect: bool,
    range: ShareRange,
    relationship: RelationshipIx,
    /// The range of that relationship alone.
    strongest: ShareRange,
}

impl CombinedClaim {
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
            investee: places[&self.investee],
            low: RangeEnd::new(self.range.min, self.range.min_inclusive),
            high: RangeEnd::new(self.range.max, self.range.max_inclusive),
            relationship: self.relationship,
        }
    }
}

/// The result of the walk up from the company.
struct HolderWalk {
    entities: BTreeSet<EntityIx>,
    claims: Vec<CombinedClaim>,
    /// Indirect claims of more than 0.
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
        let walked = walk(snapshot, mask, company, of, &mut meter)?;
        let entities: Vec<EntityIx> = walked.entities.into_iter().collect();
        let places: HashMap<EntityIx, usize> = entities.iter().copied().zip(0..).collect();
        let company = places[&company];
        let mut holdings = vec![Vec::new(); entities.len()];
        let (indirect, direct): (Vec<CombinedClaim>, Vec<CombinedClaim>) =
            walked.claims.into_iter().partition(|claim| claim.is_indirect);
        for claim in direct {
            let stake = claim.stake(&places);
            holdings[stake.holder].push(stake);
        }
        let mut indirect_totals = BTreeMap::new();
        let mut chained = HashSet::new();
        let mut unchained = Vec::new();
        let mut chain_search = ChainSearch::new(&holdings);
        for claim in indirect {
            let stake = claim.stake(&places);
            if !chain_search.has_chain(stake.holder, stake.investee, &mut meter)? {
                unchained.push(stake);
                continue;
            }
            chained.insert((claim.holder, claim.investee));
            if stake.investee == company {
                indirect_totals.insert(stake.holder, claim.range);
            }
        }
        for stake in unchained {
            holdings[stake.holder].push(stake);
        }
        let mut intermediaries = Intermediaries::new(snapshot, mask);
        for relationship in walked.indirect {
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
            indirect_totals,
            cyclic: false,
            relationships: walked.relationships,
        };
        stakes.arrange();
        Ok(stakes)
    }

    /// Sorts the holdings, and finds circles and entities without other holders. People have no holders.
    fn arrange(&mut self) {
        let count = self.holdings.iter().map(Vec::len).sum();
        let mut graph: DiGraph<(), (), usize> = DiGraph::with_capacity(self.entities.len(), count);
        for _ in &self.entities {
            graph.add_node(());
        }
        self.ultimate[self.company] = false;
        for holdings in &mut self.holdings {
            holdings.sort_unstable_by_key(|stake| (stake.investee, stake.relationship));
        }
        for stake in self.holdings.iter().flatten() {
            if stake.holder == stake.investee {
                self.cyclic = true;
            } else {
                self.ultimate[stake.investee] = false;
                graph.add_edge(NodeIndex::new(stake.holder), NodeIndex::new(stake.investee), ());
            }
        }
        // In the order from investees to holders.
        let circles = kosaraju_scc(&graph);
        for (number, circle) in circles.iter().rev().enumerate() {
            self.cyclic |= circle.len() > 1;
            for node in circle {
                self.circles[node.index()] = number;
            }
        }
    }

    /// The ultimate owners: all disclosed entities but the company without other holders that are not intermediaries of an indirect
    /// claim.
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

    /// The claimed total of `holder` in the company over chains of direct claims, if an indirect claim states one.
    pub(super) fn indirect_total(&self, holder: usize) -> Option<ShareRange> {
        self.indirect_totals.get(&holder).copied()
    }

    /// The holders with such totals.
    pub(super) fn holders_with_indirect_totals(&self) -> impl Iterator<Item = usize> {
        self.indirect_totals.keys().copied()
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

/// All holders of `company`, direct or through others, and their claims.
fn walk(
    snapshot: &Snapshot,
    mask: Mask,
    company: EntityIx,
    of: ShareOf,
    meter: &mut Meter<'_>,
) -> Result<HolderWalk, Exhausted> {
    let pattern = Pattern {
        kinds: kinds_with_shares(of),
        ..Pattern::in_direction(Direction::Incoming)
    };
    let mut walked = HolderWalk {
        entities: BTreeSet::from([company]),
        claims: Vec::new(),
        indirect: Vec::new(),
        relationships: Vec::new(),
    };
    let mut ahead = vec![company];
    while let Some(investee) = ahead.pop() {
        if snapshot.entity(investee).kind() == EntityKind::Person {
            continue;
        }
        let mut holders: BTreeMap<(EntityIx, bool), CombinedClaim> = BTreeMap::new();
        for hop in snapshot.hops(investee, pattern, mask) {
            meter.tick()?;
            let Some(range) = claimed_range(snapshot, hop.relationship, of) else {
                continue;
            };
            walked.relationships.push(hop.relationship);
            let is_indirect = is_indirect(snapshot, hop.relationship);
            if is_indirect && range.max > 0.0 {
                walked.indirect.push(hop.relationship);
            }
            holders
                .entry((hop.neighbor, is_indirect))
                .and_modify(|claim| claim.add(range, hop.relationship))
                .or_insert(CombinedClaim {
                    holder: hop.neighbor,
                    investee,
                    is_indirect,
                    range,
                    relationship: hop.relationship,
                    strongest: range,
                });
        }
        for undisclosed in snapshot.undisclosed(investee, mask) {
            meter.tick()?;
            let fits = pattern.fits_undisclosed(snapshot, investee, undisclosed);
            let Some(range) = claimed_range(snapshot, undisclosed, of).filter(|_| fits) else {
                continue;
            };
            walked.relationships.push(undisclosed);
            if range.max > 0.0 && is_indirect(snapshot, undisclosed) {
                walked.indirect.push(undisclosed);
            }
        }
        // A share of exactly 0 makes no owner.
        for claim in holders.into_values().filter(|claim| claim.range.max > 0.0) {
            if walked.entities.insert(claim.holder) {
                ahead.push(claim.holder);
            }
            walked.claims.push(claim);
        }
    }
    walked.relationships.sort_unstable();
    Ok(walked)
}

fn is_indirect(snapshot: &Snapshot, relationship: RelationshipIx) -> bool {
    snapshot.relationship(relationship).directness() == Directness::Indirect
}

/// The kinds whose shares may have the basis `of`: OWNS, and CONTROLS for votes.
pub(super) fn kinds_with_shares(of: ShareOf) -> Set<RelationshipKind> {
    let kinds = RelationshipKind::ALL.iter().copied();
    kinds.filter(|kind| kind.takes_share_of(of)).collect()
}

/// The range of a claim on the basis `of`; `None` for another basis. The low end is 0 if the claim is disputed or may be over.
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
