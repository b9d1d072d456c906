//! Records add up: two records with one id are one thing. Identifiers, names and the keys of properties are joined; a value that
//! is blank leaves what stands. Where two values differ, one of them holds and the other is told.
//!
//! Joining does not depend on the order of records but for that: lists that differ are joined in the order of their members.

use serde_json::{Map, Value};

use super::{
    merge_statements,
    specificity::{More, TOLD_BY, more_specific},
};
use crate::model::{
    Capability, Catalog, Entity, EntityKind, EntityStatus, LIST_MAX, Name, NameKind, PartialDate, Record, Relationship,
    Set, Source, Validity, fold,
};

/// Which of two values holds where they differ, by the field that they stand in.
pub(in crate::import) trait Precedence {
    /// Whether the new value of `field` holds, and not the one that stands.
    fn new_holds(&self, field: &str) -> bool;

    /// Whether each version is the whole of what its record says.
    fn is_by_version(&self) -> bool {
        false
    }

    /// What a main name is that another one was preferred to.
    fn passed_over(&self) -> NameKind;
}

/// Within one import, of records without dates: the first holds.
#[derive(Debug, Clone, Copy)]
pub(in crate::import) struct FirstHolds;

impl Precedence for FirstHolds {
    fn new_holds(&self, _field: &str) -> bool {
        false
    }

    fn passed_over(&self) -> NameKind {
        NameKind::Alias
    }
}

/// A later import changes what it states.
#[derive(Debug, Clone, Copy)]
pub(in crate::import) struct LaterHolds;

impl Precedence for LaterHolds {
    fn new_holds(&self, field: &str) -> bool {
        // Of two kinds that do not compare the first holds.
        field != "kind"
    }

    fn passed_over(&self) -> NameKind {
        NameKind::Former
    }
}

/// A value that did not come in, since another one holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) struct Differing {
    /// The field, as the model calls it.
    pub(in crate::import) field: String,
    /// The value that did not come in.
    pub(in crate::import) value: String,
    /// The one that holds.
    pub(in crate::import) holds: String,
    /// Whose it is.
    pub(in crate::import) held_by: HeldBy,
}

/// Whose value holds where two differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum HeldBy {
    /// What stood before.
    Standing,
    /// The record that is told of.
    New,
}

/// Joins records of one id.
pub(in crate::import) struct Joining<'p, P> {
    pub(in crate::import) precedence: &'p P,
    /// What did not come in.
    pub(in crate::import) differing: Vec<Differing>,
}

impl<'p, P: Precedence> Joining<'p, P> {
    pub(in crate::import) fn by(precedence: &'p P) -> Self {
        Self {
            precedence,
            differing: Vec::new(),
        }
    }

    /// What two records of one sort say together.
    pub(in crate::import) fn records(&mut self, stands: &Record, new: &Record) -> Option<Record> {
        match (stands, new) {
            (Record::Entity(stands), Record::Entity(new)) => Some(Record::Entity(self.entities(stands, new))),
            (Record::Relationship(stands), Record::Relationship(new)) => {
                Some(Record::Relationship(self.relationships(stands, new)))
            }
            (Record::Source(stands), Record::Source(new)) => Some(Record::Source(self.sources(stands, new))),
            _ => None,
        }
    }

