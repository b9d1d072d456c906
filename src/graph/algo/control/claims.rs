//! Reads the claims that matter for control. The only place that excludes disputed claims, claims of an entity on itself and claims
//! on people.

use std::collections::VecDeque;

use hashbrown::{HashMap, HashSet};

use super::{
    low_end::LowEnd,
    stake::{ControlStake, Grant, Tally},
};
use crate::{
    graph::{Budget, Direction, EntityIx, Exhausted, Link, Mask, Pattern, RelationshipIx, Snapshot, budget::Meter},
    model::{Directness, EntityKind, RelationshipKind, Set, ShareOf},
};

/// A reader of claims through one mask, within one budget.
pub(super) struct Claims<'a> {
    pub(super) snapshot: &'a Snapshot,
    mask: Mask,
    meter: Meter<'a>,
    /// Whether an indirect claim has a parallel chain, by holder, company and basis.
    chains: HashMap<(EntityIx, EntityIx, ShareOf), bool>,
    /// The sum of the stated votes of each company.
    votes: HashMap<EntityIx, LowEnd>,
}

impl<'a> Claims<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, mask: Mask, budget: &'a Budget) -> Self {
        Self {
            snapshot,
            mask,
            meter: Meter::new(budget),
            chains: HashMap::new(),
            votes: HashMap::new(),
        }
    }

    /// Spends one unit for a step over claims that have been read.
    pub(super) fn tick(&mut self) -> Result<(), Exhausted> {
        self.meter.tick()
    }

    /// Spends the outstanding units.
    pub(super) fn settle(mut self) -> Result<(), Exhausted> {
        self.meter.flush()
    }

    pub(super) fn is_person(&self, entity: EntityIx) -> bool {
        self.snapshot.entity(entity).kind() == EntityKind::Person
    }

    /// The stakes of `holder` in others, by company.
    pub(super) fn of_holder(&mut self, holder: EntityIx) -> Result<Vec<ControlStake>, Exhausted> {
        self.stakes(holder, Direction::Outgoing, RELEVANT)
    }

    /// The stakes of others in `company`, by holder; none in a person.
    pub(super) fn in_company(&mut self, company: EntityIx) -> Result<Vec<ControlStake>, Exhausted> {
        self.stakes(company, Direction::Incoming, RELEVANT)
    }

    fn stakes(
        &mut self,
        entity: EntityIx,
        direction: Direction,
        kinds: &[RelationshipKind],
    ) -> Result<Vec<ControlStake>, Exhausted> {
        let mut stakes: Vec<ControlStake> = Vec::new();
        if direction == Direction::Incoming && self.is_person(entity) {
            return Ok(stakes);
        }
        let snapshot = self.snapshot;
        // Links are sorted by neighbor, so that the claims of one stake are adjacent.
        for (neighbor, link, forward) in snapshot.links(entity, pattern(direction, kinds), self.mask) {
            self.meter.tick()?;
            if !is_relevant(&link, entity, neighbor, forward) {
                continue;
            }
            let Some(grant) = Grant::of(snapshot.relationship(link.relationship)) else {
                continue;
            };
            let (holder, company) = if forward {
                (entity, neighbor)
            } else {
                (neighbor, entity)
            };
            let claim = (link.relationship, grant);
            match stakes.last_mut() {
                Some(stake) if (stake.holder, stake.company) == (holder, company) => stake.push(claim),
                _ => stakes.push(ControlStake::new(holder, company, claim)),
            }
        }
        for stake in &mut stakes {
            self.weigh(stake)?;
        }
        Ok(stakes)
    }

    /// Removes indirect claims with a parallel chain, and adds up the others.
    fn weigh(&mut self, stake: &mut ControlStake) -> Result<(), Exhausted> {
        for basis in [ShareOf::Votes, ShareOf::Capital] {
            if stake.is_indirect(basis) && self.has_chain(stake.holder, stake.company, basis)? {
                stake.remove_indirect(basis);
            }
        }
        stake.add_up();
        Ok(())
    }

    /// Whether two or more direct claims of `basis`, one after the other, lead from `holder` to `company`.
    fn has_chain(&mut self, holder: EntityIx, company: EntityIx, basis: ShareOf) -> Result<bool, Exhausted> {
        let key = (holder, company, basis);
        if let Some(has_chain) = self.chains.get(&key) {
            return Ok(*has_chain);
        }
        let has_chain = self.search_chain(holder, company, basis)?;
        self.chains.insert(key, has_chain);
        Ok(has_chain)
    }

    /// Searches from the company up to its holder, excluding the claims between the two.
    fn search_chain(&mut self, holder: EntityIx, company: EntityIx, basis: ShareOf) -> Result<bool, Exhausted> {
        let snapshot = self.snapshot;
        let mut visited: HashSet<EntityIx> = HashSet::from([company]);
        let mut ahead = VecDeque::from([company]);
        while let Some(here) = ahead.pop_front() {
            if self.is_person(here) {
                continue;
            }
            for (above, link, _) in snapshot.links(here, pattern(Direction::Incoming, RELEVANT), self.mask) {
                self.meter.tick()?;
                let is_between_both = here == company && above == holder;
                if is_between_both || !is_relevant(&link, here, above, false) || visited.contains(&above) {
                    continue;
                }
                let claim = snapshot.relationship(link.relationship);
                let share = Grant::of(claim).and_then(|grant| grant.low_of(basis));
                let is_direct = share.is_some_and(|(_, directness)| directness != Directness::Indirect);
                // A share of exactly 0 is no link of a chain.
                let may_be_positive = claim.share().is_none_or(|share| share.range.max > 0.0);
                if !is_direct || !may_be_positive {
                    continue;
                }
                if above == holder {
                    return Ok(true);
                }
                visited.insert(above);
                ahead.push_back(above);
            }
        }
        Ok(false)
    }

    /// Whether a group certainly holds over half of `company`: its votes, and its capital up to the remainder of the stated votes of
    /// all holders.
    pub(super) fn is_majority(&mut self, company: EntityIx, tally: Tally) -> Result<bool, Exhausted> {
        if let Some(is_majority) = tally.is_majority_without_others() {
            return Ok(is_majority);
        }
        let votes = self.stated_votes(company)?;
        Ok(tally.within(votes) > LowEnd::HALF)
    }

    /// The sum of the stated votes of all holders of `company`. Undisclosed holders are never assumed to be the same.
    fn stated_votes(&mut self, company: EntityIx) -> Result<LowEnd, Exhausted> {
        if let Some(votes) = self.votes.get(&company) {
            return Ok(*votes);
        }
        let disclosed = self.in_company(company)?;
        let mut total = LowEnd::ZERO;
        for votes in disclosed.iter().filter_map(ControlStake::votes) {
            total += votes;
        }
        for (_, grant) in self.of_undisclosed(company, Direction::Incoming)? {
            if let Some((low, _)) = grant.low_of(ShareOf::Votes) {
                total += low;
            }
        }
        self.votes.insert(company, total);
        Ok(total)
    }

    /// The claims between `entity` and undisclosed parties, by id.
    fn of_undisclosed(
        &mut self,
        entity: EntityIx,
        direction: Direction,
    ) -> Result<Vec<(RelationshipIx, Grant)>, Exhausted> {
        let snapshot = self.snapshot;
        let pattern = pattern(direction, RELEVANT);
        let mut claims = Vec::new();
        for claim in snapshot.undisclosed(entity, self.mask) {
            self.meter.tick()?;
            let read = snapshot.relationship(claim);
            if read.disputed() || !pattern.fits_undisclosed(snapshot, entity, claim) {
                continue;
            }
            claims.extend(Grant::of(read).map(|grant| (claim, grant)));
        }
        Ok(claims)
    }

    /// The claims that alone show control of `entity` by an undisclosed party, or of such a party by it; by id.
    pub(super) fn undisclosed(
        &mut self,
        entity: EntityIx,
        direction: Direction,
    ) -> Result<Vec<RelationshipIx>, Exhausted> {
        let mut proofs = Vec::new();
        if direction == Direction::Incoming && self.is_person(entity) {
            return Ok(proofs);
        }
        for (claim, grant) in self.of_undisclosed(entity, direction)? {
            let shows_control = match grant {
                // The other votes in an undisclosed company are not known.
                Grant::Share { low, .. } if direction == Direction::Outgoing => low > LowEnd::HALF,
                Grant::Share { of, low, .. } => self.is_majority(entity, Tally::of(of, low))?,
                _ => true,
            };
            if shows_control {
                proofs.push(claim);
            }
        }
        Ok(proofs)
    }

    /// The entities that consolidate `company` directly, by id, each with its claim of the smallest id.
    pub(super) fn consolidators(&mut self, company: EntityIx) -> Result<Vec<(EntityIx, RelationshipIx)>, Exhausted> {
        let stakes = self.stakes(company, Direction::Incoming, CONSOLIDATES)?;
        let mut parents = Vec::new();
        for stake in stakes {
            if !self.is_person(stake.holder) {
                parents.extend(self.direct_claim(&stake).map(|claim| (stake.holder, claim)));
            }
        }
        Ok(parents)
    }

    /// The entities that `holder` consolidates directly, by id, each with the claim of the smallest id.
    pub(super) fn consolidated(&mut self, holder: EntityIx) -> Result<Vec<(EntityIx, RelationshipIx)>, Exhausted> {
        let stakes = self.stakes(holder, Direction::Outgoing, CONSOLIDATES)?;
        let companies = stakes
            .iter()
            .filter_map(|stake| Some((stake.company, self.direct_claim(stake)?)));
        Ok(companies.collect())
    }

    /// The stated ultimate accounting parents of `company`, by id.
    pub(super) fn ultimate_parents(&mut self, company: EntityIx) -> Result<Vec<EntityIx>, Exhausted> {
        let stakes = self.stakes(company, Direction::Incoming, CONSOLIDATES)?;
        let parents = stakes.iter().filter(|stake| stake.names_ultimate_parent());
        Ok(parents.map(|stake| stake.holder).collect())
    }

    /// The first claim of direct consolidation.
    fn direct_claim(&self, stake: &ControlStake) -> Option<RelationshipIx> {
        let mut claims = stake.claims_of(Grant::Consolidates);
        claims.find(|claim| self.snapshot.relationship(*claim).directness() != Directness::Indirect)
    }
}

/// The kinds that matter for control.
const RELEVANT: &[RelationshipKind] = &[
    RelationshipKind::Owns,
    RelationshipKind::Controls,
    RelationshipKind::Consolidates,
];
const CONSOLIDATES: &[RelationshipKind] = &[RelationshipKind::Consolidates];

fn pattern(direction: Direction, kinds: &[RelationshipKind]) -> Pattern {
    Pattern {
        kinds: Set::of(kinds),
        ..Pattern::in_direction(direction)
    }
}

/// Whether a link can matter for control: it is undisputed, between two entities, and not on a person.
fn is_relevant(link: &Link, entity: EntityIx, neighbor: EntityIx, forward: bool) -> bool {
    let on_person = forward && link.neighbor_kind == EntityKind::Person;
    !link.disputed && neighbor != entity && !on_person
}
