//! Merges entities that turn out to be one: the data of the others moves to a survivor, to which their ids lead from
//! then on. A merge can be undone until one of its records changes again.

use std::{borrow::Cow, collections::BTreeSet};

use super::{
    draft::{BatchDraft, Decision},
    entities,
    fault::{Fault, InputPath, UserErrorCode},
    fields::is_listable,
    input::{ExpectedVersion, RecordRef},
    known_records::KnownRecords,
};
use crate::{
    graph::Snapshot,
    model::{
        AppliedChange, Change, Ends, Entity, EntityStatus, Entry, Name, NameKind, Noun, PROPERTIES_BYTES_MAX, Record,
        Relationship, Timestamp, just_before,
    },
};

/// Merges entities into another.
#[must_use]
pub fn merge_entities(
    graph: &Snapshot,
    from: &[RecordRef],
    into: &str,
    expected: ExpectedVersion,
    path: &InputPath<'_>,
) -> Decision {
    let mut draft = BatchDraft::new(graph);
    let place = path.field("into");
    let into = draft
        .known
        .entity_ix(into)
        .map(|ix| draft.known.entity_id(ix))
        .or_else(|| {
            draft.fault(
                UserErrorCode::NotFound,
                &place,
                format!("There is no entity with the id {into:?}"),
            );
            None
        });
    let Some(mut survivor) = into.and_then(|id| draft.entity(id)) else {
        return draft.into_decision();
    };
    draft.claim(&survivor.id, &place);
    draft.check_version(Noun::Entity, &survivor.id, expected, path);
    let mut merged = Vec::new();
    let list = path.field("from");
    for (position, item) in from.iter().enumerate() {
        let path = list.item(position);
        if let Some(entity) = mergeable(&mut draft, item, &survivor, &path) {
            merged.push(entity);
        }
    }
    let names: BTreeSet<&str> = merged.iter().map(|entity| entity.id.as_str()).collect();
    if names.is_empty() {
        return draft.into_decision();
    }
    redirect(&mut draft, &names, &survivor.id);
    for entity in &merged {
        absorb(&mut survivor, entity);
    }
    is_listable(&mut draft, survivor.names.len().max(survivor.identifiers.len()), &place);
    let into = survivor.id.clone();
    draft.put(Record::Entity(survivor));
    for entity in merged {
        draft.change(Change::Merge {
            from: entity.id,
            into: into.clone(),
        });
    }
    draft.into_decision()
}

/// The entity of an item, if it can be merged into `survivor`; `None` also if it already was.
fn mergeable(draft: &mut BatchDraft<'_>, item: &RecordRef, survivor: &Entity, path: &InputPath<'_>) -> Option<Entity> {
    let current = draft.known.entity_ix(&item.id).map(|ix| draft.known.entity_id(ix));
    let Some(current) = current else {
        let message = format!("There is no entity with the id {:?}", item.id);
        draft.fault(UserErrorCode::NotFound, path, message);
        return None;
    };
    if current != item.id {
        if current != survivor.id {
            let message = format!(
                "{:?} was already merged into {current:?}; give that id, or undo the merge",
                item.id
            );
            let fault = Fault::new(UserErrorCode::Conflict, path, message).candidates([current.to_owned()]);
            draft.faults.push(fault.current_version(0));
        }
        return None;
    }
    if current == survivor.id {
        let message = format!("{current:?} cannot be merged into itself, nor into an entity that was merged into it");
        draft.fault(UserErrorCode::Cycle, path, message);
        return None;
    }
    let is_valid = draft.claim(current, path) & draft.check_version(Noun::Entity, current, item.expected_version, path);
    let entity = draft.entity(current)?;
    if entity.kind != survivor.kind {
        let message = format!(
            "{current:?} is a {}, {:?} is a {}; only entities of one kind are merged",
            entity.kind, survivor.id, survivor.kind
        );
        draft.fault(UserErrorCode::Fixed, path, message);
        return None;
    }
    is_valid.then_some(entity)
}

/// Replaces merged entities by `into`, at ends and as speakers. Relationships among the merged entities, or with
/// `into`, are retracted.
fn redirect(draft: &mut BatchDraft<'_>, merged: &BTreeSet<&str>, into: &str) {
    let known = draft.known;
    let affected: BTreeSet<Cow<'_, str>> = merged
        .iter()
        .filter_map(|id| known.entity_ix(id))
        .flat_map(|ix| {
            known
                .relationships_of(ix)
                .into_iter()
                .chain(known.relationships_quoting(ix))
        })
        .map(|ix| known.relationship_id(ix))
        .collect();
    for id in affected {
        let Some(mut relationship) = draft.relationship(&id) else {
            continue;
        };
        if let Ends::Known { from, to } = &relationship.ends {
            let is_survivor = |id: &str| id == into || merged.contains(id);
            if from != to && is_survivor(from) && is_survivor(to) {
                draft.change(Change::Retract {
                    noun: Noun::Relationship,
                    id: id.into_owned(),
                });
                continue;
            }
        }
        replace(&mut relationship, merged, into);
        draft.put(Record::Relationship(relationship));
    }
}

