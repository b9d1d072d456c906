//! One row of a table and the reading of its cells. A cell that cannot be read is reported and reads as blank; the row
//! is then invalid and yields no record.

use serde_json::{Map, Value};

use super::{cell, layout::TableLayout};
use crate::{
    formats::{Problem, Problems},
    model::{self, Amount, Invalid, PartialDate, ShareRange, Timestamp},
};

/// A row that is being read.
pub(super) struct TableRow<'r> {
    layout: TableLayout,
    positions: &'r [Option<usize>],
    cells: &'r csv::ByteRecord,
    line: u64,
    /// Whether its cells may be under the wrong columns, so that further problems are not reported.
    misaligned: bool,
    valid: bool,
    problems: &'r mut Problems,
}

impl<'r> TableRow<'r> {
    pub(super) fn new(
        layout: TableLayout,
        positions: &'r [Option<usize>],
        cells: &'r csv::ByteRecord,
        line: u64,
        misaligned: bool,
        problems: &'r mut Problems,
    ) -> Self {
        Self {
            layout,
            positions,
            cells,
            line,
            misaligned,
            valid: !misaligned,
            problems,
        }
    }

    /// The file and the line on which it starts.
    pub(super) fn place(&self) -> (&'static str, u64) {
        (self.layout.file, self.line)
    }

    /// Whether no problem was found in it so far.
    pub(super) fn is_valid(&self) -> bool {
        self.valid
    }

    /// Reports that `column` should hold something else.
    pub(super) fn problem(&mut self, column: &str, expected: impl Into<String>) {
        let value = String::from_utf8_lossy(self.bytes(column).unwrap_or_default()).into_owned();
        let problem = Problem::new(self.layout.file, expected);
        self.push(
            column,
            if value.is_empty() {
                problem.column(column)
            } else {
                problem.column(column).value(&value)
            },
        );
    }

    /// Reports a value of `column` that the model refuses.
    pub(super) fn report_invalid(&mut self, column: &str, invalid: Invalid) {
        self.push(column, Problem::new(self.layout.file, "").invalid(column, invalid));
    }

    fn push(&mut self, column: &str, problem: Problem) {
        self.valid = false;
        // A column that the header lacks was reported once; its rows add nothing.
        if !self.misaligned && !self.lacks(column) {
            self.problems.push(problem.at(self.line));
        }
    }

    fn position(&self, column: &str) -> Option<usize> {
        let known = self.layout.columns.iter().position(|known| *known == column);
        known.and_then(|known| self.positions[known])
    }

    fn bytes(&self, column: &str) -> Option<&'r [u8]> {
        let bytes = self.cells.get(self.position(column)?)?;
        // White space outside ASCII, such as the full-width space, counts as well where the cell is valid UTF-8.
        let bytes = std::str::from_utf8(bytes).map_or(bytes.trim_ascii(), |text| text.trim().as_bytes());
        (!bytes.is_empty()).then_some(bytes)
    }

    /// Whether the header lacks `column`, so that a blank cell means nothing.
    pub(super) fn lacks(&self, column: &str) -> bool {
        self.position(column).is_none()
    }

    /// Whether nothing is written in `column`.
    pub(super) fn is_blank(&self, column: &str) -> bool {
        self.bytes(column).is_none()
    }

    /// The text of a cell without the white space around it; none when it is blank.
    pub(super) fn text(&mut self, column: &str) -> Option<&'r str> {
        match std::str::from_utf8(self.bytes(column)?) {
            Ok(text) => Some(text),
            Err(_) => {
                self.problem(column, "text in UTF-8");
                None
            }
        }
    }

    /// The text of a cell, owned.
    pub(super) fn owned(&mut self, column: &str) -> Option<String> {
        self.text(column).map(str::to_owned)
    }

    /// The text of a cell that must be filled.
    pub(super) fn required(&mut self, column: &str) -> Option<&'r str> {
        let text = self.text(column);
        if text.is_none() {
            self.valid = false;
            if self.is_blank(column) {
                self.problem(column, "a cell that is not blank");
            }
        }
        text
    }

    /// What `parse` makes of a cell; none when it is blank or refused.
    pub(super) fn parsed<T>(&mut self, column: &str, parse: impl FnOnce(&str) -> Result<T, Invalid>) -> Option<T> {
        let text = self.text(column)?;
        self.checked(column, parse(text))
    }

    /// What `parse` makes of a cell that must be filled.
    pub(super) fn required_as<T>(&mut self, column: &str, parse: impl FnOnce(&str) -> Result<T, Invalid>) -> Option<T> {
        let text = self.required(column)?;
        self.checked(column, parse(text))
    }

    /// The value, or nothing and a problem.
    pub(super) fn checked<T>(&mut self, column: &str, result: Result<T, Invalid>) -> Option<T> {
        result.map_err(|invalid| self.report_invalid(column, invalid)).ok()
    }

    pub(super) fn date(&mut self, column: &str) -> Option<PartialDate> {
        self.parsed(column, str::parse)
    }

    pub(super) fn moment(&mut self, column: &str) -> Option<Timestamp> {
        self.parsed(column, cell::moment)
    }

    pub(super) fn link(&mut self, column: &str) -> Option<String> {
        self.parsed(column, model::link)
    }

    pub(super) fn share_range(&mut self, column: &str) -> Option<ShareRange> {
        self.parsed(column, str::parse)
    }

    pub(super) fn properties(&mut self) -> Option<Map<String, Value>> {
        self.parsed("properties", cell::object)
    }

    /// The members of a list; none of them blank.
    pub(super) fn list<T>(&mut self, column: &str, parse: impl Fn(&str) -> Result<T, Invalid>) -> Vec<T> {
        let text = self.text(column).unwrap_or_default();
        let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
        parts.filter_map(|part| self.checked(column, parse(part))).collect()
    }

    /// The amount in the columns `amount`, `currency` and `amount_of`.
    pub(super) fn amount(&mut self) -> Option<Amount> {
        let value = self.parsed("amount", cell::number);
        let currency = self.parsed("currency", str::parse);
        let of = self.owned("amount_of");
        match (self.is_blank("amount"), self.is_blank("currency")) {
            (false, true) => self.problem("currency", "a currency for the amount"),
            (true, false) => self.problem("amount", "an amount for the currency"),
            (true, true) if of.is_some() => self.problem("amount", "an amount where amount_of is given"),
            _ => {}
        }
        self.checked("amount", Amount::new(value?, currency?, of))
    }
}
