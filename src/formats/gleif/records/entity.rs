//! Records of legal entities (LEI-CDF) as entities. A wrong LEI or a missing name rejects a record; whatever else
//! cannot be read stays in its properties.

use super::{
    meaning::{EntityField as Field, What},
    names::{Names, one_line},
    parts::{
        Claim, DAY, Made, NOT_AN_LEI, bare_entity, day, entity_id, fault, is_end, kept, lei, placeholder, retraction,
    },
    properties::Properties,
};
use crate::{
    formats::{
        gleif::syntax::row::{Cell, Row},
        reader::{Draft, Fault},
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
struct Told<'a> {
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

/// What a record of a legal entity is made into.
pub(in crate::formats::gleif) fn record(row: &Row<'_>) -> Made {
    let mut properties = Properties::default();
    let told = told(row, &mut properties);
    let mut made = Made::about(row, told.lei);
    let lei = match lei(row, told.lei, "LEI") {
        Ok(lei) => lei,
        Err(fault) => return made.reject(fault),
    };
    let successors = successors(row, &told, lei, &mut made, &mut properties);
    if told.deleted {
        let retracted = successors
            .into_iter()
            .map(|(_, relationship)| (Noun::Relationship, relationship.id));
        let all = retracted.chain([(Noun::Entity, entity_id(lei))]);
        made.drafts = all.map(|(noun, id)| retraction(noun, id)).collect();
        return made;
    }
    let mut entity = match name(row, told.name) {
        Ok(name) => bare_entity(lei, &name),
        Err(fault) => return made.reject(fault),
    };
    describe(&mut entity, row, told, &mut made, &mut properties);
    entity.properties = properties.finish();
    made.drafts.reserve_exact(1 + 2 * successors.len());
    made.drafts.push(Draft::of(Record::Entity(entity)));
    for (successor, relationship) in successors {
        made.drafts.push(placeholder(successor));
        made.drafts.push(Draft::of(Record::Relationship(relationship)));
    }
    made
}

/// Sorts the cells of a record by what they mean.
fn told<'a>(row: &Row<'a>, properties: &mut Properties) -> Told<'a> {
    let mut told = Told::default();
    for &cell in row.cells {
        let place = match row.what(cell) {
            What::DeletedAt => {
                told.deleted = true;
                continue;
            }
            What::Lei => &mut told.lei,
            What::LastUpdateDate => {
                properties.keep(row, cell);
                &mut told.updated
            }
            What::Entity(field) => match field {
                Field::Name(part) | Field::Transliterated(part) => {
                    told.names.add(row, cell, field, part);
                    continue;
                }
                Field::Successor => {
                    told.successors.push(cell);
                    continue;
                }
                Field::Country => {
                    properties.keep(row, cell);
                    &mut told.country
                }
                Field::Jurisdiction => {
                    properties.keep(row, cell);
                    &mut told.jurisdiction
                }
                Field::Category => {
                    properties.keep(row, cell);
                    &mut told.category
                }
                Field::LegalName => &mut told.name,
                Field::Authority => &mut told.authority,
                Field::AuthorityEntityId => &mut told.authority_id,
                Field::Status => &mut told.status,
                Field::Created => &mut told.created,
                Field::Expired => &mut told.expired,
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

fn name(row: &Row<'_>, cell: Option<Cell>) -> Result<String, Fault> {
    let Some(cell) = cell else {
        return Err(Fault::rejected("Entity.LegalName", "missing"));
    };
    let name = one_line(row.text(cell));
    if Entity::check_name(&name).is_err() {
        return Err(fault(row, cell, "not a name"));
    }
    Ok(name.into_owned())
}

/// Fills in what a record says beyond LEI and name.
fn describe(entity: &mut Entity, row: &Row<'_>, mut told: Told<'_>, made: &mut Made, properties: &mut Properties) {
    if let Some("RESIDENT_GOVERNMENT_ENTITY" | "INTERNATIONAL_ORGANIZATION") = row.text_of(told.category) {
        entity.kind = EntityKind::Organization;
    }
    let status = |text: &str| match text {
        "ACTIVE" => Some(EntityStatus::Active),
        "INACTIVE" => Some(EntityStatus::Inactive),
        "NULL" => Some(EntityStatus::Unknown),
        _ => None,
    };
    let status = made.read(row, told.status, (status, "not a known status"), properties);
    entity.status = status.unwrap_or(EntityStatus::Unknown);
    entity.founded = made.read(row, told.created, DAY, properties);
    entity.dissolved = made.read(row, told.expired, DAY, properties).filter(is_end);
    entity.country = country(row, &told, made);
    entity.names = std::mem::take(&mut told.names).finish(row, &entity.name, made, properties);
    match registered(row, &told) {
        Some(identifier) => entity.identifiers.push(identifier),
        None => {
            properties.keep_any(row, told.authority);
            properties.keep_any(row, told.authority_id);
        }
    }
}

/// The country of the legal address, more precisely where the law of a part of that country applies. Both are kept in the
/// properties as well, as parts of an address and of the law that applies.
fn country(row: &Row<'_>, told: &Told<'_>, made: &mut Made) -> Option<String> {
    let fits = |text: &&str| Entity::check_country(text).is_ok();
    let address = row.text_of(told.country);
    let law = row.text_of(told.jurisdiction).filter(fits);
    if let (Some(cell), false) = (told.country, address.is_none_or(|country| fits(&country))) {
        made.faults.push(kept(row, cell, "not a country code"));
    }
    let country = match (address.filter(fits), law) {
        (Some(country), Some(law)) if law.split('-').next() == Some(country) => Some(law),
        (country, law) => country.or(law),
    };
    country.map(str::to_owned)
}

/// The number in a business register, with the register's code as its scheme. Codes with six equal digits stand for no
/// register or for one without a code: their numbers would meet those of others.
fn registered(row: &Row<'_>, told: &Told<'_>) -> Option<Identifier> {
    let (authority, value) = (row.text(told.authority?), row.text(told.authority_id?));
    let digits = authority.strip_prefix("RA")?.as_bytes();
    let is_code = digits.len() == 6 && digits.iter().all(u8::is_ascii_digit);
    let is_stand_in = digits.iter().all(|digit| Some(digit) == digits.first());
    let is_value = !value.chars().any(char::is_control);
    (is_code && !is_stand_in && is_value).then(|| Identifier {
        scheme: authority.to_ascii_lowercase(),
        value: value.to_owned(),
    })
}

/// Who took the entity's place, where that has an LEI. One with only a name is in the properties already.
fn successors<'a>(
    row: &Row<'a>,
    told: &Told<'_>,
    lei: &str,
    made: &mut Made,
    properties: &mut Properties,
) -> Vec<(&'a str, Relationship)> {
    let stated_on: Option<PartialDate> = row.text_of(told.updated).and_then(day);
    let mut successors: Vec<(&str, Relationship)> = Vec::new();
    for &cell in &told.successors {
        let successor = row.text(cell);
        if check_lei(successor).is_err() {
            made.keep(row, cell, NOT_AN_LEI, properties);
        } else if successor == lei {
            made.keep(row, cell, "the entity itself", properties);
        } else if !successors.iter().any(|(known, _)| *known == successor) {
            let claim = Claim {
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
