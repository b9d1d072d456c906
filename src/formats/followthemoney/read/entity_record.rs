//! A record that is an entity. Its first name is its main one; its addresses become LOCATED_IN; whatever the model lacks stays in
//! its `properties` under the names of FollowTheMoney.

use super::{asserted::asserted_relationship, properties::identifiers, raw_record::RawRecord, sources, values};
use crate::{
    formats::{
        followthemoney::terms::{
            ids::{self, check_id, locator},
            schemata::{self, ASSET, EntitySchema},
            statuses,
        },
        reader::{Draft, RecordFault},
    },
    model::{
        Catalog, Ends, Entity, EntityKind, EntityStatus, Identifier, LIST_MAX, Name, NameKind, PartialDate, Record,
        RelationshipKind, Source, link, not_before, relationship_id, text,
    },
};

/// The property with the addresses, and the key of the relationships that they become.
pub(in crate::formats::followthemoney) const ADDRESSES: &str = "addressEntity";

/// The drafts and faults of the record.
pub(in crate::formats::followthemoney) fn read(
    mut record: RawRecord,
    entity_schema: EntitySchema,
    file: &Source,
) -> (Vec<Draft>, Vec<RecordFault>) {
    let id = ids::decode(&record.id);
    let kind = match kind(&mut record, entity_schema) {
        Some(kind) => kind,
        None => {
            let reason = "an asset that is no company: the model has no noun for it";
            return rejected(record, RecordFault::rejected("schema", reason));
        }
    };
    // A fragment of a record may leave the name to another one.
    let name = name(&mut record, entity_schema).unwrap_or_else(|| id.clone());
    let new_entity = check_id(&id).and_then(|()| Entity::new(&id, kind, &name));
    let Ok(mut entity) = new_entity else {
        return rejected(record, RecordFault::rejected("id", "not an id").with(&id));
    };
    describe(&mut record, entity_schema, &mut entity);
    let address_drafts = addresses(&mut record, &entity.id, file);
    let (properties, faults) = record.into_properties(schemata::entity_schema_of(kind, None).name);
    entity.properties = properties;
    let drafts = [Draft::of(Record::Entity(entity))];
    (drafts.into_iter().chain(address_drafts).collect(), faults)
}

fn rejected(record: RawRecord, fault: RecordFault) -> (Vec<Draft>, Vec<RecordFault>) {
    let mut faults = record.faults;
    faults.push(fault);
    (Vec::new(), faults)
}

/// The kind of the entity. Services and markets are marked by a keyword.
fn kind(record: &mut RawRecord, entity_schema: EntitySchema) -> Option<EntityKind> {
    if entity_schema.name != ASSET.name {
        return Some(entity_schema.kind);
    }
    let kinds = [EntityKind::Service, EntityKind::Market];
    let keywords = record.values("keywords");
    let kind = *kinds.iter().find(|kind| keywords.contains(&keyword(**kind)))?;
    for word in record.take("keywords") {
        if word != keyword(kind) {
            record.put_back("keywords", word);
        }
    }
    Some(kind)
}

/// The keyword for a kind without a schema: `service`.
pub(in crate::formats::followthemoney) fn keyword(kind: EntityKind) -> String {
    kind.as_str().to_lowercase()
}

/// Takes the main name, or finds one in what else the record says.
fn name(record: &mut RawRecord, entity_schema: EntitySchema) -> Option<String> {
    let proper = record.take_first(entity_schema.named_by[0], "not a name", values::one_line);
    let others = || {
        entity_schema.named_by[1..]
            .iter()
            .find_map(|property| record.values(property).iter().find_map(readable))
    };
    proper
        .or_else(others)
        .or_else(|| name_from_parts(record, entity_schema.kind))
}

fn readable(text: impl AsRef<str>) -> Option<String> {
    values::one_line(text.as_ref())
}

/// A name put together from its parts.
fn name_from_parts(record: &RawRecord, kind: EntityKind) -> Option<String> {
    let (parts, between): (&[&str], _) = match kind {
        EntityKind::Person => (&["firstName", "middleName", "lastName"], " "),
        EntityKind::Place => {
            let parts = &[
                "remarks",
                "postOfficeBox",
                "street",
                "street2",
                "postalCode",
                "city",
                "region",
                "state",
                "country",
            ];
            (parts, ", ")
        }
        _ => return None,
    };
    let parts: Vec<&str> = parts
        .iter()
        .filter_map(|part| record.values(part).first())
        .map(String::as_str)
        .collect();
    values::one_line(&parts.join(between))
}

/// Takes the properties that the model has a place for.
fn describe(record: &mut RawRecord, entity_schema: EntitySchema, entity: &mut Entity) {
    entity.names = names(record, &entity.name);
    entity.description = record.take_first("description", "not a text", |value| text(value).ok());
    for other in ["summary", "notes"] {
        let say = || record.values(other).iter().find_map(|value| text(value).ok());
        entity.description = entity.description.take().or_else(say);
    }
    entity.country = country(record);
    entity.identifiers = identifiers(record, entity_schema, entity.country.as_deref());
    entity.website = record.take_first("website", "not a link", |value| link(value.trim()).ok());
    if entity_schema.knows("status") {
        entity.status = status(record);
    }
    if let Some((first, last)) = entity_schema.days {
        let (begin, end) = days(record, first, last);
        match entity_schema.kind {
            EntityKind::Event => {
                // The day of an event that names no other first one, as long as it does not end before.
                let other = record.values("date").iter().find_map(|value| values::date(value));
                let day = other
                    .map(|(date, _)| date)
                    .filter(|date| record.values(first).is_empty() && not_before(Some(*date), first, end).is_ok());
                (entity.starts_on, entity.ends_on) = (begin.or(day), end);
            }
            _ => (entity.founded, entity.dissolved) = (begin, end),
        }
    }
}

