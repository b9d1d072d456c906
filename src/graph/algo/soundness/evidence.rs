//! What the sources leave open: disputes, weak support, and entities of which nothing is said.

use super::{DataIssue, Ground};
use crate::{
    graph::{EvidenceIx, Exhausted, Pattern, RelationshipIx, Snapshot, SourceIx},
    model::{RelationshipStatus, Set, Stance, catalog},
};

/// Statements with less confidence are weak.
const CONFIDENCE_MIN: f64 = 0.5;

catalog! {
    /// In which way a relationship is weakly supported.
    pub enum Weakness as "a weakness" {
        /// No source asserts or assesses it.
        Unsupported = "UNSUPPORTED",
        /// It is RUMOURED or REPORTED.
        Unconfirmed = "UNCONFIRMED",
        /// The source's confidence is low.
        Doubtful = "DOUBTFUL",
        /// Neither the statement nor its source has a date.
        Undated = "UNDATED",
        /// Neither a place in the source nor a link to it is given.
        Untraceable = "UNTRACEABLE",
    }
}

/// Every disputed relationship. O(n).
pub(super) fn disputed(ground: &Ground<'_>) -> Result<Vec<DataIssue>, Exhausted> {
    let (mut issues, mut meter) = (Vec::new(), ground.meter());
    for relationship in ground.snapshot.relationships(ground.mask) {
        meter.tick()?;
        if ground.snapshot.relationship(relationship).disputed() {
            issues.push(DataIssue::Disputed(relationship));
        }
    }
    meter.flush()?;
    Ok(issues)
}

/// Every relationship that at most one source supports, and that one weakly. O(n).
pub(super) fn weak(ground: &Ground<'_>) -> Result<Vec<DataIssue>, Exhausted> {
    let (mut issues, mut meter) = (Vec::new(), ground.meter());
    for relationship in ground.snapshot.relationships(ground.mask) {
        meter.tick()?;
        for _ in ground.snapshot.relationship(relationship).evidence().skip(1) {
            meter.tick()?;
        }
        let weaknesses = weaknesses(ground.snapshot, relationship);
        if !weaknesses.is_empty() {
            issues.push(DataIssue::WeakEvidence {
                relationship,
                weaknesses,
            });
        }
    }
    meter.flush()?;
    Ok(issues)
}

/// The statements that assert or assess a relationship.
pub(super) fn support(snapshot: &Snapshot, relationship: RelationshipIx) -> impl Iterator<Item = EvidenceIx> {
    let evidence = snapshot.relationship(relationship).evidence();
    evidence.filter(|statement| {
        matches!(
            snapshot.statement(*statement).stance(),
            Stance::Asserts | Stance::Assesses
        )
    })
}

/// What is weak about the only source of a relationship; nothing when it has several. The strongest of its statements counts.
fn weaknesses(snapshot: &Snapshot, relationship: RelationshipIx) -> Set<Weakness> {
    let source_of = |statement| snapshot.statement(statement).source();
    let mut sources = support(snapshot, relationship).map(source_of);
    let Some(source) = sources.next() else {
        return Set::of(&[Weakness::Unsupported]);
    };
    if sources.any(|other| other != source) {
        return Set::EMPTY;
    }
    let unconfirmed = matches!(
        snapshot.relationship(relationship).status(),
        RelationshipStatus::Rumoured | RelationshipStatus::Reported
    );
    let all = |is_so: &dyn Fn(EvidenceIx) -> bool| support(snapshot, relationship).all(is_so);
    let found = [
        (Weakness::Unconfirmed, unconfirmed),
        (Weakness::Doubtful, all(&|statement| is_doubtful(snapshot, statement))),
        (
            Weakness::Undated,
            all(&|statement| is_undated(snapshot, statement, source)),
        ),
        (
            Weakness::Untraceable,
            all(&|statement| is_untraceable(snapshot, statement, source)),
        ),
    ];
    let found = found.into_iter().filter(|(_, is_so)| *is_so);
    found.map(|(weakness, _)| weakness).collect()
}

fn is_doubtful(snapshot: &Snapshot, statement: EvidenceIx) -> bool {
    let confidence = snapshot.statement(statement).confidence();
    confidence.is_some_and(|confidence| confidence < CONFIDENCE_MIN)
}

fn is_undated(snapshot: &Snapshot, statement: EvidenceIx, source: SourceIx) -> bool {
    snapshot.statement(statement).stated_on().is_none() && snapshot.source(source).published_on().is_none()
}

fn is_untraceable(snapshot: &Snapshot, statement: EvidenceIx, source: SourceIx) -> bool {
    snapshot.statement(statement).locator().is_none() && snapshot.source(source).url().is_none()
}

/// Every entity that stands in no relationship and that nobody quotes. What has ended was said all the same. O(n log n).
pub(super) fn unmentioned(ground: &Ground<'_>) -> Result<Vec<DataIssue>, Exhausted> {
    let snapshot = ground.snapshot;
    let (mut issues, mut meter) = (Vec::new(), ground.meter());
    for entity in snapshot.entities(&ground.mask) {
        meter.tick()?;
        let is_mentioned = snapshot.hops(entity, Pattern::any(), ground.ever).next().is_some()
            || snapshot.undisclosed(entity, ground.ever).next().is_some()
            || snapshot.statements_by(entity, ground.ever).next().is_some();
        if !is_mentioned {
            issues.push(DataIssue::Unmentioned(entity));
        }
    }
    meter.flush()?;
    Ok(issues)
}
