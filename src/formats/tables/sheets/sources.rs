//! `sources.csv`: the documents and registers.

use crate::{
    formats::{
        Problems,
        tables::{ids::Ids, layout::TableLayout, sheet::Sheet},
    },
    model::{Noun, Source, plain_id},
};

pub(in crate::formats::tables) const LAYOUT: TableLayout = TableLayout {
    file: "sources.csv",
    columns: &["id", "publisher", "title", "url", "published_on", "licence"],
    optional: &[],
};

/// Adds every source of `sheet` to `sources`.
pub(in crate::formats::tables) fn read(
    sheet: &mut Sheet<'_>,
    sources: &mut Vec<Source>,
    ids: &mut Ids,
    problems: &mut Problems,
) {
    while let Some(mut row) = sheet.next_row(problems) {
        let id = row.required_as("id", |text| Source::id_of(plain_id(text, usize::MAX)?));
        if let Some(id) = &id {
            ids.register(Noun::Source, id, "id", &mut row);
        }
        let publisher = row.required("publisher");
        let title = row.required("title");
        let (url, published_on, licence) = (row.link("url"), row.date("published_on"), row.owned("licence"));
        let (true, Some(id), Some(publisher), Some(title)) = (row.is_valid(), id, publisher, title) else {
            continue;
        };
        ids.accept(&id, sources.len());
        sources.push(Source {
            id,
            publisher: publisher.to_owned(),
            title: title.to_owned(),
            url,
            published_on,
            licence,
        });
    }
}