fn replace(relationship: &mut Relationship, merged: &BTreeSet<&str>, into: &str) {
    let replace = |id: &mut String| {
        if merged.contains(id.as_str()) {
            into.clone_into(id);
        }
    };
    match &mut relationship.ends {
        Ends::Known { from, to } => {
            replace(from);
            replace(to);
        }
        Ends::UnknownFrom { to: known, .. } | Ends::UnknownTo { from: known, .. } => replace(known),
    }
    let speakers = relationship
        .evidence
        .iter_mut()
        .filter_map(|statement| statement.speaker.as_mut());
    speakers.for_each(replace);
}

/// Adds the names, identifiers and properties of `merged` to `survivor`, each once, and fills its empty fields.
fn absorb(survivor: &mut Entity, merged: &Entity) {
    let main = Name {
        text: merged.name.clone(),
        language: None,
        script: None,
        kind: NameKind::Alias,
    };
    for name in std::iter::once(&main).chain(&merged.names) {
        let is_known = survivor.name == name.text || survivor.names.iter().any(|known| known.text == name.text);
        // A name equal to the id or an identifier is a placeholder.
        let is_name = name.text != merged.id && merged.identifiers.iter().all(|known| known.value != name.text);
        if !is_known && is_name {
            survivor.names.push(name.clone());
        }
    }
    entities::add(&mut survivor.identifiers, merged.identifiers.clone());
    fill(&mut survivor.description, merged.description.as_ref());
    fill(&mut survivor.country, merged.country.as_ref());
    fill(&mut survivor.website, merged.website.as_ref());
    fill(&mut survivor.founded, merged.founded.as_ref());
    fill(&mut survivor.dissolved, merged.dissolved.as_ref());
    fill(&mut survivor.starts_on, merged.starts_on.as_ref());
    fill(&mut survivor.ends_on, merged.ends_on.as_ref());
    if survivor.status == EntityStatus::Unknown {
        survivor.status = merged.status;
    }
    let Some(properties) = &merged.properties else { return };
    let mut joined = survivor.properties.clone().unwrap_or_default();
    for (key, value) in properties {
        joined.entry(key.clone()).or_insert_with(|| value.clone());
    }
    let bytes = serde_json::to_string(&joined).map_or(usize::MAX, |text| text.len());
    if bytes <= PROPERTIES_BYTES_MAX {
        survivor.properties = Some(joined);
    }
}

fn fill<T: Clone>(field: &mut Option<T>, value: Option<&T>) {
    if field.is_none() {
        *field = value.cloned();
    }
}

/// Restores every record that a merge changed. `merge` is the log entry of the merge.
#[must_use]
pub fn unmerge_entities(graph: &Snapshot, merge: &Entry, path: &InputPath<'_>) -> Decision {
    let mut draft = BatchDraft::new(graph);
    let place = path.field("merge");
    merge.steps.iter().for_each(|step| draft.mention(step.change.id()));
    let past = graph.known_at(just_before(merge.recorded_at));
    let before = KnownRecords::new(&past);
    let changed: Vec<(&AppliedChange, u32)> = merge
        .steps
        .iter()
        .filter_map(|step| changed_since(&draft, step).map(|version| (step, version)))
        .collect();
    if let Some((first, version)) = changed.first() {
        let message = format!(
            "{} records of this merge have changed since, {:?} among them; undo the merge by hand",
            changed.len(),
            first.change.id()
        );
        let ids = changed.iter().map(|(step, _)| step.change.id().to_owned());
        let fault = Fault::new(UserErrorCode::Conflict, &place, message).candidates(ids);
        draft.faults.push(fault.current_version(*version));
        return draft.into_decision();
    }
    for step in &merge.steps {
        let (noun, id) = (step.change.noun(), step.change.id());
        match before.record(noun, id) {
            Some(record) => draft.change(Change::Put(Box::new(record))),
            None => draft.change(Change::Retract {
                noun,
                id: id.to_owned(),
            }),
        }
    }
    draft.into_decision()
}

/// The current version of a record that differs from the result of the step.
fn changed_since(draft: &BatchDraft<'_>, step: &AppliedChange) -> Option<u32> {
    let (noun, id) = (step.change.noun(), step.change.id());
    let current = draft.known.record(noun, id);
    let is_unchanged = match &step.change {
        Change::Put(record) => current
            .is_some_and(|current| without_recording_times(current) == without_recording_times((**record).clone())),
        Change::Retract { .. } => current.is_none(),
        Change::Merge { into, .. } => {
            let survivor = draft.known.entity_ix(id).map(|ix| draft.known.entity_id(ix));
            current.is_none() && survivor == Some(into)
        }
    };
    (!is_unchanged).then(|| draft.known.version(noun, id))
}

/// A record without the times at which it was recorded.
fn without_recording_times(record: Record) -> Record {
    match record {
        Record::Relationship(relationship) => Record::Relationship(Relationship {
            recorded_at: Timestamp::UNIX_EPOCH,
            retracted_at: None,
            ..relationship
        }),
        other => other,
    }
}
