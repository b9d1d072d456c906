//! The figures of a claim that sources state differently: each source keeps its own.

use std::borrow::Cow;

use crate::model::{Evidence, Relationship, Stance};

/// The evidence of a claim. If another record with other sources has another figure, each source keeps its own.
pub(in crate::import) fn evidence_with_figures<'r>(
    claim: &'r Relationship,
    other: &Relationship,
) -> Cow<'r, [Evidence]> {
    let share_differs = claim.share.is_some() && other.share.is_some() && claim.share != other.share;
    let amount_differs = claim.amount.is_some() && other.amount.is_some() && claim.amount != other.amount;
    let is_common_source = |statement: &Evidence| other.evidence.iter().any(|known| known.source == statement.source);
    if !(share_differs || amount_differs) || claim.evidence.iter().any(is_common_source) {
        return Cow::Borrowed(&claim.evidence);
    }
    let mut evidence = claim.evidence.clone();
    let asserting = evidence
        .iter_mut()
        .filter(|statement| statement.stance == Stance::Asserts);
    for statement in asserting {
        if share_differs {
            statement.share = statement.share.or(claim.share);
        }
        if amount_differs {
            statement.amount = statement.amount.take().or_else(|| claim.amount.clone());
        }
    }
    Cow::Owned(evidence)
}
