//! The rows of a table as they stand in the file, one at a time, each with the line on which it starts. A quote that is never
//! closed is seen, though the rest of the file is inside of it; rows without content are passed over.

use std::io::{BufRead, Chain, Read};

use super::form::Form;
use crate::formats::reader::{Bounded, Meter, NOT_UTF_8, Unreadable};

/// Read after the end of the file, as a row of its own unless a quote is still open. No text has it: it is a control character.
const SENTINEL: &[u8] = b"\x01";

/// The same as the last line of files of either kind.
const LAST_LINE: [&[u8]; 2] = [b"\n\x01", b"\r\n\x01"];

/// A table that is being read.
pub(super) struct Rows<'a> {
    reader: csv::Reader<Bounded<Chain<&'a mut dyn BufRead, &'static [u8]>>>,
    meter: Meter,
    /// Read, but not handed over yet: only with the next one is it known not to be the last.
    ahead: csv::ByteRecord,
    /// The line on which the one ahead starts; none at the end.
    ahead_line: Option<u64>,
    record: csv::ByteRecord,
    /// How many lines the reader is behind at the end of a row: where lines end in CR LF, the LF belongs to the next one.
    behind: u64,
}

/// A row as it stands in the file.
pub(super) struct Cells<'r> {
    pub(super) line: u64,
    pub(super) record: &'r csv::ByteRecord,
}

impl<'a> Rows<'a> {
    pub(super) fn open(bytes: &'a mut dyn BufRead, form: &Form, record_bytes_max: usize) -> Result<Self, Unreadable> {
        let start = bytes.fill_buf()?;
        let first_end = start.iter().position(|byte| *byte == b'\n');
        let ends_in_cr_lf = first_end.is_some_and(|end| end > 0 && start[end - 1] == b'\r');
        let last_line = LAST_LINE[usize::from(ends_in_cr_lf)];
        let bounded = Bounded::new(bytes.chain(last_line), record_bytes_max);
        let meter = bounded.meter();
        let mut builder = csv::ReaderBuilder::new();
        builder.has_headers(false).flexible(true).delimiter(form.delimiter);
        match form.quote {
            Some(quote) => builder.quote(quote),
            None => builder.quoting(false),
        };
        let mut rows = Self {
            reader: builder.from_reader(bounded),
            meter,
            ahead: csv::ByteRecord::new(),
            ahead_line: None,
            record: csv::ByteRecord::new(),
            behind: u64::from(!ends_in_cr_lf),
        };
        rows.advance()?;
        Ok(rows)
    }

    /// The names of the columns: the first row, unless the mapping gives them.
    pub(super) fn header(&mut self, form: &Form) -> Result<Vec<String>, Unreadable> {
        if let Some(columns) = &form.columns {
            return Ok(columns.iter().map(|name| name.trim().to_owned()).collect());
        }
        let refused = |reason: &str| Unreadable::form("the header", reason);
        let Some(cells) = self.next_row()? else {
            return Err(refused(
                "there is none, and nothing under it; a table begins with the names of its columns",
            ));
        };
        let names = cells.record.iter().map(|cell| std::str::from_utf8(cell).map(str::trim));
        let names: Result<Vec<&str>, _> = names.collect();
        let names = names.map_err(|_| refused(NOT_UTF_8))?;
        Ok(names.into_iter().map(str::to_owned).collect())
    }

    /// The next row that has anything in it.
    pub(super) fn next_row(&mut self) -> Result<Option<Cells<'_>>, Unreadable> {
        loop {
            let Some(line) = self.ahead_line else {
                return Ok(None);
            };
            std::mem::swap(&mut self.record, &mut self.ahead);
            self.advance()?;
            if self.ahead_line.is_none() {
                let is_sentinel = self.record.len() == 1 && self.record.get(0) == Some(SENTINEL);
                return if is_sentinel {
                    Ok(None)
                } else {
                    Err(unclosed(line + self.behind))
                };
            }
            if self.record.iter().any(|cell| !cell.trim_ascii().is_empty()) {
                return Ok(Some(Cells {
                    line,
                    record: &self.record,
                }));
            }
        }
    }

    /// Reads one row ahead.
    fn advance(&mut self) -> Result<(), Unreadable> {
        let read = self.reader.read_byte_record(&mut self.ahead).map_err(io_error)?;
        self.meter.next_record();
        self.ahead_line = read.then(|| {
            let within: usize = self
                .ahead
                .iter()
                .map(|cell| cell.iter().filter(|byte| **byte == b'\n').count())
                .sum();
            let within = u64::try_from(within).unwrap_or(u64::MAX);
            // Counted back from its end: the reader counts blank lines before a row as part of it.
            self.reader.position().line().saturating_sub(self.behind + within)
        });
        Ok(())
    }
}

fn unclosed(line: u64) -> Unreadable {
    let reason =
        "a quote that opens in this row is never closed; close it, or tell in the mapping what quotes ([csv] quote)";
    // No end of a line was read behind it.
    Unreadable::form(format!("line {line}"), reason)
}

fn io_error(error: csv::Error) -> Unreadable {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => Unreadable::Io(error),
        kind => Unreadable::form("the table", format!("{kind:?}")),
    }
}
