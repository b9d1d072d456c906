//! Merges two records with one id. Identifiers, names and the keys of properties are joined; a blank value
//! leaves the existing one. If two values differ, one of them wins and the other is reported.
//!
//! Apart from that, merging does not depend on the order of records: differing lists are joined and sorted.

use serde_json::{Map, Value};

use super::{
    figures::evidence_with_figures,
    specificity::{MoreSpecific, TYPE_PROPERTIES, more_specific},
    stated::stated_name,
};
use crate::model::{
    Capability, Catalog, Entity, EntityKind, EntityStatus, LIST_MAX, Name, NameKind, PartialDate, Record, Relationship,
    Set, Source, Validity, fold,
};

/// Decides which of two differing values wins, by field.
pub(in crate::import) trait Precedence {
    /// Whether the new value of `field` wins over the existing one.
    fn prefers_new(&self, field: &str) -> bool;

    /// Whether each version is complete, so that an absent value counts.
    fn is_by_version(&self) -> bool {
        false
    }

    /// The kind of a main name that lost to another one.
    fn rejected_name_kind(&self) -> NameKind;
}

/// Within one import, for records without dates: the first wins.
#[derive(Debug, Clone, Copy)]
pub(in crate::import) struct ExistingWins;

impl Precedence for ExistingWins {
    fn prefers_new(&self, _field: &str) -> bool {
        false
    }

    fn rejected_name_kind(&self) -> NameKind {
        NameKind::Alias
    }
}

/// A later import replaces the values that it states.
#[derive(Debug, Clone, Copy)]
pub(in crate::import) struct NewWins;

impl Precedence for NewWins {
    fn prefers_new(&self, field: &str) -> bool {
        // Of two kinds that are not comparable, the first wins.
        field != "kind"
    }

    fn rejected_name_kind(&self) -> NameKind {
        NameKind::Former
    }
}

/// A value that was not imported because another one wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) struct ValueConflict {
    /// The field, by its name in the model.
    pub(in crate::import) field: String,
    /// The value that was not imported.
    pub(in crate::import) value: String,
    /// The value that wins.
    pub(in crate::import) winning_value: String,
    /// The record of the winning value.
    pub(in crate::import) winner: Winner,
}

/// The record whose value wins a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Winner {
    /// The existing record.
    Existing,
    /// The record that is being imported.
    New,
}

/// Merges records with one id.
pub(in crate::import) struct RecordMerger<'p, P> {
    pub(in crate::import) precedence: &'p P,
    /// The values that were not imported.
    pub(in crate::import) conflicts: Vec<ValueConflict>,
}

impl<'p, P: Precedence> RecordMerger<'p, P> {
    pub(in crate::import) fn new(precedence: &'p P) -> Self {
        Self {
            precedence,
            conflicts: Vec::new(),
        }
    }

    /// Two records of one noun merged; `None` for different nouns.
    pub(in crate::import) fn records(&mut self, existing: &Record, new: &Record) -> Option<Record> {
        match (existing, new) {
            (Record::Entity(existing), Record::Entity(new)) => Some(Record::Entity(self.entities(existing, new))),
            (Record::Relationship(existing), Record::Relationship(new)) => {
                Some(Record::Relationship(self.relationships(existing, new)))
            }
            (Record::Source(existing), Record::Source(new)) => Some(Record::Source(self.sources(existing, new))),
            _ => None,
        }
    }

