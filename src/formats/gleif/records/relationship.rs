//! Records of relationships (RR-CDF). The record names the child first and then the parent; ours start from the parent.
//! Only a RELATIONSHIP_PERIOD gives dates; percentages say how accounts are drawn up, and are no shares.

use super::{
    field_meaning::{FieldMeaning, RelationshipField as Field},
    parts::{DAY, GleifClaim, GleifOutcome, day, entity_id, fault, is_end, lei, placeholder, retraction},
    properties::PropertyTree,
};
use crate::{
    formats::{
        gleif::syntax::row::{Cell, GleifRow},
        reader::{Draft, RecordFault},
    },
    model::{Ends, Noun, PartialDate, Record, RelationshipKind, RelationshipStatus, ULTIMATE_PARENT_ROLE, Validity},
};

/// The register of relationships.
pub(in crate::formats::gleif) const SOURCE: &str = "source:gleif-rr";

/// A type of relationship in terms of the model.
struct Type {
    /// As GLEIF calls it.
    name: &'static str,
    kind: RelationshipKind,
    /// What its parent is to its child, where the kind alone does not say.
    role: Option<&'static str>,
    /// Distinguishes it from others of its kind between the same ends.
    key: &'static str,
    /// The locator of its statement: ends and kind lead to the record.
    locator: &'static str,
    orientation: Orientation,
}

/// The direction of our relationship against that of the record.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Orientation {
    /// From the record's end node, the parent, to its start node.
    EndToStart,
    /// From the record's start node to its end node.
    StartToEnd,
}

const TYPES: [Type; 6] = [
    Type {
        name: "IS_DIRECTLY_CONSOLIDATED_BY",
        kind: RelationshipKind::Consolidates,
        role: Some("direct accounting parent"),
        key: "DIRECT",
        locator: "RR IS_DIRECTLY_CONSOLIDATED_BY",
        orientation: Orientation::EndToStart,
    },
    Type {
        name: "IS_ULTIMATELY_CONSOLIDATED_BY",
        kind: RelationshipKind::Consolidates,
        role: Some(ULTIMATE_PARENT_ROLE),
        key: "ULTIMATE",
        locator: "RR IS_ULTIMATELY_CONSOLIDATED_BY",
        orientation: Orientation::EndToStart,
    },
    Type {
        name: "IS_FUND-MANAGED_BY",
        kind: RelationshipKind::ManagesFund,
        role: None,
        key: "FUND",
        locator: "RR IS_FUND-MANAGED_BY",
        orientation: Orientation::EndToStart,
    },
    Type {
        name: "IS_SUBFUND_OF",
        kind: RelationshipKind::HasSubfund,
        role: None,
        key: "SUBFUND",
        locator: "RR IS_SUBFUND_OF",
        orientation: Orientation::EndToStart,
    },
    Type {
        name: "IS_INTERNATIONAL_BRANCH_OF",
        kind: RelationshipKind::HasBranch,
        role: None,
        key: "BRANCH",
        locator: "RR IS_INTERNATIONAL_BRANCH_OF",
        orientation: Orientation::EndToStart,
    },
    Type {
        name: "IS_FEEDER_TO",
        kind: RelationshipKind::Feeds,
        role: None,
        key: "FEEDER",
        locator: "RR IS_FEEDER_TO",
        orientation: Orientation::StartToEnd,
    },
];

/// The cells of a record that the model has a place for.
#[derive(Default)]
struct RelationshipCells {
    deleted: bool,
    start: Option<Cell>,
    start_type: Option<Cell>,
    end: Option<Cell>,
    end_type: Option<Cell>,
    of_type: Option<Cell>,
    status: Option<Cell>,
    registration: Option<Cell>,
    updated: Option<Cell>,
    periods: Vec<Period>,
}

/// A period of any type.
#[derive(Default, Clone, Copy)]
struct Period {
    start: Option<Cell>,
    end: Option<Cell>,
    of_type: Option<Cell>,
}

/// The drafts and faults of a record of a relationship.
pub(in crate::formats::gleif) fn record(row: &GleifRow<'_>) -> GleifOutcome {
    let mut properties = PropertyTree::default();
    let cells = sort_cells(row, &mut properties);
    let mut outcome = GleifOutcome::about(row, cells.start);
    let (start, end, of_type) = match ends(row, &cells) {
        Ok(ends) => ends,
        Err(fault) => return outcome.reject(fault),
    };
    let (from, to) = match of_type.orientation {
        Orientation::EndToStart => (end, start),
        Orientation::StartToEnd => (start, end),
    };
    let claim = GleifClaim {
        kind: of_type.kind,
        ends: Ends::Known {
            from: entity_id(from),
            to: entity_id(to),
        },
        key: of_type.key,
        source: SOURCE,
        locator: of_type.locator,
        stated_on: row.text_of(cells.updated).and_then(day),
    };
    let mut relationship = claim.relationship();
    if cells.deleted {
        outcome.drafts.push(retraction(Noun::Relationship, relationship.id));
        return outcome;
    }
    if cells.updated.is_some() && relationship.evidence.iter().all(|one| one.stated_on.is_none()) {
        outcome.read(row, cells.updated, DAY, &mut properties);
    }
    relationship.role = of_type.role.map(str::to_owned);
    relationship.validity = validity(row, &cells, &mut outcome, &mut properties);
    relationship.status = status(row, &cells, relationship.validity, &mut outcome, &mut properties);
    relationship.properties = properties.finish();
    outcome.drafts.reserve_exact(3);
    outcome.drafts.push(placeholder(from));
    outcome.drafts.push(placeholder(to));
    outcome.drafts.push(Draft::of(Record::Relationship(relationship)));
    outcome
}

