//! A mapping as its TOML file defines it. Unknown keys are refused with their line.

use serde::Deserialize;

use super::{
    blocks::{
        self,
        block::{EntityBlock, RelationshipBlock, SourceBlock},
    },
    columns::{csv_options::CsvOptions, value::Value},
};
use crate::formats::reader::Unreadable;

/// What the columns of a table mean.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The schemes of identifiers by which entities are joined with those that have the same.
    #[serde(default)]
    pub(super) join: Vec<String>,
    #[serde(default)]
    pub(super) source: SourceBlock,
    #[serde(default)]
    pub(super) csv: CsvOptions,
    #[serde(default, rename = "entity")]
    pub(super) entities: Vec<EntityBlock>,
    #[serde(default, rename = "relationship")]
    pub(super) relationships: Vec<RelationshipBlock>,
}

impl Mapping {
    /// The mapping that this TOML writes.
    ///
    /// ```
    /// let mapping = guanxi::formats::mapping::Mapping::parse(
    ///     r#"
    ///     [[entity]]
    ///     id = "shop:{number}"
    ///     kind = "COMPANY"
    ///     nmae = "{name}"
    ///     "#,
    /// );
    /// let refused = mapping.unwrap_err().to_string();
    /// assert!(refused.starts_with("line 5, entity: unknown field `nmae`, expected one of"), "{refused}");
    /// ```
    ///
    /// # Errors
    /// [`Unreadable::Malformed`] with the line and the key, where it is not TOML or not a mapping.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let mapping: Self = toml::from_str(text).map_err(|error| refused(text, error))?;
        if mapping.entities.is_empty() && mapping.relationships.is_empty() {
            let reason = "the mapping makes nothing of a row; add an [[entity]] or a [[relationship]]";
            return Err(Unreadable::malformed("the mapping", reason));
        }
        for (place, block) in mapping.entities.iter().enumerate() {
            let place = || format!("[[entity]] number {}", place + 1);
            block.check().map_err(|reason| Unreadable::malformed(place(), reason))?;
        }
        for (place, block) in mapping.relationships.iter().enumerate() {
            let place = || format!("[[relationship]] number {}", place + 1);
            block.check().map_err(|reason| Unreadable::malformed(place(), reason))?;
        }
        Ok(mapping)
    }

    /// The schemes of identifiers by which entities are joined with those that have the same.
    #[must_use]
    pub fn join(&self) -> &[String] {
        &self.join
    }

    /// What the source is; none where nothing needs one.
    pub(super) fn source(&self) -> Option<&SourceBlock> {
        let is_needed = !self.relationships.is_empty() || !self.source.values().is_empty();
        is_needed.then_some(&self.source)
    }

    /// Every value with its key.
    pub(super) fn values(&self) -> Vec<(&'static str, &Value)> {
        let mut values = self.source.values();
        values.extend(self.entities.iter().flat_map(EntityBlock::values));
        values.extend(self.relationships.iter().flat_map(RelationshipBlock::values));
        values
    }

    /// Every column that is named outside of a value, with the key.
    pub(super) fn columns(&self) -> Vec<(&'static str, &str)> {
        let entities = self.entities.iter().map(EntityBlock::row_selector);
        let selectors = entities.chain(self.relationships.iter().map(RelationshipBlock::row_selector));
        let fill_down = self.csv.fill_down.iter().map(|column| ("fill_down", column.trim()));
        selectors
            .flat_map(blocks::row_selector::RowSelector::columns)
            .chain(fill_down)
            .collect()
    }
}

/// The error for TOML that is no mapping, with the line and the key.
fn refused(text: &str, mut error: toml::de::Error) -> Unreadable {
    let line = error.span().map_or(1, |span| {
        let before = text.get(..span.start).unwrap_or_default();
        before.matches('\n').count() + 1
    });
    let reason = error.message().to_owned();
    // Without its input, the error states the key instead, in its last line.
    error.set_input(None);
    let message = error.to_string();
    let key = message
        .lines()
        .find_map(|line| line.strip_prefix("in `")?.strip_suffix('`'));
    let place = key.map_or(format!("line {line}"), |key| format!("line {line}, {key}"));
    Unreadable::malformed(place, reason)
}
