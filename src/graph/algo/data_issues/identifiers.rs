//! Identifiers that are none, or that several entities have.

use super::{context::CheckContext, issue::DataIssue};
use crate::{
    graph::{EntityIx, Exhausted},
    model::{LEI_SCHEME, check_lei, comparable},
};

/// Every identifier of the scheme lei that is no LEI. O(n).
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

/// Every identifier that several entities have, however they write it: `HRB 1234` and `hrb-1234` are one, and `00229269` and
/// `229269` of one register. O(n log n).
pub(super) fn duplicates(context: &CheckContext<'_>) -> Result<Vec<DataIssue>, Exhausted> {
    let (mut known, mut meter): (Vec<(&str, String, EntityIx, u32)>, _) = (Vec::new(), context.meter());
    for entity in context.snapshot.entities(&context.mask) {
        meter.tick()?;
        let identifiers = (0..).zip(context.snapshot.entity(entity).identifiers());
        known
            .extend(identifiers.map(|(position, (scheme, value))| (scheme, compared(scheme, value), entity, position)));
    }
    meter.flush()?;
    known.sort_unstable();
    let mut issues = Vec::new();
    for same in known.chunk_by(|a, b| (a.0, &a.1) == (b.0, &b.1)) {
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

/// A value as it is compared: its letters and digits, in capitals, a number of a register without leading zeros. One of
/// signs only stays as it is.
fn compared(scheme: &str, value: &str) -> String {
    let written: String = value.chars().filter(|letter| letter.is_alphanumeric()).collect();
    if written.is_empty() {
        return value.to_owned();
    }
    comparable(scheme, &written.to_uppercase()).into_owned()
}