    pub(in crate::import) fn entities(&mut self, stands: &Entity, new: &Entity) -> Entity {
        let nature = self.nature(stands, new);
        let kind = nature.kind;
        let (was_named, is_named) = (given_name(stands), given_name(new));
        let name = self
            .text("name", was_named, is_named)
            .unwrap_or_else(|| stands.name.clone());
        let passed_over = [was_named, is_named]
            .into_iter()
            .flatten()
            .find(|other| **other != name);
        let mut names = joined(&stands.names, &new.names, order_of_names);
        if let Some(other) = passed_over {
            names.push(Name {
                text: other.clone(),
                language: None,
                script: None,
                kind: self.precedence.passed_over(),
            });
            names.sort_by_key(order_of_names);
        }
        let names = each_once(&name, &names);
        let identifiers = joined(&stands.identifiers, &new.identifiers, |identifier| {
            (identifier.scheme.clone(), identifier.value.clone())
        });
        let status = match (stands.status, new.status) {
            (stands, EntityStatus::Unknown) => stands,
            (EntityStatus::Unknown, new) => new,
            (stands, new) => self.member("status", stands, new),
        };
        let mut joined = Entity {
            id: stands.id.clone(),
            kind,
            name,
            names: self.fitting("names", &stands.names, names),
            description: self.text("description", stands.description.as_ref(), new.description.as_ref()),
            country: self.text("country", stands.country.as_ref(), new.country.as_ref()),
            identifiers: self.fitting("identifiers", &stands.identifiers, identifiers),
            status,
            founded: self.date("founded", stands.founded, new.founded),
            dissolved: self.date("dissolved", stands.dissolved, new.dissolved),
            starts_on: self.date("starts_on", stands.starts_on, new.starts_on),
            ends_on: self.date("ends_on", stands.ends_on, new.ends_on),
            website: self.text("website", stands.website.as_ref(), new.website.as_ref()),
            undisclosed: match self.precedence.is_by_version() {
                true if self.precedence.new_holds("undisclosed") => new.undisclosed,
                true => stands.undisclosed,
                // What says nothing of it does not disclose who it is.
                false => stands.undisclosed || new.undisclosed,
            },
            properties: self.natural_properties(nature, stands, new),
        };
        if kind != EntityKind::Event && stands.kind != new.kind {
            for (field, day) in [("starts_on", &mut joined.starts_on), ("ends_on", &mut joined.ends_on)] {
                if let Some(day) = day.take() {
                    self.differs(field, &day.to_string(), "none: only an event has days");
                }
            }
        }
        joined
    }

    /// Which of two records tells what an entity is: the one that says more of it, else as the precedence has it.
    fn nature<'e>(&mut self, stands: &'e Entity, new: &'e Entity) -> &'e Entity {
        let more = more_specific(stands, new);
        let new_holds = match more {
            More::First => false,
            More::Second => true,
            More::Same | More::Neither => self.precedence.new_holds("kind"),
        };
        if stands.kind != new.kind {
            match new_holds {
                false => self.differs("kind", new.kind.as_str(), stands.kind.as_str()),
                true => self.differing.push(Differing {
                    field: "kind".to_owned(),
                    value: stands.kind.as_str().to_owned(),
                    holds: new.kind.as_str().to_owned(),
                    held_by: HeldBy::New,
                }),
            }
        }
        if new_holds { new } else { stands }
    }

    /// The properties of two entities together. Those that tell what it is belong to whose kind holds.
    fn natural_properties(&mut self, nature: &Entity, stands: &Entity, new: &Entity) -> Option<Map<String, Value>> {
        let tells = |key: &str| match (stands.kind == new.kind, key) {
            // A newer version of a record tells its type anew.
            (true, "entityType") => false,
            _ => TOLD_BY.contains(&key),
        };
        if stands.properties == new.properties || more_specific(stands, new) == More::Same {
            return self.properties(stands.properties.as_ref(), new.properties.as_ref());
        }
        let without = |entity: &Entity| {
            let properties = entity.properties.iter().flatten();
            let others = properties.filter(|(key, _)| !tells(key));
            others.map(|(key, value)| (key.clone(), value.clone())).collect()
        };
        let (of_standing, of_new): (Map<_, _>, Map<_, _>) = (without(stands), without(new));
        let mut joined = self.properties(Some(&of_standing), Some(&of_new)).unwrap_or_default();
        let told = nature.properties.iter().flatten().filter(|(key, _)| tells(key));
        joined.extend(told.map(|(key, value)| (key.clone(), value.clone())));
        (!joined.is_empty()).then_some(joined)
    }

