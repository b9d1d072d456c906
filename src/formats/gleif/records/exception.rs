//! Reporting exceptions (REPEX): why a parent is not known. Each is a CONSOLIDATES whose start is unknown, for the
//! first of its reasons.

use super::{
    field_meaning::{ExceptionField as Field, FieldMeaning},
    parts::{GleifClaim, GleifOutcome, entity_id, fault, lei, placeholder, retraction},
    properties::PropertyTree,
};
use crate::{
    formats::{
        gleif::syntax::row::{Cell, GleifRow},
        reader::{Draft, RecordFault},
    },
    model::{Ends, Noun, Record, RelationshipKind, UnknownReason},
};

/// The register of exceptions.
pub(in crate::formats::gleif) const SOURCE: &str = "source:gleif-repex";

/// A category: its name, the role of the parent that is not known, the key, and the locator of its statement.
const CATEGORIES: [(&str, &str, &str, &str); 2] = [
    (
        "DIRECT_ACCOUNTING_CONSOLIDATION_PARENT",
        "direct accounting parent",
        "DIRECT",
        "REPEX DIRECT_ACCOUNTING_CONSOLIDATION_PARENT",
    ),
    (
        "ULTIMATE_ACCOUNTING_CONSOLIDATION_PARENT",
        "ultimate accounting parent",
        "ULTIMATE",
        "REPEX ULTIMATE_ACCOUNTING_CONSOLIDATION_PARENT",
    ),
];

/// The drafts and faults of an exception.
pub(in crate::formats::gleif) fn record(row: &GleifRow<'_>) -> GleifOutcome {
    let mut properties = PropertyTree::default();
    let (mut lei_cell, mut category, mut first, mut deleted) = (None, None, None, false);
    for &cell in row.cells {
        match row.meaning(cell) {
            FieldMeaning::DeletedAt => deleted = true,
            FieldMeaning::Lei if lei_cell.is_none() => lei_cell = Some(cell),
            FieldMeaning::Exception(Field::Category) if category.is_none() => category = Some(cell),
            FieldMeaning::Exception(Field::Reason) if first.is_none_or(|first: Cell| cell.indices < first.indices) => {
                properties.keep_optional(row, first.replace(cell));
            }
            _ => properties.keep(row, cell),
        }
    }
    let mut outcome = GleifOutcome::about(row, lei_cell);
    let (lei, (role, key, locator)) = match (lei(row, lei_cell, "LEI"), categorized(row, category)) {
        (Ok(lei), Ok(category)) => (lei, category),
        (Err(fault), _) | (_, Err(fault)) => return outcome.reject(fault),
    };
    let claim = GleifClaim {
        kind: RelationshipKind::Consolidates,
        ends: Ends::UnknownFrom {
            to: entity_id(lei),
            reason: reason(row, first, &mut outcome, &mut properties),
        },
        key,
        source: SOURCE,
        locator,
        stated_on: None,
    };
    let mut relationship = claim.relationship();
    if deleted {
        outcome.drafts.push(retraction(Noun::Relationship, relationship.id));
        return outcome;
    }
    relationship.role = Some(role.to_owned());
    relationship.properties = properties.finish();
    outcome.drafts.reserve_exact(2);
    outcome.drafts.push(placeholder(lei));
    outcome.drafts.push(Draft::of(Record::Relationship(relationship)));
    outcome
}

/// The role, the key and the locator of the category in a cell.
fn categorized(
    row: &GleifRow<'_>,
    cell: Option<Cell>,
) -> Result<(&'static str, &'static str, &'static str), RecordFault> {
    let Some(cell) = cell else {
        return Err(RecordFault::rejected("Exception.Category", "missing"));
    };
    let name = row.text(cell);
    let known = CATEGORIES.iter().find(|(known, ..)| *known == name);
    match known {
        Some((_, role, key, locator)) => Ok((role, key, locator)),
        None => Err(fault(row, cell, "not a known category of exception")),
    }
}

/// The reason in a cell; words that the model does not have stay in the properties.
fn reason(
    row: &GleifRow<'_>,
    cell: Option<Cell>,
    outcome: &mut GleifOutcome,
    properties: &mut PropertyTree,
) -> UnknownReason {
    let Some(cell) = cell else {
        return UnknownReason::Unspecified;
    };
    match row.text(cell) {
        "NO_LEI" => UnknownReason::NoLei,
        "NATURAL_PERSONS" => UnknownReason::NaturalPersons,
        "NON_CONSOLIDATING" => UnknownReason::NonConsolidating,
        "NO_KNOWN_PERSON" => UnknownReason::NoKnownPerson,
        "NON_PUBLIC" => UnknownReason::NonPublic,
        "BINDING_LEGAL_COMMITMENTS" => UnknownReason::BindingLegalCommitments,
        "LEGAL_OBSTACLES" => UnknownReason::LegalObstacles,
        "CONSENT_NOT_OBTAINED" => UnknownReason::ConsentNotObtained,
        "DETRIMENT_NOT_EXCLUDED" => UnknownReason::DetrimentNotExcluded,
        // An older word for nearly the same.
        "DISCLOSURE_DETRIMENTAL" => {
            properties.keep(row, cell);
            UnknownReason::DetrimentNotExcluded
        }
        _ => {
            outcome.keep(row, cell, "not a known reason", properties);
            UnknownReason::Unspecified
        }
    }
}
