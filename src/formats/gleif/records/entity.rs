//! Records of legal entities (LEI-CDF) as entities. A wrong LEI or a missing name rejects a record; whatever else
//! cannot be read stays in its properties.

use super::{
    field_meaning::{EntityField as Field, FieldMeaning},
    names::{Names, one_line},
    parts::{
        DAY, GleifClaim, GleifOutcome, NOT_AN_LEI, bare_entity, day, entity_id, fault, is_end, lei, placeholder,
        property_fault, retraction,
    },
    properties::PropertyTree,
};
use crate::{
    formats::{
        gleif::syntax::row::{Cell, GleifRow},
        reader::{Draft, RecordFault},
    },
    model::{
        Ends, Entity, EntityKind, EntityStatus, Identifier, Noun, PartialDate, Record, Relationship, RelationshipKind,
        check_lei,
    },
};

/// The register of legal entities.
pub(in crate::formats::gleif) const SOURCE: &str = "source:gleif-lei";

/// The cells of a record that the model has a place for.
#[derive(Default)]
struct EntityCells<'a> {
    deleted: bool,
    lei: Option<Cell>,
    name: Option<Cell>,
    names: Names<'a>,
    country: Option<Cell>,
    jurisdiction: Option<Cell>,
    authority: Option<Cell>,
    authority_id: Option<Cell>,
    category: Option<Cell>,
    status: Option<Cell>,
    created: Option<Cell>,
    expired: Option<Cell>,
    updated: Option<Cell>,
    successors: Vec<Cell>,
}

/// The drafts and faults of a record of a legal entity.
pub(in crate::formats::gleif) fn record(row: &GleifRow<'_>) -> GleifOutcome {
    let mut properties = PropertyTree::default();
    let cells = sort_cells(row, &mut properties);
    let mut outcome = GleifOutcome::about(row, cells.lei);
    let lei = match lei(row, cells.lei, "LEI") {
        Ok(lei) => lei,
        Err(fault) => return outcome.reject(fault),
    };
    let successors = successors(row, &cells, lei, &mut outcome, &mut properties);
    if cells.deleted {
        let retracted = successors
            .into_iter()
            .map(|(_, relationship)| (Noun::Relationship, relationship.id));
        let all = retracted.chain([(Noun::Entity, entity_id(lei))]);
        outcome.drafts = all.map(|(noun, id)| retraction(noun, id)).collect();
        return outcome;
    }
    let mut entity = match name(row, cells.name) {
        Ok(name) => bare_entity(lei, &name),
        Err(fault) => return outcome.reject(fault),
    };
    describe(&mut entity, row, cells, &mut outcome, &mut properties);
    entity.properties = properties.finish();
    outcome.drafts.reserve_exact(1 + 2 * successors.len());
    outcome.drafts.push(Draft::of(Record::Entity(entity)));
    for (successor, relationship) in successors {
        outcome.drafts.push(placeholder(successor));
        outcome.drafts.push(Draft::of(Record::Relationship(relationship)));
    }
    outcome
}

