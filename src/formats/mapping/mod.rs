//! Any table, by a mapping: a TOML file that says which columns are the source, the entities and the relationships of each
//! row, as `docs/importing/csv.md` describes it. Unknown keys, filters and columns are refused before the first row.

mod blocks;
mod columns;
mod suggest;

use std::ops::ControlFlow;

use serde::Deserialize;

pub use suggest::{SAMPLE_RECORDS_MAX, suggest};

use self::{
    blocks::{
        block::{EntityBlock, RelationshipBlock, SourceBlock},
        reading::Reading,
    },
    columns::{
        above::Above,
        form::Form,
        header::{Header, Row},
        rows::Rows,
        value::Value,
    },
};
use super::reader::{Draft, Each, Effect, Fault, Found, Input, Item, Place, Told, Unreadable, VALUE_CHARS_MAX};
use crate::model::{Record, Source};

/// What the columns of a table are.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The schemes of identifiers by which entities are joined with those that have the same.
    #[serde(default)]
    join: Vec<String>,
    #[serde(default)]
    source: SourceBlock,
    #[serde(default)]
    csv: Form,
    #[serde(default, rename = "entity")]
    entities: Vec<EntityBlock>,
    #[serde(default, rename = "relationship")]
    relationships: Vec<RelationshipBlock>,
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
    /// [`Unreadable::Form`] with the line and the key, where it is not TOML or not a mapping.
    pub fn parse(text: &str) -> Result<Self, Unreadable> {
        let mapping: Self = toml::from_str(text).map_err(|error| refused(text, error))?;
        if mapping.entities.is_empty() && mapping.relationships.is_empty() {
            let reason = "the mapping makes nothing of a row; add an [[entity]] or a [[relationship]]";
            return Err(Unreadable::form("the mapping", reason));
        }
        for (place, block) in mapping.entities.iter().enumerate() {
            let place = || format!("[[entity]] number {}", place + 1);
            block.check().map_err(|reason| Unreadable::form(place(), reason))?;
        }
        for (place, block) in mapping.relationships.iter().enumerate() {
            let place = || format!("[[relationship]] number {}", place + 1);
            block.check().map_err(|reason| Unreadable::form(place(), reason))?;
        }
        Ok(mapping)
    }

    /// The schemes of identifiers by which entities are joined with those that have the same.
    #[must_use]
    pub fn join(&self) -> &[String] {
        &self.join
    }

    /// What the source is; none where nothing needs one.
    fn source(&self) -> Option<&SourceBlock> {
        let is_needed = !self.relationships.is_empty() || !self.source.values().is_empty();
        is_needed.then_some(&self.source)
    }

    /// Every value with what it is called.
    fn values(&self) -> Vec<(&'static str, &Value)> {
        let mut values = self.source.values();
        values.extend(self.entities.iter().flat_map(EntityBlock::values));
        values.extend(self.relationships.iter().flat_map(RelationshipBlock::values));
        values
    }

    /// Every column that is named outside of a value, with where.
    fn columns(&self) -> Vec<(&'static str, &str)> {
        let entities = self.entities.iter().map(EntityBlock::apply);
        let applies = entities.chain(self.relationships.iter().map(RelationshipBlock::apply));
        let filled = self.csv.fill_down.iter().map(|column| ("fill_down", column.trim()));
        applies.flat_map(blocks::apply::Apply::columns).chain(filled).collect()
    }
}

/// Where and why TOML is no mapping.
fn refused(text: &str, mut error: toml::de::Error) -> Unreadable {
    let line = error.span().map_or(1, |span| {
        let before = text.get(..span.start).unwrap_or_default();
        before.matches('\n').count() + 1
    });
    let reason = error.message().to_owned();
    // Without the text beside it, the error tells the key instead, in its last line.
    error.set_input(None);
    let told = error.to_string();
    let key = told
        .lines()
        .find_map(|line| line.strip_prefix("in `")?.strip_suffix('`'));
    let place = key.map_or(format!("line {line}"), |key| format!("line {line}, {key}"));
    Unreadable::form(place, reason)
}

