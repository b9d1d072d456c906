//! Indirect claims that do not match the chains they summarize.

use super::{context::CheckContext, issue::DataIssue};
use crate::{
    graph::{
        EntityIx, Exhausted, RelationshipIx,
        algo::ownership::{self, claimed_range},
    },
    model::{Catalog, Directness, ShareOf},
};

/// An indirect claim on a company, by basis and holder.
type Claim = (EntityIx, ShareOf, EntityIx, RelationshipIx);

/// The claims of every holder whose indirect claims on a company do not intersect its computed holding through others. O(n log n),
/// plus the cost of the ultimate owners for each company with indirect claims.
pub(super) fn mismatches(context: &CheckContext<'_>) -> Result<Vec<DataIssue>, Exhausted> {
    let (mut claims, mut meter): (Vec<Claim>, _) = (Vec::new(), context.meter());
    for relationship in context.snapshot.relationships(context.computing) {
        meter.tick()?;
        let read = context.snapshot.relationship(relationship);
        let (Directness::Indirect, Some(holder), Some(investee)) = (read.directness(), read.from(), read.to()) else {
            continue;
        };
        let bases = ShareOf::ALL.iter().copied();
        let matching = bases.filter(|of| {
            read.kind().takes_share_of(*of) && claimed_range(context.snapshot, relationship, *of).is_some()
        });
        claims.extend(matching.map(|of| (investee, of, holder, relationship)));
    }
    meter.flush()?;
    claims.sort_unstable();
    let mut issues = Vec::new();
    for of_company in claims.chunk_by(|a, b| (a.0, a.1) == (b.0, b.1)) {
        let (investee, of, ..) = of_company[0];
        let mismatches = ownership::mismatches(context.snapshot, context.computing, investee, of, context.budget)?;
        for of_holder in of_company.chunk_by(|a, b| a.2 == b.2) {
            let mismatch = mismatches.iter().find(|mismatch| mismatch.holder == of_holder[0].2);
            issues.extend(mismatch.map(|mismatch| DataIssue::IndirectMismatch {
                relationships: of_holder.iter().map(|claim| claim.3).collect(),
                of,
                computed: mismatch.computed,
            }));
        }
    }
    Ok(issues)
}
