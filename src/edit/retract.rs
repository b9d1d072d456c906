//! Records that are taken back. What others refer to stays, unless those are taken back with it.

use std::borrow::Cow;

use super::{
    draft::{Decision, Draft},
    fault::{Fault, Path, UserErrorCode},
    input::Named,
    relationships,
};
use crate::{
    graph::Snapshot,
    model::{Change, Noun},
};

/// What becomes of the relationships of an entity that is taken back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WithRelationships {
    /// They are taken back as well.
    Retract,
    /// As long as there are any, the entity stays.
    Refuse,
}

/// Takes relationships back.
#[must_use]
pub fn retract_relationships(graph: &Snapshot, items: &[Named], path: &Path<'_>) -> Decision {
    let mut draft = Draft::new(graph);
    let list = path.field("ids");
    for (position, item) in items.iter().enumerate() {
        if let Some(relationship) = relationships::named(&mut draft, item, &list.item(position)) {
            draft.change(Change::Retract {
                noun: Noun::Relationship,
                id: relationship.id,
            });
        }
    }
    draft.decided()
}

/// Takes entities back.
#[must_use]
pub fn retract_entities(graph: &Snapshot, items: &[Named], with: WithRelationships, path: &Path<'_>) -> Decision {
    let mut draft = Draft::new(graph);
    let list = path.field("ids");
    let mut taken = Vec::new();
    for (position, item) in items.iter().enumerate() {
        let path = list.item(position);
        let Some(entity) = draft
            .known
            .found(&item.id)
            .filter(|ix| draft.known.entity_id(*ix) == item.id)
        else {
            let message = match draft.known.found(&item.id) {
                Some(other) => format!(
                    "{:?} was merged into {:?}; name that one, or undo the merge",
                    item.id,
                    draft.known.entity_id(other)
                ),
                None => format!("There is no entity with the id {:?}", item.id),
            };
            draft.fault(UserErrorCode::NotFound, &path, message);
            continue;
        };
        if draft.claim(&item.id, &path) & draft.expect(Noun::Entity, &item.id, item.expected, &path) {
            taken.push((position, entity));
        }
    }
    for (position, entity) in &taken {
        let known = draft.known;
        let related: Vec<Cow<'_, str>> = known
            .relationships_of(*entity)
            .into_iter()
            .map(|ix| known.relationship_id(ix))
            .collect();
        match with {
            WithRelationships::Retract => related.iter().for_each(|id| retract_relationship(&mut draft, id)),
            WithRelationships::Refuse if !related.is_empty() => {
                let message = "stands in relationships; retract them first, or give withRelationships: true";
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
    for (position, entity) in &taken {
        let known = draft.known;
        // What is taken back with it quotes nobody any more.
        let quoted = known
            .quoted_about(*entity)
            .into_iter()
            .map(|ix| known.relationship_id(ix));
        let quoted: Vec<Cow<'_, str>> = quoted.filter(|id| draft.relationship(id).is_some()).collect();
        let id = known.entity_id(*entity);
        if !quoted.is_empty() {
            let message = "is quoted as a speaker; mergeEntities puts another in its place";
            in_use(&mut draft, id, &quoted, message, &list.item(*position));
        }
        draft.change(Change::Retract {
            noun: Noun::Entity,
            id: id.to_owned(),
        });
    }
    draft.decided()
}

fn retract_relationship(draft: &mut Draft<'_>, id: &str) {
    draft.change(Change::Retract {
        noun: Noun::Relationship,
        id: id.to_owned(),
    });
}

fn in_use(draft: &mut Draft<'_>, id: &str, by: &[Cow<'_, str>], message: &str, path: &Path<'_>) {
    let message = format!(
        "{id:?} {message}. In use by {} relationships, some of them in candidates",
        by.len()
    );
    let candidates = by.iter().map(|id| id.clone().into_owned());
    draft
        .faults
        .push(Fault::new(UserErrorCode::InUse, path, message).candidates(candidates));
}
