//! Any table, by a mapping: a TOML file that says which columns are the source, the entities and the relationships of each
//! row, as `docs/importing/csv.md` describes it. Unknown keys, filters and columns are refused before the first row.

mod blocks;
mod columns;
mod definition;
mod suggest;

use std::ops::ControlFlow;

pub use definition::Mapping;
pub use suggest::{SAMPLE_RECORDS_MAX, suggest};

use self::{
    blocks::reading::Reading,
    columns::{
        above::Above,
        header,
        row::{Header, Row},
        rows::Rows,
    },
};
use super::reader::{Draft, Each, Effect, Fault, Found, Input, Item, Place, Told, Unreadable, VALUE_CHARS_MAX};
use crate::model::{Record, Source};

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
        header: header::of(rows.header(&mapping.csv)?, mapping)?,
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
