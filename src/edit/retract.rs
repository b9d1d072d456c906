//! Retracts records. A record that others refer to stays, unless those are retracted with it.

use std::borrow::Cow;

use super::{
    draft::{BatchDraft, Decision},
    fault::{Fault, InputPath, UserErrorCode},
    input::RecordRef,
    relationships,
};
use crate::{
    graph::Snapshot,
    model::{Change, Noun},
};

/// How the relationships of a retracted entity are handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithRelationships {
    /// They are retracted as well.
    Retract,
    /// The retraction is refused if there are any.
    Refuse,
}

/// Retracts relationships.
#[must_use]
pub fn retract_relationships(graph: &Snapshot, items: &[RecordRef], path: &InputPath<'_>) -> Decision {
    let mut draft = BatchDraft::new(graph);
    let list = path.field("ids");
    for (position, item) in items.iter().enumerate() {
        if let Some(relationship) = relationships::named(&mut draft, item, &list.item(position)) {
            draft.change(Change::Retract {
                noun: Noun::Relationship,
                id: relationship.id,
            });
        }
    }
    draft.into_decision()
}

/// Retracts entities.
#[must_use]
pub fn retract_entities(
    graph: &Snapshot,
    items: &[RecordRef],
    with: WithRelationships,
    path: &InputPath<'_>,
) -> Decision {
    let mut draft = BatchDraft::new(graph);
    let list = path.field("ids");
    let mut targets = Vec::new();
    for (position, item) in items.iter().enumerate() {
        let path = list.item(position);
        let Some(entity) = draft
            .known
            .entity_ix(&item.id)
            .filter(|ix| draft.known.entity_id(*ix) == item.id)
        else {
            let message = match draft.known.entity_ix(&item.id) {
                Some(other) => format!(
                    "{:?} was merged into {:?}; give that id, or undo the merge",
                    item.id,
                    draft.known.entity_id(other)
                ),
                None => format!("There is no entity with the id {:?}", item.id),
            };
            draft.fault(UserErrorCode::NotFound, &path, message);
            continue;
        };
        if draft.claim(&item.id, &path) & draft.check_version(Noun::Entity, &item.id, item.expected_version, &path) {
            targets.push((position, entity));
        }
    }
    for (position, entity) in &targets {
        let known = draft.known;
        let related: Vec<Cow<'_, str>> = known
            .relationships_of(*entity)
            .into_iter()
            .map(|ix| known.relationship_id(ix))
            .collect();
        match with {
            WithRelationships::Retract => related.iter().for_each(|id| retract_relationship(&mut draft, id)),
            WithRelationships::Refuse if !related.is_empty() => {
                let message = "has relationships; retract them first, or give withRelationships: true";
                in_use(
                    &mut draft,
                    known.entity_id(*entity),
                    &related,
                    message,
                    &list.item(*position),
                );
            }
            WithRelationships::Refuse => {}
        }
    }
    for (position, entity) in &targets {
        let known = draft.known;
        // Relationships that are retracted with it do not count.
        let quoted = known
            .relationships_quoting(*entity)
            .into_iter()
            .map(|ix| known.relationship_id(ix));
        let quoted: Vec<Cow<'_, str>> = quoted.filter(|id| draft.relationship(id).is_some()).collect();
        let id = known.entity_id(*entity);
        if !quoted.is_empty() {
            let message = "is quoted as a speaker; mergeEntities replaces it by another entity";
            in_use(&mut draft, id, &quoted, message, &list.item(*position));
        }
        draft.change(Change::Retract {
            noun: Noun::Entity,
            id: id.to_owned(),
        });
    }
    draft.into_decision()
}

fn retract_relationship(draft: &mut BatchDraft<'_>, id: &str) {
    draft.change(Change::Retract {
        noun: Noun::Relationship,
        id: id.to_owned(),
    });
}

fn in_use(draft: &mut BatchDraft<'_>, id: &str, by: &[Cow<'_, str>], message: &str, path: &InputPath<'_>) {
    let message = format!(
        "{id:?} {message}. {} relationships refer to it, some of them in candidates",
        by.len()
    );
    let candidates = by.iter().map(|id| id.clone().into_owned());
    draft
        .faults
        .push(Fault::new(UserErrorCode::InUse, path, message).candidates(candidates));
}
