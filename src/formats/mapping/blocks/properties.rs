//! Which columns go to the `properties` of a draft, as written: some of them, some under other names, or all that the mapping
//! does not take otherwise.

use std::{collections::BTreeMap, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{
        Error, MapAccess, SeqAccess, Visitor,
        value::{MapAccessDeserializer, SeqAccessDeserializer},
    },
};
use serde_json::Map;

use crate::formats::mapping::columns::{row::Row, value::Value};

/// What goes to the properties.
#[derive(Debug, Clone)]
pub(in crate::formats::mapping) enum Properties {
    /// These, each under its name.
    Named(BTreeMap<String, Value>),
    /// Every column that no other value of the mapping takes.
    Rest,
}

impl Default for Properties {
    fn default() -> Self {
        Self::Named(BTreeMap::new())
    }
}

impl Properties {
    /// Every value in it.
    pub(in crate::formats::mapping) fn values(&self) -> impl Iterator<Item = &Value> {
        let named = match self {
            Self::Named(named) => Some(named.values()),
            Self::Rest => None,
        };
        named.into_iter().flatten()
    }

    /// What the row has of them; nothing is said of what is blank.
    pub(in crate::formats::mapping) fn of(&self, row: &Row<'_>) -> Map<String, serde_json::Value> {
        match self {
            Self::Named(named) => {
                let texts = named.iter().filter_map(|(name, value)| Some((name, value.text(row)?)));
                texts.map(|(name, text)| (name.clone(), text.into())).collect()
            }
            Self::Rest => {
                let cells = row.rest().filter(|(_, cell)| !cell.is_empty());
                cells.map(|(name, cell)| (name.to_owned(), cell.into())).collect()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Properties {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PropertiesVisitor;

        impl<'de> Visitor<'de> for PropertiesVisitor {
            type Value = Properties;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"rest\", a list of columns, or a table of names and values")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Properties, E> {
                match text {
                    "rest" => Ok(Properties::Rest),
                    _ => Err(E::custom(
                        "\"rest\", for all columns that nothing else takes, or a list of columns",
                    )),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Properties, A::Error> {
                let columns: Vec<String> = Vec::deserialize(SeqAccessDeserializer::new(seq))?;
                let named = columns.iter().map(|column| column.trim());
                Ok(Properties::Named(
                    named.map(|column| (column.to_owned(), Value::column(column))).collect(),
                ))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Properties, A::Error> {
                BTreeMap::deserialize(MapAccessDeserializer::new(map)).map(Properties::Named)
            }
        }

        deserializer.deserialize_any(PropertiesVisitor)
    }
}
