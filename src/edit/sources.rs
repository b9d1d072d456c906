//! Creates and updates sources, alone or with the statements that cite them.

use super::{
    draft::{BatchDraft, Decision},
    fault::{Fault, InputPath, UserErrorCode},
    fields::{line, text_patch},
    input::{Patch, SourceEdit},
};
use crate::{
    graph::Snapshot,
    model::{ID_CHARS_MAX, Noun, Record, Source, line as as_line, link, plain_id},
};

/// Creates or updates sources.
#[must_use]
pub fn upsert_sources(graph: &Snapshot, items: &[SourceEdit], path: &InputPath<'_>) -> Decision {
    let mut draft = BatchDraft::new(graph);
    let list = path.field("sources");
    for (position, item) in items.iter().enumerate() {
        let path = list.item(position);
        if let Some(id) = source_id(&mut draft, &item.id, &path.field("id"))
            && draft.claim(&id, &path)
        {
            upsert(&mut draft, id, item, &path);
        }
    }
    draft.into_decision()
}

/// The id of a source, with its prefix.
pub(super) fn source_id(draft: &mut BatchDraft<'_>, text: &str, path: &InputPath<'_>) -> Option<String> {
    let id = plain_id(text, ID_CHARS_MAX).and_then(Source::id_of);
    draft.faults.accept(UserErrorCode::Invalid, path, id)
}

/// Creates or updates one source with a valid id.
pub(super) fn upsert(
    draft: &mut BatchDraft<'_>,
    id: String,
    item: &SourceEdit,
    path: &InputPath<'_>,
) -> Option<String> {
    let is_valid = draft.check_version(Noun::Source, &id, item.expected_version, path)
        & draft.is_free_for(Noun::Source, &id, path);
    let publisher = line(draft, item.publisher.as_deref(), &path.field("publisher"));
    let title = line(draft, item.title.as_deref(), &path.field("title"));
    let url = text_patch(draft, &item.url, &path.field("url"), link);
    let licence = text_patch(draft, &item.licence, &path.field("licence"), as_line);
    let known = draft.source(&id);
    for (name, text) in [("publisher", &item.publisher), ("title", &item.title)] {
        if known.is_none() && text.is_none() {
            let message = format!("There is no source {id:?} yet, so it needs a {name}");
            draft
                .faults
                .push(Fault::new(UserErrorCode::Required, &path.field(name), message));
        }
    }
    let mut source = match (known, publisher.clone(), title.clone()) {
        (Some(known), ..) => known,
        (None, Some(publisher), Some(title)) => Source {
            id: id.clone(),
            publisher,
            title,
            url: None,
            published_on: None,
            licence: None,
        },
        _ => return None,
    };
    source.publisher = publisher.unwrap_or(source.publisher);
    source.title = title.unwrap_or(source.title);
    url.apply(&mut source.url);
    licence.apply(&mut source.licence);
    Patch::apply(item.published_on.clone(), &mut source.published_on);
    if is_valid {
        draft.put(Record::Source(source));
    }
    Some(id)
}