    pub(in crate::import) fn entities(&mut self, existing: &Entity, new: &Entity) -> Entity {
        let classified = self.more_specific(existing, new);
        let kind = classified.kind;
        let (old_name, new_name) = (stated_name(existing), stated_name(new));
        let name = self
            .text("name", old_name, new_name)
            .unwrap_or_else(|| existing.name.clone());
        let losing_name = [old_name, new_name].into_iter().flatten().find(|other| **other != name);
        let mut names = joined(&existing.names, &new.names, name_sort_key);
        if let Some(other) = losing_name {
            names.push(Name {
                text: other.clone(),
                language: None,
                script: None,
                kind: self.precedence.rejected_name_kind(),
            });
            names.sort_by_key(name_sort_key);
        }
        let names = deduplicate_names(&name, &names);
        let identifiers = joined(&existing.identifiers, &new.identifiers, |identifier| {
            (identifier.scheme.clone(), identifier.value.clone())
        });
        let status = match (existing.status, new.status) {
            (existing, EntityStatus::Unknown) => existing,
            (EntityStatus::Unknown, new) => new,
            (existing, new) => self.member("status", existing, new),
        };
        let mut joined = Entity {
            id: existing.id.clone(),
            kind,
            name,
            names: self.bounded_list("names", &existing.names, names),
            description: self.text("description", existing.description.as_ref(), new.description.as_ref()),
            country: self.text("country", existing.country.as_ref(), new.country.as_ref()),
            identifiers: self.bounded_list("identifiers", &existing.identifiers, identifiers),
            status,
            founded: self.date("founded", existing.founded, new.founded),
            dissolved: self.date("dissolved", existing.dissolved, new.dissolved),
            starts_on: self.date("starts_on", existing.starts_on, new.starts_on),
            ends_on: self.date("ends_on", existing.ends_on, new.ends_on),
            website: self.text("website", existing.website.as_ref(), new.website.as_ref()),
            undisclosed: match self.precedence.is_by_version() {
                true if self.precedence.prefers_new("undisclosed") => new.undisclosed,
                true => existing.undisclosed,
                // A record that does not state it discloses nothing.
                false => existing.undisclosed || new.undisclosed,
            },
            properties: self.entity_properties(classified, existing, new),
        };
        if kind != EntityKind::Event && existing.kind != new.kind {
            for (field, day) in [("starts_on", &mut joined.starts_on), ("ends_on", &mut joined.ends_on)] {
                if let Some(day) = day.take() {
                    self.add_conflict(field, &day.to_string(), "none: only an event has these dates");
                }
            }
        }
        joined
    }

    /// The record with the more specific class, or else the one that takes precedence.
    fn more_specific<'e>(&mut self, existing: &'e Entity, new: &'e Entity) -> &'e Entity {
        let specificity = more_specific(existing, new);
        let prefers_new = match specificity {
            MoreSpecific::First => false,
            MoreSpecific::Second => true,
            MoreSpecific::Same | MoreSpecific::Neither => self.precedence.prefers_new("kind"),
        };
        if existing.kind != new.kind {
            match prefers_new {
                false => self.add_conflict("kind", new.kind.as_str(), existing.kind.as_str()),
                true => self.conflicts.push(ValueConflict {
                    field: "kind".to_owned(),
                    value: existing.kind.as_str().to_owned(),
                    winning_value: new.kind.as_str().to_owned(),
                    winner: Winner::New,
                }),
            }
        }
        if prefers_new { new } else { existing }
    }

    /// The properties of two entities merged. Those that state the type come from the record whose kind wins.
    fn entity_properties(
        &mut self,
        classified: &Entity,
        existing: &Entity,
        new: &Entity,
    ) -> Option<Map<String, Value>> {
        let states_type = |key: &str| match (existing.kind == new.kind, key) {
            // A newer version of a record restates its type.
            (true, "entityType") => false,
            _ => TYPE_PROPERTIES.contains(&key),
        };
        if existing.properties == new.properties || more_specific(existing, new) == MoreSpecific::Same {
            return self.properties(existing.properties.as_ref(), new.properties.as_ref());
        }
        let without = |entity: &Entity| {
            let properties = entity.properties.iter().flatten();
            let others = properties.filter(|(key, _)| !states_type(key));
            others.map(|(key, value)| (key.clone(), value.clone())).collect()
        };
        let (existing_properties, new_properties): (Map<_, _>, Map<_, _>) = (without(existing), without(new));
        let mut joined = self
            .properties(Some(&existing_properties), Some(&new_properties))
            .unwrap_or_default();
        let type_properties = classified
            .properties
            .iter()
            .flatten()
            .filter(|(key, _)| states_type(key));
        joined.extend(type_properties.map(|(key, value)| (key.clone(), value.clone())));
        (!joined.is_empty()).then_some(joined)
    }

