//! Refuses files that are no tables, and tables whose first row is not the names of the columns.

use std::collections::HashSet;

use super::{parties::party_words, sample::column::Column};
use crate::{
    formats::reader::Unreadable,
    model::{CompanyName, check_lei},
};

/// What to do about a table without a header.
const HEADER_ADVICE: &str = "write the names of the columns above it: (echo 'number,name'; cat TABLE.csv) | guanxi import csv \
                       --suggest -, or name them in a mapping of your own ([csv] columns)";

/// Refuses a file that begins like something else than a table.
pub(super) fn check_start(start: &[u8]) -> Result<(), Unreadable> {
    let refused = |reason: &str| Err(Unreadable::malformed("its beginning", reason));
    let text = start.trim_ascii_start();
    let behind = |length: usize| {
        text.get(length..)
            .unwrap_or_default()
            .trim_ascii_start()
            .first()
            .copied()
    };
    match text.first() {
        None => return Err(Unreadable::malformed("the file", "is empty; get it again")),
        Some(b'{') if matches!(behind(1), Some(b'"' | b'}')) => return refused(JSON),
        Some(b'[') if matches!(behind(1), Some(b'{' | b'"' | b'[' | b']')) => return refused(JSON),
        Some(b'<')
            if text
                .get(1)
                .is_some_and(|next| next.is_ascii_alphabetic() || b"?!".contains(next)) =>
        {
            return refused("is XML or HTML, and no table; write what it holds as CSV first");
        }
        _ => {}
    }
    if text.starts_with(b"sep=") {
        return refused(
            "is a line for a spreadsheet program (sep=), above the names of the columns; take it away: tail -n +2",
        );
    }
    let is_control = |byte: &u8| *byte < b' ' && !b"\t\n\r\x0C".contains(byte);
    if start.iter().any(is_control) {
        return refused("has control characters, as no table has; is it a file of another sort?");
    }
    Ok(())
}

const JSON: &str = "is JSON, and no table; import it by its format, or write it as CSV first";

/// Refuses a table of which most records are not as wide as the header.
pub(super) fn ragged(line: u64, fields: usize, width: usize) -> Unreadable {
    let why = match (width, fields) {
        (1, _) => "is the first line a title above the names of the columns? Take it away",
        _ => "most records differ so; put quotes around cells with the delimiter in them, or write the table anew",
    };
    Unreadable::malformed(
        format!("line {line}"),
        format!("the number of fields is {fields}, that of the header {width}; {why}"),
    )
}

/// Refuses a header that is none.
pub(super) fn check_header(columns: &[Column]) -> Result<(), Unreadable> {
    let refused = |reason: String| Err(Unreadable::malformed("the header", reason));
    let mut known = HashSet::new();
    let named: Vec<&Column> = columns.iter().filter(|column| !column.name.is_empty()).collect();
    let twice = named.iter().find(|column| !known.insert(column.name.as_str()));
    let is_data = named.iter().filter(|column| is_like_a_cell(column)).count();
    let is_name = named.iter().filter(|column| is_name(column)).count();
    if is_data > is_name {
        return refused(format!(
            "the first row looks like data, and not like the names of columns; {HEADER_ADVICE}"
        ));
    }
    if let Some(column) = twice {
        return refused(format!(
            "the column {:?} is there twice; give one of them another name; or, where the table has no header, {HEADER_ADVICE}",
            column.name
        ));
    }
    if named.len() * 2 <= columns.len() {
        return refused(format!(
            "{} of {} columns have no name; {HEADER_ADVICE}",
            columns.len() - named.len(),
            columns.len()
        ));
    }
    match columns {
        [only] if !party_words::is_known(only) => refused(
            "there is one column, of which nothing is known; is something else than a comma, a semicolon, a tab or a bar \
             between the cells? Write the table with one of these"
                .to_owned(),
        ),
        _ => Ok(()),
    }
}

/// Whether a name is one that columns have.
fn is_name(column: &Column) -> bool {
    party_words::is_known(column) && !repeats(column)
}

/// Whether the text in the header stands in the cells below it.
fn repeats(column: &Column) -> bool {
    column.filled().any(|cell| cell == column.name)
}

/// Whether the text in the header is rather a cell.
fn is_like_a_cell(column: &Column) -> bool {
    let name = column.name.as_str();
    let is_year = |text: &str| text.len() == 4 && (text.starts_with("19") || text.starts_with("20"));
    let looks = |text: &str| check_lei(text).is_ok() || is_link(text) || (is_figure(text) && !is_year(text));
    let is_company = name.contains(' ') && !CompanyName::new(name).forms().is_empty() && !party_words::is_known(column);
    looks(name) || repeats(column) || is_company || (is_year(name) && is_figure(name) && column.mostly(is_year))
}

fn is_link(text: &str) -> bool {
    text.starts_with("http://") || text.starts_with("https://") || (text.contains('@') && text.contains('.'))
}

/// Whether a text is a number or a date in digits.
fn is_figure(text: &str) -> bool {
    let is_part = |letter: char| letter.is_ascii_digit() || " .,:-/+%€$£".contains(letter);
    text.chars().all(is_part) && text.contains(|letter: char| letter.is_ascii_digit())
}
