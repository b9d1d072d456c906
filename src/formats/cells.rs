//! Cells that a spreadsheet would run as formulas: written with an apostrophe before them, and read back without it. Both ways
//! are exact, also for texts that begin with apostrophes themselves.

use std::{borrow::Cow, io};

use serde::Deserialize;

/// How the cells of tables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CellStyle {
    /// With an apostrophe before what a spreadsheet would run.
    Quoted,
    /// As they are.
    Raw,
}

impl CellStyle {
    /// Writes a row of a table.
    ///
    /// # Errors
    /// What writing fails with.
    pub fn write_row<W: io::Write>(
        self,
        table: &mut csv::Writer<W>,
        row: impl IntoIterator<Item = impl AsRef<str>>,
    ) -> io::Result<()> {
        for text in row {
            match self {
                Self::Quoted => table.write_field(quoted(text.as_ref()).as_bytes())?,
                Self::Raw => table.write_field(text.as_ref())?,
            }
        }
        Ok(table.write_record(None::<&[u8]>)?)
    }
}

/// What formulas begin with, some of it in the wide letters of East Asia, which spreadsheets take for the same.
const STARTS: [char; 8] = ['=', '+', '-', '@', '＝', '＋', '－', '＠'];
/// Characters that some spreadsheets pass over before a formula.
const SKIPPED: [char; 3] = ['\t', '\r', '\n'];

/// Whether a spreadsheet would run this text, were it not for the apostrophes before it.
fn runs(text: &str) -> bool {
    let bare = text.trim_start_matches('\'');
    bare.starts_with(SKIPPED) || bare.trim_start().starts_with(STARTS)
}

/// The text as a cell that is not run.
///
/// ```
/// use guanxi::formats::cells::{quoted, unquoted};
/// assert_eq!(quoted("=1+1"), "'=1+1");
/// assert_eq!(unquoted(&quoted("=1+1")), "=1+1");
/// assert_eq!(quoted("'t Hooft"), "'t Hooft");
/// ```
#[must_use]
pub fn quoted(text: &str) -> Cow<'_, str> {
    match runs(text) {
        true => Cow::Owned(format!("'{text}")),
        false => Cow::Borrowed(text),
    }
}

/// The text of a cell that [`quoted`] wrote.
#[must_use]
pub fn unquoted(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(text) if runs(text) => text,
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_a_spreadsheet_would_run_is_quoted_and_nothing_else() {
        for text in ["=1", "+1", "-1", "@a", "\tx", "\r=1", " =1", "＝1", "'=1", "''@"] {
            assert_eq!(quoted(text), format!("'{text}"), "{text}");
        }
        for text in [
            "",
            "a=1",
            "'",
            "'s-Hertogenbosch",
            "1-2",
            "{\"a\": \"=1\"}",
            "48",
            ">25..50",
        ] {
            assert_eq!(quoted(text), text);
        }
    }

    proptest! {
        #[test]
        fn whatever_is_quoted_is_read_back(text in "['=+@ \t\r\n＝a-]{0,5}") {
            let cell = quoted(&text);
            prop_assert_eq!(unquoted(&cell), &text);
        }
    }
}
