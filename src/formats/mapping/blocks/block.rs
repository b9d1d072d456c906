//! The tables of a mapping: what the source is, and what each row describes and relates. Unknown keys are refused.

use serde::Deserialize;

use super::{
    properties::Properties,
    row_selector::{Conditions, ListSplit, RowSelector},
};
use crate::{
    formats::mapping::columns::{
        cell_texts::{
            ComponentIds, Country, Day, Flag, Id, Line, MultilineText, Percentage, RelationshipKey, SourceKey, WebLink,
            one_line,
        },
        row::Row,
        value::{TypedValue, Value},
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
    pub(in crate::formats::mapping) id: Option<TypedValue<SourceKey>>,
    pub(in crate::formats::mapping) publisher: Option<TypedValue<Line>>,
    pub(in crate::formats::mapping) title: Option<TypedValue<Line>>,
    pub(in crate::formats::mapping) url: Option<TypedValue<WebLink>>,
    pub(in crate::formats::mapping) published_on: Option<TypedValue<PartialDate>>,
    pub(in crate::formats::mapping) licence: Option<TypedValue<Line>>,
}

/// An entity for each row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::formats::mapping) struct EntityBlock {
    pub(in crate::formats::mapping) id: TypedValue<Id>,
    /// Needed, as the name is, unless the entity is known.
    pub(in crate::formats::mapping) kind: Option<TypedValue<EntityKind>>,
    pub(in crate::formats::mapping) name: Option<TypedValue<Line>>,
    #[serde(default)]
    pub(in crate::formats::mapping) names: Vec<NameBlock>,
    pub(in crate::formats::mapping) description: Option<TypedValue<MultilineText>>,
    pub(in crate::formats::mapping) country: Option<TypedValue<Country>>,
    #[serde(default)]
    pub(in crate::formats::mapping) identifiers: Vec<IdentifierBlock>,
    pub(in crate::formats::mapping) status: Option<TypedValue<EntityStatus>>,
    pub(in crate::formats::mapping) founded: Option<TypedValue<PartialDate>>,
    pub(in crate::formats::mapping) dissolved: Option<TypedValue<PartialDate>>,
    pub(in crate::formats::mapping) starts_on: Option<TypedValue<PartialDate>>,
    pub(in crate::formats::mapping) ends_on: Option<TypedValue<PartialDate>>,
    pub(in crate::formats::mapping) website: Option<TypedValue<WebLink>>,
    /// Whether it stands for a party that is not disclosed.
    pub(in crate::formats::mapping) undisclosed: Option<TypedValue<Flag>>,
    #[serde(default)]
    pub(in crate::formats::mapping) properties: Properties,
    /// Whether another table describes it, and this is only to have something to relate.
    #[serde(default)]
    pub(in crate::formats::mapping) placeholder: bool,
    /// Whether another table describes it, and this adds to what that says.
    #[serde(default)]
    pub(in crate::formats::mapping) known: bool,
    #[serde(default)]
    when: Conditions,
    each: Option<ListSplit>,
}

/// Another name.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::formats::mapping) struct NameBlock {
    pub(in crate::formats::mapping) text: TypedValue<Line>,
    pub(in crate::formats::mapping) kind: TypedValue<NameKind>,
    pub(in crate::formats::mapping) language: Option<TypedValue<Line>>,
    pub(in crate::formats::mapping) script: Option<TypedValue<Line>>,
}

/// An identifier.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::formats::mapping) struct IdentifierBlock {
    pub(in crate::formats::mapping) scheme: TypedValue<Line>,
    pub(in crate::formats::mapping) value: TypedValue<Line>,
}

