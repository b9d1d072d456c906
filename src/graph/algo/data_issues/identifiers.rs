//! Invalid identifiers, and identifiers of several entities.

use super::{context::CheckContext, issue::DataIssue};
use crate::{
    graph::{EntityIx, Exhausted},
    model::{LEI_SCHEME, check_lei, comparable},
};

/// Every invalid identifier of the scheme lei. O(n).
pub(super) fn invalid_leis(context: &CheckContext<'_>) -> Result<Vec<DataIssue>, Exhausted> {
    let (mut issues, mut meter) = (Vec::new(), context.meter());
    for entity in context.snapshot.entities(&context.mask) {
        meter.tick()?;
        for (position, (scheme, value)) in (0..).zip(context.snapshot.entity(entity).identifiers()) {
            if scheme == LEI_SCHEME && check_lei(value).is_err() {
                issues.push(DataIssue::InvalidLei { entity, position });
            }
        }
    }
    meter.flush()?;
    Ok(issues)
}

/// Every identifier of several entities, independent of spelling: `HRB 1234` and `hrb-1234` are the same, and `00229269` and
/// `229269` in one register. O(n log n).
pub(super) fn duplicates(context: &CheckContext<'_>) -> Result<Vec<DataIssue>, Exhausted> {
    let (mut entries, mut meter): (Vec<(&str, String, EntityIx, u32)>, _) = (Vec::new(), context.meter());
    for entity in context.snapshot.entities(&context.mask) {
        meter.tick()?;
        let identifiers = (0..).zip(context.snapshot.entity(entity).identifiers());
        entries.extend(
            identifiers.map(|(position, (scheme, value))| (scheme, normalized(scheme, value), entity, position)),
        );
    }
    meter.flush()?;
    entries.sort_unstable();
    let mut issues = Vec::new();
    for same in entries.chunk_by(|a, b| (a.0, &a.1) == (b.0, &b.1)) {
        let mut entities: Vec<EntityIx> = same.iter().map(|(_, _, entity, _)| *entity).collect();
        entities.dedup();
        if entities.len() > 1 {
            issues.push(DataIssue::DuplicateIdentifier {
                entities: entities.into(),
                position: same[0].3,
            });
        }
    }
    Ok(issues)
}

/// A value in the form for comparison: its letters and digits, in capitals, a register number without leading zeros. A value
/// without letters and digits is unchanged.
fn normalized(scheme: &str, value: &str) -> String {
    let alphanumeric: String = value.chars().filter(|letter| letter.is_alphanumeric()).collect();
    if alphanumeric.is_empty() {
        return value.to_owned();
    }
    comparable(scheme, &alphanumeric.to_uppercase()).into_owned()
}
