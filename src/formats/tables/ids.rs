//! Which ids the tables use and where each occurs first, so that duplicates and dangling references are detected.

use std::collections::HashMap;

use super::row::TableRow;
use crate::model::Noun;

/// The first use of an id.
struct FirstUse {
    noun: Noun,
    file: &'static str,
    line: u64,
    /// Whether another noun uses it as well, which is reported where it does.
    clashes: bool,
    /// Where its record stands among those of its noun; none as long as the row was not accepted.
    index: Option<usize>,
}

/// The ids of entities, sources and relationships, which share one namespace.
///
/// Ids of refused rows count as well: what refers to them is not to blame.
#[derive(Default)]
pub(super) struct Ids {
    first: HashMap<String, FirstUse>,
    incomplete: Vec<Noun>,
}

impl Ids {
    /// Takes note of `id`, which stands in `column` of `row`. An id in use already is reported.
    pub(super) fn register(&mut self, noun: Noun, id: &str, column: &str, row: &mut TableRow<'_>) {
        let (file, line) = row.place();
        if let Some(first) = self.first.get_mut(id) {
            first.clashes |= first.noun != noun;
            row.problem(column, not_in_use((first.file, first.line), file));
            return;
        }
        let first = FirstUse {
            noun,
            file,
            line,
            clashes: false,
            index: None,
        };
        self.first.insert(id.to_owned(), first);
    }

    /// Notes where the record of `id` stands, now that its row is accepted.
    pub(super) fn accept(&mut self, id: &str, index: usize) {
        if let Some(first) = self.first.get_mut(id) {
            first.index = Some(index);
        }
    }

    /// Notes that not every id of `noun` could be read, so that a reference to an unknown one proves nothing.
    pub(super) fn mark_incomplete(&mut self, noun: Noun) {
        self.incomplete.push(noun);
    }

    /// Whether `id` may be referred to as a `noun`.
    pub(super) fn knows(&self, noun: Noun, id: &str) -> bool {
        self.incomplete.contains(&noun)
            || self
                .first
                .get(id)
                .is_some_and(|first| first.noun == noun || first.clashes)
    }

    /// Where the accepted record of `id` stands among those of `noun`.
    pub(super) fn index(&self, noun: Noun, id: &str) -> Option<usize> {
        let first = self.first.get(id)?;
        first.index.filter(|_| first.noun == noun)
    }

    /// The line on which `id` stands first.
    pub(super) fn line(&self, id: &str) -> Option<u64> {
        self.first.get(id).map(|first| first.line)
    }
}

/// The message for a value in `file` that is already in use at `first`.
pub(super) fn not_in_use(first: (&str, u64), file: &str) -> String {
    let (first_file, line) = first;
    if first_file == file {
        format!("one that is not in use yet; first at line {line}")
    } else {
        format!("one that is not in use yet; first at {first_file}:{line}")
    }
}
