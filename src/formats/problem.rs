//! What is wrong with a file, and where. Reading goes on after a problem; the list of problems has a bound.

use std::fmt;

use crate::model::Invalid;

/// How many problems are listed; the rest are only counted.
pub const PROBLEMS_MAX: usize = 1_000;

/// How many characters of a value a problem quotes.
const VALUE_CHARS_MAX: usize = 120;

/// One thing that is wrong: where it stands, what is written and what was expected.
///
/// ```
/// let problem = guanxi::formats::Problem {
///     file: "relationships.csv".into(),
///     line: Some(12),
///     column: Some("status".into()),
///     value: Some("ENDED".into()),
///     expected: "a relationship status".into(),
/// };
/// assert_eq!(problem.to_string(), r#"relationships.csv:12: status "ENDED": expected a relationship status"#);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The name of the file.
    pub file: String,
    /// The line, counted from 1; none when the whole file is meant.
    pub line: Option<u64>,
    /// The column or key.
    pub column: Option<String>,
    /// What is written there; the start of it when it is long.
    pub value: Option<String>,
    /// What would be accepted, as a noun phrase.
    pub expected: String,
}

impl Problem {
    /// A problem with the file as a whole.
    pub(super) fn new(file: &str, expected: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            line: None,
            column: None,
            value: None,
            expected: expected.into(),
        }
    }

    pub(super) fn at(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    pub(super) fn column(mut self, column: &str) -> Self {
        self.column = Some(shortened(column));
        self
    }

    pub(super) fn value(mut self, value: &str) -> Self {
        self.value = Some(shortened(value));
        self
    }

    /// A refused value of a column.
    pub(super) fn invalid(mut self, column: &str, invalid: Invalid) -> Self {
        self.expected = invalid.expected;
        self.column(column).value(&invalid.value)
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(VALUE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        match (&self.column, &self.value) {
            (Some(column), Some(value)) => write!(f, ": {column} {value:?}")?,
            (Some(column), None) => write!(f, ": {column}")?,
            (None, Some(value)) => write!(f, ": {value:?}")?,
            (None, None) => {}
        }
        write!(f, ": expected {}", self.expected)
    }
}

/// The problems found, in the order of reading; at most [`PROBLEMS_MAX`] of them, and how many there are in all.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Problems {
    list: Vec<Problem>,
    total: usize,
}

impl Problems {
    pub(super) fn push(&mut self, problem: Problem) {
        self.total += 1;
        if self.list.len() < PROBLEMS_MAX {
            self.list.push(problem);
        }
    }

    /// The listed problems.
    #[must_use]
    pub fn list(&self) -> &[Problem] {
        &self.list
    }

    /// How many there are, listed or not.
    #[must_use]
    pub fn total(&self) -> usize {
        self.total
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }
}

impl fmt::Display for Problems {
    /// One problem per line, then how many there are.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for problem in &self.list {
            writeln!(f, "{problem}")?;
        }
        match (self.total, self.list.len()) {
            (1, _) => write!(f, "1 problem"),
            (total, list) if list < total => write!(f, "{total} problems, the first {list} of them above"),
            (total, _) => write!(f, "{total} problems"),
        }
    }
}
