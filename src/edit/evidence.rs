//! Statements that are added to relationships, or written over when their id is known. None is ever left out.

use super::{
    draft::{Decision, Draft},
    fault::{Path, UserErrorCode},
    fields::{amount, is_listable, line, missing, optional, share},
    input::{EvidenceAdded, EvidenceEdit},
    sources,
};
use crate::{
    graph::Snapshot,
    model::{self, DERIVED_ID_CHARS_MAX, Evidence, Noun, Record, Relationship, evidence_id, plain_id},
};

/// Adds statements to relationships that are known.
#[must_use]
pub fn add_evidence(graph: &Snapshot, items: &[EvidenceAdded], path: &Path<'_>) -> Decision {
    let mut draft = Draft::new(graph);
    let list = path.field("evidence");
    for (position, item) in items.iter().enumerate() {
        let path = list.item(position);
        let Some(mut relationship) = draft.relationship(&item.relationship) else {
            let message = format!("There is no relationship with the id {:?}", item.relationship);
            draft.fault(UserErrorCode::NotFound, &path.field("relationshipId"), message);
            continue;
        };
        draft.mention(&relationship.id);
        let fine = draft.expect(Noun::Relationship, &relationship.id, item.expected, &path);
        if let Some(statement) = statement(&mut draft, &item.evidence, &relationship, &path.field("statement"))
            && fine
        {
            add(&mut relationship, statement);
            is_listable(&mut draft, relationship.evidence.len(), &path);
            draft.put(Record::Relationship(relationship));
        }
    }
    draft.decided()
}

/// Adds the statements to `relationship`.
pub(super) fn add_all(draft: &mut Draft<'_>, items: &[EvidenceEdit], relationship: &mut Relationship, path: &Path<'_>) {
    let list = path.field("evidence");
    if !is_listable(draft, items.len().saturating_add(relationship.evidence.len()), &list) {
        return;
    }
    for (position, item) in items.iter().enumerate() {
        if let Some(statement) = statement(draft, item, relationship, &list.item(position)) {
            add(relationship, statement);
        }
    }
}

/// A statement with the id of a known one takes its place.
fn add(relationship: &mut Relationship, statement: Evidence) {
    let known = relationship.evidence.iter_mut().find(|known| known.id == statement.id);
    match known {
        Some(known) => *known = statement,
        None => relationship.evidence.push(statement),
    }
}

/// The statement written in `item`, about `relationship`.
fn statement(
    draft: &mut Draft<'_>,
    item: &EvidenceEdit,
    relationship: &Relationship,
    path: &Path<'_>,
) -> Option<Evidence> {
    let faults = draft.faults.count();
    let source = source(draft, item, path);
    let speaker = item.speaker.as_ref();
    let speaker = speaker.and_then(|speaker| draft.named(speaker, &path.field("speaker")));
    let share_of = |draft: &mut Draft<'_>| {
        let (kind, basis) = (relationship.kind, relationship.share_basis());
        share(draft, item.share.as_ref()?, kind, basis, &path.field("share"))
    };
    let confidence = item.confidence.map(model::confidence).transpose();
    let mut statement = Evidence {
        id: String::new(),
        source: source.unwrap_or_default(),
        locator: line(draft, item.locator.as_deref(), &path.field("locator")),
        stance: item.stance,
        speaker,
        stated_on: item.stated_on,
        summary: optional(draft, item.summary.as_ref(), &path.field("summary"), model::text),
        share: share_of(draft),
        amount: item
            .amount
            .as_ref()
            .and_then(|written| amount(draft, written, &path.field("amount"))),
        confidence: draft
            .faults
            .checked(UserErrorCode::Invalid, &path.field("confidence"), confidence)
            .flatten(),
    };
    match &item.id {
        Some(id) => {
            let fits = plain_id(id, DERIVED_ID_CHARS_MAX).map(str::to_owned);
            statement.id = draft.faults.checked(UserErrorCode::Invalid, &path.field("id"), fits)?;
        }
        None => statement.id = derived(&statement, relationship),
    }
    (draft.faults.count() == faults).then_some(statement)
}

/// The id of the source, which may be written beside the statement.
fn source(draft: &mut Draft<'_>, item: &EvidenceEdit, path: &Path<'_>) -> Option<String> {
    match (&item.source_id, &item.source) {
        (Some(id), None) => {
            let path = path.field("sourceId");
            let id = sources::source_id(draft, id, &path)?;
            if draft.source(&id).is_none() {
                let message = format!("There is no source with the id {id:?}; give it as source, or by upsertSources");
                draft.fault(UserErrorCode::NotFound, &path, message);
                return None;
            }
            Some(id)
        }
        (None, Some(source)) => {
            let path = path.field("source");
            let id = sources::source_id(draft, &source.id, &path.field("id"))?;
            sources::upsert(draft, id, source, &path)
        }
        _ => {
            missing(
                draft,
                &path.field("sourceId"),
                "A statement has one source: give sourceId for a known one, or source",
            );
            None
        }
    }
}

/// The id of a statement that has none: relationship, source and, for further ones of this source, a number. A statement that
/// is there already keeps its id.
fn derived(statement: &Evidence, relationship: &Relationship) -> String {
    let same = relationship.evidence.iter().find(|known| {
        let id = known.id.clone();
        **known
            == Evidence {
                id,
                ..statement.clone()
            }
    });
    if let Some(same) = same {
        return same.id.clone();
    }
    let is_free = |id: &String| relationship.evidence.iter().all(|known| known.id != *id);
    let mut ids = (1..).map(|number| evidence_id(&relationship.id, &statement.source, number));
    ids.find(is_free).expect("there are more numbers than statements")
}