/// The first and the last day; neither where the last lies before the first.
fn days(record: &mut RawRecord, first: &'static str, last: &'static str) -> (Option<PartialDate>, Option<PartialDate>) {
    let (begin, end) = (record.take_date(first), record.take_date(last));
    if let (Some(begin), Some(end)) = (begin, end)
        && not_before(Some(begin), first, Some(end)).is_err()
    {
        record.put_back_date(first, begin);
        record.put_back_date(last, end);
        record
            .faults
            .push(RecordFault::in_properties(last, "before it begins").with(&end.to_string()));
        return (None, None);
    }
    (begin, end)
}

/// The property with short names. They stay in it, because other aliases are no short names.
pub(in crate::formats::followthemoney) const SHORT: &str = "abbreviation";

/// The other names: second ones, aliases, short ones, former ones. Weak aliases stay in the properties, since they
/// do not identify an entity by themselves.
fn names(record: &mut RawRecord, main: &str) -> Vec<Name> {
    let short: Vec<String> = record
        .values(SHORT)
        .iter()
        .filter_map(readable)
        .take(LIST_MAX)
        .collect();
    let mut names: Vec<Name> = Vec::new();
    let kinds = [
        ("name", NameKind::Alias),
        ("alias", NameKind::Alias),
        (SHORT, NameKind::Alias),
        ("previousName", NameKind::Former),
    ];
    for (property, kind) in kinds {
        let texts = match property {
            SHORT => short.clone(),
            _ => record.take_each(property, "not a name", values::one_line),
        };
        for text in texts {
            let comes_later = kind == NameKind::Alias && property != SHORT && short.contains(&text);
            let known = text == main || names.iter().any(|name| name.text == text && name.kind == kind);
            if known || comes_later {
                continue;
            }
            if names.len() == LIST_MAX && property == SHORT {
                break;
            }
            if names.len() == LIST_MAX {
                record.put_back(property, text);
                continue;
            }
            names.push(Name {
                text,
                language: None,
                script: None,
                kind,
            });
        }
    }
    names
}

/// Takes the country; where there are several, the one in which it is registered.
fn country(record: &mut RawRecord) -> Option<String> {
    let seat = ["mainCountry", "jurisdiction"]
        .iter()
        .find_map(|property| record.values(property).iter().find_map(|text| values::country(text)));
    let among = |record: &RawRecord, country: &str| {
        let mut new_entity = record.values("country").iter();
        new_entity.any(|text| values::country(text).as_deref() == Some(country))
    };
    match seat {
        Some(seat) if record.values("country").is_empty() => Some(seat),
        Some(seat) if among(record, &seat) => record.take_first("country", "", |text| {
            values::country(text).filter(|country| *country == seat)
        }),
        _ => record.take_first("country", "not a country of ISO 3166", values::country),
    }
}

fn identifiers(record: &mut RawRecord, entity_schema: EntitySchema, country: Option<&str>) -> Vec<Identifier> {
    let is_legal = matches!(
        entity_schema.kind,
        EntityKind::Company | EntityKind::Organization | EntityKind::Person
    );
    if is_legal {
        let registered_in = jurisdiction(record.values("jurisdiction"), country);
        return identifiers::take(record, registered_in.as_deref());
    }
    identifiers::take_of_things(record)
}

/// The country whose registers know an entity.
pub(in crate::formats::followthemoney) fn jurisdiction(new_entity: &[String], country: Option<&str>) -> Option<String> {
    let new_entity = new_entity.iter().find_map(|text| values::country(text));
    new_entity.or_else(|| country.map(str::to_owned))
}

/// The status, where its texts agree. A text stays unless it is our own word for the status.
fn status(record: &mut RawRecord) -> EntityStatus {
    let mut readings = record.values("status").iter().map(|text| statuses::of_entity(text));
    let Some(first) = readings.next() else {
        return EntityStatus::Unknown;
    };
    let status = if readings.all(|other| other == first) {
        first
    } else {
        EntityStatus::Unknown
    };
    if record.values("status") == [status.as_str().to_lowercase()] && status != EntityStatus::Unknown {
        record.take("status");
    }
    status
}

/// The addresses of the entity, which has premises there; whether it has its seat there is not said.
fn addresses(record: &mut RawRecord, id: &str, file: &Source) -> Vec<Draft> {
    let places = record.take_each(ADDRESSES, "not an id", |place| {
        let place = ids::decode(place);
        (check_id(&place).is_ok() && place != id).then_some(place)
    });
    if places.is_empty() {
        return Vec::new();
    }
    let sources = sources::peek(record, file);
    let locator = locator(&record.schema, id);
    let kind = RelationshipKind::LocatedIn;
    let own = sources.iter().filter(|source| *source != file);
    let mut drafts: Vec<Draft> = own.cloned().map(|source| Draft::of(Record::Source(source))).collect();
    drafts.extend(places.into_iter().map(|to| {
        let ends = Ends::Known {
            from: id.to_owned(),
            to,
        };
        let id = relationship_id(kind, &ends, ADDRESSES);
        Draft::of(Record::Relationship(asserted_relationship(
            id,
            kind,
            ends,
            &sources,
            Some(&locator),
        )))
    }));
    drafts
}
