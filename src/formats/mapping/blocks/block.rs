//! The tables of a mapping: what the source is, and what each row describes and relates. Unknown keys are refused.

use serde::Deserialize;

use super::{
    apply::{Apply, Each, When},
    properties::Properties,
};
use crate::{
    formats::mapping::columns::{
        cell_texts::{Components, Country, Day, Flag, Id, Key, Line, Link, Percentage, SourceKey, Text, one_line},
        row::Row,
        value::{Of, Value},
    },
    model::{
        Capability, Currency, Directness, EntityKind, EntityStatus, Interest, NameKind, PartialDate, RelationshipKind,
        RelationshipStatus, ShareOf, UnknownReason,
    },
};

/// What the table is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::formats::mapping) struct SourceBlock {
    pub(in crate::formats::mapping) id: Option<Of<SourceKey>>,
    pub(in crate::formats::mapping) publisher: Option<Of<Line>>,
    pub(in crate::formats::mapping) title: Option<Of<Line>>,
    pub(in crate::formats::mapping) url: Option<Of<Link>>,
    pub(in crate::formats::mapping) published_on: Option<Of<PartialDate>>,
    pub(in crate::formats::mapping) licence: Option<Of<Line>>,
}

/// An entity for each row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::formats::mapping) struct EntityBlock {
    pub(in crate::formats::mapping) id: Of<Id>,
    /// Needed, as the name is, unless the entity is known.
    pub(in crate::formats::mapping) kind: Option<Of<EntityKind>>,
    pub(in crate::formats::mapping) name: Option<Of<Line>>,
    #[serde(default)]
    pub(in crate::formats::mapping) names: Vec<NameBlock>,
    pub(in crate::formats::mapping) description: Option<Of<Text>>,
    pub(in crate::formats::mapping) country: Option<Of<Country>>,
    #[serde(default)]
    pub(in crate::formats::mapping) identifiers: Vec<IdentifierBlock>,
    pub(in crate::formats::mapping) status: Option<Of<EntityStatus>>,
    pub(in crate::formats::mapping) founded: Option<Of<PartialDate>>,
    pub(in crate::formats::mapping) dissolved: Option<Of<PartialDate>>,
    pub(in crate::formats::mapping) starts_on: Option<Of<PartialDate>>,
    pub(in crate::formats::mapping) ends_on: Option<Of<PartialDate>>,
    pub(in crate::formats::mapping) website: Option<Of<Link>>,
    /// Whether it stands for a party that is not disclosed.
    pub(in crate::formats::mapping) undisclosed: Option<Of<Flag>>,
    #[serde(default)]
    pub(in crate::formats::mapping) properties: Properties,
    /// Whether another table describes it, and this is only to have something to relate.
    #[serde(default)]
    pub(in crate::formats::mapping) placeholder: bool,
    /// Whether another table describes it, and this adds to what that says.
    #[serde(default)]
    pub(in crate::formats::mapping) known: bool,
    #[serde(default)]
    when: When,
    each: Option<Each>,
}

/// Another name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::formats::mapping) struct NameBlock {
    pub(in crate::formats::mapping) text: Of<Line>,
    pub(in crate::formats::mapping) kind: Of<NameKind>,
    pub(in crate::formats::mapping) language: Option<Of<Line>>,
    pub(in crate::formats::mapping) script: Option<Of<Line>>,
}

/// An identifier.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::formats::mapping) struct IdentifierBlock {
    pub(in crate::formats::mapping) scheme: Of<Line>,
    pub(in crate::formats::mapping) value: Of<Line>,
}

