//! A record that is an entity. Its first name is its main one; its addresses become LOCATED_IN; whatever the model lacks stays in
//! its `properties` under the names of FollowTheMoney.

use super::{claim::claimed, identifiers, line::Line, sources, values};
use crate::{
    formats::{
        followthemoney::terms::{
            ids::{self, check_id, locator},
            schemata::{self, ASSET, Node},
            statuses,
        },
        reader::{Draft, Fault},
    },
    model::{
        Catalog, Ends, Entity, EntityKind, EntityStatus, Identifier, LIST_MAX, Name, NameKind, PartialDate, Record,
        RelationshipKind, Source, link, not_before, relationship_id, text,
    },
};

/// The property with the addresses, and the key of the relationships that they become.
pub(in crate::formats::followthemoney) const ADDRESSES: &str = "addressEntity";

/// What the record is made into, and what is wrong with it.
pub(in crate::formats::followthemoney) fn read(mut line: Line, node: Node, file: &Source) -> (Vec<Draft>, Vec<Fault>) {
    let id = ids::read(&line.id);
    let kind = match kind(&mut line, node) {
        Some(kind) => kind,
        None => {
            let reason = "an asset that is no company: the model has no noun for it";
            return rejected(line, Fault::rejected("schema", reason));
        }
    };
    // A fragment of a record may leave the name to another one.
    let name = name(&mut line, node).unwrap_or_else(|| id.clone());
    let named = check_id(&id).and_then(|()| Entity::new(&id, kind, &name));
    let Ok(mut entity) = named else {
        return rejected(line, Fault::rejected("id", "not an id").with(&id));
    };
    describe(&mut line, node, &mut entity);
    let located = addresses(&mut line, &entity.id, file);
    let (properties, faults) = line.into_properties(schemata::node_of(kind, None).name);
    entity.properties = properties;
    let drafts = [Draft::of(Record::Entity(entity))];
    (drafts.into_iter().chain(located).collect(), faults)
}

fn rejected(line: Line, fault: Fault) -> (Vec<Draft>, Vec<Fault>) {
    let mut faults = line.faults;
    faults.push(fault);
    (Vec::new(), faults)
}

/// What the entity is. What is written for services and markets says so in its keywords.
fn kind(line: &mut Line, node: Node) -> Option<EntityKind> {
    if node.name != ASSET.name {
        return Some(node.kind);
    }
    let kinds = [EntityKind::Service, EntityKind::Market];
    let keywords = line.values("keywords");
    let kind = *kinds.iter().find(|kind| keywords.contains(&keyword(**kind)))?;
    for word in line.take("keywords") {
        if word != keyword(kind) {
            line.put_back("keywords", word);
        }
    }
    Some(kind)
}

/// The word by which a kind without a schema is told: `service`.
pub(in crate::formats::followthemoney) fn keyword(kind: EntityKind) -> String {
    kind.as_str().to_lowercase()
}

/// Takes the main name, or finds one in what else the record says.
fn name(line: &mut Line, node: Node) -> Option<String> {
    let proper = line.take_first(node.named_by[0], "not a name", values::one_line);
    let others = || {
        node.named_by[1..]
            .iter()
            .find_map(|property| line.values(property).iter().find_map(readable))
    };
    proper.or_else(others).or_else(|| composed(line, node.kind))
}

fn readable(text: impl AsRef<str>) -> Option<String> {
    values::one_line(text.as_ref())
}

/// A name put together from its parts.
fn composed(line: &Line, kind: EntityKind) -> Option<String> {
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
        .filter_map(|part| line.values(part).first())
        .map(String::as_str)
        .collect();
    values::one_line(&parts.join(between))
}

/// Whatever the model has a place for.
fn describe(line: &mut Line, node: Node, entity: &mut Entity) {
    entity.names = names(line, &entity.name);
    entity.description = line.take_first("description", "not a text", |value| text(value).ok());
    for other in ["summary", "notes"] {
        let say = || line.values(other).iter().find_map(|value| text(value).ok());
        entity.description = entity.description.take().or_else(say);
    }
    entity.country = country(line);
    entity.identifiers = identifiers(line, node, entity.country.as_deref());
    entity.website = line.take_first("website", "not a link", |value| link(value.trim()).ok());
    if node.knows("status") {
        entity.status = status(line);
    }
    if let Some((first, last)) = node.days {
        let (begin, end) = days(line, first, last);
        match node.kind {
            EntityKind::Event => {
                // The day of an event that names no other first one, as long as it does not end before.
                let other = line.values("date").iter().find_map(|value| values::date(value));
                let day = other
                    .map(|(date, _)| date)
                    .filter(|date| line.values(first).is_empty() && not_before(Some(*date), first, end).is_ok());
                (entity.starts_on, entity.ends_on) = (begin.or(day), end);
            }
            _ => (entity.founded, entity.dissolved) = (begin, end),
        }
    }
}

