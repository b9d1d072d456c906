//! Entities that turn out to be one: everything of the others goes over to one of them, under whose id they are found from
//! then on. It can be undone as long as nothing of it was changed again.

use std::{borrow::Cow, collections::BTreeSet};

use super::{
    draft::{Decision, Draft},
    entities,
    fault::{Fault, Path, UserErrorCode},
    fields::is_listable,
    input::{Expected, Named},
    known::Known,
};
use crate::{
    graph::Snapshot,
    model::{
        Change, Ends, Entity, EntityStatus, Entry, Name, NameKind, Noun, PROPERTIES_BYTES_MAX, Record, Relationship,
        Step, Timestamp, just_before,
    },
};

/// Merges entities into another.
#[must_use]
pub fn merge_entities(graph: &Snapshot, from: &[Named], into: &str, expected: Expected, path: &Path<'_>) -> Decision {
    let mut draft = Draft::new(graph);
    let place = path.field("into");
    let into = draft.known.found(into).map(|ix| draft.known.entity_id(ix)).or_else(|| {
        draft.fault(
            UserErrorCode::NotFound,
            &place,
            format!("There is no entity with the id {into:?}"),
        );
        None
    });
    let Some(mut kept) = into.and_then(|id| draft.entity(id)) else {
        return draft.decided();
    };
    draft.claim(&kept.id, &place);
    draft.expect(Noun::Entity, &kept.id, expected, path);
    let mut merged = Vec::new();
    let list = path.field("from");
    for (position, item) in from.iter().enumerate() {
        let path = list.item(position);
        if let Some(entity) = merges(&mut draft, item, &kept, &path) {
            merged.push(entity);
        }
    }
    let names: BTreeSet<&str> = merged.iter().map(|entity| entity.id.as_str()).collect();
    if names.is_empty() {
        return draft.decided();
    }
    redirect(&mut draft, &names, &kept.id);
    for entity in &merged {
        take_over(&mut kept, entity);
    }
    is_listable(&mut draft, kept.names.len().max(kept.identifiers.len()), &place);
    let into = kept.id.clone();
    draft.put(Record::Entity(kept));
    for entity in merged {
        draft.change(Change::Merge {
            from: entity.id,
            into: into.clone(),
        });
    }
    draft.decided()
}

/// The entity that an item names, if it can be merged into `kept`; none as well when it was already.
fn merges(draft: &mut Draft<'_>, item: &Named, kept: &Entity, path: &Path<'_>) -> Option<Entity> {
    let found = draft.known.found(&item.id).map(|ix| draft.known.entity_id(ix));
    let Some(found) = found else {
        let message = format!("There is no entity with the id {:?}", item.id);
        draft.fault(UserErrorCode::NotFound, path, message);
        return None;
    };
    if found != item.id {
        if found != kept.id {
            let message = format!(
                "{:?} was merged into {found:?} already; name that one, or undo the merge",
                item.id
            );
            let fault = Fault::new(UserErrorCode::Conflict, path, message).candidates([found.to_owned()]);
            draft.faults.push(fault.current_version(0));
        }
        return None;
    }
    if found == kept.id {
        let message = format!("{found:?} cannot be merged into itself, nor into one that was merged into it");
        draft.fault(UserErrorCode::Cycle, path, message);
        return None;
    }
    let fine = draft.claim(found, path) & draft.expect(Noun::Entity, found, item.expected, path);
    let entity = draft.entity(found)?;
    if entity.kind != kept.kind {
        let message = format!(
            "{found:?} is a {}, {:?} is a {}; only entities of one kind are merged",
            entity.kind, kept.id, kept.kind
        );
        draft.fault(UserErrorCode::Fixed, path, message);
        return None;
    }
    fine.then_some(entity)
}