/// A relationship for each row.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::formats::mapping) struct RelationshipBlock {
    pub(in crate::formats::mapping) kind: TypedValue<RelationshipKind>,
    pub(in crate::formats::mapping) from: Option<TypedValue<Id>>,
    pub(in crate::formats::mapping) to: Option<TypedValue<Id>>,
    /// Why an end is not known, where it is blank.
    pub(in crate::formats::mapping) unknown_reason: Option<TypedValue<UnknownReason>>,
    /// Distinguishes it from others of this kind between the two.
    pub(in crate::formats::mapping) key: Option<TypedValue<RelationshipKey>>,
    pub(in crate::formats::mapping) role: Option<TypedValue<Line>>,
    pub(in crate::formats::mapping) status: Option<TypedValue<RelationshipStatus>>,
    pub(in crate::formats::mapping) since: Option<TypedValue<PartialDate>>,
    /// The first day on which it no longer holds.
    pub(in crate::formats::mapping) until: Option<TypedValue<PartialDate>>,
    /// The last day on which it holds.
    pub(in crate::formats::mapping) last_day: Option<TypedValue<PartialDate>>,
    /// A day on which it was over at the latest, where neither is said.
    pub(in crate::formats::mapping) ended_by: Option<TypedValue<Day>>,
    pub(in crate::formats::mapping) share: Option<TypedValue<Percentage>>,
    pub(in crate::formats::mapping) share_of: Option<TypedValue<ShareOf>>,
    pub(in crate::formats::mapping) interest: Option<TypedValue<Interest>>,
    pub(in crate::formats::mapping) directness: Option<TypedValue<Directness>>,
    /// The ids or the records of the relationships that an indirect one is made up of.
    pub(in crate::formats::mapping) components: Option<TypedValue<ComponentIds>>,
    /// The source's own id of the record.
    pub(in crate::formats::mapping) record: Option<TypedValue<Line>>,
    pub(in crate::formats::mapping) amount: Option<TypedValue<f64>>,
    pub(in crate::formats::mapping) currency: Option<TypedValue<Currency>>,
    pub(in crate::formats::mapping) amount_of: Option<TypedValue<Line>>,
    #[serde(default)]
    pub(in crate::formats::mapping) capabilities: Vec<TypedValue<Capability>>,
    #[serde(default)]
    pub(in crate::formats::mapping) properties: Properties,
    /// Where in the source it stands.
    pub(in crate::formats::mapping) locator: Option<TypedValue<Line>>,
    pub(in crate::formats::mapping) stated_on: Option<TypedValue<PartialDate>>,
    pub(in crate::formats::mapping) summary: Option<TypedValue<MultilineText>>,
    #[serde(default)]
    when: Conditions,
    each: Option<ListSplit>,
}

/// A value with its key in the mapping, if it is present.
fn keyed<'a, T>(key: &'static str, field: Option<&'a TypedValue<T>>) -> Option<(&'static str, &'a Value)> {
    field.map(|of| (key, &of.value))
}