    pub(in crate::import) fn relationships(&mut self, existing: &Relationship, new: &Relationship) -> Relationship {
        let (old, newer) = (existing.validity, new.validity);
        let since = self.date("since", old.since(), newer.since());
        let end = |validity: Validity| validity.until().or(validity.stated_ended_by().map(PartialDate::from));
        let end_of = match self.date("until", end(old), end(newer)) {
            until if until == end(old) => old,
            _ => newer,
        };
        let validity = match end_of.stated_ended_by() {
            Some(ended_by) => Validity::over_by(since, ended_by),
            None => Validity::as_written(since, end_of.until()),
        };
        if validity.is_contradictory() && !old.is_contradictory() && !newer.is_contradictory() {
            let until = end(validity).map_or_else(String::new, |until| until.to_string());
            self.add_conflict("until", &until, "neither bound, which contradict each other");
        }
        let ends_and_kind = match (existing.kind, &existing.ends) == (new.kind, &new.ends) {
            true => (existing.kind, existing.ends.clone()),
            false => {
                let claim_text = |claim: &Relationship| {
                    let ends: Vec<&str> = claim.ends.known().collect();
                    format!("{} {}", claim.kind, ends.join(" "))
                };
                match self.value("ends", claim_text(existing), claim_text(new)) == claim_text(new) {
                    true => (new.kind, new.ends.clone()),
                    false => (existing.kind, existing.ends.clone()),
                }
            }
        };
        let (kind, ends) = ends_and_kind;
        let capabilities: Set<Capability> = existing.capabilities.iter().chain(&new.capabilities).copied().collect();
        Relationship {
            id: existing.id.clone(),
            kind,
            ends,
            role: self.text("role", existing.role.as_ref(), new.role.as_ref()),
            status: self.member("status", existing.status, new.status),
            validity,
            share: self.optional("share", existing.share, new.share, |share| {
                format!("{} of {}", share.range, share.of)
            }),
            interest: self.optional("interest", existing.interest, new.interest, |interest| {
                interest.as_str().to_owned()
            }),
            directness: match (existing.directness.is_unknown(), new.directness.is_unknown()) {
                (_, true) => existing.directness,
                (true, false) => new.directness,
                (false, false) => self.member("directness", existing.directness, new.directness),
            },
            components: match (existing.components.as_slice(), new.components.as_slice()) {
                (_, []) => existing.components.clone(),
                ([], _) => new.components.clone(),
                _ => self
                    .optional(
                        "components",
                        Some(existing.components.clone()),
                        Some(new.components.clone()),
                        |components| components.join(", "),
                    )
                    .unwrap_or_default(),
            },
            record: self.text("record", existing.record.as_ref(), new.record.as_ref()),
            amount: self.optional(
                "amount",
                existing.amount.clone(),
                new.amount.clone(),
                ToString::to_string,
            ),
            capabilities: match existing.capabilities == new.capabilities {
                true => existing.capabilities.clone(),
                false => capabilities.iter().collect(),
            },
            properties: self.properties(existing.properties.as_ref(), new.properties.as_ref()),
            evidence: self.evidence(
                &evidence_with_figures(existing, new),
                &evidence_with_figures(new, existing),
            ),
            recorded_at: existing.recorded_at,
            retracted_at: existing.retracted_at,
        }
    }

    fn sources(&mut self, existing: &Source, new: &Source) -> Source {
        Source {
            id: existing.id.clone(),
            publisher: self.value("publisher", existing.publisher.clone(), new.publisher.clone()),
            title: self.value("title", existing.title.clone(), new.title.clone()),
            url: self.text("url", existing.url.as_ref(), new.url.as_ref()),
            published_on: self.date("published_on", existing.published_on, new.published_on),
            licence: self.text("licence", existing.licence.as_ref(), new.licence.as_ref()),
        }
    }

    /// A joined list, or the existing one if the joined one would be too long.
    pub(in crate::import) fn bounded_list<T: Clone>(&mut self, field: &str, existing: &[T], joined: Vec<T>) -> Vec<T> {
        if joined.len() <= LIST_MAX {
            return joined;
        }
        self.add_conflict(field, &joined.len().to_string(), &format!("at most {LIST_MAX}"));
        existing.to_vec()
    }

