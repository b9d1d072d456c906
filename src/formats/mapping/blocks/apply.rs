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

/// What must be so for a block to apply: all of these.
#[derive(Debug, Clone, Default)]
pub(in crate::formats::mapping) struct When(Vec<Condition>);

/// Something that is so or not. Without texts: that the column is not blank.
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
        struct Either;

        impl<'de> Visitor<'de> for Either {
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

        deserializer.deserialize_any(Either)
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = When;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("{ column = \"…\", is = \"…\" }, or a list of such conditions")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<When, A::Error> {
                Condition::deserialize(MapAccessDeserializer::new(map)).map(|condition| When(vec![condition]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<When, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(seq)).map(When)
            }
        }

        deserializer.deserialize_any(Either)
    }
}

/// A list in a column: the block applies to each of its parts, which stands in the column then.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::formats::mapping) struct Each {
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

/// How a block applies.
#[derive(Debug, Clone, Copy)]
pub(in crate::formats::mapping) struct Apply<'m> {
    when: &'m When,
    each: Option<&'m Each>,
}

impl<'m> Apply<'m> {
    pub(in crate::formats::mapping) fn new(when: &'m When, each: Option<&'m Each>) -> Self {
        Self { when, each }
    }

    /// The columns it looks at.
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
