//! Sources that are created or updated, on their own or beside the statements that cite them.

use super::{
    draft::{Decision, Draft},
    fault::{Fault, Path, UserErrorCode},
    fields::{line, text_patch},
    input::{Patch, SourceEdit},
};
use crate::{
    graph::Snapshot,
    model::{ID_CHARS_MAX, Noun, Record, Source, line as as_line, link, plain_id},
};

/// Creates or updates sources.
#[must_use]
pub fn upsert_sources(graph: &Snapshot, items: &[SourceEdit], path: &Path<'_>) -> Decision {
    let mut draft = Draft::new(graph);
    let list = path.field("sources");
    for (position, item) in items.iter().enumerate() {
        let path = list.item(position);
        if let Some(id) = source_id(&mut draft, &item.id, &path.field("id"))
            && draft.claim(&id, &path)
        {
            upsert(&mut draft, id, item, &path);
        }
    }
    draft.decided()
}

/// The id of a source, with its prefix.
pub(super) fn source_id(draft: &mut Draft<'_>, written: &str, path: &Path<'_>) -> Option<String> {
    let id = plain_id(written, ID_CHARS_MAX).and_then(Source::id_of);
    draft.faults.checked(UserErrorCode::Invalid, path, id)
}

/// Writes one source, whose id is checked.
pub(super) fn upsert(draft: &mut Draft<'_>, id: String, item: &SourceEdit, path: &Path<'_>) -> Option<String> {
    let fine = draft.expect(Noun::Source, &id, item.expected, path) & draft.is_free_for(Noun::Source, &id, path);
    let publisher = line(draft, item.publisher.as_deref(), &path.field("publisher"));
    let title = line(draft, item.title.as_deref(), &path.field("title"));
    let url = text_patch(draft, &item.url, &path.field("url"), link);
    let licence = text_patch(draft, &item.licence, &path.field("licence"), as_line);
    let known = draft.source(&id);
    for (name, written) in [("publisher", &item.publisher), ("title", &item.title)] {
        if known.is_none() && written.is_none() {
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
    if fine {
        draft.put(Record::Source(source));
    }
    Some(id)
}
