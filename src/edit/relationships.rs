//! Relationships that are asserted: created with evidence, or updated. Their kind and ends never change.

use super::{
    draft::{Decision, Draft},
    evidence,
    fault::{Path, UserErrorCode},
    fields::{amount, is_listable, missing, properties, share, text_patch},
    input::{EntityKey, Named, Patch, RelationshipEdit},
};
use crate::{
    graph::Snapshot,
    model::{
        self, Capability, DERIVED_ID_CHARS_MAX, Directness, Ends, Noun, PartialDate, Record, Relationship,
        RelationshipKind, RelationshipStatus, Set, Source, UnknownReason, Validity, plain_id, relationship_id,
    },
};

/// Creates relationships, or updates those that are known.
#[must_use]
pub fn assert_relationships(graph: &Snapshot, items: &[RelationshipEdit], path: &Path<'_>) -> Decision {
    let mut draft = Draft::new(graph);
    let list = path.field("relationships");
    for (position, item) in items.iter().enumerate() {
        assert(&mut draft, item, &list.item(position));
    }
    draft.decided()
}

/// Ends relationships on the first day on which they no longer hold.
#[must_use]
pub fn end_relationships(graph: &Snapshot, items: &[Named], until: PartialDate, path: &Path<'_>) -> Decision {
    let mut draft = Draft::new(graph);
    let list = path.field("ids");
    for (position, item) in items.iter().enumerate() {
        let path = list.item(position);
        let Some(mut relationship) = named(&mut draft, item, &path) else {
            continue;
        };
        let validity = Validity::new(relationship.validity.since(), Some(until));
        if let Some(validity) = draft.faults.checked(UserErrorCode::Dates, &path, validity) {
            relationship.validity = validity;
            draft.put(Record::Relationship(relationship));
        }
    }
    draft.decided()
}

/// The relationship that an item names by its id, once, in the version that is expected.
pub(super) fn named(draft: &mut Draft<'_>, item: &Named, path: &Path<'_>) -> Option<Relationship> {
    let Some(relationship) = draft.relationship(&item.id) else {
        let message = format!("There is no relationship with the id {:?}", item.id);
        draft.fault(UserErrorCode::NotFound, path, message);
        return None;
    };
    let fine = draft.claim(&item.id, path) & draft.expect(Noun::Relationship, &item.id, item.expected, path);
    fine.then_some(relationship)
}

/// What an item says of the ends of a relationship.
struct Written {
    /// None where the item does not say; an unknown end is a reason.
    ends: Option<Ends>,
    /// Whether what it says can be used.
    sound: bool,
}

fn assert(draft: &mut Draft<'_>, item: &RelationshipEdit, path: &Path<'_>) {
    let ends = ends(draft, item, path);
    let Some(id) = id(draft, item, &ends, path) else {
        // Nothing is changed any more, but what else is wrong is told all the same.
        if let Some(mut stand_in) = new(draft, item, ends, String::new(), path) {
            write(draft, item, &mut stand_in, path);
            evidence::add_all(draft, &item.evidence, &mut stand_in, path);
        }
        return;
    };
    if !draft.claim(&id, path) {
        return;
    }
    let fine =
        draft.expect(Noun::Relationship, &id, item.expected, path) & draft.is_free_for(Noun::Relationship, &id, path);
    let known = draft.relationship(&id);
    let is_new = known.is_none();
    let relationship = match known {
        Some(known) => {
            stays_fixed(draft, item, ends.ends.as_ref(), &known, path);
            Some(known)
        }
        None => new(draft, item, ends, id, path),
    };
    let Some(mut relationship) = relationship else {
        return;
    };
    write(draft, item, &mut relationship, path);
    evidence::add_all(draft, &item.evidence, &mut relationship, path);
    if is_new && item.evidence.is_empty() {
        let message = "A relationship is never without evidence; give at least one statement and its source";
        draft.fault(UserErrorCode::NoEvidence, &path.field("evidence"), message);
    }
    if fine {
        draft.put(Record::Relationship(relationship));
    }
}

