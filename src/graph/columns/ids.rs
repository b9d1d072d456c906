//! Derived ids of relationships and statements, which need not be stored; and a hash table of ids during building.

use std::{cell::RefCell, hash::BuildHasher};

use hashbrown::{DefaultHashBuilder, HashTable};

use super::{
    numbers::at,
    rows::{Marks, RelationshipRow, ToEntity},
    text::TextPool,
};
use crate::model::{Relationship, relationship_id, write_relationship_id};

/// The key in the id of a relationship, after its ends and its kind; `None` if the id is not derived from these.
pub(in crate::graph) fn key(relationship: &Relationship) -> Option<&str> {
    let stem = relationship_id(relationship.kind, &relationship.ends, "");
    relationship.id.strip_prefix(&stem)
}

/// Writes the id of the relationship in a row. `id_of` returns the ids of its ends, empty for an unknown end.
pub(in crate::graph) fn write_id<'t>(
    out: &mut String,
    texts: &'t TextPool,
    row: &RelationshipRow,
    id_of: impl Fn(ToEntity) -> &'t str,
) {
    if row.marks.has(Marks::DERIVED_ID) {
        write_relationship_id(out, row.kind, id_of(row.from), id_of(row.to));
    }
    out.push_str(texts.text(row.id).unwrap_or_default());
}

/// A hash table of rows by id, without copies of the ids.
#[derive(Debug, Default)]
pub(in crate::graph) struct RowsById {
    rows: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl RowsById {
    /// An empty table with capacity for `rows`.
    fn with_capacity(rows: usize) -> Self {
        Self {
            rows: HashTable::with_capacity(rows),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// A table of the first `rows` rows, which are sorted by id, with capacity for `more`; of several rows with one id it contains
    /// the first. `write` writes the id of a row. O(rows).
    pub(in crate::graph) fn of_rows(rows: u32, more: usize, write: impl Fn(u32, &mut String)) -> Self {
        let mut ids = Self::with_capacity(at(rows).saturating_add(more));
        let (mut id, mut before) = (String::new(), String::new());
        for row in 0..rows {
            id.clear();
            write(row, &mut id);
            if row == 0 || id != before {
                ids.insert(&id, row, &write);
            }
            std::mem::swap(&mut id, &mut before);
        }
        ids
    }

    /// The row with this id; `has_id` compares the id of a row. O(1).
    pub(in crate::graph) fn find(&self, id: &str, mut has_id: impl FnMut(u32) -> bool) -> Option<u32> {
        let row = self.rows.find(self.hasher.hash_one(id), |row| has_id(*row));
        row.copied()
    }

    /// Adds a row with a new id; `write` writes the id of any row.
    pub(in crate::graph) fn insert(&mut self, id: &str, row: u32, write: impl Fn(u32, &mut String)) {
        let (hasher, buffer) = (&self.hasher, RefCell::new(String::new()));
        self.rows.insert_unique(hasher.hash_one(id), row, |row| {
            let mut id = buffer.borrow_mut();
            id.clear();
            write(*row, &mut id);
            hasher.hash_one(id.as_str())
        });
    }
}
