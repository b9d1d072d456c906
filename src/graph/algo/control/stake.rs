//! The stake of one party in one company, as far as it matters for control, and the sum of the stakes of several parties.

use super::low_end::LowEnd;
use crate::{
    graph::{EntityIx, RelationshipIx, RelationshipRef},
    model::{Directness, Interest, RelationshipKind, ShareOf, ULTIMATE_PARENT_ROLE},
};

/// What one claim certainly gives its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grant {
    /// Control, by consolidation in the holder's accounts.
    Consolidates,
    /// Control, by consolidation as the ultimate accounting parent.
    ConsolidatesUltimately,
    /// Control, by an interest that gives control.
    Decides,
    /// A share, at least this much of it.
    Share {
        of: ShareOf,
        low: LowEnd,
        directness: Directness,
    },
}

impl Grant {
    /// What `claim` gives; `None` if it does not matter for control.
    pub(super) fn of(claim: RelationshipRef<'_>) -> Option<Self> {
        let lasts = !claim.end_is_unknown();
        let kind = claim.kind();
        if kind == RelationshipKind::Consolidates {
            let ultimate_claims = claim.role() == Some(ULTIMATE_PARENT_ROLE);
            let grant = if ultimate_claims {
                Self::ConsolidatesUltimately
            } else {
                Self::Consolidates
            };
            return lasts.then_some(grant);
        }
        let interest = claim.interest();
        let Some(share) = claim.share() else {
            return match kind {
                RelationshipKind::Controls => {
                    let decides = lasts && interest.is_none_or(Interest::decides);
                    decides.then_some(Self::Decides)
                }
                // A share of the capital without a figure.
                RelationshipKind::Owns => is_of_capital(interest).then_some(Self::Share {
                    of: ShareOf::Capital,
                    low: LowEnd::ZERO,
                    directness: claim.directness(),
                }),
                _ => None,
            };
        };
        let low = if lasts { LowEnd::of(share.range) } else { LowEnd::ZERO };
        (share.of != ShareOf::Profit).then(|| Self::Share {
            of: share.of,
            low,
            directness: claim.directness(),
        })
    }

    /// Whether it gives control by itself.
    pub(super) fn decides(self) -> bool {
        !matches!(self, Self::Share { .. })
    }

    /// The low end and the directness of its share of `basis`; `None` for another basis.
    pub(super) fn low_of(self, basis: ShareOf) -> Option<(LowEnd, Directness)> {
        match self {
            Self::Share { of, low, directness } if of == basis => Some((low, directness)),
            _ => None,
        }
    }

    fn is_indirect(self, basis: ShareOf) -> bool {
        let share = self.low_of(basis);
        share.is_some_and(|(_, directness)| directness == Directness::Indirect)
    }
}

/// Whether an OWNS with this interest and no share is a claim on the capital.
fn is_of_capital(interest: Option<Interest>) -> bool {
    matches!(
        interest,
        None | Some(Interest::Shareholding | Interest::RightsToSurplusAssetsOnDissolution)
    )
}

/// All claims of one party on one company, as far as they matter for control.
#[derive(Debug, Clone)]
pub(super) struct ControlStake {
    pub(super) holder: EntityIx,
    pub(super) company: EntityIx,
    /// The claims that count, by id. An indirect one with a parallel chain does not.
    claims: Vec<(RelationshipIx, Grant)>,
    /// The certain votes; `None` if no claim states votes.
    votes: Option<LowEnd>,
    /// The certain share of the capital.
    capital: LowEnd,
}

impl ControlStake {
    /// A stake with a first `claim`; call `add_up` when all claims are pushed.
    pub(super) fn new(holder: EntityIx, company: EntityIx, claim: (RelationshipIx, Grant)) -> Self {
        Self {
            holder,
            company,
            claims: vec![claim],
            votes: None,
            capital: LowEnd::ZERO,
        }
    }

    /// Adds a claim with a larger id.
    pub(super) fn push(&mut self, claim: (RelationshipIx, Grant)) {
        self.claims.push(claim);
    }

    /// Whether one of the claims is indirect and of `basis`.
    pub(super) fn is_indirect(&self, basis: ShareOf) -> bool {
        self.claims.iter().any(|(_, grant)| grant.is_indirect(basis))
    }