/// A relationship for each row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::formats::mapping) struct RelationshipBlock {
    pub(in crate::formats::mapping) kind: Of<RelationshipKind>,
    pub(in crate::formats::mapping) from: Option<Of<Id>>,
    pub(in crate::formats::mapping) to: Option<Of<Id>>,
    /// Why an end is not known, where it is blank.
    pub(in crate::formats::mapping) unknown_reason: Option<Of<UnknownReason>>,
    /// What tells it from others of this kind between the two.
    pub(in crate::formats::mapping) key: Option<Of<Key>>,
    pub(in crate::formats::mapping) role: Option<Of<Line>>,
    pub(in crate::formats::mapping) status: Option<Of<RelationshipStatus>>,
    pub(in crate::formats::mapping) since: Option<Of<PartialDate>>,
    /// The first day on which it no longer holds.
    pub(in crate::formats::mapping) until: Option<Of<PartialDate>>,
    /// The last day on which it holds.
    pub(in crate::formats::mapping) last_day: Option<Of<PartialDate>>,
    /// A day on which it was over at the latest, where neither is said.
    pub(in crate::formats::mapping) ended_by: Option<Of<Day>>,
    pub(in crate::formats::mapping) share: Option<Of<Percentage>>,
    pub(in crate::formats::mapping) share_of: Option<Of<ShareOf>>,
    pub(in crate::formats::mapping) interest: Option<Of<Interest>>,
    pub(in crate::formats::mapping) directness: Option<Of<Directness>>,
    /// The ids or the records of the relationships that an indirect one is made up of.
    pub(in crate::formats::mapping) components: Option<Of<Components>>,
    /// The source's own id of the record.
    pub(in crate::formats::mapping) record: Option<Of<Line>>,
    pub(in crate::formats::mapping) amount: Option<Of<f64>>,
    pub(in crate::formats::mapping) currency: Option<Of<Currency>>,
    pub(in crate::formats::mapping) amount_of: Option<Of<Line>>,
    #[serde(default)]
    pub(in crate::formats::mapping) capabilities: Vec<Of<Capability>>,
    #[serde(default)]
    pub(in crate::formats::mapping) properties: Properties,
    /// Where in the source it stands.
    pub(in crate::formats::mapping) locator: Option<Of<Line>>,
    pub(in crate::formats::mapping) stated_on: Option<Of<PartialDate>>,
    pub(in crate::formats::mapping) summary: Option<Of<Text>>,
    #[serde(default)]
    when: When,
    each: Option<Each>,
}

/// A value with what it is called in the mapping, where it is there.
fn named<'a, T>(key: &'static str, field: Option<&'a Of<T>>) -> Option<(&'static str, &'a Value)> {
    field.map(|of| (key, &of.value))
}

impl SourceBlock {
    /// Every value in it.
    pub(in crate::formats::mapping) fn values(&self) -> Vec<(&'static str, &Value)> {
        let values = [
            named("source.id", self.id.as_ref()),
            named("source.publisher", self.publisher.as_ref()),
            named("source.title", self.title.as_ref()),
            named("source.url", self.url.as_ref()),
            named("source.published_on", self.published_on.as_ref()),
            named("source.licence", self.licence.as_ref()),
        ];
        values.into_iter().flatten().collect()
    }
}

impl EntityBlock {
    /// Whether it can make an entity at all.
    pub(in crate::formats::mapping) fn check(&self) -> Result<(), &'static str> {
        match (self.known, &self.kind, &self.name) {
            (false, None, _) => Err("it has no kind; add it, or known = true where another table describes the entity"),
            (false, _, None) => Err("it has no name; add it, or known = true where another table describes the entity"),
            (true, Some(_), _) => Err("an entity that is known has its kind; leave kind out"),
            (true, ..) if self.placeholder => Err("it is known or a placeholder, and not both"),
            _ => Ok(()),
        }
    }

    /// To which rows it applies, and how often.
    pub(in crate::formats::mapping) fn apply(&self) -> Apply<'_> {
        Apply::new(&self.when, self.each.as_ref())
    }

    /// Every value in it.
    pub(in crate::formats::mapping) fn values(&self) -> Vec<(&'static str, &Value)> {
        let values = [
            named("entity.id", Some(&self.id)),
            named("entity.kind", self.kind.as_ref()),
            named("entity.name", self.name.as_ref()),
            named("entity.description", self.description.as_ref()),
            named("entity.country", self.country.as_ref()),
            named("entity.status", self.status.as_ref()),
            named("entity.founded", self.founded.as_ref()),
            named("entity.dissolved", self.dissolved.as_ref()),
            named("entity.starts_on", self.starts_on.as_ref()),
            named("entity.ends_on", self.ends_on.as_ref()),
            named("entity.website", self.website.as_ref()),
            named("entity.undisclosed", self.undisclosed.as_ref()),
        ];
        let mut values: Vec<_> = values.into_iter().flatten().collect();
        for name in &self.names {
            values.extend(named("entity.names.text", Some(&name.text)));
            values.extend(named("entity.names.kind", Some(&name.kind)));
            values.extend(named("entity.names.language", name.language.as_ref()));
            values.extend(named("entity.names.script", name.script.as_ref()));
        }
        for identifier in &self.identifiers {
            values.extend(named("entity.identifiers.scheme", Some(&identifier.scheme)));
            values.extend(named("entity.identifiers.value", Some(&identifier.value)));
        }
        values.extend(self.properties.values().map(|value| ("entity.properties", value)));
        values
    }
}

