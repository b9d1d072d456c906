//! To which rows a block of a mapping applies: to all, to those with something in a column, or once for each part of a list.

use std::{fmt, iter};

use serde::{
    Deserialize, Deserializer,
    de::{
        Error, MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};

use crate::formats::mapping::columns::{pattern, row::Row};

/// The conditions of a block, all of which must hold.
#[derive(Debug, Clone, Default)]
pub(in crate::formats::mapping) struct Conditions(Vec<Condition>);

/// A condition on a column. Without texts: that the column is not blank.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Condition {
    column: String,
    #[serde(default)]
    is: Texts,
    #[serde(default)]
    is_not: Texts,
}

impl Condition {
    fn holds(&self, row: &Row<'_>) -> bool {
        let cell = row.cell(self.column.trim());
        match (&self.is.0, &self.is_not.0) {
            (None, None) => !cell.is_empty(),
            (is, is_not) => {
                let among = |texts: &Vec<String>| texts.iter().any(|text| pattern::fits(text, cell));
                is.as_ref().is_none_or(among) && !is_not.as_ref().is_some_and(among)
            }
        }
    }
}

/// One text or several.
#[derive(Debug, Clone, Default)]
struct Texts(Option<Vec<String>>);

impl<'de> Deserialize<'de> for Texts {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct TextsVisitor;

        impl<'de> Visitor<'de> for TextsVisitor {
            type Value = Texts;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text in quotes, or a list of them")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Texts, E> {
                Ok(Texts(Some(vec![text.trim().to_owned()])))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Texts, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(seq)).map(|texts| Texts(Some(texts)))
            }
        }

        deserializer.deserialize_any(TextsVisitor)
    }
}

impl<'de> Deserialize<'de> for Conditions {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ConditionsVisitor;

        impl<'de> Visitor<'de> for ConditionsVisitor {
            type Value = Conditions;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("{ column = \"…\", is = \"…\" }, or a list of such conditions")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Conditions, A::Error> {
                Condition::deserialize(MapAccessDeserializer::new(map)).map(|condition| Conditions(vec![condition]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Conditions, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(seq)).map(Conditions)
            }
        }

        deserializer.deserialize_any(ConditionsVisitor)
    }
}

/// A list in a column: the block applies once for each part, with that part as the cell.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::formats::mapping) struct ListSplit {
    column: String,
    #[serde(deserialize_with = "separator")]
    split: String,
}

fn separator<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if text.is_empty() {
        return Err(D::Error::custom("a separator, like \";\""));
    }
    Ok(text)
}

/// Selects the rows of a block.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats::mapping) struct RowSelector<'m> {
    when: &'m Conditions,
    each: Option<&'m ListSplit>,
}

impl<'m> RowSelector<'m> {
    pub(in crate::formats::mapping) fn new(when: &'m Conditions, each: Option<&'m ListSplit>) -> Self {
        Self { when, each }
    }

    /// The columns that it reads.
    pub(in crate::formats::mapping) fn columns(self) -> impl Iterator<Item = (&'static str, &'m str)> {
        let conditions = self.when.0.iter().map(|condition| ("when", condition.column.trim()));
        conditions.chain(self.each.map(|each| ("each", each.column.trim())))
    }

    /// The rows that the block reads of this one: none, itself, or one for each part that is not blank.
    pub(in crate::formats::mapping) fn parts<'r>(self, row: Row<'r>) -> Box<dyn Iterator<Item = Row<'r>> + 'r>
    where
        'm: 'r,
    {
        let holds = move |row: &Row<'_>| self.when.0.iter().all(|condition| condition.holds(row));
        match self.each {
            None => Box::new(iter::once(row).filter(holds)),
            Some(each) => {
                let column = each.column.trim();
                let parts = row.cell(column).split(each.split.as_str()).map(str::trim);
                let rows = parts
                    .filter(|part| !part.is_empty())
                    .map(move |part| row.with(column, part));
                Box::new(rows.filter(holds))
            }
        }
    }
}
