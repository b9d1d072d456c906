//! Relationships that hold although one of their ends is no more.

use jiff::civil::Date;

use super::{context::CheckContext, issue::DataIssue};
use crate::{
    graph::{EntityIx, Exhausted, Pattern, RelationshipIx},
    model::{At, EntityStatus, RelationshipKind},
};

/// Everyone that is dissolved or INACTIVE and has relationships that hold all the same. O(n).
pub(super) fn dissolved_parties(context: &CheckContext<'_>) -> Result<Vec<DataIssue>, Exhausted> {
    let snapshot = context.snapshot;
    let (mut issues, mut meter) = (Vec::new(), context.meter());
    for entity in snapshot.entities(&context.mask) {
        meter.tick()?;
        if !is_no_more(context, entity) {
            continue;
        }
        let disclosed = snapshot.hops(entity, Pattern::any(), context.computing);
        let around = disclosed.map(|hop| hop.relationship);
        let mut outliving = Vec::new();
        for relationship in around.chain(snapshot.undisclosed(entity, context.computing)) {
            meter.tick()?;
            if outlives(context, entity, relationship) {
                outliving.push(relationship);
            }
        }
        if !outliving.is_empty() {
            outliving.sort_unstable();
            issues.push(DataIssue::DissolvedParty {
                entity,
                relationships: outliving.into(),
            });
        }
    }
    meter.flush()?;
    Ok(issues)
}

/// Whether an entity is dissolved or INACTIVE by today, or by the day of the view. A dissolution that lies ahead has not come, and
/// one in the last year of the calendar stands for none.
fn is_no_more(context: &CheckContext<'_>, entity: EntityIx) -> bool {
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
    // What followed a company outlives it, and a payment is no state that could end.
    if matches!(read.kind(), RelationshipKind::SucceededBy | RelationshipKind::Paid) {
        return false;
    }
    let until = read.validity().until_day();
    let Some(dissolved) = context.snapshot.entity(entity).dissolved() else {
        // Nobody says since when it is inactive; a relationship with an end may have ended in time.
        return until.is_none();
    };
    match context.at {
        At::Day(day) => dissolved.last_day() < day,
        // It holds until the day before, so that this day may be the one after the dissolution.
        At::Ever => until.is_none_or(|until| dissolved.day_after().is_some_and(|after| after < until)),
    }
}