/// The ends as written.
fn ends(draft: &mut Draft<'_>, item: &RelationshipEdit, path: &Path<'_>) -> Written {
    let faults = draft.faults.count();
    let from = item.from.as_ref().map(|key| draft.named(key, &path.field("from")));
    let to = item.to.as_ref().map(|key| draft.named(key, &path.field("to")));
    let place = path.field("unknownReason");
    let ends = match (from, to, item.unknown_reason) {
        (Some(from), Some(to), None) => from.zip(to).map(|(from, to)| Ends::Known { from, to }),
        (None, Some(to), Some(reason)) => to.map(|to| Ends::UnknownFrom { to, reason }),
        (Some(from), None, Some(reason)) => {
            if reason != UnknownReason::Unspecified {
                let message = "Where to is unknown the reason is UNSPECIFIED; the others are about an unknown from";
                draft.fault(UserErrorCode::Invalid, &place, message);
            }
            from.map(|from| Ends::UnknownTo { from, reason })
        }
        (Some(_), Some(_), Some(_)) => {
            let message = "Both ends are given, so none is unknown; leave unknownReason out";
            draft.fault(UserErrorCode::Invalid, &place, message);
            None
        }
        (None, None, None) => None,
        (None, None, Some(_)) => {
            missing(draft, path, "One end must be known; give from or to");
            None
        }
        (Some(_), None, None) | (None, Some(_), None) => {
            missing(draft, &place, "One end is not given; say why it is unknown, or give it");
            None
        }
    };
    one_by_now(draft, item, ends.as_ref(), path);
    Written {
        ends,
        sound: draft.faults.count() == faults,
    }
}

/// Reports ends that were two entities when they were written down, and were merged since.
fn one_by_now(draft: &mut Draft<'_>, item: &RelationshipEdit, ends: Option<&Ends>, path: &Path<'_>) {
    if let (Some(EntityKey::Id(one)), Some(EntityKey::Id(other)), Some(Ends::Known { from, to })) =
        (&item.from, &item.to, ends)
        && from == to
        && one != other
    {
        let message = format!("{one:?} and {other:?} are one entity by now, {from:?}, after a merge");
        draft.fault(UserErrorCode::Invalid, &path.field("to"), message);
    }
}

/// The ends with the ids that were written where the entities were merged since.
fn as_written(item: &RelationshipEdit, ends: &Ends) -> Ends {
    let written = |key: &Option<EntityKey>, found: &String| match key {
        Some(EntityKey::Id(id)) => id.clone(),
        _ => found.clone(),
    };
    match ends {
        Ends::Known { from, to } => Ends::Known {
            from: written(&item.from, from),
            to: written(&item.to, to),
        },
        Ends::UnknownFrom { to, reason } => Ends::UnknownFrom {
            to: written(&item.to, to),
            reason: *reason,
        },
        Ends::UnknownTo { from, reason } => Ends::UnknownTo {
            from: written(&item.from, from),
            reason: *reason,
        },
    }
}

/// The id that is given, or derived from kind and ends.
fn id(draft: &mut Draft<'_>, item: &RelationshipEdit, written: &Written, path: &Path<'_>) -> Option<String> {
    if let Some(id) = &item.id {
        let path = path.field("id");
        let fits = plain_id(id, DERIVED_ID_CHARS_MAX).and_then(|id| {
            let is_source = id.starts_with(Source::PREFIX);
            (!is_source)
                .then(|| id.to_owned())
                .ok_or_else(|| model::Invalid::new(id, "an id that does not start with source:"))
        });
        return draft.faults.checked(UserErrorCode::Invalid, &path, fits);
    }
    if item.kind.is_none() {
        missing(
            draft,
            &path.field("kind"),
            "Without an id, the kind says which relationship is meant",
        );
    }
    if written.ends.is_none() && written.sound {
        missing(
            draft,
            &path.field("from"),
            "Without an id, the ends say which relationship is meant",
        );
    }
    let key = item
        .key
        .clone()
        .or_else(|| item.since.written().map(ToString::to_string));
    let (kind, ends, key) = (item.kind?, written.ends.as_ref()?, key.as_deref().unwrap_or("1"));
    // A merge leaves the ids of relationships as they are, so that whoever still writes the old ids means the same ones.
    let before = relationship_id(kind, &as_written(item, ends), key);
    if draft.known.relationship(&before).is_some() {
        return Some(before);
    }
    let id = relationship_id(kind, ends, key);
    let fits = plain_id(&id, DERIVED_ID_CHARS_MAX).map(str::to_owned);
    draft.faults.checked(UserErrorCode::Invalid, path, fits)
}

