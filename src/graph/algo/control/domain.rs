//! Downwards: everything that one party controls, and the claims that show it.

use std::cmp::Reverse;

use hashbrown::{HashMap, HashSet};

use super::{
    claims::Claims,
    low_end::LowEnd,
    stake::{ControlStake, Grant, Tally},
};
use crate::graph::{EntityIx, Exhausted, RelationshipIx};

/// A claim that counts, and the control that it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Proof {
    /// The end from which it is followed: its holder, or the company whose direct parent it names.
    pub(super) seen_from: EntityIx,
    /// The controlled entity.
    pub(super) member: EntityIx,
    pub(super) claim: RelationshipIx,
    /// Its low end; 100 % if it needs no share; 0 if it is not a claim on the member.
    weight: LowEnd,
}

impl Proof {
    /// A claim of `stake` that counts.
    pub(super) fn of(stake: &ControlStake, (claim, weight): (RelationshipIx, LowEnd)) -> Self {
        Self {
            seen_from: stake.holder,
            member: stake.company,
            claim,
            weight,
        }
    }

    /// The claim by which `member` directly consolidates a company whose ultimate parent is stated.
    pub(super) fn of_parent(member: EntityIx, claim: RelationshipIx, company: EntityIx) -> Self {
        Self {
            seen_from: company,
            member,
            claim,
            weight: LowEnd::ZERO,
        }
    }

    /// Whether it is a claim on the member.
    pub(super) fn is_on_member(&self) -> bool {
        self.weight > LowEnd::ZERO
    }

    /// The rank when `holder` controls: its own claims first, then others on the member, then the largest low end, then the
    /// smaller id.
    pub(super) fn rank(&self, holder: EntityIx) -> impl Ord + use<> {
        let is_own = self.is_on_member() && self.seen_from == holder;
        (!is_own, Reverse(self.weight), self.claim)
    }
}

/// Everything that one party controls.
pub(super) struct Domain {
    pub(super) holder: EntityIx,
    /// Every claim that counts, on all controlled entities.
    pub(super) proofs: Vec<Proof>,
    /// The claims that state members of the group as ultimate accounting parents of companies with a stated direct parent.
    pub(super) ultimate_claims: Vec<RelationshipIx>,
}

impl Domain {
    /// The least fixpoint from `holder` down, with a queue of entities whose claims are still to be counted.
    pub(super) fn find(claims: &mut Claims<'_>, holder: EntityIx) -> Result<Self, Exhausted> {
        let mut group: HashSet<EntityIx> = HashSet::from([holder]);
        let mut ahead = vec![holder];
        let mut stakes: Vec<ControlStake> = Vec::new();
        let mut tallies: HashMap<EntityIx, Tally> = HashMap::new();
        // The direct parents of companies whose ultimate parent is in the group.
        let mut direct: HashMap<EntityIx, Vec<(EntityIx, RelationshipIx)>> = HashMap::new();
        while let Some(here) = ahead.pop() {
            for stake in claims.of_holder(here)? {
                let company = stake.company;
                if stake.names_ultimate_parent() && !direct.contains_key(&company) {
                    let parents = claims.consolidators(company)?;
                    let new = parents.iter().map(|(parent, _)| *parent);
                    ahead.extend(new.filter(|parent| group.insert(*parent)));
                    direct.insert(company, parents);
                }
                let tally = tallies.entry(company).or_insert(Tally::NOTHING);
                tally.add(&stake);
                let is_new = !group.contains(&company);
                if is_new && (stake.decides() || claims.is_majority(company, *tally)?) {
                    group.insert(company);
                    ahead.push(company);
                }
                stakes.push(stake);
            }
        }
        let mut domain = Self {
            holder,
            proofs: Vec::new(),
            ultimate_claims: Vec::new(),
        };
        let mut majorities: HashMap<EntityIx, bool> = HashMap::new();
        for stake in &stakes {
            let company = stake.company;
            if direct.get(&company).is_some_and(|parents| !parents.is_empty()) {
                domain
                    .ultimate_claims
                    .extend(stake.claims_of(Grant::ConsolidatesUltimately));
            }
            if company == holder || !group.contains(&company) {
                continue;
            }
            let majority = match majorities.get(&company) {
                Some(known) => *known,
                None => {
                    let answer = claims.is_majority(company, tallies[&company])?;
                    majorities.insert(company, answer);
                    answer
                }
            };
            let proofs = stake.proofs(majority);
            domain.proofs.extend(proofs.map(|claim| Proof::of(stake, claim)));
        }
        for (company, parents) in direct {
            let below = parents.into_iter().filter(|(parent, _)| *parent != holder);
            let proofs = below.map(|(parent, claim)| Proof::of_parent(parent, claim, company));
            domain.proofs.extend(proofs);
        }
        Ok(domain)
    }

    /// All controlled entities, by id, each with the claim of the highest rank.
    pub(super) fn first_proofs(&self) -> Vec<Proof> {
        let mut proofs = self.proofs.clone();
        proofs.sort_by_cached_key(|proof| (proof.member, proof.rank(self.holder)));
        proofs.dedup_by_key(|proof| proof.member);
        proofs
    }
}
