//! A table of statements, one in each row.

use std::{collections::HashMap, io::BufRead, ops::ControlFlow};

use csv::ByteRecord;

use super::{record_reader::RecordReader, statements::ValueStatement};
use crate::formats::{
    csv_records::{CsvDialect, CsvEvent, Records, unclosed},
    reader::Unreadable,
};

/// Reads a table, one statement in each row.
pub(in crate::formats::followthemoney) fn read(
    bytes: &mut dyn BufRead,
    reader: &mut RecordReader<'_>,
) -> Result<(), Unreadable> {
    let mut table = Records::new(bytes, CsvDialect::COMMAS, reader.bytes_max);
    let (CsvEvent::Record { line } | CsvEvent::Unclosed { line }) = table.advance()? else {
        return Ok(());
    };
    let columns: HashMap<String, usize> = texts(&table.record, line)?
        .into_iter()
        .enumerate()
        .map(|(column, name)| (name.trim().to_owned(), column))
        .collect();
    loop {
        let line = match table.advance()? {
            CsvEvent::Record { line } => line,
            CsvEvent::Unclosed { line } => return Err(unclosed(format!("line {line}"))),
            CsvEvent::End => break,
        };
        let cells = texts(&table.record, line)?;
        let text = |name: &str| {
            let cell = columns.get(name).and_then(|column| cells.get(*column));
            cell.map(|cell| (*cell).to_owned()).unwrap_or_default()
        };
        if reader.statement(ValueStatement::read(text), line) == ControlFlow::Break(()) {
            return Ok(());
        }
    }
    let _ = reader.finish();
    Ok(())
}

/// The cells of a record that starts on this line.
fn texts(record: &ByteRecord, line: u64) -> Result<Vec<&str>, Unreadable> {
    let texts = record.iter().map(str::from_utf8).collect::<Result<_, _>>();
    texts.map_err(|_| Unreadable::malformed(format!("line {line}"), "not UTF-8"))
}
