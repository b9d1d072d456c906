//! One CSV file: its header, and its rows one by one, each with the line on which it starts. Structural problems of
//! the file are reported here; the readers of the tables interpret the cells.

use super::{layout::TableLayout, row::TableRow};
use crate::formats::{
    Problem, Problems,
    cells::{self, CellStyle},
    csv_records::{CsvDialect, CsvEvent, Records},
};

/// A table that is being read.
pub(super) struct Sheet<'a> {
    layout: TableLayout,
    /// The position of each column of the layout in a row; none when the header lacks it.
    positions: Vec<Option<usize>>,
    /// How many fields the header has.
    width: usize,
    records: Records<&'a [u8]>,
    cells: CellStyle,
    cut_off: bool,
}

impl<'a> Sheet<'a> {
    /// Reads the header of `bytes`; none when there is none, which is reported.
    pub(super) fn open(
        layout: TableLayout,
        bytes: &'a [u8],
        cells: CellStyle,
        problems: &mut Problems,
    ) -> Option<Self> {
        let mut records = Records::new(bytes, CsvDialect::COMMAS, usize::MAX);
        let line = match step(&mut records) {
            CsvEvent::Record { line } => line,
            CsvEvent::Unclosed { line } => {
                problems.push(unclosed(layout, line));
                return None;
            }
            CsvEvent::End => {
                let expected = format!("a header row with the columns {}", layout.columns.join(", "));
                problems.push(Problem::new(layout.file, expected).at(1));
                return None;
            }
        };
        let positions = columns(layout, &records.record, line, problems);
        Some(Self {
            layout,
            positions,
            width: records.record.len(),
            records,
            cells,
            cut_off: false,
        })
    }

    /// Whether the header has `column`.
    pub(super) fn has(&self, column: &str) -> bool {
        let position = self.layout.columns.iter().position(|known| *known == column);
        position.is_some_and(|position| self.positions[position].is_some())
    }

    /// Whether rows may be missing because a quote was never closed.
    pub(super) fn is_cut_off(&self) -> bool {
        self.cut_off
    }

    /// The next row that has anything in it.
    ///
    /// A row of the wrong width is reported here and still returned, marked as misaligned, so that its id is known elsewhere.
    pub(super) fn next_row<'r>(&'r mut self, problems: &'r mut Problems) -> Option<TableRow<'r>> {
        loop {
            let (line, misaligned) = match step(&mut self.records) {
                CsvEvent::End => return None,
                CsvEvent::Unclosed { line } => {
                    self.cut_off = true;
                    problems.push(unclosed(self.layout, line));
                    (line, true)
                }
                CsvEvent::Record { line } => {
                    // Spreadsheets like to leave rows of nothing but separators behind.
                    if self.records.record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                        continue;
                    }
                    if self.cells == CellStyle::Quoted {
                        unquote(&mut self.records.record);
                    }
                    let found = self.records.record.len();
                    if found != self.width {
                        let expected = format!("{} fields as in the header, not {found}", self.width);
                        problems.push(Problem::new(self.layout.file, expected).at(line));
                    }
                    (line, found != self.width)
                }
            };
            return Some(TableRow::new(
                self.layout,
                &self.positions,
                &self.records.record,
                line,
                misaligned,
                problems,
            ));
        }
    }
}

/// Reading from memory cannot fail.
fn step(records: &mut Records<&[u8]>) -> CsvEvent {
    records.advance().unwrap_or(CsvEvent::End)
}

/// Removes the apostrophes that keep a spreadsheet from running cells.
fn unquote(record: &mut csv::ByteRecord) {
    if record.iter().any(|cell| cell.starts_with(b"'")) {
        let bare = record.iter().map(|cell| match std::str::from_utf8(cell) {
            Ok(text) => cells::unquoted(text).as_bytes(),
            Err(_) => cell,
        });
        *record = bare.collect();
    }
}

fn unclosed(layout: TableLayout, line: u64) -> Problem {
    Problem::new(
        layout.file,
        "a closing quote; the one opened in this row is open until the end of the file",
    )
    .at(line)
}

/// Finds the columns of the layout in the header and reports those that are missing, unknown or repeated.
fn columns(layout: TableLayout, header: &csv::ByteRecord, line: u64, problems: &mut Problems) -> Vec<Option<usize>> {
    let mut positions: Vec<Option<usize>> = vec![None; layout.columns.len()];
    for (position, cell) in header.iter().enumerate() {
        let name = String::from_utf8_lossy(cell);
        let name = name.trim();
        let expected = match layout.columns.iter().position(|known| *known == name) {
            None => format!("one of the columns {}, separated by commas", layout.columns.join(", ")),
            Some(column) => match positions[column] {
                Some(_) => "every column only once".to_owned(),
                None => {
                    positions[column] = Some(position);
                    continue;
                }
            },
        };
        problems.push(
            Problem::new(layout.file, expected)
                .at(line)
                .column("header")
                .value(name),
        );
    }
    for (column, position) in layout.columns.iter().zip(&positions) {
        if position.is_none() && !layout.optional.contains(column) {
            let expected = format!("a column {column}; its cells may be blank where it is optional");
            problems.push(Problem::new(layout.file, expected).at(line).column("header"));
        }
    }
    positions
}