/// The ids of both ends; empty where one is unknown.
fn parts(ends: &Ends) -> (&str, &str) {
    match ends {
        Ends::Known { from, to } => (from, to),
        Ends::UnknownFrom { to, .. } => ("", to),
        Ends::UnknownTo { from, .. } => (from, ""),
    }
}

/// Reports a kind or ends that differ from those known.
fn stays_fixed(
    draft: &mut Draft<'_>,
    item: &RelationshipEdit,
    ends: Option<&Ends>,
    known: &Relationship,
    path: &Path<'_>,
) {
    const WAY_OUT: &str = "retract this relationship and assert another";
    if let Some(kind) = item.kind.filter(|kind| *kind != known.kind) {
        let message = format!(
            "{:?} is {}, not {kind}, and a kind never changes; {WAY_OUT}",
            known.id, known.kind
        );
        draft.fault(UserErrorCode::Fixed, &path.field("kind"), message);
    }
    let Some(ends) = ends.filter(|ends| **ends != known.ends) else {
        return;
    };
    let (from, to) = parts(&known.ends);
    let swapped = parts(ends) == (to, from);
    if known.kind.is_symmetric() && swapped && matches!(ends, Ends::Known { .. }) {
        return;
    }
    let shown = |id: &str| {
        if id.is_empty() {
            "unknown".to_owned()
        } else {
            format!("{id:?}")
        }
    };
    let (from, to) = (shown(from), shown(to));
    let message = format!(
        "{:?} leads from {from} to {to}, and ends never change; {WAY_OUT}",
        known.id
    );
    draft.fault(UserErrorCode::Fixed, &path.field("from"), message);
}

/// A relationship of which nothing but id, kind and ends is known; where those are missing or refused, a fault is told.
fn new(
    draft: &mut Draft<'_>,
    item: &RelationshipEdit,
    written: Written,
    id: String,
    path: &Path<'_>,
) -> Option<Relationship> {
    if item.kind.is_none() && item.id.is_some() {
        let message = format!("There is no relationship {id:?} yet, so it needs a kind");
        missing(draft, &path.field("kind"), message);
    }
    if written.ends.is_none() && written.sound && item.id.is_some() {
        let message = format!("There is no relationship {id:?} yet, so it needs from and to");
        missing(draft, &path.field("from"), message);
    }
    let stand_in = || Ends::Known {
        from: String::new(),
        to: String::new(),
    };
    let ends = written.ends.unwrap_or_else(stand_in);
    Some(Relationship::new(id, item.kind?, ends))
}

/// Writes the fields of an item over those of a relationship.
fn write(draft: &mut Draft<'_>, item: &RelationshipEdit, relationship: &mut Relationship, path: &Path<'_>) {
    text_patch(draft, &item.role, &path.field("role"), model::line).apply(&mut relationship.role);
    match &item.status {
        Patch::Keep => {}
        Patch::Clear => relationship.status = RelationshipStatus::Unknown,
        Patch::Set(status) => relationship.status = *status,
    }
    dates(draft, item, relationship, path);
    interest(draft, item, relationship, path);
    match &item.share {
        Patch::Keep => {}
        Patch::Clear => relationship.share = None,
        Patch::Set(written) => {
            let (kind, basis) = (relationship.kind, relationship.share_basis());
            relationship.share = share(draft, written, kind, basis, &path.field("share"));
        }
    }
    match &item.amount {
        Patch::Keep => {}
        Patch::Clear => relationship.amount = None,
        Patch::Set(written) => relationship.amount = amount(draft, written, &path.field("amount")),
    }
    match &item.capabilities {
        Patch::Keep => {}
        Patch::Clear => relationship.capabilities.clear(),
        Patch::Set(written) => relationship.capabilities = capabilities(draft, written, relationship.kind, path),
    }
    properties(draft, &item.properties, &path.field("properties")).apply(&mut relationship.properties);
}

