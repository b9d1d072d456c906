//! Effective ownership: who owns a company in the end, and by how much. Circles are solved, shares are never normalised,
//! and what is not disclosed stays undisclosed.

mod circle;
mod effective;
mod factors;
mod intermediaries;
mod stakes;
mod strongest;
mod ways;

use crate::{
    graph::{Budget, EntityIx, Exhausted, Mask, RelationshipIx, Snapshot, algo::Chain},
    model::{ShareOf, ShareRange},
};

use effective::{Bounds, End, Solver};
use stakes::Stakes;
pub(super) use stakes::claimed_range;
use strongest::Strongest;

/// Who owns a company in the end.
#[derive(Debug, Clone, PartialEq)]
pub struct UltimateOwners {
    /// By low end, then high end, descending, then id.
    pub owners: Vec<UltimateOwner>,
    /// What they leave, owners below the threshold not counted in: 100 less their shares, never below 0.
    pub undisclosed: ShareRange,
    /// Whether some of the holders, or the company, own each other or themselves in a circle.
    pub cyclic: bool,
    /// Whether solving a circle or searching chains was ended early. Shares are then wider than they need be, but never
    /// too narrow; chains may be missing.
    pub truncated: bool,
    /// The claims of a share that were looked at, those with an undisclosed owner and those that sum up a chain among them, by
    /// id.
    pub derived_from: Vec<RelationshipIx>,
}

/// One who owns a company in the end.
#[derive(Debug, Clone, PartialEq)]
pub struct UltimateOwner {
    /// Who.
    pub owner: EntityIx,
    /// How much, in percent. An end is exclusive when it would take the excluded end of a share to reach it.
    pub share: ShareRange,
    /// The strongest simple chains from the owner to the company, strongest first, then shortest, then by ids; at most 10, of at most 100
    /// steps.
    pub chains: Vec<Chain>,
}

/// Everyone who owns `company` in the end, with a share of at least `threshold` percent at the high end: holders without
/// known owners of their own (itself aside), and people.
///
/// The effective share is the least fixpoint of `e(o,c) = min(100 %, Σ share(h,c) · e(o,h))` over the holders `h` of
/// `c`, with `e(o,o) = 100 %`, once with every low end and once with every high end, to 1e-9 percent.
/// - Only shares of the basis `of` count: OWNS, and of votes CONTROLS as well. An OWNS without a share may be anything, of the
///   capital.
/// - Concurrent claims with the same ends and the same directness count once, as the hull of their ranges; one that is
///   disputed, or that may be over as nobody says when it ended, may be nothing.
/// - There is a chain from a holder where two or more direct claims lead from it to what it holds, passing nobody twice. An
///   indirect claim without one is a holding beside the direct one. An indirect claim with one sums it up: it is not added, but
///   what the owner holds of `company` through others (`e` less its own holdings) is intersected with it. Where the two do not
///   meet, what is computed stands.
/// - Who stands between in an indirect claim without a chain, as the components of the claim say, is no ultimate owner.
/// - Nobody owns a person, whatever the data says; a share of exactly 0 makes nobody an owner.
/// - An undisclosed end is nobody's share, and makes the owned no less an ultimate owner of others. An entity that is not
///   disclosed may stand in a chain, but is no ultimate owner.
///
/// Takes O(stakes) for each owner and for each indirect claim, counted among what its holder reaches, times the rounds that
/// circles take. Every stake looked at spends one unit of the budget. Running out is an error and never a partial answer: a holder not yet looked at
/// would pass for one without owners. The model is that of indirect holdings through an inverse Leontief matrix (Brioschi,
/// Buzzacchi and Colombo 1989), with each share capped.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
///
/// # Example
/// ```
/// use guanxi::{formats::tables, graph::{Budget, Snapshot, algo}, model::{At, ShareOf, View}};
///
/// let snapshot = Snapshot::build(&tables::bundled().unwrap()).unwrap();
/// let now = "2026-11-22T12:00:00Z".parse().unwrap();
/// let in_2014 = View { at: At::Day("2014-11-28".parse().unwrap()), ..View::now(now).for_computing() };
/// let mask = snapshot.mask(&in_2014);
/// let paypal = snapshot.entity_by_id("paypal", &mask).unwrap();
/// let budget = Budget::new(1_000, || false);
/// let answer = algo::ultimate_owners(&snapshot, mask, paypal, ShareOf::Capital, 0.0, &budget).unwrap();
/// assert_eq!(snapshot.entity(answer.owners[0].owner).name(), "eBay");
/// assert_eq!(answer.owners[0].share.single(), Some(100.0));
/// ```
pub fn ultimate_owners(
    snapshot: &Snapshot,
    mask: Mask,
    company: EntityIx,
    of: ShareOf,
    threshold: f64,
    budget: &Budget,
) -> Result<UltimateOwners, Exhausted> {
    let stakes = Stakes::collect(snapshot, mask, company, of, budget)?;
    let mut solver = Solver::new(&stakes, budget);
    let mut kept: Vec<(usize, ShareRange)> = Vec::new();
    let mut total = Bounds::NOTHING;
    for owner in stakes.ultimate() {
        let effective = solver.effective(owner)?.bounds;
        total = total.plus(effective);
        let share = effective.in_percent();
        if share.max >= threshold {
            kept.push((owner, share));
        }
    }
    kept.sort_by(|(a, left), (b, right)| {
        let low = right.min.total_cmp(&left.min);
        low.then(right.max.total_cmp(&left.max)).then(a.cmp(b))
    });
    let mut truncated = solver.truncated();
    let search = Strongest::new(&stakes, budget)?;
    let mut owners = Vec::with_capacity(kept.len());
    for (owner, share) in kept {
        let found = search.chains(owner)?;
        truncated |= found.truncated;
        owners.push(UltimateOwner {
            owner: stakes.entity(owner),
            share,
            chains: found.chains,
        });
    }
    Ok(UltimateOwners {
        owners,
        undisclosed: total.remainder().in_percent(),
        cyclic: stakes.is_cyclic(),
        truncated,
        derived_from: stakes.into_relationships(),
    })
}

/// A holder whose indirect claims on a company do not meet what it holds of it over the chains that they sum up.
pub(super) struct Mismatch {
    /// Who.
    pub(super) holder: EntityIx,
    /// What it holds over chains, in percent.
    pub(super) computed: ShareRange,
}

/// Every such holder of `company`, by id. Takes what [`ultimate_owners`] takes, with these holders for owners.
pub(super) fn mismatches(
    snapshot: &Snapshot,
    mask: Mask,
    company: EntityIx,
    of: ShareOf,
    budget: &Budget,
) -> Result<Vec<Mismatch>, Exhausted> {
    let stakes = Stakes::collect(snapshot, mask, company, of, budget)?;
    let mut solver = Solver::new(&stakes, budget);
    let mut found = Vec::new();
    for holder in stakes.summed_up_holders() {
        let mismatch = solver.effective(holder)?.mismatch;
        found.extend(mismatch.map(|computed| Mismatch {
            holder: stakes.entity(holder),
            computed,
        }));
    }
    Ok(found)
}
