//! `entities.csv`: companies, people and the other kinds of entities that relationships connect.

use crate::{
    formats::{
        Problems,
        tables::{cell, ids::Ids, layout::TableLayout, row::TableRow, sheet::Sheet},
    },
    model::{Catalog, Entity, EntityKind, EntityStatus, Noun, PartialDate, not_before, plain_id},
};

pub(in crate::formats::tables) const LAYOUT: TableLayout = TableLayout {
    file: "entities.csv",
    columns: &[
        "id",
        "kind",
        "name",
        "description",
        "country",
        "status",
        "founded",
        "dissolved",
        "starts_on",
        "ends_on",
        "website",
        "undisclosed",
        "properties",
    ],
    optional: &["undisclosed"],
};

/// Adds every entity of `sheet` to `entities`.
pub(in crate::formats::tables) fn read(
    sheet: &mut Sheet<'_>,
    entities: &mut Vec<Entity>,
    ids: &mut Ids,
    problems: &mut Problems,
) {
    while let Some(mut row) = sheet.next_row(problems) {
        let id = row.required("id");
        if let Some(id) = id {
            ids.register(Noun::Entity, id, "id", &mut row);
        }
        let kind = row.required_as("kind", EntityKind::parse);
        let name = row.required("name");
        // Stand-ins for a kind or name that was refused: the id is checked all the same.
        let named = id.and_then(|id| {
            let entity = plain_id(id, usize::MAX)
                .and_then(|id| Entity::new(id, kind.unwrap_or(EntityKind::Company), name.unwrap_or(id)));
            row.checked("id", entity)
        });
        let country = row.parsed("country", |text| Entity::check_country(text).map(|()| text.to_owned()));
        let status = row.parsed("status", EntityStatus::parse);
        let (founded, dissolved) = life(&mut row);
        let (starts_on, ends_on) = days(&mut row, kind);
        let (description, website, properties) = (row.owned("description"), row.link("website"), row.properties());
        let undisclosed = row.parsed("undisclosed", cell::yes_or_no).unwrap_or(false);
        let (true, Some(named)) = (row.is_valid(), named) else {
            continue;
        };
        ids.accept(&named.id, entities.len());
        entities.push(Entity {
            description,
            country,
            status: status.unwrap_or(EntityStatus::Unknown),
            founded,
            dissolved,
            starts_on,
            ends_on,
            website,
            undisclosed,
            properties,
            ..named
        });
    }
}

/// `founded` and `dissolved`, in this order.
fn life(row: &mut TableRow<'_>) -> (Option<PartialDate>, Option<PartialDate>) {
    let (founded, dissolved) = (row.date("founded"), row.date("dissolved"));
    row.checked("dissolved", not_before(founded, "founded", dissolved));
    (founded, dissolved)
}

/// `starts_on` and `ends_on`, in this order and of events only.
fn days(row: &mut TableRow<'_>, kind: Option<EntityKind>) -> (Option<PartialDate>, Option<PartialDate>) {
    let (starts_on, ends_on) = (row.date("starts_on"), row.date("ends_on"));
    if let Some(kind) = kind.filter(|kind| *kind != EntityKind::Event) {
        for column in ["starts_on", "ends_on"] {
            if !row.is_blank(column) {
                row.problem(
                    column,
                    format!("a blank cell; only an EVENT has days, this is a {kind}"),
                );
            }
        }
    } else {
        row.checked("ends_on", not_before(starts_on, "starts_on", ends_on));
    }
    (starts_on, ends_on)
}