impl SourceBlock {
    /// Every value in it.
    pub(in crate::formats::mapping) fn values(&self) -> Vec<(&'static str, &Value)> {
        let values = [
            keyed("source.id", self.id.as_ref()),
            keyed("source.publisher", self.publisher.as_ref()),
            keyed("source.title", self.title.as_ref()),
            keyed("source.url", self.url.as_ref()),
            keyed("source.published_on", self.published_on.as_ref()),
            keyed("source.licence", self.licence.as_ref()),
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
    pub(in crate::formats::mapping) fn row_selector(&self) -> RowSelector<'_> {
        RowSelector::new(&self.when, self.each.as_ref())
    }

    /// Every value in it.
    pub(in crate::formats::mapping) fn values(&self) -> Vec<(&'static str, &Value)> {
        let values = [
            keyed("entity.id", Some(&self.id)),
            keyed("entity.kind", self.kind.as_ref()),
            keyed("entity.name", self.name.as_ref()),
            keyed("entity.description", self.description.as_ref()),
            keyed("entity.country", self.country.as_ref()),
            keyed("entity.status", self.status.as_ref()),
            keyed("entity.founded", self.founded.as_ref()),
            keyed("entity.dissolved", self.dissolved.as_ref()),
            keyed("entity.starts_on", self.starts_on.as_ref()),
            keyed("entity.ends_on", self.ends_on.as_ref()),
            keyed("entity.website", self.website.as_ref()),
            keyed("entity.undisclosed", self.undisclosed.as_ref()),
        ];
        let mut values: Vec<_> = values.into_iter().flatten().collect();
        for name in &self.names {
            values.extend(keyed("entity.names.text", Some(&name.text)));
            values.extend(keyed("entity.names.kind", Some(&name.kind)));
            values.extend(keyed("entity.names.language", name.language.as_ref()));
            values.extend(keyed("entity.names.script", name.script.as_ref()));
        }
        for identifier in &self.identifiers {
            values.extend(keyed("entity.identifiers.scheme", Some(&identifier.scheme)));
            values.extend(keyed("entity.identifiers.value", Some(&identifier.value)));
        }
        values.extend(self.properties.values().map(|value| ("entity.properties", value)));
        values
    }
}

impl RelationshipBlock {
    /// To which rows it applies, and how often.
    pub(in crate::formats::mapping) fn row_selector(&self) -> RowSelector<'_> {
        RowSelector::new(&self.when, self.each.as_ref())
    }

    /// Every value in it.
    pub(in crate::formats::mapping) fn values(&self) -> Vec<(&'static str, &Value)> {
        let values = [
            keyed("relationship.kind", Some(&self.kind)),
            keyed("relationship.from", self.from.as_ref()),
            keyed("relationship.to", self.to.as_ref()),
            keyed("relationship.unknown_reason", self.unknown_reason.as_ref()),
            keyed("relationship.key", self.key.as_ref()),
            keyed("relationship.role", self.role.as_ref()),
            keyed("relationship.status", self.status.as_ref()),
            keyed("relationship.since", self.since.as_ref()),
            keyed("relationship.until", self.until.as_ref()),
            keyed("relationship.last_day", self.last_day.as_ref()),
            keyed("relationship.ended_by", self.ended_by.as_ref()),
            keyed("relationship.share", self.share.as_ref()),
            keyed("relationship.share_of", self.share_of.as_ref()),
            keyed("relationship.interest", self.interest.as_ref()),
            keyed("relationship.directness", self.directness.as_ref()),
            keyed("relationship.components", self.components.as_ref()),
            keyed("relationship.record", self.record.as_ref()),
            keyed("relationship.amount", self.amount.as_ref()),
            keyed("relationship.currency", self.currency.as_ref()),
            keyed("relationship.amount_of", self.amount_of.as_ref()),
            keyed("relationship.locator", self.locator.as_ref()),
            keyed("relationship.stated_on", self.stated_on.as_ref()),
            keyed("relationship.summary", self.summary.as_ref()),
        ];
        let capabilities = self.capabilities.iter();
        let listed = capabilities.filter_map(|of| keyed("relationship.capabilities", Some(of)));
        let properties = self.properties.values().map(|value| ("relationship.properties", value));
        values.into_iter().flatten().chain(listed).chain(properties).collect()
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

    /// The cells of the columns that identify this relationship, as its locator in the absence of another.
    pub(in crate::formats::mapping) fn key_columns_text(&self, row: &Row<'_>) -> String {
        let ids = [&self.from, &self.to].into_iter().flatten().map(|of| &of.value);
        let columns = ids.chain(self.key.iter().map(|of| &of.value)).flat_map(Value::columns);
        let mut text = String::new();
        let mut keyed: Vec<&str> = Vec::new();
        for column in columns {
            let cell = one_line(row.cell(column));
            if cell.is_empty() || keyed.contains(&column) {
                continue;
            }
            keyed.push(column);
            if !text.is_empty() {
                text.push_str(", ");
            }
            text.push_str(column);
            text.push(' ');
            text.push_str(&cell);
        }
        text
    }
}
