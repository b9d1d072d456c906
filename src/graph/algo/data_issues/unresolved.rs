//! References to what is not known: of relationships that wait for it, and of components.

use super::{context::CheckContext, issue::DataIssue};
use crate::graph::Exhausted;

/// Every relationship that names a component which is not known, and every one that waits for what it refers to. O(relationships).
pub(super) fn references(context: &CheckContext<'_>) -> Result<Vec<DataIssue>, Exhausted> {
    let (mut issues, mut meter) = (Vec::new(), context.meter());
    let snapshot = context.snapshot;
    for relationship in snapshot.relationships(context.mask) {
        meter.tick()?;
        for (position, named) in (0..).zip(snapshot.relationship(relationship).component_ids()) {
            meter.tick()?;
            let is_known = snapshot.relationship_by_id(named, &context.mask).is_some()
                || !snapshot.relationships_of_record(named, &context.mask).is_empty()
                || snapshot.is_named(named, &context.mask);
            if !is_known {
                issues.push(DataIssue::UnknownComponent { relationship, position });
            }
        }
    }
    for position in 0..snapshot.unresolved().len() {
        meter.tick()?;
        issues.push(DataIssue::Waiting(position));
    }
    meter.flush()?;
    Ok(issues)
}