impl RelationshipBlock {
    /// To which rows it applies, and how often.
    pub(in crate::formats::mapping) fn apply(&self) -> Apply<'_> {
        Apply::new(&self.when, self.each.as_ref())
    }

    /// Every value in it.
    pub(in crate::formats::mapping) fn values(&self) -> Vec<(&'static str, &Value)> {
        let values = [
            named("relationship.kind", Some(&self.kind)),
            named("relationship.from", self.from.as_ref()),
            named("relationship.to", self.to.as_ref()),
            named("relationship.unknown_reason", self.unknown_reason.as_ref()),
            named("relationship.key", self.key.as_ref()),
            named("relationship.role", self.role.as_ref()),
            named("relationship.status", self.status.as_ref()),
            named("relationship.since", self.since.as_ref()),
            named("relationship.until", self.until.as_ref()),
            named("relationship.last_day", self.last_day.as_ref()),
            named("relationship.ended_by", self.ended_by.as_ref()),
            named("relationship.share", self.share.as_ref()),
            named("relationship.share_of", self.share_of.as_ref()),
            named("relationship.interest", self.interest.as_ref()),
            named("relationship.directness", self.directness.as_ref()),
            named("relationship.components", self.components.as_ref()),
            named("relationship.record", self.record.as_ref()),
            named("relationship.amount", self.amount.as_ref()),
            named("relationship.currency", self.currency.as_ref()),
            named("relationship.amount_of", self.amount_of.as_ref()),
            named("relationship.locator", self.locator.as_ref()),
            named("relationship.stated_on", self.stated_on.as_ref()),
            named("relationship.summary", self.summary.as_ref()),
        ];
        let capabilities = self.capabilities.iter();
        let listed = capabilities.filter_map(|of| named("relationship.capabilities", Some(of)));
        let kept = self.properties.values().map(|value| ("relationship.properties", value));
        values.into_iter().flatten().chain(listed).chain(kept).collect()
    }

    /// Whether it can make a relationship at all.
    pub(in crate::formats::mapping) fn check(&self) -> Result<(), &'static str> {
        if self.from.is_none() && self.to.is_none() {
            return Err("it has no ends; add from and to");
        }
        if (self.from.is_none() || self.to.is_none()) && self.unknown_reason.is_none() {
            return Err("it has one end only; add the other, or say under unknown_reason why it is not known");
        }
        if self.until.is_some() && self.last_day.is_some() {
            return Err("it has until, the first day after, and last_day; give one of them");
        }
        Ok(())
    }

    /// What the row has in the columns that tell this relationship from others: where it stands, if nothing else is said.
    pub(in crate::formats::mapping) fn columns_told(&self, row: &Row<'_>) -> String {
        let ids = [&self.from, &self.to].into_iter().flatten().map(|of| &of.value);
        let columns = ids.chain(self.key.iter().map(|of| &of.value)).flat_map(Value::columns);
        let mut told = String::new();
        let mut named: Vec<&str> = Vec::new();
        for column in columns {
            let cell = one_line(row.cell(column));
            if cell.is_empty() || named.contains(&column) {
                continue;
            }
            named.push(column);
            if !told.is_empty() {
                told.push_str(", ");
            }
            told.push_str(column);
            told.push(' ');
            told.push_str(&cell);
        }
        told
    }
}
