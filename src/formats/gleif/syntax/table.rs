//! The golden copy as CSV. Columns are found by their names, once; a record is only the cells that are not blank.
//! Refuses headers with a column twice, or without those that no record can do without.

use std::collections::HashSet;

use csv::ByteRecord;

use super::{
    fields::{FieldPosition, RecordFields},
    row::{Cell, GleifRow},
};
use crate::formats::{
    csv_records::{CsvDialect, CsvEvent, Records, unclosed},
    gleif::{
        file_type::Content,
        record_sink::{NOT_UTF_8, RecordSink, too_many_fields},
    },
    reader::{self, Input, RecordFault, Unreadable},
};

/// The columns that no record can do without.
fn required(content: Content) -> &'static [&'static str] {
    match content {
        Content::Lei => &["LEI", "Entity.LegalName"],
        Content::Rr => &[
            "Relationship.StartNode.NodeID",
            "Relationship.EndNode.NodeID",
            "Relationship.RelationshipType",
        ],
        Content::Repex => &["LEI", "Exception.Category", "Exception.Reason"],
    }
}

/// Reads a table.
pub(in crate::formats::gleif) fn read(
    input: Input<'_>,
    content: Content,
    sink: &mut RecordSink<'_>,
) -> Result<(), Unreadable> {
    let mut records = Records::new(input.bytes, CsvDialect::COMMAS, input.source_defaults.record_bytes_max);
    let header = records.advance().map_err(|error| sink.io(error))?;
    if header == CsvEvent::End {
        return Err(Unreadable::malformed("line 1", "the file is empty; get it again"));
    }
    let mut fields = content.fields();
    let columns = columns(&records.record, content, &mut fields)?;
    if matches!(header, CsvEvent::Unclosed { .. }) {
        return Err(sink.cut_off());
    }
    let mut cells: Vec<Cell> = Vec::new();
    loop {
        let line = match records.advance().map_err(|error| sink.io(error))? {
            CsvEvent::Record { line } => line,
            CsvEvent::End => return Ok(()),
            CsvEvent::Unclosed { .. } => return Err(unclosed(sink.next_place())),
        };
        let row = row(&records.record, &columns, &fields, &mut cells);
        if sink.hand_over(row, Some(line)).is_break() {
            return Ok(());
        }
    }
}

/// The cells of a row that are not blank.
fn row<'a>(
    row: &'a ByteRecord,
    columns: &[FieldPosition],
    fields: &'a RecordFields,
    cells: &'a mut Vec<Cell>,
) -> Result<GleifRow<'a>, RecordFault> {
    if row.len() != columns.len() {
        let fields_found = format!("{} instead of {}", row.len(), columns.len());
        return Err(RecordFault::rejected("", "not as many fields as the header").with(&fields_found));
    }
    let text = str::from_utf8(row.as_slice()).map_err(|_| RecordFault::rejected("", reader::NOT_UTF_8))?;
    cells.clear();
    let mut start = 0;
    for (at, column) in columns.iter().enumerate() {
        let end = row.range(at).map_or(start, |range| range.end);
        if start < end {
            // A letter may not begin in one cell and end in the next.
            let cell = text.get(start..end);
            let cell = cell.ok_or_else(|| RecordFault::rejected("", reader::NOT_UTF_8))?;
            let trimmed = cell.trim();
            if !trimmed.is_empty() {
                let start = start + (cell.len() - cell.trim_start().len());
                cells.push(Cell::new(*column, start, start + trimmed.len()));
            }
        }
        start = end;
    }
    Ok(GleifRow { fields, text, cells })
}

/// The field of each column.
fn columns(header: &ByteRecord, content: Content, fields: &mut RecordFields) -> Result<Vec<FieldPosition>, Unreadable> {
    let refuse = |reason: String| Unreadable::malformed("line 1", reason);
    let mut names: HashSet<&str> = HashSet::new();
    let mut columns: Vec<FieldPosition> = Vec::with_capacity(header.len());
    for (at, name) in header.iter().enumerate() {
        let name = str::from_utf8(name).map_err(|_| refuse(NOT_UTF_8.to_owned()))?.trim();
        if name.contains('\0') {
            return Err(refuse(NOT_UTF_8.to_owned()));
        }
        if name.is_empty() {
            let number = at + 1;
            return Err(refuse(format!("column {number} has no name; name it, or take it out")));
        }
        if !names.insert(name) {
            return Err(refuse(format!(
                "the column {name:.200} is there twice; take one of them out"
            )));
        }
        let position = position(name, fields);
        columns.push(position.ok_or_else(|| refuse(format!("{name:.200}: {}", too_many_fields().reason)))?);
    }
    for path in required(content) {
        if !columns
            .iter()
            .any(|position| fields.field(position.field).path == *path)
        {
            return Err(refuse(format!(
                "there is no column {path}; is it {content:?} data, with its header?"
            )));
        }
    }
    Ok(columns)
}

/// The field that a column names: `Entity.OtherAddresses.OtherAddress.2.City`.
fn position(name: &str, fields: &mut RecordFields) -> Option<FieldPosition> {
    const DIGITS_MAX: usize = 3;
    let is_number =
        |part: &str| (1..=DIGITS_MAX).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut position = FieldPosition::ROOT;
    let mut parts = name.split('.').peekable();
    while let Some(part) = parts.next() {
        let number = parts.next_if(|next| is_number(next));
        let ordinal = number.and_then(|digits| digits.parse().ok()).unwrap_or(1);
        position = fields.child(position, part, ordinal)?;
    }
    Some(position)
}
