//! Rows of a base by their ids, kept in hash tables: for imports, which look for millions.

use super::{
    base::number,
    columns::Columns,
    ids::{Ids, write_id},
    rows::at,
};

/// Which row of a base has which id.
#[derive(Debug)]
pub(super) struct Finder {
    entities: Ids,
    /// The first row of each relationship.
    relationships: Ids,
}

impl Finder {
    /// That of these rows. O(n).
    pub(super) fn of(columns: &Columns) -> Self {
        let mut entities = Ids::with_room_for(columns.entities.len());
        for (row, entity) in (0..).zip(&columns.entities) {
            let write = |row: u32, out: &mut String| out.push_str(entity_id(columns, row));
            entities.insert(columns.texts.text(entity.id).unwrap_or_default(), row, write);
        }
        let mut relationships = Ids::with_room_for(columns.relationships.len());
        let (mut id, mut before) = (String::new(), String::new());
        for row in 0..number(columns.relationships.len()) {
            id.clear();
            write_relationship(columns, row, &mut id);
            if row == 0 || id != before {
                relationships.insert(&id, row, |row, out| write_relationship(columns, row, out));
            }
            std::mem::swap(&mut id, &mut before);
        }
        Self {
            entities,
            relationships,
        }
    }

    /// The row of the entity with this id. O(1).
    pub(super) fn entity(&self, columns: &Columns, id: &str) -> Option<u32> {
        self.entities.find(id, |row| entity_id(columns, row) == id)
    }

    /// The first row of the relationship with this id. O(1).
    pub(super) fn relationship(&self, columns: &Columns, id: &str) -> Option<u32> {
        let mut known = String::new();
        self.relationships.find(id, |row| {
            known.clear();
            write_relationship(columns, row, &mut known);
            known == id
        })
    }
}

fn entity_id(columns: &Columns, row: u32) -> &str {
    columns.texts.text(columns.entities[at(row)].id).unwrap_or_default()
}

/// Writes the id of the relationship in a row of a base.
pub(super) fn write_relationship(columns: &Columns, row: u32, out: &mut String) {
    let end = |to: super::rows::ToEntity| to.base_row().map_or("", |row| entity_id(columns, row));
    write_id(out, &columns.texts, &columns.relationships[at(row)], end);
}
