//! Impossible dates. Reports only dates that are impossible in every reading of imprecise ones.

use jiff::{Timestamp, ToSpan, civil::Date};

use super::{
    context::CheckContext,
    issue::{DataIssue, DateFault},
};
use crate::{
    graph::{EntityIx, EvidenceIx, Exhausted, RelationshipIx, Snapshot},
    model::{EntityKind, EntityStatus, PartialDate, RelationshipKind, RelationshipStatus, View},
};

/// Every fault of an entity, a relationship or a statement. Contradictory dates are reported for every day of the view, because the
/// relationship then holds on no certain day. O(n).
pub(super) fn impossible(context: &CheckContext<'_>) -> Result<Vec<DataIssue>, Exhausted> {
    let (mut faults, mut meter) = (Vec::new(), context.meter());
    for entity in context.snapshot.entities(&context.mask) {
        meter.tick()?;
        of_entity(context.snapshot, entity, &mut faults);
    }
    for relationship in context.snapshot.relationships(context.ever) {
        meter.tick()?;
        let is_contradictory = context
            .snapshot
            .relationship(relationship)
            .validity()
            .is_contradictory();
        if is_contradictory {
            faults.push(DateFault::Contradictory(relationship));
        }
        if !context.snapshot.is_visible(relationship, &context.mask) {
            continue;
        }
        // Contradictory dates are not trusted, so there is nothing to compare.
        if !is_contradictory {
            of_relationship(context.snapshot, relationship, &mut faults);
        }
        for (number, statement) in context.snapshot.relationship(relationship).evidence().enumerate() {
            if number > 0 {
                meter.tick()?;
            }
            if is_stated_after_recorded(context.snapshot, relationship, statement) {
                faults.push(DateFault::StatedAfterRecorded(relationship, statement));
            }
        }
    }
    meter.flush()?;
    Ok(faults.into_iter().map(DataIssue::ImpossibleDates).collect())
}

/// Whether the first date is entirely before the second.
fn precedes(first: Option<PartialDate>, second: Option<PartialDate>) -> bool {
    first
        .zip(second)
        .is_some_and(|(first, second)| first.last_day() < second.first_day())
}

/// Whether `date` is certainly after the time of recording, in every time zone: somewhere it was already the next day.
fn is_after(date: Option<PartialDate>, recorded_at: Timestamp) -> bool {
    let last = View::day_of(recorded_at).checked_add(1.day()).unwrap_or(Date::MAX);
    date.is_some_and(|date| date.first_day() > last)
}

fn of_entity(snapshot: &Snapshot, entity: EntityIx, faults: &mut Vec<DateFault>) {
    let read = snapshot.entity(entity);
    if precedes(read.dissolved(), read.founded()) {
        faults.push(DateFault::DissolvedBeforeFounded(entity));
    }
    if precedes(read.ends_on(), read.starts_on()) {
        faults.push(DateFault::EndsBeforeStart(entity));
    }
    if read.status() == EntityStatus::Active && is_after(read.founded(), read.recorded_at()) {
        faults.push(DateFault::FoundedAfterRecorded(entity));
    }
}

fn of_relationship(snapshot: &Snapshot, relationship: RelationshipIx, faults: &mut Vec<DateFault>) {
    use RelationshipStatus as Status;
    let read = snapshot.relationship(relationship);
    // The dates of a rumour or a plan state when it was current, which may well be earlier.
    if !matches!(read.status(), Status::Active | Status::Suspended | Status::Unknown) {
        return;
    }
    let since = read.validity().since();
    if read.status() == Status::Active && is_after(since, read.recorded_at()) {
        faults.push(DateFault::BeganAfterRecorded(relationship));
    }
    let mut ends: Vec<EntityIx> = [read.from(), read.to()].into_iter().flatten().collect();
    ends.dedup();
    for end in ends {
        let entity = snapshot.entity(end);
        // A state or a market may be younger than what is in it.
        let must_precede = !matches!(entity.kind(), EntityKind::Place | EntityKind::Market);
        if must_precede && precedes(since, entity.founded()) {
            faults.push(DateFault::SinceBeforeFounded(relationship, end));
        }
    }
    if let (RelationshipKind::ParticipatesIn | RelationshipKind::Operates, Some(to)) = (read.kind(), read.to()) {
        let event = snapshot.entity(to);
        let until = read.validity().until_day();
        let is_over = event
            .starts_on()
            .zip(until)
            .is_some_and(|(starts, until)| until <= starts.first_day());
        let ends = event.ends_on().or(event.starts_on());
        if event.kind() == EntityKind::Event && (is_over || precedes(ends, since)) {
            faults.push(DateFault::OutsideEvent(relationship, to));
        }
    }
}

fn is_stated_after_recorded(snapshot: &Snapshot, relationship: RelationshipIx, statement: EvidenceIx) -> bool {
    let read = snapshot.statement(statement);
    let published_on = snapshot.source(read.source()).published_on();
    let recorded_at = snapshot.relationship(relationship).recorded_at();
    is_after(read.stated_on().or(published_on), recorded_at)
}
