//! The timeline of an entity: events on past and future days. The day of a view does not restrict it.

use std::borrow::Cow;

use crate::{
    graph::{
        Budget, EntityIx, EvidenceIx, Exhausted, Mask, Ordered, Pattern, RelationshipIx, Snapshot, SortKey,
        budget::Meter, columns::rows::day_number,
    },
    model::{Catalog, Date, PartialDate, RelationshipStatus, Stance, catalog},
};

catalog! {
    /// The kind of an event.
    pub enum TimelineEvent as "an event of a timeline" {
        /// The entity was founded or born.
        Founded = "FOUNDED",
        /// For events: the first day.
        FirstDay = "FIRST_DAY",
        /// A relationship began to hold.
        Started = "STARTED",
        /// A rumour of a relationship arose.
        Rumoured = "RUMOURED",
        /// A third party reported a relationship, unconfirmed.
        Reported = "REPORTED",
        /// A party announced a relationship.
        Announced = "ANNOUNCED",
        /// A party planned a relationship.
        Planned = "PLANNED",
        /// A relationship was suspended.
        Suspended = "SUSPENDED",
        /// A claim was withdrawn. Only if the view's statuses include it.
        Withdrawn = "WITHDRAWN",
        /// A claim was refuted. Only if the view's statuses include it.
        Refuted = "REFUTED",
        /// A relationship without dates, or whose dates contradict each other, was first asserted, or else assessed, by a
        /// source.
        Stated = "STATED",
        /// A source contradicted a relationship.
        Contradicted = "CONTRADICTED",
        /// The first day on which a rumour, a report, an announcement, a plan or a suspension was no longer current.
        Lapsed = "LAPSED",
        /// The first day on which a relationship no longer held.
        Ended = "ENDED",
        /// A day on which a claim was over at the latest: its end is not stated, or its dates contradict each other.
        OverBy = "OVER_BY",
        /// For events: the last day.
        LastDay = "LAST_DAY",
        /// The entity was dissolved or died.
        Dissolved = "DISSOLVED",
    }
}

/// One event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimelineEntry {
    /// When, as precise as stated; `None` if not stated.
    pub on: Option<PartialDate>,
    /// The kind of event.
    pub what: TimelineEvent,
    /// The relationship; `None` for an event of the entity itself.
    pub relationship: Option<RelationshipIx>,
    /// The entity of the timeline.
    entity: EntityIx,
}

/// The fields by which a timeline can be ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimelineOrderField {
    /// The first day of the date, the coarser date first.
    On,
    /// The kind of event, in the order of the enum.
    What,
}

impl Ordered for TimelineEntry {
    type Field = TimelineOrderField;

    fn id(self, snapshot: &Snapshot) -> Cow<'_, str> {
        match self.relationship {
            Some(relationship) => snapshot.relationship(relationship).id(),
            None => snapshot.entity(self.entity).id().into(),
        }
    }

    fn key(self, snapshot: &Snapshot, field: TimelineOrderField) -> SortKey {
        match field {
            TimelineOrderField::On => self.on.map_or(SortKey::Missing, |on| {
                let (first, last) = (on.first_day(), on.last_day());
                let precision = u8::from(first.month() == last.month()) + u8::from(on.is_day());
                let day = self.until(snapshot).unwrap_or(first);
                SortKey::Number(f64::from(day_number(day)) * 4.0 + f64::from(precision))
            }),
            TimelineOrderField::What => SortKey::Number(f64::from(self.what.index())),
        }
    }
}

impl TimelineEntry {
    /// If the entry is an end, its day: for a partial date, never before the relationship began.
    fn until(self, snapshot: &Snapshot) -> Option<Date> {
        let is_end = matches!(self.what, TimelineEvent::Ended | TimelineEvent::Lapsed);
        let relationship = self.relationship.filter(|_| is_end)?;
        snapshot.relationship(relationship).validity().until_day()
    }
}

