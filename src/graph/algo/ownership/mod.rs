//! Effective ownership: the ultimate owners of a company, and their shares. Circles are solved, shares are never normalised,
//! and undisclosed shares remain undisclosed.

mod chain_search;
mod circle;
mod effective;
mod end;
mod factors;
mod intermediaries;
mod stakes;
mod strongest_chains;

use crate::{
    graph::{Budget, EntityIx, Exhausted, Mask, RelationshipIx, Snapshot, algo::Chain},
    model::{ShareOf, ShareRange},
};

use effective::{ShareBounds, Solver};
use stakes::Stakes;
pub(super) use stakes::claimed_range;
use strongest_chains::StrongestChains;

/// The ultimate owners of a company.
#[derive(Debug, Clone, PartialEq)]
pub struct UltimateOwners {
    /// By low end, then high end, descending, then id.
    pub owners: Vec<UltimateOwner>,
    /// The remainder: 100 minus the shares of all owners, including those below the threshold; at least 0.
    pub undisclosed: ShareRange,
    /// Whether some of the holders, or the company, own each other or themselves in a circle.
    pub cyclic: bool,
    /// Whether solving a circle or searching chains was ended early. Shares are then too wide, but never too narrow; chains may
    /// be missing.
    pub truncated: bool,
    /// The claims of a share that were read, by id, including those with an undisclosed owner and those that summarize a chain.
    pub derived_from: Vec<RelationshipIx>,
}

/// An ultimate owner of a company.
#[derive(Debug, Clone, PartialEq)]
pub struct UltimateOwner {
    /// The owner.
    pub owner: EntityIx,
    /// Its share in percent. An end is exclusive if only the excluded end of a share would reach it.
    pub share: ShareRange,
    /// The strongest simple chains from the owner to the company, strongest first, then shortest, then by ids; at most 10, of at most 100
    /// steps.
    pub chains: Vec<Chain>,
}

/// The ultimate owners of `company` with a share of at least `threshold` percent at the high end: holders without known owners other
/// than themselves, and people.
///
/// The effective share is the least fixpoint of `e(o,c) = min(100 %, Σ share(h,c) · e(o,h))` over the holders `h` of
/// `c`, with `e(o,o) = 100 %`, once with every low end and once with every high end, to 1e-9 percent.
/// - Only shares of the basis `of` count: OWNS, and for votes also CONTROLS. An OWNS without a share is an unknown share of the
///   capital.
/// - Concurrent claims with the same ends and the same directness count once, as the hull of their ranges; a disputed one, or one
///   that ended at an unknown time, has the low end 0.
/// - A chain is two or more direct claims from a holder to an investee without repeated entities. An indirect claim without a
///   parallel chain is a holding in addition to the direct one. An indirect claim with a parallel chain summarizes it: it is not
///   added, but the owner's holding of `company` through others (`e` less its own holdings) is intersected with it. If the two do
///   not intersect, the computed holding counts.
/// - The intermediaries of an indirect claim without a chain, by the components of the claim, are not ultimate owners.
/// - Claims on a person are ignored; a share of exactly 0 makes no owner.
/// - The share of an undisclosed end is attributed to no owner, and the investee may still be an ultimate owner of others. An
///   undisclosed entity may be part of a chain, but is not an ultimate owner.
///
/// Takes O(stakes) for each owner and for each indirect claim, counting the stakes reachable from its holder, times the rounds that
/// circles take. Every stake read spends one unit of the budget. Running out is an error and never a partial answer: a holder not
/// yet visited would look like one without owners. The model is that of indirect holdings through an inverse Leontief matrix (Brioschi,
/// Buzzacchi and Colombo 1989), with each share capped.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
///
/// # Example
/// ```
/// use guanxi::{formats::tables, graph::{Budget, Snapshot, algo}, model::{AsOf, ShareOf, View}};
///
/// let snapshot = Snapshot::build(&tables::bundled().unwrap()).unwrap();
/// let now = "2026-11-22T12:00:00Z".parse().unwrap();
/// let in_2014 = View { as_of: AsOf::Day("2014-11-28".parse().unwrap()), ..View::now(now).for_computing() };
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
    let mut selected: Vec<(usize, ShareRange)> = Vec::new();
    let mut total = ShareBounds::NOTHING;
    for owner in stakes.ultimate() {
        let effective = solver.effective(owner)?.bounds;
        total = total.plus(effective);
        let share = effective.in_percent();
        if share.max >= threshold {
            selected.push((owner, share));
        }
    }
    selected.sort_by(|(a, left), (b, right)| {
        let low = right.min.total_cmp(&left.min);
        low.then(right.max.total_cmp(&left.max)).then(a.cmp(b))
    });
    let mut truncated = solver.truncated();
    let search = StrongestChains::new(&stakes, budget)?;
    let mut owners = Vec::with_capacity(selected.len());
    for (owner, share) in selected {
        let result = search.chains(owner)?;
        truncated |= result.truncated;
        owners.push(UltimateOwner {
            owner: stakes.entity(owner),
            share,
            chains: result.chains,
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

/// A holder whose indirect claims on a company do not intersect its computed holding over chains.
pub(super) struct Mismatch {
    /// The holder.
    pub(super) holder: EntityIx,
    /// Its holding over chains, in percent.
    pub(super) computed: ShareRange,
}

/// Every such holder of `company`, by id. Complexity and units as for [`ultimate_owners`], with these holders as owners.
pub(super) fn mismatches(
    snapshot: &Snapshot,
    mask: Mask,
    company: EntityIx,
    of: ShareOf,
    budget: &Budget,
) -> Result<Vec<Mismatch>, Exhausted> {
    let stakes = Stakes::collect(snapshot, mask, company, of, budget)?;
    let mut solver = Solver::new(&stakes, budget);
    let mut mismatches = Vec::new();
    for holder in stakes.holders_with_indirect_totals() {
        let mismatch = solver.effective(holder)?.mismatch;
        mismatches.extend(mismatch.map(|computed| Mismatch {
            holder: stakes.entity(holder),
            computed,
        }));
    }
    Ok(mismatches)
}
