//! `identifiers.csv`: the identifiers of entities in registers and standards.

use std::collections::{HashMap, hash_map::Entry};

use super::names::check_entity;
use crate::{
    formats::{
        Problems,
        tables::{
            ids::{Ids, not_in_use},
            layout::TableLayout,
            sheet::Sheet,
        },
    },
    model::{Entity, Identifier, Noun},
};

pub(in crate::formats::tables) const LAYOUT: TableLayout = TableLayout {
    file: "identifiers.csv",
    columns: &["entity", "scheme", "value"],
    optional: &[],
};

/// Adds every identifier of `sheet` to the entity it belongs to.
pub(in crate::formats::tables) fn read(
    sheet: &mut Sheet<'_>,
    entities: &mut [Entity],
    ids: &mut Ids,
    problems: &mut Problems,
) {
    let mut lines: HashMap<Identifier, u64> = HashMap::new();
    while let Some(mut row) = sheet.next_row(problems) {
        let entity = row.required("entity");
        check_entity("entity", entity, ids, &mut row);
        let (scheme, value) = (row.required("scheme"), row.required("value"));
        let (Some(scheme), Some(value)) = (scheme, value) else {
            continue;
        };
        let Some(identifier) = row.checked("value", Identifier::new(scheme, value)) else {
            continue;
        };
        let (file, line) = row.place();
        match lines.entry(identifier.clone()) {
            Entry::Occupied(first) => row.problem("value", not_in_use((file, *first.get()), file)),
            Entry::Vacant(place) => {
                place.insert(line);
            }
        }
        let index = entity.and_then(|id| ids.index(Noun::Entity, id));
        if let (true, Some(entity)) = (row.is_valid(), index.and_then(|index| entities.get_mut(index))) {
            entity.identifiers.push(identifier);
        }
    }
}
