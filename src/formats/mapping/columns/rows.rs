//! The rows of a table as they stand in the file, one at a time, each with the line on which it starts. A quote that is never
//! closed is reported, though the rest of the file is inside of it; blank rows are skipped.

use std::io::BufRead;

use super::csv_options::CsvOptions;
use crate::formats::{
    csv_records::{CsvDialect, CsvEvent, Records},
    reader::{NOT_UTF_8, Unreadable},
};

/// A table that is being read.
pub(in crate::formats::mapping) struct Rows<'a> {
    records: Records<&'a mut dyn BufRead>,
}

/// A row as it stands in the file.
pub(in crate::formats::mapping) struct RawRow<'r> {
    pub(in crate::formats::mapping) line: u64,
    pub(in crate::formats::mapping) record: &'r csv::ByteRecord,
}

impl<'a> Rows<'a> {
    pub(in crate::formats::mapping) fn open(
        bytes: &'a mut dyn BufRead,
        options: &CsvOptions,
        record_bytes_max: usize,
    ) -> Self {
        let dialect = CsvDialect {
            delimiter: options.delimiter,
            quote: options.quote,
        };
        let records = Records::new(bytes, dialect, record_bytes_max);
        Self { records }
    }

    /// The names of the columns: the first row, unless the mapping gives them.
    pub(in crate::formats::mapping) fn header(&mut self, options: &CsvOptions) -> Result<Vec<String>, Unreadable> {
        if let Some(columns) = &options.columns {
            return Ok(columns.iter().map(|name| name.trim().to_owned()).collect());
        }
        let refused = |reason: &str| Unreadable::malformed("the header", reason);
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
    pub(in crate::formats::mapping) fn next_row(&mut self) -> Result<Option<RawRow<'_>>, Unreadable> {
        loop {
            let line = match self.records.advance()? {
                CsvEvent::Record { line } => line,
                CsvEvent::Unclosed { line } => return Err(unclosed(line)),
                CsvEvent::End => return Ok(None),
            };
            if self.records.record.iter().any(|cell| !cell.trim_ascii().is_empty()) {
                let record = &self.records.record;
                return Ok(Some(RawRow { line, record }));
            }
        }
    }
}

fn unclosed(line: u64) -> Unreadable {
    let reason =
        "a quote that opens in this row is never closed; close it, or set the quote in the mapping ([csv] quote)";
    Unreadable::malformed(format!("line {line}"), reason)
}
