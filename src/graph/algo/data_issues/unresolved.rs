//! References to unknown records: of relationships that wait for them, and of components.

use super::{context::CheckContext, issue::DataIssue};
use crate::graph::Exhausted;

/// Every relationship with an unknown component, and every one that waits for an unknown record. O(relationships).
pub(super) fn references(context: &CheckContext<'_>) -> Result<Vec<DataIssue>, Exhausted> {
    let (mut issues, mut meter) = (Vec::new(), context.meter());
    let snapshot = context.snapshot;
    for relationship in snapshot.relationships(context.mask) {
        meter.tick()?;
        for (position, component) in (0..).zip(snapshot.relationship(relationship).component_ids()) {
            meter.tick()?;
            let is_known = snapshot.relationship_by_id(component, &context.mask).is_some()
                || !snapshot.relationships_of_record(component, &context.mask).is_empty()
                || snapshot.has_entity_or_source(component, &context.mask);
            if !is_known {
                issues.push(DataIssue::UnknownComponent { relationship, position });
            }
        }
    }
    for position in 0..snapshot.unresolved().len() {
        meter.tick()?;
        issues.push(DataIssue::Unresolved(position));
    }
    meter.flush()?;
    Ok(issues)
}
