//! `names.csv`: the other names of entities.

use crate::{
    formats::{
        Problems,
        tables::{ids::Ids, layout::TableLayout, row::TableRow, sheet::Sheet},
    },
    model::{Catalog, Entity, Name, NameKind, Noun},
};

pub(in crate::formats::tables) const LAYOUT: TableLayout = TableLayout {
    file: "names.csv",
    columns: &["entity", "text", "language", "script", "kind"],
    optional: &[],
};

/// Adds every name of `sheet` to the entity it belongs to.
pub(in crate::formats::tables) fn read(
    sheet: &mut Sheet<'_>,
    entities: &mut [Entity],
    ids: &mut Ids,
    problems: &mut Problems,
) {
    while let Some(mut row) = sheet.next_row(problems) {
        let entity = row.required("entity");
        check_entity("entity", entity, ids, &mut row);
        let text = row.required("text");
        let (language, script) = (row.owned("language"), row.owned("script"));
        let kind = row.required_as("kind", NameKind::parse);
        let (true, Some(id), Some(text), Some(kind)) = (row.is_valid(), entity, text, kind) else {
            continue;
        };
        // None only when the row of the entity was refused, which is reported there.
        if let Some(entity) = ids.index(Noun::Entity, id).and_then(|index| entities.get_mut(index)) {
            entity.names.push(Name {
                text: text.to_owned(),
                language,
                script,
                kind,
            });
        }
    }
}

/// Reports `id` in `column` when it is no entity's.
pub(in crate::formats::tables) fn check_entity(column: &str, id: Option<&str>, ids: &Ids, row: &mut TableRow<'_>) {
    if id.is_some_and(|id| !ids.knows(Noun::Entity, id)) {
        row.problem(column, "the id of an entity in entities.csv");
    }
}