/// Puts `into` in the place of those merged, at ends and as a speaker. What connects merged ones with each other, or with
/// it, is taken back.
fn redirect(draft: &mut Draft<'_>, merged: &BTreeSet<&str>, into: &str) {
    let known = draft.known;
    let touched: BTreeSet<Cow<'_, str>> = merged
        .iter()
        .filter_map(|id| known.found(id))
        .flat_map(|ix| known.relationships_of(ix).into_iter().chain(known.quoted_about(ix)))
        .map(|ix| known.relationship_id(ix))
        .collect();
    for id in touched {
        let Some(mut relationship) = draft.relationship(&id) else {
            continue;
        };
        if let Ends::Known { from, to } = &relationship.ends {
            let is_one = |id: &str| id == into || merged.contains(id);
            if from != to && is_one(from) && is_one(to) {
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

/// Adds the names, identifiers and properties of `merged` to those of `kept`, each once, and fills what `kept` does not state.
fn take_over(kept: &mut Entity, merged: &Entity) {
    let main = Name {
        text: merged.name.clone(),
        language: None,
        script: None,
        kind: NameKind::Alias,
    };
    for name in std::iter::once(&main).chain(&merged.names) {
        let is_known = kept.name == name.text || kept.names.iter().any(|known| known.text == name.text);
        // What is called as it is identified has no name.
        let is_name = name.text != merged.id && merged.identifiers.iter().all(|known| known.value != name.text);
        if !is_known && is_name {
            kept.names.push(name.clone());
        }
    }
    entities::add(&mut kept.identifiers, merged.identifiers.clone());
    fill(&mut kept.description, merged.description.as_ref());
    fill(&mut kept.country, merged.country.as_ref());
    fill(&mut kept.website, merged.website.as_ref());
    fill(&mut kept.founded, merged.founded.as_ref());
    fill(&mut kept.dissolved, merged.dissolved.as_ref());
    fill(&mut kept.starts_on, merged.starts_on.as_ref());
    fill(&mut kept.ends_on, merged.ends_on.as_ref());
    if kept.status == EntityStatus::Unknown {
        kept.status = merged.status;
    }
    let Some(properties) = &merged.properties else { return };
    let mut joined = kept.properties.clone().unwrap_or_default();
    for (key, value) in properties {
        joined.entry(key.clone()).or_insert_with(|| value.clone());
    }
    let bytes = serde_json::to_string(&joined).map_or(usize::MAX, |text| text.len());
    if bytes <= PROPERTIES_BYTES_MAX {
        kept.properties = Some(joined);
    }
}

fn fill<T: Clone>(field: &mut Option<T>, value: Option<&T>) {
    if field.is_none() {
        *field = value.cloned();
    }
}

/// Puts back every record that a merge changed, as it was before. `merge` is what the log tells of the merge.
#[must_use]
pub fn unmerge_entities(graph: &Snapshot, merge: &Entry, path: &Path<'_>) -> Decision {
    let mut draft = Draft::new(graph);
    let place = path.field("merge");
    merge.steps.iter().for_each(|step| draft.mention(step.change.id()));
    let past = graph.known_at(just_before(merge.recorded_at));
    let before = Known::of(&past);
    let changed: Vec<(&Step, u32)> = merge
        .steps
        .iter()
        .filter_map(|step| changed_since(&draft, step).map(|version| (step, version)))
        .collect();
    if let Some((first, version)) = changed.first() {
        let message = format!(
            "{} records of this merge changed since, {:?} among them; undo by hand what should be undone",
            changed.len(),
            first.change.id()
        );
        let ids = changed.iter().map(|(step, _)| step.change.id().to_owned());
        let fault = Fault::new(UserErrorCode::Conflict, &place, message).candidates(ids);
        draft.faults.push(fault.current_version(*version));
        return draft.decided();
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
    draft.decided()
}

/// The version that a record has now, where it is not as the step left it. What was changed and changed back is.
fn changed_since(draft: &Draft<'_>, step: &Step) -> Option<u32> {
    let (noun, id) = (step.change.noun(), step.change.id());
    let current = draft.known.record(noun, id);
    let as_left = match &step.change {
        Change::Put(record) => current.is_some_and(|current| says(current) == says((**record).clone())),
        Change::Retract { .. } => current.is_none(),
        Change::Merge { into, .. } => {
            let found = draft.known.found(id).map(|ix| draft.known.entity_id(ix));
            current.is_none() && found == Some(into)
        }
    };
    (!as_left).then(|| draft.known.version(noun, id))
}

/// What a record says, whenever it was recorded.
fn says(record: Record) -> Record {
    match record {
        Record::Relationship(relationship) => Record::Relationship(Relationship {
            recorded_at: Timestamp::UNIX_EPOCH,
            retracted_at: None,
            ..relationship
        }),
        other => other,
    }
}
