//! Relationships that hold after the dissolution of one of their ends.

use jiff::civil::Date;

use super::{context::CheckContext, issue::DataIssue};
use crate::{
    graph::{EntityIx, Exhausted, Pattern, RelationshipIx},
    model::{AsOf, EntityStatus, RelationshipKind},
};

/// All entities that are dissolved or INACTIVE and have relationships that still hold. O(n).
pub(super) fn dissolved_parties(context: &CheckContext<'_>) -> Result<Vec<DataIssue>, Exhausted> {
    let snapshot = context.snapshot;
    let (mut issues, mut meter) = (Vec::new(), context.meter());
    for entity in snapshot.entities(&context.mask) {
        meter.tick()?;
        if !has_ended(context, entity) {
            continue;
        }
        let disclosed = snapshot.hops(entity, Pattern::any(), context.computing);
        let around = disclosed.map(|hop| hop.relationship);
        let mut remaining = Vec::new();
        for relationship in around.chain(snapshot.undisclosed(entity, context.computing)) {
            meter.tick()?;
            if outlives(context, entity, relationship) {
                remaining.push(relationship);
            }
        }
        if !remaining.is_empty() {
            remaining.sort_unstable();
            issues.push(DataIssue::DissolvedParty {
                entity,
                relationships: remaining.into(),
            });
        }
    }
    meter.flush()?;
    Ok(issues)
}

/// Whether an entity is dissolved or INACTIVE by today, or by the day of the view. A dissolution in the future has not happened, and
/// one in the last year of the calendar means none.
fn has_ended(context: &CheckContext<'_>, entity: EntityIx) -> bool {
    let read = context.snapshot.entity(entity);
    match read.dissolved() {
        Some(dissolved) => {
            let first = dissolved.first_day();
            first <= context.day && first.year() < Date::MAX.year()
        }
        None => read.status() == EntityStatus::Inactive,
    }
}

/// Whether the relationship holds after the last day on which the entity may have been dissolved.
fn outlives(context: &CheckContext<'_>, entity: EntityIx, relationship: RelationshipIx) -> bool {
    let read = context.snapshot.relationship(relationship);
    // A succession outlives the company, and a payment is not a state that could end.
    if matches!(read.kind(), RelationshipKind::SucceededBy | RelationshipKind::Paid) {
        return false;
    }
    let until = read.validity().until_day();
    let Some(dissolved) = context.snapshot.entity(entity).dissolved() else {
        // It is not stated since when it is inactive; a relationship with an end may have ended in time.
        return until.is_none();
    };
    match context.as_of {
        AsOf::Day(day) => dissolved.last_day() < day,
        // `until` is exclusive, so it may be the day after the dissolution.
        AsOf::Ever => until.is_none_or(|until| dissolved.day_after().is_some_and(|after| after < until)),
    }
}
