//! What one party claims in one company, as far as it bears on control, and what the claims of several parties add up to.

use super::low::Low;
use crate::{
    graph::{EntityIx, RelationshipIx, RelationshipRef},
    model::{Directness, Interest, RelationshipKind, ShareOf, ULTIMATE_PARENT_ROLE},
};

/// What one claim gives its holder for certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Grant {
    /// Control, by the accounts of the one who consolidates.
    Consolidates,
    /// The same of the ultimate accounting parent.
    ConsolidatesUltimately,
    /// Control, by an interest that decides.
    Decides,
    /// A share, at least this much of it.
    Share {
        of: ShareOf,
        low: Low,
        directness: Directness,
    },
}

impl Grant {
    /// What `claim` gives; none when it does not bear on control.
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
                // What it may be a share of, without a figure.
                RelationshipKind::Owns => is_of_capital(interest).then_some(Self::Share {
                    of: ShareOf::Capital,
                    low: Low::ZERO,
                    directness: claim.directness(),
                }),
                _ => None,
            };
        };
        let low = if lasts { Low::of(share.range) } else { Low::ZERO };
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

    /// How much of `basis` it gives at least, and how directly; none when it is about another.
    pub(super) fn low_of(self, basis: ShareOf) -> Option<(Low, Directness)> {
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

/// Whether an OWNS of this interest is one of the capital where it states no share.
fn is_of_capital(interest: Option<Interest>) -> bool {
    matches!(
        interest,
        None | Some(Interest::Shareholding | Interest::RightsToSurplusAssetsOnDissolution)
    )
}

/// All that one party claims in one company.
#[derive(Debug, Clone)]
pub(super) struct Stake {
    pub(super) holder: EntityIx,
    pub(super) company: EntityIx,
    /// The claims that count, by id. An indirect one beside a chain does not.
    claims: Vec<(RelationshipIx, Grant)>,
    /// The votes it has for certain; none where no claim states votes.
    votes: Option<Low>,
    /// The same of the capital.
    capital: Low,
}

impl Stake {
    /// The stake that begins with `claim`; to be added up when all claims are in.
    pub(super) fn new(holder: EntityIx, company: EntityIx, claim: (RelationshipIx, Grant)) -> Self {
        Self {
            holder,
            company,
            claims: vec![claim],
            votes: None,
            capital: Low::ZERO,
        }
    }

    /// One more claim, with a larger id.
    pub(super) fn push(&mut self, claim: (RelationshipIx, Grant)) {
        self.claims.push(claim);
    }

    /// Whether one of the claims is an indirect one of `basis`.
    pub(super) fn is_indirect(&self, basis: ShareOf) -> bool {
        self.claims.iter().any(|(_, grant)| grant.is_indirect(basis))
    }

    /// Leaves out the indirect claims of `basis`: there is a chain beside them.
    pub(super) fn leave_out_indirect(&mut self, basis: ShareOf) {
        self.claims.retain(|(_, grant)| !grant.is_indirect(basis));
    }

    /// Adds up the votes and the capital.
    pub(super) fn add_up(&mut self) {
        self.votes = self.low(ShareOf::Votes);
        self.capital = self.low(ShareOf::Capital).unwrap_or(Low::ZERO);
    }

    /// Whether one of the claims gives control by itself.
    pub(super) fn decides(&self) -> bool {
        self.claims.iter().any(|(_, grant)| grant.decides())
    }

    /// Whether it adds to what a group holds.
    pub(super) fn adds(&self) -> bool {
        self.votes.unwrap_or(self.capital) > Low::ZERO
    }

    /// The claims of exactly this grant, by id.
    pub(super) fn claims_of(&self, gives: Grant) -> impl Iterator<Item = RelationshipIx> {
        let claims = self.claims.iter().filter(move |(_, grant)| *grant == gives);
        claims.map(|(claim, _)| *claim)
    }

    /// Whether the holder is stated to be the company's ultimate accounting parent.
    pub(super) fn names_ultimate_parent(&self) -> bool {
        self.claims_of(Grant::ConsolidatesUltimately).next().is_some()
    }

    /// The votes it has for certain; none where no claim states votes.
    pub(super) fn votes(&self) -> Option<Low> {
        self.votes
    }

    /// The claims that show control, each with its weight: those that decide, and shares where `majority` says that all shares
    /// of a group together are over half.
    pub(super) fn proofs(&self, majority: bool) -> impl Iterator<Item = (RelationshipIx, Low)> {
        let basis = self.votes.map_or(ShareOf::Capital, |_| ShareOf::Votes);
        let counts = majority && self.adds();
        self.claims.iter().filter_map(move |(claim, grant)| {
            let weight = match grant.low_of(basis) {
                Some((low, _)) => (counts && low > Low::ZERO).then_some(low),
                None => grant.decides().then_some(Low::WHOLE),
            };
            Some((*claim, weight?))
        })
    }

    /// What the claims of `basis` add up to; none where there is none. Claims made of one thing count once, by the lowest of
    /// their low ends; what is held directly and what is held through others are two things.
    fn low(&self, basis: ShareOf) -> Option<Low> {
        let lowest = |indirect: bool| {
            let lows = self.claims.iter().filter_map(|(_, grant)| grant.low_of(basis));
            let alike = lows.filter(|(_, directness)| (*directness == Directness::Indirect) == indirect);
            alike.map(|(low, _)| low).min()
        };
        match (lowest(false), lowest(true)) {
            (Some(direct), Some(indirect)) => Some(direct + indirect),
            (direct, indirect) => direct.or(indirect),
        }
    }
}

/// What a group holds in one company for certain.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tally {
    votes: Low,
    /// Of those whose votes are not stated.
    capital: Low,
}

impl Tally {
    pub(super) const NOTHING: Self = Self {
        votes: Low::ZERO,
        capital: Low::ZERO,
    };

    /// A single claim.
    pub(super) fn of(basis: ShareOf, low: Low) -> Self {
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

    /// A single holder.
    pub(super) fn of_one(stake: &Stake) -> Self {
        let mut tally = Self::NOTHING;
        tally.add(stake);
        tally
    }

    /// Counts a holder: its votes where stated, else its capital.
    pub(super) fn add(&mut self, stake: &Stake) {
        match stake.votes {
            Some(votes) => self.votes += votes,
            None => self.capital += stake.capital,
        }
    }

    /// Whether it is over half, where that is known without the votes of others.
    pub(super) fn is_majority_at_once(&self) -> Option<bool> {
        if self.votes > Low::HALF {
            return Some(true);
        }
        (self.votes + self.capital <= Low::HALF).then_some(false)
    }

    /// The votes, and of the capital at most what `stated_votes`, those of all holders, leave.
    pub(super) fn within(&self, stated_votes: Low) -> Low {
        self.votes + self.capital.min(stated_votes.remainder())
    }
}