/// Writes the dates. A date that says when it ended replaces one by which it was over.
fn dates(draft: &mut Draft<'_>, item: &RelationshipEdit, relationship: &mut Relationship, path: &Path<'_>) {
    if (&item.since, &item.until, &item.ended_by) == (&Patch::Keep, &Patch::Keep, &Patch::Keep) {
        return;
    }
    let known = relationship.validity;
    let (mut since, mut until, mut ended_by) = (known.since(), known.until(), known.stated_ended_by());
    item.since.clone().apply(&mut since);
    item.until.clone().apply(&mut until);
    if item.until.written().is_some() && item.ended_by == Patch::Keep {
        ended_by = None;
    }
    item.ended_by.clone().apply(&mut ended_by);
    let place = path.field(if ended_by.is_some() { "endedBy" } else { "until" });
    let validity = Validity::bounded(since, until, ended_by);
    let validity = draft.faults.checked(UserErrorCode::Dates, &place, validity);
    relationship.validity = validity.unwrap_or(known);
}

/// Writes the type of an interest in a company, how directly it is held, and what it is made up of.
fn interest(draft: &mut Draft<'_>, item: &RelationshipEdit, relationship: &mut Relationship, path: &Path<'_>) {
    let components = item.components.written().filter(|components| !components.is_empty());
    let stated = [
        ("interest", item.interest.written().is_some()),
        ("directness", item.directness.written().is_some()),
        ("components", components.is_some()),
    ];
    if !relationship.kind.is_interest() {
        for (field, _) in stated.into_iter().filter(|(_, is_stated)| *is_stated) {
            let message = format!(
                "Only OWNS and CONTROLS are interests in a company, not {}; leave {field} out",
                relationship.kind
            );
            draft.fault(UserErrorCode::Invalid, &path.field(field), message);
        }
        return;
    }
    item.interest.clone().apply(&mut relationship.interest);
    match &item.directness {
        Patch::Keep => {}
        Patch::Clear => relationship.directness = Directness::Unknown,
        Patch::Set(directness) => relationship.directness = *directness,
    }
    match &item.components {
        Patch::Keep => {}
        Patch::Clear => relationship.components.clear(),
        Patch::Set(written) => relationship.components = self::components(draft, written, &path.field("components")),
    }
}

/// The ids of components, each of a relationship that is known or was written before in the same batch, each once.
fn components(draft: &mut Draft<'_>, written: &[String], path: &Path<'_>) -> Vec<String> {
    if !is_listable(draft, written.len(), path) {
        return Vec::new();
    }
    let mut components: Vec<String> = Vec::new();
    for (position, id) in written.iter().enumerate() {
        if draft.relationship(id).is_none() {
            let message = format!("There is no relationship with the id {id:?}; assert it first");
            draft.fault(UserErrorCode::NotFound, &path.item(position), message);
        } else if !components.contains(id) {
            components.push(id.clone());
        }
    }
    components
}

/// What is offered, each once, in the order of the catalogue.
fn capabilities(
    draft: &mut Draft<'_>,
    written: &[Capability],
    kind: RelationshipKind,
    path: &Path<'_>,
) -> Vec<Capability> {
    if kind != RelationshipKind::Serves && !written.is_empty() {
        let message = format!("Only SERVES has capabilities, not {kind}; leave them out");
        draft.fault(UserErrorCode::Invalid, &path.field("capabilities"), message);
    }
    Set::of(written).iter().collect()
}