/// All events of `entity` and its relationships, in no order. `mask` should cover all time, or other events are missing.
///
/// An ACTIVE relationship starts at its `since` and ends at its `until`, which may be in the future; for other statuses the dates
/// state when the status was current. If the end is not stated, there is an event for the day on which it was over at the latest.
/// Without any dates, or if they contradict each other, the relationship has an event at the date of its first statement, or else
/// one without a date: no relationship is omitted. Each relationship read spends one unit.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn timeline(
    snapshot: &Snapshot,
    mask: Mask,
    entity: EntityIx,
    budget: &Budget,
) -> Result<Vec<TimelineEntry>, Exhausted> {
    let read = snapshot.entity(entity);
    let own = [
        (TimelineEvent::Founded, read.founded()),
        (TimelineEvent::FirstDay, read.starts_on()),
        (TimelineEvent::LastDay, read.ends_on()),
        (TimelineEvent::Dissolved, read.dissolved()),
    ];
    let own = own.into_iter().filter(|(_, on)| on.is_some());
    let mut entries: Vec<TimelineEntry> = own
        .map(|(what, on)| TimelineEntry {
            on,
            what,
            relationship: None,
            entity,
        })
        .collect();
    let mut meter = Meter::new(budget);
    let disclosed = snapshot.hops(entity, Pattern::any(), mask).map(|hop| hop.relationship);
    for relationship in disclosed.chain(snapshot.undisclosed(entity, mask)) {
        meter.tick()?;
        let entry = |(what, on)| TimelineEntry {
            on,
            what,
            relationship: Some(relationship),
            entity,
        };
        let mut own: Vec<TimelineEntry> = events_of(snapshot, relationship).map(entry).collect();
        // Two sources may contradict it on one day.
        own.sort_unstable();
        own.dedup();
        entries.append(&mut own);
    }
    meter.flush()?;
    Ok(entries)
}

/// The events of a relationship with their dates.
fn events_of(
    snapshot: &Snapshot,
    relationship: RelationshipIx,
) -> impl Iterator<Item = (TimelineEvent, Option<PartialDate>)> {
    let read = snapshot.relationship(relationship);
    let validity = read.validity();
    let (begins, ends) = match read.status() {
        RelationshipStatus::Active | RelationshipStatus::Unknown => (TimelineEvent::Started, TimelineEvent::Ended),
        RelationshipStatus::Rumoured => (TimelineEvent::Rumoured, TimelineEvent::Lapsed),
        RelationshipStatus::Reported => (TimelineEvent::Reported, TimelineEvent::Lapsed),
        RelationshipStatus::Announced => (TimelineEvent::Announced, TimelineEvent::Lapsed),
        RelationshipStatus::Planned => (TimelineEvent::Planned, TimelineEvent::Lapsed),
        RelationshipStatus::Suspended => (TimelineEvent::Suspended, TimelineEvent::Lapsed),
        RelationshipStatus::Withdrawn => (TimelineEvent::Withdrawn, TimelineEvent::Lapsed),
        RelationshipStatus::Refuted => (TimelineEvent::Refuted, TimelineEvent::Lapsed),
    };
    let dates_with = move |stance: Stance| {
        let statements = read
            .evidence()
            .map(|statement| (statement, snapshot.statement(statement)));
        let of_stance = statements.filter(move |(_, statement)| statement.stance() == stance);
        of_stance.map(|(statement, _)| date_of(snapshot, statement))
    };
    let is_consistent = !validity.is_contradictory();
    let (since, until) = (
        validity.since().filter(|_| is_consistent),
        validity.until().filter(|_| is_consistent),
    );
    let over_by = validity.ended_by();
    let is_dated = since.is_some() || until.is_some() || (is_consistent && over_by.is_some());
    let undated = (!is_dated).then(|| {
        let first = |stance| dates_with(stance).flatten().min();
        let on = first(Stance::Asserts).or_else(|| first(Stance::Assesses));
        // For any other status than ACTIVE, the claim was current when it was made.
        let what = if begins == TimelineEvent::Started {
            TimelineEvent::Stated
        } else {
            begins
        };
        (what, on)
    });
    let dated = [
        (begins, since),
        (ends, until),
        (TimelineEvent::OverBy, over_by.map(PartialDate::from)),
    ];
    let contradicted = dates_with(Stance::Contradicts).map(|on| (TimelineEvent::Contradicted, on));
    let dated = dated.into_iter().filter(|(_, on)| on.is_some());
    dated.chain(undated).chain(contradicted)
}

/// The date of a statement, or else of its source.
fn date_of(snapshot: &Snapshot, statement: EvidenceIx) -> Option<PartialDate> {
    let read = snapshot.statement(statement);
    read.stated_on()
        .or_else(|| snapshot.source(read.source()).published_on())
}
