//! Checks for possible faults in the data, one for each kind of issue. Checks only report; they change and hide nothing.

mod context;
mod cycles;
mod dates;
mod dissolved;
mod evidence;
mod identifiers;
mod indirect;
mod issue;
mod kinds;
mod message;
mod probable_duplicates;
mod shares;
mod unresolved;

pub use self::{
    context::CheckContext,
    issue::{DataIssue, DateFault},
    kinds::{DataIssueKind, Severity, Weakness},
};
use crate::graph::Exhausted;

/// All issues of one kind in `context`, in the order of their subjects. Linear in entities and relationships except for sorting;
/// every entity and relationship visited spends one unit, as does every statement of a relationship after its first.
///
/// # Errors
/// [`Exhausted`] when the budget does not allow it.
pub fn data_issues(context: &CheckContext<'_>, kind: DataIssueKind) -> Result<Vec<DataIssue>, Exhausted> {
    let mut issues = match kind {
        DataIssueKind::SharesOver100 => shares::over_100(context),
        DataIssueKind::IndirectMismatch => indirect::mismatches(context),
        DataIssueKind::OwnershipCycle => cycles::ownership_cycles(context),
        DataIssueKind::DissolvedParty => dissolved::dissolved_parties(context),
        DataIssueKind::InvalidLei => identifiers::invalid_leis(context),
        DataIssueKind::ImpossibleDates => dates::impossible(context),
        DataIssueKind::DuplicateIdentifier => identifiers::duplicates(context),
        DataIssueKind::Disputed => evidence::disputed(context),
        DataIssueKind::ProbableDuplicate => probable_duplicates::find(context),
        DataIssueKind::WeakEvidence => evidence::weak(context),
        DataIssueKind::UnresolvedReference => unresolved::references(context),
        DataIssueKind::Unmentioned => evidence::unmentioned(context),
    }?;
    // Stable: issues about the same subject keep the order of the check.
    issues.sort_by_key(DataIssue::subject);
    Ok(issues)
}