    pub(in crate::import) fn text(
        &mut self,
        field: &str,
        existing: Option<&String>,
        new: Option<&String>,
    ) -> Option<String> {
        self.optional(field, existing.cloned(), new.cloned(), Clone::clone)
    }

    pub(in crate::import) fn date(
        &mut self,
        field: &str,
        existing: Option<PartialDate>,
        new: Option<PartialDate>,
    ) -> Option<PartialDate> {
        self.optional(field, existing, new, ToString::to_string)
    }

    pub(in crate::import) fn member<T: Catalog>(&mut self, field: &str, existing: T, new: T) -> T {
        let member = self.optional(field, Some(existing), Some(new), |member| member.as_str().to_owned());
        member.unwrap_or(existing)
    }

    fn value(&mut self, field: &str, existing: String, new: String) -> String {
        let fallback = existing.clone();
        let value = self.optional(field, Some(existing), Some(new), Clone::clone);
        value.unwrap_or(fallback)
    }

    /// The winning value; an absent new value leaves the existing one.
    pub(in crate::import) fn optional<T: PartialEq>(
        &mut self,
        field: &str,
        existing: Option<T>,
        new: Option<T>,
        display: impl Fn(&T) -> String,
    ) -> Option<T> {
        match (existing, new) {
            (existing, None) => existing,
            (None, new) => new,
            (Some(existing), Some(new)) if existing == new => Some(existing),
            (Some(existing), Some(new)) => {
                if self.precedence.prefers_new(field) {
                    return Some(new);
                }
                self.add_conflict(field, &display(&new), &display(&existing));
                Some(existing)
            }
        }
    }

    pub(in crate::import) fn add_conflict(&mut self, field: &str, value: &str, winning_value: &str) {
        self.conflicts.push(ValueConflict {
            field: field.to_owned(),
            value: value.to_owned(),
            winning_value: winning_value.to_owned(),
            winner: Winner::Existing,
        });
    }
}

/// The entity with its lists sorted as in merging.
pub(in crate::import) fn with_sorted_lists(entity: &Entity) -> Entity {
    let mut ordered = entity.clone();
    ordered.names.sort_by_key(name_sort_key);
    ordered
        .identifiers
        .sort_by(|one, other| (&one.scheme, &one.value).cmp(&(&other.scheme, &other.value)));
    ordered
}

fn name_sort_key(name: &Name) -> (String, String, u8, (Option<String>, Option<String>)) {
    let locale = (name.language.clone(), name.script.clone());
    (fold(&name.text), name.text.clone(), name.kind.index(), locale)
}

/// Names beside the main one, each once: plain aliases and former names are dropped if another entry has the same text.
fn deduplicate_names(main: &str, names: &[Name]) -> Vec<Name> {
    let is_plain = |name: &Name| {
        let is_former = matches!(name.kind, NameKind::Former | NameKind::Alias);
        is_former && name.language.is_none() && name.script.is_none()
    };
    let mut once: Vec<Name> = Vec::with_capacity(names.len());
    for (place, name) in names.iter().enumerate() {
        let has_details = |(other_place, other): (usize, &Name)| {
            let is_other = other_place != place && other.text == name.text;
            is_other && (!is_plain(other) || (is_plain(other) && other_place < place))
        };
        let is_known = name.text == main || names.iter().enumerate().any(has_details);
        if !(is_plain(name) && is_known) {
            once.push(name.clone());
        }
    }
    once
}

/// The members of both lists, each once. Equal lists stay as they are; differing ones are sorted,
/// so that the order of the lists does not matter.
pub(in crate::import) fn joined<T: Clone + PartialEq, K: Ord>(
    existing: &[T],
    new: &[T],
    key: impl Fn(&T) -> K,
) -> Vec<T> {
    if new.is_empty() || existing == new {
        return existing.to_vec();
    }
    if existing.is_empty() {
        return new.to_vec();
    }
    let mut all: Vec<T> = existing.to_vec();
    for member in new {
        if !all.contains(member) {
            all.push(member.clone());
        }
    }
    all.sort_by_key(key);
    all
}