/// Reads a table as the mapping says. A row is a record: it becomes one draft for each block that takes it. A value that is
/// not understood is kept in the properties; without an id, a kind, a name or an end there is no draft.
///
/// # Errors
/// [`Unreadable`] when the table has no header or lacks a column that the mapping takes, when a row is longer than is
/// allowed, or a quote is never closed.
pub fn read(input: Input<'_>, mapping: &Mapping, each: Each<'_>) -> Result<(), Unreadable> {
    let Input { name, bytes, told } = input;
    let mut rows = Rows::open(bytes, &mapping.csv, told.record_bytes_max);
    let table = Table {
        mapping,
        name,
        told,
        header: Header::of(rows.header(&mapping.csv)?, mapping)?,
        source: match mapping.source() {
            Some(block) => block.of_table(name, told)?,
            None => None,
        },
    };
    if let Some(source) = &table.source {
        let preamble = Item::Preamble(vec![Draft::of(Record::Source(source.clone()))]);
        if each(preamble).is_break() {
            return Ok(());
        }
    }
    let mut number = 0;
    let mut above = Above::of(&mapping.csv.fill_down, &table.header);
    while let Some(cells) = rows.next_row()? {
        number += 1;
        let filled = above.fill(cells.record);
        let cells = columns::rows::Cells {
            line: cells.line,
            record: filled.as_ref().unwrap_or(cells.record),
        };
        if let ControlFlow::Break(()) = each(Item::Record(table.found(number, &cells))) {
            break;
        }
    }
    Ok(())
}

/// A table under its mapping.
struct Table<'a> {
    mapping: &'a Mapping,
    name: &'a str,
    told: &'a Told,
    header: Header,
    /// What the whole table is; none where each row names its own source.
    source: Option<Source>,
}

impl Table<'_> {
    /// What is made of a row.
    fn found(&self, number: u64, cells: &columns::rows::Cells<'_>) -> Found {
        let mut found = Found {
            place: Place {
                record: number,
                line: Some(cells.line),
                key: None,
            },
            drafts: Vec::new(),
            faults: Vec::new(),
        };
        let row = match self.header.row(cells.record) {
            Ok(row) => row,
            Err(fault) => {
                found.faults.push(fault);
                return found;
            }
        };
        found.place.key = key(self.mapping, &row);
        let own = match (&self.source, self.mapping.source()) {
            (None, Some(block)) => {
                let mut reading = Reading::new(row, &self.mapping.csv, &mut found.faults);
                block.of_row(&mut reading, self.name, self.told)
            }
            _ => None,
        };
        // A source has no properties in which anything could be kept.
        for fault in &mut found.faults {
            fault.effect = Effect::Rejected;
        }
        self.describe(row, &mut found);
        if let Some(source) = self.source.as_ref().or(own.as_ref()) {
            self.relate(row, source, &mut found);
        }
        let is_rejected = found.faults.iter().any(|fault| fault.effect == Effect::Rejected);
        if found.drafts.is_empty() && !is_rejected {
            let fault = Fault::rejected("", "the mapping takes nothing from this row");
            found.faults.push(fault);
        } else if let Some(source) = own.filter(|_| !found.drafts.is_empty()) {
            found.drafts.insert(0, Draft::of(Record::Source(source)));
        }
        found
    }

    fn describe(&self, row: Row<'_>, found: &mut Found) {
        for block in &self.mapping.entities {
            for part in block.apply().parts(row) {
                let mut reading = Reading::new(part, &self.mapping.csv, &mut found.faults);
                found.drafts.extend(block.draft(&mut reading));
            }
        }
    }

    fn relate(&self, row: Row<'_>, source: &Source, found: &mut Found) {
        for block in &self.mapping.relationships {
            for part in block.apply().parts(row) {
                let mut reading = Reading::new(part, &self.mapping.csv, &mut found.faults);
                found.drafts.extend(block.draft(&mut reading, &source.id));
            }
        }
    }
}

/// What a row is called: the id of the first entity it describes, or else of whom it relates.
fn key(mapping: &Mapping, row: &Row<'_>) -> Option<String> {
    let described = mapping.entities.iter().find(|block| !block.placeholder);
    let told = match described {
        Some(block) => block.id.value.text(row),
        None => mapping.relationships.first().map(|block| block.columns_told(row)),
    };
    let told = told.filter(|told| !told.is_empty())?;
    Some(told.chars().take(VALUE_CHARS_MAX).collect())
}
