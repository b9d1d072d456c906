//! Disputes, weak support, and unmentioned entities.

use super::{context::CheckContext, issue::DataIssue, kinds::Weakness};
use crate::{
    graph::{EvidenceIx, Exhausted, Pattern, RelationshipIx, Snapshot, SourceIx},
    model::{RelationshipStatus, Set, Stance},
};

/// Statements with less confidence are weak.
const CONFIDENCE_MIN: f64 = 0.5;

/// Every disputed relationship. O(n).
pub(super) fn disputed(context: &CheckContext<'_>) -> Result<Vec<DataIssue>, Exhausted> {
    let (mut issues, mut meter) = (Vec::new(), context.meter());
    for relationship in context.snapshot.relationships(context.mask) {
        meter.tick()?;
        if context.snapshot.relationship(relationship).disputed() {
            issues.push(DataIssue::Disputed(relationship));
        }
    }
    meter.flush()?;
    Ok(issues)
}

/// Every relationship supported by at most one source, and weakly. O(n).
pub(super) fn weak(context: &CheckContext<'_>) -> Result<Vec<DataIssue>, Exhausted> {
    let (mut issues, mut meter) = (Vec::new(), context.meter());
    for relationship in context.snapshot.relationships(context.mask) {
        meter.tick()?;
        for _ in context.snapshot.relationship(relationship).evidence().skip(1) {
            meter.tick()?;
        }
        let weaknesses = weaknesses(context.snapshot, relationship);
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

/// The weaknesses of the only source of a relationship; empty if it has several. The strongest of its statements counts.
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
    let all = |applies: &dyn Fn(EvidenceIx) -> bool| support(snapshot, relationship).all(applies);
    let candidates = [
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
    let weaknesses = candidates.into_iter().filter(|(_, applies)| *applies);
    weaknesses.map(|(weakness, _)| weakness).collect()
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

/// Every entity without a relationship or a quoted statement. Relationships that have ended count. O(n log n).
pub(super) fn unmentioned(context: &CheckContext<'_>) -> Result<Vec<DataIssue>, Exhausted> {
    let snapshot = context.snapshot;
    let (mut issues, mut meter) = (Vec::new(), context.meter());
    for entity in snapshot.entities(&context.mask) {
        meter.tick()?;
        let is_mentioned = snapshot.hops(entity, Pattern::any(), context.ever).next().is_some()
            || snapshot.undisclosed(entity, context.ever).next().is_some()
            || snapshot.statements_by(entity, context.ever).next().is_some();
        if !is_mentioned {
            issues.push(DataIssue::Unmentioned(entity));
        }
    }
    meter.flush()?;
    Ok(issues)
}