/// Sorts the cells of a record by what they mean.
fn sort_cells<'a>(row: &GleifRow<'a>, properties: &mut PropertyTree) -> EntityCells<'a> {
    let mut cells = EntityCells::default();
    for &cell in row.cells {
        let place = match row.meaning(cell) {
            FieldMeaning::DeletedAt => {
                cells.deleted = true;
                continue;
            }
            FieldMeaning::Lei => &mut cells.lei,
            FieldMeaning::LastUpdateDate => {
                properties.keep(row, cell);
                &mut cells.updated
            }
            FieldMeaning::Entity(field) => match field {
                Field::Name(part) | Field::Transliterated(part) => {
                    cells.names.add(row, cell, field, part);
                    continue;
                }
                Field::Successor => {
                    cells.successors.push(cell);
                    continue;
                }
                Field::Country => {
                    properties.keep(row, cell);
                    &mut cells.country
                }
                Field::Jurisdiction => {
                    properties.keep(row, cell);
                    &mut cells.jurisdiction
                }
                Field::Category => {
                    properties.keep(row, cell);
                    &mut cells.category
                }
                Field::LegalName => &mut cells.name,
                Field::Authority => &mut cells.authority,
                Field::AuthorityEntityId => &mut cells.authority_id,
                Field::Status => &mut cells.status,
                Field::Created => &mut cells.created,
                Field::Expired => &mut cells.expired,
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

fn name(row: &GleifRow<'_>, cell: Option<Cell>) -> Result<String, RecordFault> {
    let Some(cell) = cell else {
        return Err(RecordFault::rejected("Entity.LegalName", "missing"));
    };
    let name = one_line(row.text(cell));
    if Entity::check_name(&name).is_err() {
        return Err(fault(row, cell, "not a name"));
    }
    Ok(name.into_owned())
}

/// Fills in the fields beyond LEI and name.
fn describe(
    entity: &mut Entity,
    row: &GleifRow<'_>,
    mut cells: EntityCells<'_>,
    outcome: &mut GleifOutcome,
    properties: &mut PropertyTree,
) {
    if let Some("RESIDENT_GOVERNMENT_ENTITY" | "INTERNATIONAL_ORGANIZATION") = row.text_of(cells.category) {
        entity.kind = EntityKind::Organization;
    }
    let status = |text: &str| match text {
        "ACTIVE" => Some(EntityStatus::Active),
        "INACTIVE" => Some(EntityStatus::Inactive),
        "NULL" => Some(EntityStatus::Unknown),
        _ => None,
    };
    let status = outcome.read(row, cells.status, (status, "not a known status"), properties);
    entity.status = status.unwrap_or(EntityStatus::Unknown);
    entity.founded = outcome.read(row, cells.created, DAY, properties);
    entity.dissolved = outcome.read(row, cells.expired, DAY, properties).filter(is_end);
    entity.country = country(row, &cells, outcome);
    entity.names = std::mem::take(&mut cells.names).finish(row, &entity.name, outcome, properties);
    match registered(row, &cells) {
        Some(identifier) => entity.identifiers.push(identifier),
        None => {
            properties.keep_optional(row, cells.authority);
            properties.keep_optional(row, cells.authority_id);
        }
    }
}

/// The country of the legal address, more precisely where the law of a part of that country applies. Both are in the
/// properties as well, as parts of an address and of the jurisdiction.
fn country(row: &GleifRow<'_>, cells: &EntityCells<'_>, outcome: &mut GleifOutcome) -> Option<String> {
    let fits = |text: &&str| Entity::check_country(text).is_ok();
    let address = row.text_of(cells.country);
    let law = row.text_of(cells.jurisdiction).filter(fits);
    if let (Some(cell), false) = (cells.country, address.is_none_or(|country| fits(&country))) {
        outcome.faults.push(property_fault(row, cell, "not a country code"));
    }
    let country = match (address.filter(fits), law) {
        (Some(country), Some(law)) if law.split('-').next() == Some(country) => Some(law),
        (country, law) => country.or(law),
    };
    country.map(str::to_owned)
}

/// The number in a business register, with the register's code as its scheme. Codes with six equal digits stand for no
/// register or for one without a code: their numbers would meet those of others.
fn registered(row: &GleifRow<'_>, cells: &EntityCells<'_>) -> Option<Identifier> {
    let (authority, value) = (row.text(cells.authority?), row.text(cells.authority_id?));
    let digits = authority.strip_prefix("RA")?.as_bytes();
    let is_code = digits.len() == 6 && digits.iter().all(u8::is_ascii_digit);
    let is_stand_in = digits.iter().all(|digit| Some(digit) == digits.first());
    let is_value = !value.chars().any(char::is_control);
    (is_code && !is_stand_in && is_value).then(|| Identifier {
        scheme: authority.to_ascii_lowercase(),
        value: value.to_owned(),
    })
}

/// The successors of the entity that have an LEI. One with only a name is in the properties already.
fn successors<'a>(
    row: &GleifRow<'a>,
    cells: &EntityCells<'_>,
    lei: &str,
    outcome: &mut GleifOutcome,
    properties: &mut PropertyTree,
) -> Vec<(&'a str, Relationship)> {
    let stated_on: Option<PartialDate> = row.text_of(cells.updated).and_then(day);
    let mut successors: Vec<(&str, Relationship)> = Vec::new();
    for &cell in &cells.successors {
        let successor = row.text(cell);
        if check_lei(successor).is_err() {
            outcome.keep(row, cell, NOT_AN_LEI, properties);
        } else if successor == lei {
            outcome.keep(row, cell, "the entity itself", properties);
        } else if !successors.iter().any(|(known, _)| *known == successor) {
            let claim = GleifClaim {
                kind: RelationshipKind::SucceededBy,
                ends: Ends::Known {
                    from: entity_id(lei),
                    to: entity_id(successor),
                },
                key: "SUCCESSOR",
                source: SOURCE,
                locator: "LEI SuccessorEntity",
                stated_on,
            };
            successors.push((successor, claim.relationship()));
        }
    }
    successors
}