    pub(in crate::import) fn relationships(&mut self, stands: &Relationship, new: &Relationship) -> Relationship {
        let (was, is) = (stands.validity, new.validity);
        let since = self.date("since", was.since(), is.since());
        let end = |validity: Validity| validity.until().or(validity.stated_ended_by().map(PartialDate::from));
        let end_of = match self.date("until", end(was), end(is)) {
            until if until == end(was) => was,
            _ => is,
        };
        let validity = match end_of.stated_ended_by() {
            Some(ended_by) => Validity::over_by(since, ended_by),
            None => Validity::as_written(since, end_of.until()),
        };
        if validity.is_contradictory() && !was.is_contradictory() && !is.is_contradictory() {
            let until = end(validity).map_or_else(String::new, |until| until.to_string());
            self.differs("until", &until, "neither bound, which contradict each other");
        }
        let ends_and_kind = match (stands.kind, &stands.ends) == (new.kind, &new.ends) {
            true => (stands.kind, stands.ends.clone()),
            false => {
                let told = |claim: &Relationship| {
                    let ends: Vec<&str> = claim.ends.known().collect();
                    format!("{} {}", claim.kind, ends.join(" "))
                };
                match self.value("ends", told(stands), told(new)) == told(new) {
                    true => (new.kind, new.ends.clone()),
                    false => (stands.kind, stands.ends.clone()),
                }
            }
        };
        let (kind, ends) = ends_and_kind;
        let capabilities: Set<Capability> = stands.capabilities.iter().chain(&new.capabilities).copied().collect();
        Relationship {
            id: stands.id.clone(),
            kind,
            ends,
            role: self.text("role", stands.role.as_ref(), new.role.as_ref()),
            status: self.member("status", stands.status, new.status),
            validity,
            share: self.optional("share", stands.share, new.share, |share| {
                format!("{} of {}", share.range, share.of)
            }),
            interest: self.optional("interest", stands.interest, new.interest, |interest| {
                interest.as_str().to_owned()
            }),
            directness: match (stands.directness.is_unknown(), new.directness.is_unknown()) {
                (_, true) => stands.directness,
                (true, false) => new.directness,
                (false, false) => self.member("directness", stands.directness, new.directness),
            },
            components: match (stands.components.as_slice(), new.components.as_slice()) {
                (_, []) => stands.components.clone(),
                ([], _) => new.components.clone(),
                _ => self
                    .optional(
                        "components",
                        Some(stands.components.clone()),
                        Some(new.components.clone()),
                        |components| components.join(", "),
                    )
                    .unwrap_or_default(),
            },
            record: self.text("record", stands.record.as_ref(), new.record.as_ref()),
            amount: self.optional("amount", stands.amount.clone(), new.amount.clone(), ToString::to_string),
            capabilities: match stands.capabilities == new.capabilities {
                true => stands.capabilities.clone(),
                false => capabilities.iter().collect(),
            },
            properties: self.properties(stands.properties.as_ref(), new.properties.as_ref()),
            evidence: self.evidence(
                &merge_statements::with_own_figures(stands, new),
                &merge_statements::with_own_figures(new, stands),
            ),
            recorded_at: stands.recorded_at,
            retracted_at: stands.retracted_at,
        }
    }

    fn sources(&mut self, stands: &Source, new: &Source) -> Source {
        Source {
            id: stands.id.clone(),
            publisher: self.value("publisher", stands.publisher.clone(), new.publisher.clone()),
            title: self.value("title", stands.title.clone(), new.title.clone()),
            url: self.text("url", stands.url.as_ref(), new.url.as_ref()),
            published_on: self.date("published_on", stands.published_on, new.published_on),
            licence: self.text("licence", stands.licence.as_ref(), new.licence.as_ref()),
        }
    }

    /// A joined list, or the one that stands where there would be too many.
    pub(in crate::import) fn fitting<T: Clone>(&mut self, field: &str, stands: &[T], joined: Vec<T>) -> Vec<T> {
        if joined.len() <= LIST_MAX {
            return joined;
        }
        self.differs(field, &joined.len().to_string(), &format!("at most {LIST_MAX}"));
        stands.to_vec()
    }

    pub(in crate::import) fn text(
        &mut self,
        field: &str,
        stands: Option<&String>,
        new: Option<&String>,
    ) -> Option<String> {
        self.optional(field, stands.cloned(), new.cloned(), Clone::clone)
    }

    pub(in crate::import) fn date(
        &mut self,
        field: &str,
        stands: Option<PartialDate>,
        new: Option<PartialDate>,
    ) -> Option<PartialDate> {
        self.optional(field, stands, new, ToString::to_string)
    }

    pub(in crate::import) fn member<T: Catalog>(&mut self, field: &str, stands: T, new: T) -> T {
        let member = self.optional(field, Some(stands), Some(new), |member| member.as_str().to_owned());
        member.unwrap_or(stands)
    }

    fn value(&mut self, field: &str, stands: String, new: String) -> String {
        let fallback = stands.clone();
        let value = self.optional(field, Some(stands), Some(new), Clone::clone);
        value.unwrap_or(fallback)
    }

