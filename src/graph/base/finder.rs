//! Hash tables from ids to rows of a base: for imports, which look up millions.

use crate::graph::columns::{
    Columns,
    ids::{RowsById, write_id},
    numbers::{at, number},
};

/// The rows of a base by id.
#[derive(Debug)]
pub(in crate::graph) struct IdFinder {
    entities: RowsById,
    /// The first row of each relationship.
    relationships: RowsById,
}

impl IdFinder {
    /// Indexes these rows. O(n).
    pub(in crate::graph) fn of(columns: &Columns) -> Self {
        let entities = number(columns.entities.len());
        let relationships = number(columns.relationships.len());
        Self {
            entities: RowsById::of_rows(entities, 0, |row, out| out.push_str(entity_id(columns, row))),
            relationships: RowsById::of_rows(relationships, 0, |row, out| write_relationship(columns, row, out)),
        }
    }

    /// The row of the entity with this id. O(1).
    pub(in crate::graph) fn entity(&self, columns: &Columns, id: &str) -> Option<u32> {
        self.entities.find(id, |row| entity_id(columns, row) == id)
    }

    /// The first row of the relationship with this id. O(1).
    pub(in crate::graph) fn relationship(&self, columns: &Columns, id: &str) -> Option<u32> {
        let mut other = String::new();
        self.relationships.find(id, |row| {
            other.clear();
            write_relationship(columns, row, &mut other);
            other == id
        })
    }
}

fn entity_id(columns: &Columns, row: u32) -> &str {
    columns.texts.text(columns.entities[at(row)].id).unwrap_or_default()
}

/// Writes the id of the relationship in a row of a base.
pub(in crate::graph) fn write_relationship(columns: &Columns, row: u32, out: &mut String) {
    let end = |to: crate::graph::columns::rows::ToEntity| to.base_row().map_or("", |row| entity_id(columns, row));
    write_id(out, &columns.texts, &columns.relationships[at(row)], end);
}