/// Sorts the cells of a record by what they mean.
fn sort_cells(row: &GleifRow<'_>, properties: &mut PropertyTree) -> RelationshipCells {
    let mut cells = RelationshipCells::default();
    for &cell in row.cells {
        let place = match row.meaning(cell) {
            FieldMeaning::DeletedAt => {
                cells.deleted = true;
                continue;
            }
            FieldMeaning::LastUpdateDate => &mut cells.updated,
            FieldMeaning::RegistrationStatus => {
                properties.keep(row, cell);
                &mut cells.registration
            }
            FieldMeaning::Relationship(field) => match field {
                Field::Start => &mut cells.start,
                Field::StartType => &mut cells.start_type,
                Field::End => &mut cells.end,
                Field::EndType => &mut cells.end_type,
                Field::Type => &mut cells.of_type,
                Field::Status => &mut cells.status,
                Field::PeriodStart => &mut period(&mut cells.periods, cell).start,
                Field::PeriodEnd => &mut period(&mut cells.periods, cell).end,
                Field::PeriodType => &mut period(&mut cells.periods, cell).of_type,
            },
            _ => {
                properties.keep(row, cell);
                continue;
            }
        };
        // Two columns may name one field; the second value goes to the properties.
        if place.is_some() {
            properties.keep(row, cell);
        } else {
            *place = Some(cell);
        }
    }
    cells
}

/// The period that a cell belongs to.
fn period(periods: &mut Vec<Period>, cell: Cell) -> &mut Period {
    let at = cell.indices[0];
    if periods.len() <= at {
        periods.resize(at + 1, Period::default());
    }
    &mut periods[at]
}

/// Both LEIs and the type, which are required.
fn ends<'a>(row: &GleifRow<'a>, cells: &RelationshipCells) -> Result<(&'a str, &'a str, &'static Type), RecordFault> {
    for cell in [cells.start_type, cells.end_type].into_iter().flatten() {
        if row.text(cell) != "LEI" {
            return Err(fault(row, cell, "not identified by an LEI"));
        }
    }
    let start = lei(row, cells.start, "Relationship.StartNode.NodeID")?;
    let end = lei(row, cells.end, "Relationship.EndNode.NodeID")?;
    let Some(cell) = cells.of_type else {
        return Err(RecordFault::rejected("Relationship.RelationshipType", "missing"));
    };
    let name = row.text(cell);
    match TYPES.iter().find(|known| known.name == name) {
        Some(known) => Ok((start, end, known)),
        None => Err(fault(row, cell, "not a known type of relationship")),
    }
}

/// The dates of the first RELATIONSHIP_PERIOD, in whichever place it stands. Other periods are those of accounts and of
/// their filing, and stay in the properties.
fn validity(
    row: &GleifRow<'_>,
    cells: &RelationshipCells,
    outcome: &mut GleifOutcome,
    properties: &mut PropertyTree,
) -> Validity {
    let dates = |period: &Period| row.text_of(period.of_type) == Some("RELATIONSHIP_PERIOD");
    let chosen = cells.periods.iter().position(dates);
    for (at, period) in cells.periods.iter().enumerate() {
        if Some(at) != chosen {
            for cell in [period.start, period.end, period.of_type] {
                properties.keep_optional(row, cell);
            }
        }
    }
    let Some(period) = chosen.and_then(|at| cells.periods.get(at)) else {
        return Validity::OPEN;
    };
    let since = outcome.read(row, period.start, DAY, properties);
    // GLEIF's last day still belongs to the period, as with the accounting periods beside it.
    let until = outcome.read(row, period.end, DAY, properties).filter(is_end);
    let until = until.and_then(PartialDate::day_after).map(PartialDate::from);
    let validity = Validity::as_written(since, until);
    if let Some(end) = period.end.filter(|_| validity.is_contradictory()) {
        outcome.note(
            row,
            end,
            "until is not after since; both are stored as written, neither is used",
        );
    }
    validity
}

/// The status. An inactive relationship has ended; without an end date it is unknown since when, so that it is not taken
/// for one in effect. An annulled record was wrong, a duplicate carries no information.
fn status(
    row: &GleifRow<'_>,
    cells: &RelationshipCells,
    validity: Validity,
    outcome: &mut GleifOutcome,
    properties: &mut PropertyTree,
) -> RelationshipStatus {
    let status_text = row.text_of(cells.status);
    if let (Some(cell), false) = (
        cells.status,
        matches!(status_text, Some("ACTIVE" | "INACTIVE" | "NULL")),
    ) {
        outcome.keep(row, cell, "not a known status", properties);
    } else if status_text != Some("ACTIVE") {
        properties.keep_optional(row, cells.status);
    }
    match (row.text_of(cells.registration), status_text) {
        (Some("ANNULLED"), _) => RelationshipStatus::Refuted,
        (Some("DUPLICATE"), _) => RelationshipStatus::Withdrawn,
        (_, Some("ACTIVE")) => RelationshipStatus::Active,
        (_, Some("INACTIVE")) if validity.until().is_some() => RelationshipStatus::Active,
        _ => RelationshipStatus::Unknown,
    }
}