    /// The value that holds; what is not stated leaves what is.
    pub(in crate::import) fn optional<T: PartialEq>(
        &mut self,
        field: &str,
        stands: Option<T>,
        new: Option<T>,
        written: impl Fn(&T) -> String,
    ) -> Option<T> {
        match (stands, new) {
            (stands, None) => stands,
            (None, new) => new,
            (Some(stands), Some(new)) if stands == new => Some(stands),
            (Some(stands), Some(new)) => {
                if self.precedence.new_holds(field) {
                    return Some(new);
                }
                self.differs(field, &written(&new), &written(&stands));
                Some(stands)
            }
        }
    }

    pub(in crate::import) fn differs(&mut self, field: &str, value: &str, holds: &str) {
        self.differing.push(Differing {
            field: field.to_owned(),
            value: value.to_owned(),
            holds: holds.to_owned(),
            held_by: HeldBy::Standing,
        });
    }
}

/// The name of an entity, where it has one: those that are known by id alone are called as they are identified.
pub(in crate::import) fn given_name(entity: &Entity) -> Option<&String> {
    let is_identifier = entity.identifiers.iter().any(|known| known.value == entity.name);
    (entity.name != entity.id && !is_identifier).then_some(&entity.name)
}

/// The lists of an entity in the order in which they add up.
pub(in crate::import) fn in_order(entity: &Entity) -> Entity {
    let mut ordered = entity.clone();
    ordered.names.sort_by_key(order_of_names);
    ordered
        .identifiers
        .sort_by(|one, other| (&one.scheme, &one.value).cmp(&(&other.scheme, &other.value)));
    ordered
}

fn order_of_names(name: &Name) -> (String, String, u8, (Option<String>, Option<String>)) {
    let written = (name.language.clone(), name.script.clone());
    (fold(&name.text), name.text.clone(), name.kind.index(), written)
}

/// Names beside the main one, each once: what is only said to be in use, or to have been, says nothing of a name that is there.
fn each_once(main: &str, names: &[Name]) -> Vec<Name> {
    let is_plain = |name: &Name| {
        let is_former = matches!(name.kind, NameKind::Former | NameKind::Alias);
        is_former && name.language.is_none() && name.script.is_none()
    };
    let mut once: Vec<Name> = Vec::with_capacity(names.len());
    for (place, name) in names.iter().enumerate() {
        let says_more = |(other_place, other): (usize, &Name)| {
            let is_other = other_place != place && other.text == name.text;
            is_other && (!is_plain(other) || (is_plain(other) && other_place < place))
        };
        let is_known = name.text == main || names.iter().enumerate().any(says_more);
        if !(is_plain(name) && is_known) {
            once.push(name.clone());
        }
    }
    once
}

/// The members of both lists, each once. Lists that are alike stay as they are; of those that differ the members stand in order,
/// so that it makes no difference which list came first.
pub(in crate::import) fn joined<T: Clone + PartialEq, K: Ord>(
    stands: &[T],
    new: &[T],
    key: impl Fn(&T) -> K,
) -> Vec<T> {
    if new.is_empty() || stands == new {
        return stands.to_vec();
    }
    if stands.is_empty() {
        return new.to_vec();
    }
    let mut all: Vec<T> = stands.to_vec();
    for member in new {
        if !all.contains(member) {
            all.push(member.clone());
        }
    }
    all.sort_by_key(key);
    all
}

/// The fields of an entity that say something, each as [`Precedence::new_holds`] is asked for it.
pub(in crate::import) fn stated_fields(entity: &Entity) -> Vec<String> {
    let is_stated = [
        ("kind", true),
        ("name", true),
        ("undisclosed", true),
        ("description", entity.description.is_some()),
        ("country", entity.country.is_some()),
        ("status", entity.status != EntityStatus::Unknown),
        ("founded", entity.founded.is_some()),
        ("dissolved", entity.dissolved.is_some()),
        ("starts_on", entity.starts_on.is_some()),
        ("ends_on", entity.ends_on.is_some()),
        ("website", entity.website.is_some()),
    ];
    let fields = is_stated.into_iter().filter(|(_, is_stated)| *is_stated);
    let keys = entity.properties.iter().flat_map(Map::keys);
    fields
        .map(|(field, _)| field.to_owned())
        .chain(keys.map(|key| format!("properties.{key}")))
        .collect()
}