/// The first and the last day; neither where the last lies before the first.
fn days(line: &mut Line, first: &'static str, last: &'static str) -> (Option<PartialDate>, Option<PartialDate>) {
    let (begin, end) = (line.take_date(first), line.take_date(last));
    if let (Some(begin), Some(end)) = (begin, end)
        && not_before(Some(begin), first, Some(end)).is_err()
    {
        line.put_back_date(first, begin);
        line.put_back_date(last, end);
        line.faults
            .push(Fault::kept(last, "before it begins").with(&end.to_string()));
        return (None, None);
    }
    (begin, end)
}

/// The property with short names. They stay in it, because other aliases are no short names.
pub(in crate::formats::followthemoney) const SHORT: &str = "abbreviation";

/// The other names: second ones, aliases, short ones, former ones. Weak aliases stay in the properties, for nobody should be
/// found by them alone.
fn names(line: &mut Line, main: &str) -> Vec<Name> {
    let short: Vec<String> = line.values(SHORT).iter().filter_map(readable).take(LIST_MAX).collect();
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
            _ => line.take_each(property, "not a name", values::one_line),
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
                line.put_back(property, text);
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
fn country(line: &mut Line) -> Option<String> {
    let seat = ["mainCountry", "jurisdiction"]
        .iter()
        .find_map(|property| line.values(property).iter().find_map(|text| values::country(text)));
    let among = |line: &Line, country: &str| {
        let mut named = line.values("country").iter();
        named.any(|text| values::country(text).as_deref() == Some(country))
    };
    match seat {
        Some(seat) if line.values("country").is_empty() => Some(seat),
        Some(seat) if among(line, &seat) => line.take_first("country", "", |text| {
            values::country(text).filter(|country| *country == seat)
        }),
        _ => line.take_first("country", "not a country of ISO 3166", values::country),
    }
}

fn identifiers(line: &mut Line, node: Node, country: Option<&str>) -> Vec<Identifier> {
    let is_legal = matches!(
        node.kind,
        EntityKind::Company | EntityKind::Organization | EntityKind::Person
    );
    if is_legal {
        let registered_in = jurisdiction(line.values("jurisdiction"), country);
        return identifiers::take(line, registered_in.as_deref());
    }
    identifiers::take_of_things(line)
}

/// The country whose registers know an entity.
pub(in crate::formats::followthemoney) fn jurisdiction(named: &[String], country: Option<&str>) -> Option<String> {
    let named = named.iter().find_map(|text| values::country(text));
    named.or_else(|| country.map(str::to_owned))
}

/// What the status says, where it says one thing. Its text stays unless it is our word for it.
fn status(line: &mut Line) -> EntityStatus {
    let mut said = line.values("status").iter().map(|text| statuses::of_entity(text));
    let Some(first) = said.next() else {
        return EntityStatus::Unknown;
    };
    let status = if said.all(|other| other == first) {
        first
    } else {
        EntityStatus::Unknown
    };
    if line.values("status") == [status.as_str().to_lowercase()] && status != EntityStatus::Unknown {
        line.take("status");
    }
    status
}

/// The addresses of the entity, which has premises there; whether it has its seat there is not said.
fn addresses(line: &mut Line, id: &str, file: &Source) -> Vec<Draft> {
    let places = line.take_each(ADDRESSES, "not an id", |place| {
        let place = ids::read(place);
        (check_id(&place).is_ok() && place != id).then_some(place)
    });
    if places.is_empty() {
        return Vec::new();
    }
    let sources = sources::look(line, file);
    let locator = locator(&line.schema, id);
    let kind = RelationshipKind::LocatedIn;
    let own = sources.iter().filter(|source| *source != file);
    let mut drafts: Vec<Draft> = own.cloned().map(|source| Draft::of(Record::Source(source))).collect();
    drafts.extend(places.into_iter().map(|to| {
        let ends = Ends::Known {
            from: id.to_owned(),
            to,
        };
        let id = relationship_id(kind, &ends, ADDRESSES);
        Draft::of(Record::Relationship(claimed(id, kind, ends, &sources, Some(&locator))))
    }));
    drafts
}
