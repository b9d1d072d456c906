//! The golden copy as CSV. Columns are found by their names, once; a record is only the cells that are not blank.
//! Refuses headers with a column twice, or without those that no record can do without.

use std::{
    collections::HashSet,
    io::{BufRead, Read},
};

use csv::ByteRecord;

use super::{
    Content, NOT_UTF_8, Out,
    fields::{Fields, Spot},
    overflow,
    row::{Cell, Row},
};
use crate::formats::reader::{self, Bounded, Fault, Input, Meter, Unreadable};

/// Read after the end of every file. A quote that is never closed swallows it.
const SENTINEL: &[u8] = b"\n.\n";

/// How much of a file is read at once.
const BUFFER_BYTES: usize = 1 << 17;

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
pub(super) fn read(input: Input<'_>, content: Content, out: &mut Out<'_>) -> Result<(), Unreadable> {
    let mut bounded = Bounded::new(input.bytes, input.told.record_bytes_max);
    let mut first = Vec::new();
    bounded.read_until(b'\n', &mut first).map_err(|error| out.io(error))?;
    // Where lines end in CR LF, the reader takes the LF for a part of the next one.
    let skipped = u64::from(first.ends_with(b"\r\n"));
    let mut rows = Rows {
        meter: bounded.meter(),
        reader: csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(BUFFER_BYTES)
            .from_reader(first.as_slice().chain(bounded).chain(SENTINEL)),
        row: ByteRecord::new(),
    };
    if !rows.advance(out)? || is_sentinel(&rows.row) {
        return Err(Unreadable::form("line 1", "the file is empty; get it again"));
    }
    let mut fields = content.fields();
    let columns = columns(&rows.row, content, &mut fields)?;
    let mut cells: Vec<Cell> = Vec::new();
    while rows.advance(out)? {
        if is_sentinel(&rows.row) {
            // A line of data may look like it, but then it is not the last.
            if !rows.advance(out)? {
                return Ok(());
            }
            if out.hand_over(Err(width()), None).is_break() {
                return Ok(());
            }
        }
        if rows.swallowed_sentinel(out)? {
            let reason = "a quote that opens in this record is never closed: the file is cut off, or a quote in it is \
                          not doubled; get it again";
            return Err(Unreadable::form(out.next_place(), reason));
        }
        let line = rows.row.position().map(|position| position.line() + skipped);
        let row = row(&rows.row, &columns, &fields, &mut cells);
        if out.hand_over(row, line).is_break() {
            return Ok(());
        }
    }
    Err(out.cut_off())
}

/// The rows of a file.
struct Rows<R> {
    reader: csv::Reader<R>,
    meter: Meter,
    row: ByteRecord,
}

impl<R: Read> Rows<R> {
    /// Reads the next row; says whether there was one.
    fn advance(&mut self, out: &Out<'_>) -> Result<bool, Unreadable> {
        self.meter.next_record();
        self.reader
            .read_byte_record(&mut self.row)
            .map_err(|error| match error.into_kind() {
                csv::ErrorKind::Io(error) => out.io(error),
                other => Unreadable::form(out.next_place(), format!("{other:?}")),
            })
    }

    /// Whether the row holds what was to be read after the end of the file.
    fn swallowed_sentinel(&mut self, out: &Out<'_>) -> Result<bool, Unreadable> {
        if !self.row.as_slice().ends_with(SENTINEL) {
            return Ok(false);
        }
        let mut next = ByteRecord::new();
        std::mem::swap(&mut next, &mut self.row);
        let is_last = !self.advance(out)?;
        std::mem::swap(&mut next, &mut self.row);
        Ok(is_last)
    }
}

fn is_sentinel(row: &ByteRecord) -> bool {
    row.len() == 1 && row.get(0) == Some(b".")
}

fn width() -> Fault {
    Fault::rejected("", "not as many fields as the header")
}

/// The cells of a row that are not blank.
fn row<'a>(
    row: &'a ByteRecord,
    columns: &[Spot],
    fields: &'a Fields,
    cells: &'a mut Vec<Cell>,
) -> Result<Row<'a>, Fault> {
    if row.len() != columns.len() {
        let found = format!("{} instead of {}", row.len(), columns.len());
        return Err(width().with(&found));
    }
    let text = str::from_utf8(row.as_slice()).map_err(|_| Fault::rejected("", reader::NOT_UTF_8))?;
    cells.clear();
    let mut start = 0;
    for (at, column) in columns.iter().enumerate() {
        let end = row.range(at).map_or(start, |range| range.end);
        if start < end {
            // A letter may not begin in one cell and end in the next.
            let cell = text.get(start..end);
            let cell = cell.ok_or_else(|| Fault::rejected("", reader::NOT_UTF_8))?;
            let trimmed = cell.trim();
            if !trimmed.is_empty() {
                let start = start + (cell.len() - cell.trim_start().len());
                cells.push(Cell::new(*column, start, start + trimmed.len()));
            }
        }
        start = end;
    }
    Ok(Row { fields, text, cells })
}

/// The field of each column.
fn columns(header: &ByteRecord, content: Content, fields: &mut Fields) -> Result<Vec<Spot>, Unreadable> {
    let refuse = |reason: String| Unreadable::form("line 1", reason);
    let mut names: HashSet<&str> = HashSet::new();
    let mut columns: Vec<Spot> = Vec::with_capacity(header.len());
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
        let spot = spot(name, fields);
        columns.push(spot.ok_or_else(|| refuse(format!("{name:.200}: {}", overflow().reason)))?);
    }
    for path in required(content) {
        if !columns.iter().any(|spot| fields.field(spot.field).path == *path) {
            return Err(refuse(format!(
                "there is no column {path}; is it {content:?} data, with its header?"
            )));
        }
    }
    Ok(columns)
}

/// The field that a column names: `Entity.OtherAddresses.OtherAddress.2.City`.
fn spot(name: &str, fields: &mut Fields) -> Option<Spot> {
    const DIGITS_MAX: usize = 3;
    let is_number =
        |part: &str| (1..=DIGITS_MAX).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let mut spot = Spot::ROOT;
    let mut parts = name.split('.').peekable();
    while let Some(part) = parts.next() {
        let number = parts.next_if(|next| is_number(next));
        let ordinal = number.and_then(|digits| digits.parse().ok()).unwrap_or(1);
        spot = fields.child(spot, part, ordinal)?;
    }
    Some(spot)
}
