//! Records of relationships (RR-CDF). The record names the child first and then the parent; ours start from the parent.
//! Only a RELATIONSHIP_PERIOD gives dates; percentages say how accounts are drawn up, and are no shares.

use super::{
    meaning::{RelationshipField as Field, What},
    parts::{Claim, DAY, Made, day, entity_id, fault, is_end, lei, placeholder, retraction},
    properties::Properties,
};
use crate::{
    formats::{
        gleif::syntax::row::{Cell, Row},
        reader::{Draft, Fault},
    },
    model::{Ends, Noun, PartialDate, Record, RelationshipKind, RelationshipStatus, ULTIMATE_PARENT_ROLE, Validity},
};

/// The register of relationships.
pub(in crate::formats::gleif) const SOURCE: &str = "source:gleif-rr";

/// What a type of relationship is with us.
struct Type {
    /// As GLEIF calls it.
    name: &'static str,
    kind: RelationshipKind,
    /// What its parent is to its child, where the kind alone does not say.
    role: Option<&'static str>,
    /// Tells it from others of its kind between the same ends.
    key: &'static str,
    /// The locator of its statement: ends and kind lead to the record.
    locator: &'static str,
    starts: Starts,
}

/// From which end our sentence starts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Starts {
    /// From the record's end node, the parent.
    AtEnd,
    /// From the record's start node.
    AtStart,
}

const TYPES: [Type; 6] = [
    Type {
        name: "IS_DIRECTLY_CONSOLIDATED_BY",
        kind: RelationshipKind::Consolidates,
        role: Some("direct accounting parent"),
        key: "DIRECT",
        locator: "RR IS_DIRECTLY_CONSOLIDATED_BY",
        starts: Starts::AtEnd,
    },
    Type {
        name: "IS_ULTIMATELY_CONSOLIDATED_BY",
        kind: RelationshipKind::Consolidates,
        role: Some(ULTIMATE_PARENT_ROLE),
        key: "ULTIMATE",
        locator: "RR IS_ULTIMATELY_CONSOLIDATED_BY",
        starts: Starts::AtEnd,
    },
    Type {
        name: "IS_FUND-MANAGED_BY",
        kind: RelationshipKind::ManagesFund,
        role: None,
        key: "FUND",
        locator: "RR IS_FUND-MANAGED_BY",
        starts: Starts::AtEnd,
    },
    Type {
        name: "IS_SUBFUND_OF",
        kind: RelationshipKind::HasSubfund,
        role: None,
        key: "SUBFUND",
        locator: "RR IS_SUBFUND_OF",
        starts: Starts::AtEnd,
    },
    Type {
        name: "IS_INTERNATIONAL_BRANCH_OF",
        kind: RelationshipKind::HasBranch,
        role: None,
        key: "BRANCH",
        locator: "RR IS_INTERNATIONAL_BRANCH_OF",
        starts: Starts::AtEnd,
    },
    Type {
        name: "IS_FEEDER_TO",
        kind: RelationshipKind::Feeds,
        role: None,
        key: "FEEDER",
        locator: "RR IS_FEEDER_TO",
        starts: Starts::AtStart,
    },
];

