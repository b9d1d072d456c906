//! Holders that together have over 100 %. Adds low ends, so that the result is certain.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use super::{context::CheckContext, issue::DataIssue};
use crate::{
    graph::{EntityIx, Exhausted, RelationshipIx, algo::ownership::claimed_range, budget::Meter},
    model::{AsOf, Catalog, Directness, RelationshipKind, ShareOf, ShareRange},
};

/// Sums of percentages that differ by less are the same.
const ROUNDING: f64 = 1e-6;

/// The claim of one OWNS on one basis.
struct Claim {
    investee: EntityIx,
    of: ShareOf,
    holder: EntityIx,
    relationship: RelationshipIx,
    range: ShareRange,
    /// `None` is the earliest.
    since: Option<Date>,
    until: Option<Date>,
}

/// The worst moment for every entity and basis at which the low ends add up to over 100 %. O(n log n), and quadratic in the
/// concurrent claims of one holder on one entity.
pub(super) fn over_100(context: &CheckContext<'_>) -> Result<Vec<DataIssue>, Exhausted> {
    let mut claims = Vec::new();
    let mut meter = context.meter();
    for relationship in context.snapshot.relationships(context.computing) {
        meter.tick()?;
        let read = context.snapshot.relationship(relationship);
        // An indirect claim summarizes the holdings of others, and one with an unknown end may be over.
        if read.directness() == Directness::Indirect || read.end_is_unknown() {
            continue;
        }
        if let (RelationshipKind::Owns, Some(holder), Some(investee)) = (read.kind(), read.from(), read.to()) {
            for of in ShareOf::ALL.iter().copied() {
                let range = claimed_range(context.snapshot, relationship, of);
                claims.extend(range.map(|range| Claim {
                    investee,
                    of,
                    holder,
                    relationship,
                    range,
                    since: read.validity().since_day(),
                    until: read.validity().until_day(),
                }));
            }
        }
    }
    claims.sort_unstable_by_key(|claim| (claim.investee, claim.of, claim.relationship));
    let mut issues = Vec::new();
    for claims in claims.chunk_by(|a, b| (a.investee, a.of) == (b.investee, b.of)) {
        meter.tick()?;
        if !may_exceed(claims) {
            continue;
        }
        let on = match context.as_of {
            AsOf::Day(day) => Some(Some(day)),
            AsOf::Ever => worst_moment(claims, &mut meter)?,
        };
        issues.extend(on.and_then(|on| issue(claims, on)));
    }
    meter.flush()?;
    Ok(issues)
}

/// The issue of the claims on one basis of one entity on a day, if any.
fn issue(claims: &[Claim], on: Option<Date>) -> Option<DataIssue> {
    let holding: Vec<&Claim> = claims.iter().filter(|claim| claim.holds_on(on)).collect();
    let low = LowSum::of(&holding);
    low.is_over_100().then(|| DataIssue::SharesOver100 {
        entity: claims[0].investee,
        of: claims[0].of,
        on,
        low: low.sum,
        relationships: holding.iter().map(|claim| claim.relationship).collect(),
    })
}

impl Claim {
    fn holds_on(&self, moment: Option<Date>) -> bool {
        self.since <= moment
            && self
                .until
                .is_none_or(|until| moment.is_none_or(|moment| moment < until))
    }
}

/// A sum of low ends.
#[derive(Default, Clone, Copy)]
struct LowSum {
    sum: f64,
    /// The number of exclusive low ends: any of them makes the sum larger.
    exclusive: usize,
}

impl LowSum {
    /// The sum for concurrent claims.
    fn of(claims: &[&Claim]) -> Self {
        let mut holders: BTreeMap<EntityIx, ShareRange> = BTreeMap::new();
        for claim in claims {
            let joined = holders.entry(claim.holder).or_insert(claim.range);
            *joined = joined.hull(claim.range);
        }
        holders.values().fold(Self::default(), |low, range| low.plus(*range))
    }

    fn plus(self, range: ShareRange) -> Self {
        Self {
            sum: self.sum + range.min,
            exclusive: self.exclusive + usize::from(!range.min_inclusive),
        }
    }

    fn minus(self, range: ShareRange) -> Self {
        Self {
            sum: self.sum - range.min,
            exclusive: self.exclusive - usize::from(!range.min_inclusive),
        }
    }

    fn is_over_100(self) -> bool {
        self.sum > 100.0 + ROUNDING || (self.exclusive > 0 && self.sum > 100.0 - ROUNDING)
    }
}

/// Whether the largest certain holdings that each holder ever had add up to over 100 %. A fast path: usually they do not.
fn may_exceed(claims: &[Claim]) -> bool {
    let mut most: HashMap<EntityIx, ShareRange> = HashMap::new();
    for claim in claims {
        let most = most.entry(claim.holder).or_insert(claim.range);
        let (current, new) = (*most, claim.range);
        if (new.min, !new.min_inclusive) > (current.min, !current.min_inclusive) {
            *most = new;
        }
    }
    let low = most.values().fold(LowSum::default(), |low, range| low.plus(*range));
    low.sum > 100.0 - ROUNDING
}

/// The moment of the largest sum of low ends over 100 %, the earliest of several. Some claim begins at it.
fn worst_moment(claims: &[Claim], meter: &mut Meter<'_>) -> Result<Option<Option<Date>>, Exhausted> {
    let starts = claims.iter().map(|claim| (claim.since, true, claim));
    let ends = claims.iter().filter(|claim| claim.until.is_some());
    let mut events: Vec<_> = ends.map(|claim| (claim.until, false, claim)).chain(starts).collect();
    events.sort_by_key(|(moment, starts, _)| (*moment, *starts));
    let mut holding: HashMap<EntityIx, Vec<&Claim>> = HashMap::new();
    let mut low = LowSum::default();
    let mut worst: Option<(f64, Option<Date>)> = None;
    for moment in events.chunk_by(|a, b| a.0 == b.0) {
        for (_, starts, claim) in moment {
            let concurrent = holding.entry(claim.holder).or_default();
            for _ in 0..=concurrent.len() {
                meter.tick()?;
            }
            low = hull(concurrent).map_or(low, |range| low.minus(range));
            if *starts {
                concurrent.push(claim);
            } else {
                concurrent.retain(|other| other.relationship != claim.relationship);
            }
            low = hull(concurrent).map_or(low, |range| low.plus(range));
        }
        if low.is_over_100() && worst.is_none_or(|(most, _)| low.sum > most + ROUNDING) {
            worst = Some((low.sum, moment[0].0));
        }
    }
    Ok(worst.map(|(_, on)| on))
}

/// The hull of one holder's concurrent claims.
fn hull(claims: &[&Claim]) -> Option<ShareRange> {
    claims.iter().map(|claim| claim.range).reduce(ShareRange::hull)
}
