//! What becomes of a draft: the change that it means, and the result of storing it.

use crate::{
    formats::reader::{Draft, RecordFault},
    import::RecordOutcome,
    model::{Change, Noun},
};

/// The result of storing a draft.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::import) enum Verdict {
    Outcome(RecordOutcome),
    Fault(RecordFault),
    /// It refers to this record, which does not exist yet.
    Waiting(Box<Draft>, String, Noun),
}

/// Which of two differing values without versions wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Preference {
    /// The existing one, if it is of the same import.
    Existing,
    /// The new one, if it is of a later import.
    New,
}

/// The effect of a draft.
pub(in crate::import) enum DraftDecision {
    Change(Change),
    /// None: its data is known already.
    Unchanged,
    /// None yet: it refers to this missing record.
    Missing(String, Noun),
}

/// The ends of a relationship after following merges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum MergedEnds {
    Distinct,
    /// Both ends were merged into one entity, so the relationship is void.
    SameEntity,
}