/// The cells of a record that the model has a place for.
#[derive(Default)]
struct Told {
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

/// What a record of a relationship is made into.
pub(in crate::formats::gleif) fn record(row: &Row<'_>) -> Made {
    let mut properties = Properties::default();
    let told = told(row, &mut properties);
    let mut made = Made::about(row, told.start);
    let (start, end, of_type) = match ends(row, &told) {
        Ok(found) => found,
        Err(fault) => return made.reject(fault),
    };
    let (from, to) = match of_type.starts {
        Starts::AtEnd => (end, start),
        Starts::AtStart => (start, end),
    };
    let claim = Claim {
        kind: of_type.kind,
        ends: Ends::Known {
            from: entity_id(from),
            to: entity_id(to),
        },
        key: of_type.key,
        source: SOURCE,
        locator: of_type.locator,
        stated_on: row.text_of(told.updated).and_then(day),
    };
    let mut relationship = claim.relationship();
    if told.deleted {
        made.drafts.push(retraction(Noun::Relationship, relationship.id));
        return made;
    }
    if told.updated.is_some() && relationship.evidence.iter().all(|one| one.stated_on.is_none()) {
        made.read(row, told.updated, DAY, &mut properties);
    }
    relationship.role = of_type.role.map(str::to_owned);
    relationship.validity = validity(row, &told, &mut made, &mut properties);
    relationship.status = status(row, &told, relationship.validity, &mut made, &mut properties);
    relationship.properties = properties.finish();
    made.drafts.reserve_exact(3);
    made.drafts.push(placeholder(from));
    made.drafts.push(placeholder(to));
    made.drafts.push(Draft::of(Record::Relationship(relationship)));
    made
}

/// Sorts the cells of a record by what they mean.
fn told(row: &Row<'_>, properties: &mut Properties) -> Told {
    let mut told = Told::default();
    for &cell in row.cells {
        let place = match row.what(cell) {
            What::DeletedAt => {
                told.deleted = true;
                continue;
            }
            What::LastUpdateDate => &mut told.updated,
            What::RegistrationStatus => {
                properties.keep(row, cell);
                &mut told.registration
            }
            What::Relationship(field) => match field {
                Field::Start => &mut told.start,
                Field::StartType => &mut told.start_type,
                Field::End => &mut told.end,
                Field::EndType => &mut told.end_type,
                Field::Type => &mut told.of_type,
                Field::Status => &mut told.status,
                Field::PeriodStart => &mut period(&mut told.periods, cell).start,
                Field::PeriodEnd => &mut period(&mut told.periods, cell).end,
                Field::PeriodType => &mut period(&mut told.periods, cell).of_type,
            },
            _ => {
                properties.keep(row, cell);
                continue;
            }
        };
        // Two columns may name one field; what it says the second time is kept beside.
        if place.is_some() {
            properties.keep(row, cell);
        } else {
            *place = Some(cell);
        }
    }
    told
}

/// The period that a cell belongs to.
fn period(periods: &mut Vec<Period>, cell: Cell) -> &mut Period {
    let at = cell.at[0];
    if periods.len() <= at {
        periods.resize(at + 1, Period::default());
    }
    &mut periods[at]
}

/// Both LEIs and the type: what no record can do without.
fn ends<'a>(row: &Row<'a>, told: &Told) -> Result<(&'a str, &'a str, &'static Type), Fault> {
    for cell in [told.start_type, told.end_type].into_iter().flatten() {
        if row.text(cell) != "LEI" {
            return Err(fault(row, cell, "not identified by an LEI"));
        }
    }
    let start = lei(row, told.start, "Relationship.StartNode.NodeID")?;
    let end = lei(row, told.end, "Relationship.EndNode.NodeID")?;
    let Some(cell) = told.of_type else {
        return Err(Fault::rejected("Relationship.RelationshipType", "missing"));
    };
    let name = row.text(cell);
    match TYPES.iter().find(|known| known.name == name) {
        Some(known) => Ok((start, end, known)),
        None => Err(fault(row, cell, "not a known type of relationship")),
    }
}

/// The dates of the first RELATIONSHIP_PERIOD, in whichever place it stands. Other periods are those of accounts and of
/// their filing, and stay in the properties.
fn validity(row: &Row<'_>, told: &Told, made: &mut Made, properties: &mut Properties) -> Validity {
    let dates = |period: &Period| row.text_of(period.of_type) == Some("RELATIONSHIP_PERIOD");
    let chosen = told.periods.iter().position(dates);
    for (at, period) in told.periods.iter().enumerate() {
        if Some(at) != chosen {
            for cell in [period.start, period.end, period.of_type] {
                properties.keep_any(row, cell);
            }
        }
    }
    let Some(period) = chosen.and_then(|at| told.periods.get(at)) else {
        return Validity::OPEN;
    };
    let since = made.read(row, period.start, DAY, properties);
    // GLEIF's last day still belongs to the period, as with the accounting periods beside it.
    let until = made.read(row, period.end, DAY, properties).filter(is_end);
    let until = until.and_then(PartialDate::day_after).map(PartialDate::from);
    let validity = Validity::as_written(since, until);
    if let Some(end) = period.end.filter(|_| validity.is_contradictory()) {
        made.note(
            row,
            end,
            "until is not after since; both kept as written, neither believed",
        );
    }
    validity
}

/// How firm it is. One that is inactive has ended, and says so by its end; where GLEIF gives none, nobody knows since when,
/// and it is not taken for one in effect. A record that was annulled was wrong, one that was a duplicate says nothing.
fn status(
    row: &Row<'_>,
    told: &Told,
    validity: Validity,
    made: &mut Made,
    properties: &mut Properties,
) -> RelationshipStatus {
    let written = row.text_of(told.status);
    if let (Some(cell), false) = (told.status, matches!(written, Some("ACTIVE" | "INACTIVE" | "NULL"))) {
        made.keep(row, cell, "not a known status", properties);
    } else if written != Some("ACTIVE") {
        properties.keep_any(row, told.status);
    }
    match (row.text_of(told.registration), written) {
        (Some("ANNULLED"), _) => RelationshipStatus::Refuted,
        (Some("DUPLICATE"), _) => RelationshipStatus::Withdrawn,
        (_, Some("ACTIVE")) => RelationshipStatus::Active,
        (_, Some("INACTIVE")) if validity.until().is_some() => RelationshipStatus::Active,
        _ => RelationshipStatus::Unknown,
    }
}
