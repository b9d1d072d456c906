//! Rows of a table that is being written, cell by cell, and how values are written into cells so that they read back alike.

use std::{borrow::Cow, fs::File, io, path::PathBuf};

use serde_json::{Map, Value};

use crate::{
    formats::{
        Error,
        cells::{self, CellStyle},
        export::ExportSummary,
        tables::layout::TableLayout,
    },
    model::{self, PartialDate},
};

/// A table that is being written.
pub(super) struct TableWriter {
    layout: TableLayout,
    path: PathBuf,
    writer: csv::Writer<File>,
    row: Vec<String>,
    style: CellStyle,
    /// Whether a cell was quoted.
    has_quoted: bool,
}

impl TableWriter {
    /// A table with its header.
    pub(super) fn begin(layout: TableLayout, path: PathBuf, file: File, style: CellStyle) -> Result<Self, Error> {
        let mut table = Self {
            layout,
            path,
            writer: csv::Writer::from_writer(file),
            row: vec![String::new(); layout.columns.len()],
            style,
            has_quoted: false,
        };
        let header = table.writer.write_record(layout.columns);
        table.checked(header.map_err(io::Error::from))?;
        Ok(table)
    }

    /// Writes into the cell under `column` of the row that is being written.
    pub(super) fn put(&mut self, column: &str, text: impl Into<String>) {
        let place = self.layout.columns.iter().position(|known| *known == column);
        let place = place.expect("a column of the form");
        let text: String = text.into();
        self.row[place] = match (self.style, cells::quoted(&text)) {
            (CellStyle::Quoted, Cow::Owned(quoted)) => {
                self.has_quoted = true;
                quoted
            }
            _ => text,
        };
    }

    /// Ends the row and begins the next one, which is blank.
    pub(super) fn end_row(&mut self) -> Result<(), Error> {
        let written = self.writer.write_record(&self.row).map_err(io::Error::from);
        self.row.iter_mut().for_each(String::clear);
        self.checked(written)
    }

    /// Completes the table and syncs it to disk. Returns whether a cell was quoted.
    pub(super) fn finish(mut self) -> Result<bool, Error> {
        let flushed = self.writer.flush().and_then(|()| self.writer.get_ref().sync_all());
        self.checked(flushed)?;
        Ok(self.has_quoted)
    }

    fn checked(&self, result: io::Result<()>) -> Result<(), Error> {
        result.map_err(|reason| super::io_error::io_error(&self.path, reason))
    }
}

/// A text without the white space around it, which tables do not hold.
pub(super) fn trimmed(summary: &mut ExportSummary, text: &str) -> String {
    let trimmed = text.trim();
    if trimmed.len() != text.len() {
        summary.leave_out("white space around a text");
    }
    trimmed.to_owned()
}

/// The same for an optional text; an empty one cannot be distinguished from a missing one.
pub(super) fn text(summary: &mut ExportSummary, text: Option<&str>) -> String {
    match text {
        None => String::new(),
        Some("") => {
            summary.leave_out("text that is empty");
            String::new()
        }
        Some(text) => trimmed(summary, text),
    }
}

/// A link that tables take.
pub(super) fn link(summary: &mut ExportSummary, text: Option<&str>) -> String {
    match text.map(model::link) {
        None => String::new(),
        Some(Ok(link)) => link,
        Some(Err(_)) => {
            summary.leave_out("link that is none");
            String::new()
        }
    }
}

pub(super) fn date(date: Option<PartialDate>) -> String {
    date.map_or_else(String::new, |date| date.to_string())
}

pub(super) fn object(object: Option<&Map<String, Value>>) -> String {
    object.map_or_else(String::new, |object| Value::Object(object.clone()).to_string())
}
