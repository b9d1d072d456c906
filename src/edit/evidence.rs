//! Adds statements to relationships, or replaces those with the same id. Statements are never removed.

use super::{
    draft::{BatchDraft, Decision},
    fault::{InputPath, UserErrorCode},
    fields::{amount, is_listable, line, missing, optional, share},
    input::{EvidenceAddition, EvidenceEdit},
    sources,
};
use crate::{
    graph::Snapshot,
    model::{self, DERIVED_ID_CHARS_MAX, Evidence, Noun, Record, Relationship, evidence_id, plain_id},
};

/// Adds statements to existing relationships.
#[must_use]
pub fn add_evidence(graph: &Snapshot, items: &[EvidenceAddition], path: &InputPath<'_>) -> Decision {
    let mut draft = BatchDraft::new(graph);
    let list = path.field("evidence");
    for (position, item) in items.iter().enumerate() {
        let path = list.item(position);
        let Some(mut relationship) = draft.relationship(&item.relationship) else {
            let message = format!("There is no relationship with the id {:?}", item.relationship);
            draft.fault(UserErrorCode::NotFound, &path.field("relationshipId"), message);
            continue;
        };
        draft.mention(&relationship.id);
        let is_valid = draft.check_version(Noun::Relationship, &relationship.id, item.expected_version, &path);
        if let Some(statement) = statement(&mut draft, &item.evidence, &relationship, &path.field("statement"))
            && is_valid
        {
            add(&mut relationship, statement);
            is_listable(&mut draft, relationship.evidence.len(), &path);
            draft.put(Record::Relationship(relationship));
        }
    }
    draft.into_decision()
}

/// Adds the statements to `relationship`.
pub(super) fn add_all(
    draft: &mut BatchDraft<'_>,
    items: &[EvidenceEdit],
    relationship: &mut Relationship,
    path: &InputPath<'_>,
) {
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

/// Adds a statement, replacing one with the same id.
fn add(relationship: &mut Relationship, statement: Evidence) {
    let known = relationship.evidence.iter_mut().find(|known| known.id == statement.id);
    match known {
        Some(known) => *known = statement,
        None => relationship.evidence.push(statement),
    }
}

/// The statement of `item` on `relationship`.
fn statement(
    draft: &mut BatchDraft<'_>,
    item: &EvidenceEdit,
    relationship: &Relationship,
    path: &InputPath<'_>,
) -> Option<Evidence> {
    let faults = draft.faults.count();
    let source = source(draft, item, path);
    let speaker = item.speaker.as_ref();
    let speaker = speaker.and_then(|speaker| draft.resolve_entity(speaker, &path.field("speaker")));
    let share_of = |draft: &mut BatchDraft<'_>| {
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
            .and_then(|input| amount(draft, input, &path.field("amount"))),
        confidence: draft
            .faults
            .accept(UserErrorCode::Invalid, &path.field("confidence"), confidence)
            .flatten(),
    };
    match &item.id {
        Some(id) => {
            let fits = plain_id(id, DERIVED_ID_CHARS_MAX).map(str::to_owned);
            statement.id = draft.faults.accept(UserErrorCode::Invalid, &path.field("id"), fits)?;
        }
        None => statement.id = derived_id(&statement, relationship),
    }
    (draft.faults.count() == faults).then_some(statement)
}

/// The id of the source, which may be created with the statement.
fn source(draft: &mut BatchDraft<'_>, item: &EvidenceEdit, path: &InputPath<'_>) -> Option<String> {
    match (&item.source_id, &item.source) {
        (Some(id), None) => {
            let path = path.field("sourceId");
            let id = sources::source_id(draft, id, &path)?;
            if draft.source(&id).is_none() {
                let message = format!(
                    "There is no source with the id {id:?}; give it as source, or create it with upsertSources"
                );
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
                "A statement has one source: give sourceId for an existing one, or source",
            );
            None
        }
    }
}

/// The derived id of a statement: relationship, source and, for further ones of the source, a number. An existing equal
/// statement keeps its id.
fn derived_id(statement: &Evidence, relationship: &Relationship) -> String {
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
