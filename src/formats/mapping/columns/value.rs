//! Values of a mapping: a template, or a column with a list of what its texts mean. What a value is for is part of its type,
//! so that a constant is checked when the mapping is read, not at the millionth row.

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error, MapAccess, Visitor, value::MapAccessDeserializer},
};

use super::{cell_texts::CellValue, pattern, row::Row, template::Template};

/// A text made of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::formats::mapping) struct Value {
    template: Template,
    /// What the texts of the table mean, where they are listed.
    values: Option<BTreeMap<String, String>>,
    /// What a text means that is blank or not listed.
    default: Option<Template>,
}

/// The text of a value for a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::formats::mapping) enum ResolvedText {
    /// Nothing.
    Blank,
    /// This.
    Text(String),
    /// A text that the mapping does not list.
    Unlisted(String),
}

impl Value {
    /// A column as it is.
    pub(in crate::formats::mapping) fn column(name: &str) -> Self {
        Self {
            template: Template::column(name),
            values: None,
            default: None,
        }
    }

    /// The columns it is made of.
    pub(in crate::formats::mapping) fn columns(&self) -> impl Iterator<Item = &str> {
        self.template
            .columns()
            .chain(self.default.iter().flat_map(Template::columns))
    }

    /// Whether it is the same for every row.
    pub(in crate::formats::mapping) fn is_constant(&self) -> bool {
        self.columns().next().is_none()
    }

    /// Its only column, where it has one only.
    pub(in crate::formats::mapping) fn only_column(&self) -> Option<&str> {
        let mut columns = self.columns();
        columns.next().filter(|_| columns.next().is_none())
    }

    /// The text for a row.
    pub(in crate::formats::mapping) fn fill(&self, row: &Row<'_>) -> ResolvedText {
        let text = self.template.fill(row);
        let default = || {
            let default = self.default.as_ref()?;
            Some(default.fill(row).map_or(ResolvedText::Blank, ResolvedText::Text))
        };
        match (text, &self.values) {
            (Some(text), None) => ResolvedText::Text(text),
            (Some(text), Some(values)) => match pattern::meaning(values, &text) {
                Some(meaning) => resolved(meaning),
                None => default().unwrap_or(ResolvedText::Unlisted(text)),
            },
            (None, _) => default().unwrap_or(ResolvedText::Blank),
        }
    }

    /// The text for a row, if there is one.
    pub(in crate::formats::mapping) fn text(&self, row: &Row<'_>) -> Option<String> {
        match self.fill(row) {
            ResolvedText::Text(text) => Some(text),
            ResolvedText::Blank | ResolvedText::Unlisted(_) => None,
        }
    }

    /// Whether it is blank for a row.
    pub(in crate::formats::mapping) fn is_blank(&self, row: &Row<'_>) -> bool {
        self.fill(row) == ResolvedText::Blank
    }

    /// The text, where it is the same for every row.
    pub(in crate::formats::mapping) fn constant(&self) -> Option<String> {
        let text = self.template.constant()?;
        let meaning = match &self.values {
            None => Some(text).filter(|text| !text.is_empty()),
            Some(values) => pattern::meaning(values, &text).map(str::to_owned),
        };
        meaning.or_else(|| self.default.as_ref().and_then(Template::constant))
    }

    /// The constant texts among its results.
    fn constants(&self) -> impl Iterator<Item = String> {
        let table = self.values.iter().flat_map(BTreeMap::values).cloned();
        let texts = table.chain(self.default.as_ref().and_then(Template::constant));
        texts.filter(|text| !text.is_empty())
    }
}

/// An empty meaning is none.
fn resolved(meaning: &str) -> ResolvedText {
    if meaning.is_empty() {
        ResolvedText::Blank
    } else {
        ResolvedText::Text(meaning.to_owned())
    }
}

/// A value as a table: `{ column = "status", values = { removed = "INACTIVE" }, default = "UNKNOWN" }`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ValueTable {
    column: Option<String>,
    text: Option<String>,
    values: Option<BTreeMap<String, String>>,
    default: Option<String>,
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ValueVisitor;

        impl<'de> Visitor<'de> for ValueVisitor {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text in quotes, or { column = \"…\" } with values or a default")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Value, E> {
                Ok(Value {
                    template: Template::parse(text).map_err(E::custom)?,
                    values: None,
                    default: None,
                })
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
                let table = ValueTable::deserialize(MapAccessDeserializer::new(map))?;
                let template = match (table.column, table.text) {
                    (Some(column), None) => Template::column(column.trim()),
                    (None, Some(text)) => Template::parse(&text).map_err(A::Error::custom)?,
                    _ => return Err(A::Error::custom("a value takes either column or text")),
                };
                Ok(Value {
                    template,
                    values: table.values,
                    default: match table.default {
                        Some(text) => Some(Template::parse(&text).map_err(A::Error::custom)?),
                        None => None,
                    },
                })
            }
        }

        deserializer.deserialize_any(ValueVisitor)
    }
}

/// A value that is parsed into a `T`.
#[derive(Debug, Clone)]
pub(in crate::formats::mapping) struct TypedValue<T> {
    pub(in crate::formats::mapping) value: Value,
    parsed_as: PhantomData<T>,
}

impl<'de, T: CellValue> Deserialize<'de> for TypedValue<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let plain = value.template.constant().filter(|_| value.values.is_none());
        if plain.as_deref() == Some("") && value.default.is_none() {
            return Err(D::Error::custom(
                "a text that is not empty; leave the key out where there is none",
            ));
        }
        for constant in value.constants().chain(plain.filter(|text| !text.is_empty())) {
            T::read(&constant, &[]).map_err(|invalid| D::Error::custom(invalid.to_string()))?;
        }
        Ok(Self {
            value,
            parsed_as: PhantomData,
        })
    }
}