    /// Removes the indirect claims of `basis`, which have a parallel chain.
    pub(super) fn remove_indirect(&mut self, basis: ShareOf) {
        self.claims.retain(|(_, grant)| !grant.is_indirect(basis));
    }

    /// Adds up the votes and the capital.
    pub(super) fn add_up(&mut self) {
        self.votes = self.low(ShareOf::Votes);
        self.capital = self.low(ShareOf::Capital).unwrap_or(LowEnd::ZERO);
    }

    /// Whether one of the claims gives control by itself.
    pub(super) fn decides(&self) -> bool {
        self.claims.iter().any(|(_, grant)| grant.decides())
    }

    /// Whether it adds to the holdings of a group.
    pub(super) fn adds(&self) -> bool {
        self.votes.unwrap_or(self.capital) > LowEnd::ZERO
    }

    /// The claims of exactly this grant, by id.
    pub(super) fn claims_of(&self, expected: Grant) -> impl Iterator<Item = RelationshipIx> {
        let claims = self.claims.iter().filter(move |(_, grant)| *grant == expected);
        claims.map(|(claim, _)| *claim)
    }

    /// Whether the holder is stated to be the company's ultimate accounting parent.
    pub(super) fn names_ultimate_parent(&self) -> bool {
        self.claims_of(Grant::ConsolidatesUltimately).next().is_some()
    }

    /// The certain votes; `None` if no claim states votes.
    pub(super) fn votes(&self) -> Option<LowEnd> {
        self.votes
    }

    /// The claims that show control, each with its weight: those that give control by themselves, and shares if all shares of the
    /// group together are a `majority`.
    pub(super) fn proofs(&self, majority: bool) -> impl Iterator<Item = (RelationshipIx, LowEnd)> {
        let basis = self.votes.map_or(ShareOf::Capital, |_| ShareOf::Votes);
        let counts = majority && self.adds();
        self.claims.iter().filter_map(move |(claim, grant)| {
            let weight = match grant.low_of(basis) {
                Some((low, _)) => (counts && low > LowEnd::ZERO).then_some(low),
                None => grant.decides().then_some(LowEnd::FULL),
            };
            Some((*claim, weight?))
        })
    }

    /// The sum of the claims of `basis`; `None` without any. Claims of the same directness count once, by the lowest of their low
    /// ends; direct and indirect holdings add up.
    fn low(&self, basis: ShareOf) -> Option<LowEnd> {
        let lowest = |indirect: bool| {
            let lows = self.claims.iter().filter_map(|(_, grant)| grant.low_of(basis));
            let same = lows.filter(|(_, directness)| (*directness == Directness::Indirect) == indirect);
            same.map(|(low, _)| low).min()
        };
        match (lowest(false), lowest(true)) {
            (Some(direct), Some(indirect)) => Some(direct + indirect),
            (direct, indirect) => direct.or(indirect),
        }
    }
}

/// The certain holdings of a group in one company.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tally {
    votes: LowEnd,
    /// Of holders without stated votes.
    capital: LowEnd,
}

impl Tally {
    pub(super) const NOTHING: Self = Self {
        votes: LowEnd::ZERO,
        capital: LowEnd::ZERO,
    };

    /// The tally of a single claim.
    pub(super) fn of(basis: ShareOf, low: LowEnd) -> Self {
        match basis {
            ShareOf::Votes => Self {
                votes: low,
                ..Self::NOTHING
            },
            _ => Self {
                capital: low,
                ..Self::NOTHING
            },
        }
    }

    /// The tally of a single holder.
    pub(super) fn of_stake(stake: &ControlStake) -> Self {
        let mut tally = Self::NOTHING;
        tally.add(stake);
        tally
    }

    /// Adds a holder: its votes if stated, else its capital.
    pub(super) fn add(&mut self, stake: &ControlStake) {
        match stake.votes {
            Some(votes) => self.votes += votes,
            None => self.capital += stake.capital,
        }
    }

    /// Whether it is over half, if the votes of others are not needed to tell.
    pub(super) fn is_majority_without_others(&self) -> Option<bool> {
        if self.votes > LowEnd::HALF {
            return Some(true);
        }
        (self.votes + self.capital <= LowEnd::HALF).then_some(false)
    }

    /// The votes, and the capital up to the remainder of `stated_votes`, those of all holders.
    pub(super) fn within(&self, stated_votes: LowEnd) -> LowEnd {
        self.votes + self.capital.min(stated_votes.remainder())
    }
}
