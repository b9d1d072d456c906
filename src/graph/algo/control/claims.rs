//! Claims as they are read for control. Disputed claims, claims of an entity on itself and claims on people are left out here and
//! nowhere else.

use std::collections::VecDeque;

use hashbrown::{HashMap, HashSet};

use super::{
    low::Low,
    stake::{Grant, Stake, Tally},
};
use crate::{
    graph::{Budget, Direction, EntityIx, Exhausted, Link, Mask, Pattern, RelationshipIx, Snapshot, budget::Meter},
    model::{Directness, EntityKind, RelationshipKind, Set, ShareOf},
};

/// What can be read of claims through one mask, within one budget.
pub(super) struct Claims<'a> {
    pub(super) snapshot: &'a Snapshot,
    mask: Mask,
    meter: Meter<'a>,
    /// Whether there is a chain beside an indirect claim.
    chains: HashMap<(EntityIx, EntityIx, ShareOf), bool>,
    /// What the stated votes of a company add up to.
    votes: HashMap<EntityIx, Low>,
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

    /// Spends one unit for a step over what was read before.
    pub(super) fn tick(&mut self) -> Result<(), Exhausted> {
        self.meter.tick()
    }

    /// Spends what is still to be paid.
    pub(super) fn settle(mut self) -> Result<(), Exhausted> {
        self.meter.flush()
    }

    pub(super) fn is_person(&self, entity: EntityIx) -> bool {
        self.snapshot.entity(entity).kind() == EntityKind::Person
    }

    /// What `holder` claims in others, by company.
    pub(super) fn of_holder(&mut self, holder: EntityIx) -> Result<Vec<Stake>, Exhausted> {
        self.stakes(holder, Direction::Outgoing, BEARING)
    }

    /// What others claim in `company`, by holder; nothing of a person.
    pub(super) fn in_company(&mut self, company: EntityIx) -> Result<Vec<Stake>, Exhausted> {
        self.stakes(company, Direction::Incoming, BEARING)
    }

    fn stakes(
        &mut self,
        entity: EntityIx,
        direction: Direction,
        kinds: &[RelationshipKind],
    ) -> Result<Vec<Stake>, Exhausted> {
        let mut stakes: Vec<Stake> = Vec::new();
        if direction == Direction::Incoming && self.is_person(entity) {
            return Ok(stakes);
        }
        let snapshot = self.snapshot;
        // Links stand by neighbor, so that the claims of one stake follow each other.
        for (neighbor, link, forward) in snapshot.links(entity, pattern(direction, kinds), self.mask) {
            self.meter.tick()?;
            if !bears(&link, entity, neighbor, forward) {
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
                _ => stakes.push(Stake::new(holder, company, claim)),
            }
        }
        for stake in &mut stakes {
            self.weigh(stake)?;
        }
        Ok(stakes)
    }

    /// Leaves out indirect claims beside a chain, and adds up the others.
    fn weigh(&mut self, stake: &mut Stake) -> Result<(), Exhausted> {
        for basis in [ShareOf::Votes, ShareOf::Capital] {
            if stake.is_indirect(basis) && self.has_chain(stake.holder, stake.company, basis)? {
                stake.leave_out_indirect(basis);
            }
        }
        stake.add_up();
        Ok(())
    }

    /// Whether two or more direct claims of `basis`, one after the other, lead from `holder` to `company`.
    fn has_chain(&mut self, holder: EntityIx, company: EntityIx, basis: ShareOf) -> Result<bool, Exhausted> {
        let question = (holder, company, basis);
        if let Some(known) = self.chains.get(&question) {
            return Ok(*known);
        }
        let has_chain = self.search_chain(holder, company, basis)?;
        self.chains.insert(question, has_chain);
        Ok(has_chain)
    }

    /// From the company up to its holder, by other ways than straight.
    fn search_chain(&mut self, holder: EntityIx, company: EntityIx, basis: ShareOf) -> Result<bool, Exhausted> {
        let snapshot = self.snapshot;
        let mut visited: HashSet<EntityIx> = HashSet::from([company]);
        let mut ahead = VecDeque::from([company]);
        while let Some(here) = ahead.pop_front() {
            if self.is_person(here) {
                continue;
            }
            for (above, link, _) in snapshot.links(here, pattern(Direction::Incoming, BEARING), self.mask) {
                self.meter.tick()?;
                let is_straight = here == company && above == holder;
                if is_straight || !bears(&link, here, above, false) || visited.contains(&above) {
                    continue;
                }
                let claim = snapshot.relationship(link.relationship);
                let share = Grant::of(claim).and_then(|grant| grant.low_of(basis));
                let is_direct = share.is_some_and(|(_, directness)| directness != Directness::Indirect);
                // A share of nothing leads nowhere.
                let may_be_some = claim.share().is_none_or(|share| share.range.max > 0.0);
                if !is_direct || !may_be_some {
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

    /// Whether what a group holds in `company` is over half for certain: its votes, and of its capital at most what the stated
    /// votes of all holders leave.
    pub(super) fn is_majority(&mut self, company: EntityIx, tally: Tally) -> Result<bool, Exhausted> {
        if let Some(known) = tally.is_majority_at_once() {
            return Ok(known);
        }
        let votes = self.stated_votes(company)?;
        Ok(tally.within(votes) > Low::HALF)
    }

    /// What the stated votes of all holders of `company` add up to. Holders that are not disclosed are never taken for one.
    fn stated_votes(&mut self, company: EntityIx) -> Result<Low, Exhausted> {
        if let Some(known) = self.votes.get(&company) {
            return Ok(*known);
        }
        let disclosed = self.in_company(company)?;
        let mut total = Low::ZERO;
        for votes in disclosed.iter().filter_map(Stake::votes) {
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

    /// The claims between `entity` and parties that are not disclosed, by id.
    fn of_undisclosed(
        &mut self,
        entity: EntityIx,
        direction: Direction,
    ) -> Result<Vec<(RelationshipIx, Grant)>, Exhausted> {
        let snapshot = self.snapshot;
        let pattern = pattern(direction, BEARING);
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

    /// The claims by which a party that is not disclosed controls `entity`, or is controlled by it, each by itself; by id.
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
            let shows = match grant {
                // Who else has votes in a company that is not disclosed is not known.
                Grant::Share { low, .. } if direction == Direction::Outgoing => low > Low::HALF,
                Grant::Share { of, low, .. } => self.is_majority(entity, Tally::of(of, low))?,
                _ => true,
            };
            if shows {
                proofs.push(claim);
            }
        }
        Ok(proofs)
    }

    /// Who consolidates `company` directly, each by which claim; by id, of several claims the smallest.
    pub(super) fn consolidators(&mut self, company: EntityIx) -> Result<Vec<(EntityIx, RelationshipIx)>, Exhausted> {
        let stakes = self.stakes(company, Direction::Incoming, CONSOLIDATES)?;
        let mut parents = Vec::new();
        for stake in stakes {
            if !self.is_person(stake.holder) {
                parents.extend(self.direct(&stake).map(|claim| (stake.holder, claim)));
            }
        }
        Ok(parents)
    }

    /// Whom `holder` consolidates directly, each by which claim; by id, of several claims the smallest.
    pub(super) fn consolidated(&mut self, holder: EntityIx) -> Result<Vec<(EntityIx, RelationshipIx)>, Exhausted> {
        let stakes = self.stakes(holder, Direction::Outgoing, CONSOLIDATES)?;
        let found = stakes
            .iter()
            .filter_map(|stake| Some((stake.company, self.direct(stake)?)));
        Ok(found.collect())
    }

    /// Those stated to be the ultimate accounting parent of `company`, by id.
    pub(super) fn ultimate_parents(&mut self, company: EntityIx) -> Result<Vec<EntityIx>, Exhausted> {
        let stakes = self.stakes(company, Direction::Incoming, CONSOLIDATES)?;
        let parents = stakes.iter().filter(|stake| stake.names_ultimate_parent());
        Ok(parents.map(|stake| stake.holder).collect())
    }

    /// The first claim that consolidates directly.
    fn direct(&self, stake: &Stake) -> Option<RelationshipIx> {
        let mut claims = stake.claims_of(Grant::Consolidates);
        claims.find(|claim| self.snapshot.relationship(*claim).directness() != Directness::Indirect)
    }
}

/// The kinds that bear on control.
const BEARING: &[RelationshipKind] = &[
    RelationshipKind::Owns,
    RelationshipKind::Controls,
    RelationshipKind::Consolidates,
];
const CONSOLIDATES: &[RelationshipKind] = &[RelationshipKind::Consolidates];

fn pattern(direction: Direction, kinds: &[RelationshipKind]) -> Pattern {
    Pattern {
        kinds: Set::of(kinds),
        ..Pattern::seen(direction)
    }
}

/// Whether a link can bear on control at all: it is undisputed, between two, and not on a person.
fn bears(link: &Link, entity: EntityIx, neighbor: EntityIx, forward: bool) -> bool {
    let on_person = forward && link.neighbor_kind == EntityKind::Person;
    !link.disputed && neighbor != entity && !on_person
}
