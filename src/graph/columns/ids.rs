//! Ids that need not be kept: those of relationships and statements that follow from what they are of; and which row has which
//! id while a graph is being made.

use std::{cell::RefCell, hash::BuildHasher};

use hashbrown::{DefaultHashBuilder, HashTable};

use super::{
    numbers::at,
    rows::{Marks, RelationshipRow, ToEntity},
    text::TextPool,
};
use crate::model::{Relationship, relationship_id, write_relationship_id};

/// What follows in the id of a relationship after its ends and its kind; none where it does not begin with these.
pub(in crate::graph) fn key(relationship: &Relationship) -> Option<&str> {
    let stem = relationship_id(relationship.kind, &relationship.ends, "");
    relationship.id.strip_prefix(&stem)
}

/// Writes the id of the relationship in a row; `id_of` tells those of its ends, or nothing.
pub(in crate::graph) fn write_id<'t>(
    out: &mut String,
    texts: &'t TextPool,
    row: &RelationshipRow,
    id_of: impl Fn(ToEntity) -> &'t str,
) {
    if row.marks.has(Marks::FOLLOWS) {
        write_relationship_id(out, row.kind, id_of(row.from), id_of(row.to));
    }
    out.push_str(texts.text(row.id).unwrap_or_default());
}

/// Rows by their ids, which stay where the rows keep them.
#[derive(Debug, Default)]
pub(in crate::graph) struct Ids {
    rows: HashTable<u32>,
    hasher: DefaultHashBuilder,
}

impl Ids {
    /// Of none yet, with room for so many.
    fn with_room_for(rows: usize) -> Self {
        Self {
            rows: HashTable::with_capacity(rows),
            hasher: DefaultHashBuilder::default(),
        }
    }

    /// Those of so many rows in the order of their ids, with room for so many more; of several with one id the first. `write`
    /// writes the id of a row. O(rows).
    pub(in crate::graph) fn of_rows(rows: u32, more: usize, write: impl Fn(u32, &mut String)) -> Self {
        let mut ids = Self::with_room_for(at(rows).saturating_add(more));
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

    /// The row with this id, which `has` tells of a row. O(1).
    pub(in crate::graph) fn find(&self, id: &str, mut has: impl FnMut(u32) -> bool) -> Option<u32> {
        let found = self.rows.find(self.hasher.hash_one(id), |row| has(*row));
        found.copied()
    }

    /// Adds a row whose id is not there yet; `write` writes that of any row.
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
