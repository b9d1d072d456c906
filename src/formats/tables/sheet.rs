//! One CSV file: its header, and its rows one by one, each with the line on which it starts. What is wrong with the form
//! of the file is reported here; what the cells mean is left to the readers of the single tables.

use super::{form::Form, row::Row};
use crate::formats::{
    Problem, Problems,
    cells::{self, Cells},
    csv_records::{Records, Step, Syntax},
};

/// A table that is being read.
pub(super) struct Sheet<'a> {
    form: Form,
    /// Where each of the form's columns stands in a row; none when the header lacks it.
    positions: Vec<Option<usize>>,
    /// How many fields the header has.
    width: usize,
    records: Records<&'a [u8]>,
    cells: Cells,
    cut_off: bool,
}

impl<'a> Sheet<'a> {
    /// Reads the header of `bytes`; none when there is none, which is reported.
    pub(super) fn open(form: Form, bytes: &'a [u8], cells: Cells, problems: &mut Problems) -> Option<Self> {
        let mut records = Records::new(bytes, Syntax::COMMAS, usize::MAX);
        let line = match step(&mut records) {
            Step::Record { line } => line,
            Step::Unclosed { line } => {
                problems.push(unclosed(form, line));
                return None;
            }
            Step::End => {
                let expected = format!("a header row with the columns {}", form.columns.join(", "));
                problems.push(Problem::new(form.file, expected).at(1));
                return None;
            }
        };
        let positions = columns(form, &records.record, line, problems);
        Some(Self {
            form,
            positions,
            width: records.record.len(),
            records,
            cells,
            cut_off: false,
        })
    }

    /// Whether the header has `column`.
    pub(super) fn has(&self, column: &str) -> bool {
        let position = self.form.columns.iter().position(|known| *known == column);
        position.is_some_and(|position| self.positions[position].is_some())
    }

    /// Whether rows may be missing because a quote was never closed.
    pub(super) fn is_cut_off(&self) -> bool {
        self.cut_off
    }

    /// The next row that has anything in it.
    ///
    /// A row of the wrong width is reported here and still handed over, torn, so that its id is not missed elsewhere.
    pub(super) fn next_row<'r>(&'r mut self, problems: &'r mut Problems) -> Option<Row<'r>> {
        loop {
            let (line, torn) = match step(&mut self.records) {
                Step::End => return None,
                Step::Unclosed { line } => {
                    self.cut_off = true;
                    problems.push(unclosed(self.form, line));
                    (line, true)
                }
                Step::Record { line } => {
                    // Spreadsheets like to leave rows of nothing but separators behind.
                    if self.records.record.iter().all(|cell| cell.trim_ascii().is_empty()) {
                        continue;
                    }
                    if self.cells == Cells::Quoted {
                        unquote(&mut self.records.record);
                    }
                    let found = self.records.record.len();
                    if found != self.width {
                        let expected = format!("{} fields as in the header, not {found}", self.width);
                        problems.push(Problem::new(self.form.file, expected).at(line));
                    }
                    (line, found != self.width)
                }
            };
            return Some(Row::new(
                self.form,
                &self.positions,
                &self.records.record,
                line,
                torn,
                problems,
            ));
        }
    }
}

/// Reading from memory cannot fail.
fn step(records: &mut Records<&[u8]>) -> Step {
    records.advance().unwrap_or(Step::End)
}

/// Takes the apostrophes away that keep a spreadsheet from running cells.
fn unquote(record: &mut csv::ByteRecord) {
    if record.iter().any(|cell| cell.starts_with(b"'")) {
        let bare = record.iter().map(|cell| match std::str::from_utf8(cell) {
            Ok(text) => cells::unquoted(text).as_bytes(),
            Err(_) => cell,
        });
        *record = bare.collect();
    }
}

fn unclosed(form: Form, line: u64) -> Problem {
    Problem::new(
        form.file,
        "a closing quote; the one opened in this row is open until the end of the file",
    )
    .at(line)
}

/// Finds the form's columns in the header and reports what is missing, unknown or there twice.
fn columns(form: Form, header: &csv::ByteRecord, line: u64, problems: &mut Problems) -> Vec<Option<usize>> {
    let mut positions: Vec<Option<usize>> = vec![None; form.columns.len()];
    for (position, cell) in header.iter().enumerate() {
        let name = String::from_utf8_lossy(cell);
        let name = name.trim();
        let expected = match form.columns.iter().position(|known| *known == name) {
            None => format!("one of the columns {}, separated by commas", form.columns.join(", ")),
            Some(column) => match positions[column] {
                Some(_) => "every column only once".to_owned(),
                None => {
                    positions[column] = Some(position);
                    continue;
                }
            },
        };
        problems.push(Problem::new(form.file, expected).at(line).column("header").value(name));
    }
    for (column, position) in form.columns.iter().zip(&positions) {
        if position.is_none() && !form.optional.contains(column) {
            let expected = format!("a column {column}; its cells may be blank where it is optional");
            problems.push(Problem::new(form.file, expected).at(line).column("header"));
        }
    }
    positions
}
