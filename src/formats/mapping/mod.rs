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
    blocks::row_reader::RowReader,
    columns::{
        fill_down::FillDown,
        header,
        row::{Header, Row},
        rows::Rows,
    },
};
use super::reader::{
    Draft, Effect, Input, Item, ItemHandler, RecordDrafts, RecordFault, RecordPlace, SourceDefaults, Unreadable,
    VALUE_CHARS_MAX,
};
use crate::model::{Record, Source};

/// Reads a table as the mapping says. A row is a record: it becomes one draft for each block that takes it. A value that is
/// not understood goes to the properties; without an id, a kind, a name or an end there is no draft.
///
/// # Errors
/// [`Unreadable`] when the table has no header or lacks a column that the mapping takes, when a row is longer than is
/// allowed, or a quote is never closed.
pub fn read(input: Input<'_>, mapping: &Mapping, on_item: ItemHandler<'_>) -> Result<(), Unreadable> {
    let Input {
        name,
        bytes,
        source_defaults,
    } = input;
    let mut rows = Rows::open(bytes, &mapping.csv, source_defaults.record_bytes_max);
    let table = Table {
        mapping,
        name,
        source_defaults,
        header: header::of(rows.header(&mapping.csv)?, mapping)?,
        source: match mapping.source() {
            Some(block) => block.of_table(name, source_defaults)?,
            None => None,
        },
    };
    if let Some(source) = &table.source {
        let preamble = Item::Preamble(vec![Draft::of(Record::Source(source.clone()))]);
        if on_item(preamble).is_break() {
            return Ok(());
        }
    }
    let mut number = 0;
    let mut fill_down = FillDown::of(&mapping.csv.fill_down, &table.header);
    while let Some(cells) = rows.next_row()? {
        number += 1;
        let record = fill_down.fill(cells.record);
        let cells = columns::rows::RawRow {
            line: cells.line,
            record: record.as_ref().unwrap_or(cells.record),
        };
        if let ControlFlow::Break(()) = on_item(Item::Record(table.record(number, &cells))) {
            break;
        }
    }
    Ok(())
}

/// A table under its mapping.
struct Table<'a> {
    mapping: &'a Mapping,
    name: &'a str,
    source_defaults: &'a SourceDefaults,
    header: Header,
    /// What the whole table is; none where each row names its own source.
    source: Option<Source>,
}

impl Table<'_> {
    /// The drafts and faults of a row.
    fn record(&self, number: u64, cells: &columns::rows::RawRow<'_>) -> RecordDrafts {
        let mut record = RecordDrafts {
            place: RecordPlace {
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
                record.faults.push(fault);
                return record;
            }
        };
        record.place.key = key(self.mapping, &row);
        let row_source = match (&self.source, self.mapping.source()) {
            (None, Some(block)) => {
                let mut reader = RowReader::new(row, &self.mapping.csv, &mut record.faults);
                block.of_row(&mut reader, self.name, self.source_defaults)
            }
            _ => None,
        };
        // A source has no properties that a value could go to.
        for fault in &mut record.faults {
            fault.effect = Effect::Rejected;
        }
        self.describe(row, &mut record);
        if let Some(source) = self.source.as_ref().or(row_source.as_ref()) {
            self.relate(row, source, &mut record);
        }
        let is_rejected = record.faults.iter().any(|fault| fault.effect == Effect::Rejected);
        if record.drafts.is_empty() && !is_rejected {
            let fault = RecordFault::rejected("", "the mapping takes nothing from this row");
            record.faults.push(fault);
        } else if let Some(source) = row_source.filter(|_| !record.drafts.is_empty()) {
            record.drafts.insert(0, Draft::of(Record::Source(source)));
        }
        record
    }

    fn describe(&self, row: Row<'_>, record: &mut RecordDrafts) {
        for block in &self.mapping.entities {
            for part in block.row_selector().parts(row) {
                let mut reader = RowReader::new(part, &self.mapping.csv, &mut record.faults);
                record.drafts.extend(block.draft(&mut reader));
            }
        }
    }

    fn relate(&self, row: Row<'_>, source: &Source, record: &mut RecordDrafts) {
        for block in &self.mapping.relationships {
            for part in block.row_selector().parts(row) {
                let mut reader = RowReader::new(part, &self.mapping.csv, &mut record.faults);
                record.drafts.extend(block.draft(&mut reader, &source.id));
            }
        }
    }
}

/// The key of a row: the id of the first entity it describes, or else the columns of its relationship.
fn key(mapping: &Mapping, row: &Row<'_>) -> Option<String> {
    let described = mapping.entities.iter().find(|block| !block.placeholder);
    let text = match described {
        Some(block) => block.id.value.text(row),
        None => mapping.relationships.first().map(|block| block.key_columns_text(row)),
    };
    let text = text.filter(|text| !text.is_empty())?;
    Some(text.chars().take(VALUE_CHARS_MAX).collect())
}
