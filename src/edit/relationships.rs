//! Asserts relationships: creates them with evidence, or updates them. Their kind and ends never change.

use super::{
    draft::{BatchDraft, Decision},
    evidence,
    fault::{InputPath, UserErrorCode},
    fields::{amount, is_listable, missing, properties, share, text_patch},
    input::{EntityKey, Patch, RecordRef, RelationshipEdit},
};
use crate::{
    graph::Snapshot,
    model::{
        self, Capability, DERIVED_ID_CHARS_MAX, Directness, Ends, Noun, PartialDate, Record, Relationship,
        RelationshipKind, RelationshipStatus, Set, Source, UnknownReason, Validity, plain_id, relationship_id,
    },
};

/// Creates relationships, or updates existing ones.
#[must_use]
pub fn assert_relationships(graph: &Snapshot, items: &[RelationshipEdit], path: &InputPath<'_>) -> Decision {
    let mut draft = BatchDraft::new(graph);
    let list = path.field("relationships");
    for (position, item) in items.iter().enumerate() {
        assert(&mut draft, item, &list.item(position));
    }
    draft.into_decision()
}

/// Ends relationships; `until` is the first day on which they no longer hold.
#[must_use]
pub fn end_relationships(graph: &Snapshot, items: &[RecordRef], until: PartialDate, path: &InputPath<'_>) -> Decision {
    let mut draft = BatchDraft::new(graph);
    let list = path.field("ids");
    for (position, item) in items.iter().enumerate() {
        let path = list.item(position);
        let Some(mut relationship) = named(&mut draft, item, &path) else {
            continue;
        };
        let validity = Validity::new(relationship.validity.since(), Some(until));
        if let Some(validity) = draft.faults.accept(UserErrorCode::Dates, &path, validity) {
            relationship.validity = validity;
            draft.put(Record::Relationship(relationship));
        }
    }
    draft.into_decision()
}

/// The relationship that an item refers to, if the reference is unique and its version is the expected one.
pub(super) fn named(draft: &mut BatchDraft<'_>, item: &RecordRef, path: &InputPath<'_>) -> Option<Relationship> {
    let Some(relationship) = draft.relationship(&item.id) else {
        let message = format!("There is no relationship with the id {:?}", item.id);
        draft.fault(UserErrorCode::NotFound, path, message);
        return None;
    };
    let is_valid =
        draft.claim(&item.id, path) & draft.check_version(Noun::Relationship, &item.id, item.expected_version, path);
    is_valid.then_some(relationship)
}

/// The ends of a relationship as stated by an item.
struct StatedEnds {
    /// `None` if the item does not state them; an unknown end has a reason.
    ends: Option<Ends>,
    /// Whether they are valid.
    is_valid: bool,
}

fn assert(draft: &mut BatchDraft<'_>, item: &RelationshipEdit, path: &InputPath<'_>) {
    let ends = ends(draft, item, path);
    let Some(id) = id(draft, item, &ends, path) else {
        // Nothing will change, but other faults of the item are still reported.
        if let Some(mut placeholder) = new(draft, item, ends, String::new(), path) {
            write(draft, item, &mut placeholder, path);
            evidence::add_all(draft, &item.evidence, &mut placeholder, path);
        }
        return;
    };
    if !draft.claim(&id, path) {
        return;
    }
    let is_valid = draft.check_version(Noun::Relationship, &id, item.expected_version, path)
        & draft.is_free_for(Noun::Relationship, &id, path);
    let known = draft.relationship(&id);
    let is_new = known.is_none();
    let relationship = match known {
        Some(known) => {
            check_unchanged(draft, item, ends.ends.as_ref(), &known, path);
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
    if is_valid {
        draft.put(Record::Relationship(relationship));
    }
}

/// The ends as stated by an item.
fn ends(draft: &mut BatchDraft<'_>, item: &RelationshipEdit, path: &InputPath<'_>) -> StatedEnds {
    let faults = draft.faults.count();
    let from = item
        .from
        .as_ref()
        .map(|key| draft.resolve_entity(key, &path.field("from")));
    let to = item.to.as_ref().map(|key| draft.resolve_entity(key, &path.field("to")));
    let place = path.field("unknownReason");
    let ends = match (from, to, item.unknown_reason) {
        (Some(from), Some(to), None) => from.zip(to).map(|(from, to)| Ends::Known { from, to }),
        (None, Some(to), Some(reason)) => to.map(|to| Ends::UnknownFrom { to, reason }),
        (Some(from), None, Some(reason)) => {
            if reason != UnknownReason::Unspecified {
                let message = "For an unknown to, the reason is UNSPECIFIED; other reasons are for an unknown from";
                draft.fault(UserErrorCode::Invalid, &place, message);
            }
            from.map(|from| Ends::UnknownTo { from, reason })
        }
        (Some(_), Some(_), Some(_)) => {
            let message = "Both ends are given, so none is unknown; omit unknownReason";
            draft.fault(UserErrorCode::Invalid, &place, message);
            None
        }
        (None, None, None) => None,
        (None, None, Some(_)) => {
            missing(draft, path, "One end must be known; give from or to");
            None
        }
        (Some(_), None, None) | (None, Some(_), None) => {
            missing(
                draft,
                &place,
                "One end is not given; give it, or give the reason as unknownReason",
            );
            None
        }
    };
    check_merged_ends(draft, item, ends.as_ref(), path);
    StatedEnds {
        ends,
        is_valid: draft.faults.count() == faults,
    }
}

/// Reports two different ends that have been merged into one entity.
fn check_merged_ends(draft: &mut BatchDraft<'_>, item: &RelationshipEdit, ends: Option<&Ends>, path: &InputPath<'_>) {
    if let (Some(EntityKey::Id(one)), Some(EntityKey::Id(other)), Some(Ends::Known { from, to })) =
        (&item.from, &item.to, ends)
        && from == to
        && one != other
    {
        let message = format!("{one:?} and {other:?} were merged into one entity, {from:?}");
        draft.fault(UserErrorCode::Invalid, &path.field("to"), message);
    }
}

/// The ends with the ids of the item, even if the entities have been merged since.
fn ends_before_merges(item: &RelationshipEdit, ends: &Ends) -> Ends {
    let stated_id = |key: &Option<EntityKey>, current: &String| match key {
        Some(EntityKey::Id(id)) => id.clone(),
        _ => current.clone(),
    };
    match ends {
        Ends::Known { from, to } => Ends::Known {
            from: stated_id(&item.from, from),
            to: stated_id(&item.to, to),
        },
        Ends::UnknownFrom { to, reason } => Ends::UnknownFrom {
            to: stated_id(&item.to, to),
            reason: *reason,
        },
        Ends::UnknownTo { from, reason } => Ends::UnknownTo {
            from: stated_id(&item.from, from),
            reason: *reason,
        },
    }
}

/// The id that is given, or derived from kind and ends.
fn id(
    draft: &mut BatchDraft<'_>,
    item: &RelationshipEdit,
    stated_ends: &StatedEnds,
    path: &InputPath<'_>,
) -> Option<String> {
    if let Some(id) = &item.id {
        let path = path.field("id");
        let fits = plain_id(id, DERIVED_ID_CHARS_MAX).and_then(|id| {
            let is_source = id.starts_with(Source::PREFIX);
            (!is_source)
                .then(|| id.to_owned())
                .ok_or_else(|| model::Invalid::new(id, "an id that does not start with source:"))
        });
        return draft.faults.accept(UserErrorCode::Invalid, &path, fits);
    }
    if item.kind.is_none() {
        missing(
            draft,
            &path.field("kind"),
            "Without an id, the kind is needed to identify the relationship",
        );
    }
    if stated_ends.ends.is_none() && stated_ends.is_valid {
        missing(
            draft,
            &path.field("from"),
            "Without an id, the ends are needed to identify the relationship",
        );
    }
    let key = item
        .key
        .clone()
        .or_else(|| item.since.new_value().map(ToString::to_string));
    let (kind, ends, key) = (item.kind?, stated_ends.ends.as_ref()?, key.as_deref().unwrap_or("1"));
    // A merge does not change the ids of relationships, so items with the old ids of entities refer to the same ones.
    let before = relationship_id(kind, &ends_before_merges(item, ends), key);
    if draft.known.relationship(&before).is_some() {
        return Some(before);
    }
    let id = relationship_id(kind, ends, key);
    let fits = plain_id(&id, DERIVED_ID_CHARS_MAX).map(str::to_owned);
    draft.faults.accept(UserErrorCode::Invalid, path, fits)
}

/// The ids of both ends; empty for an unknown one.
fn end_ids(ends: &Ends) -> (&str, &str) {
    match ends {
        Ends::Known { from, to } => (from, to),
        Ends::UnknownFrom { to, .. } => ("", to),
        Ends::UnknownTo { from, .. } => (from, ""),
    }
}

/// Reports a kind or ends that differ from the existing ones.
fn check_unchanged(
    draft: &mut BatchDraft<'_>,
    item: &RelationshipEdit,
    ends: Option<&Ends>,
    known: &Relationship,
    path: &InputPath<'_>,
) {
    const ADVICE: &str = "retract this relationship and assert another";
    if let Some(kind) = item.kind.filter(|kind| *kind != known.kind) {
        let message = format!(
            "{:?} is {}, not {kind}, and a kind never changes; {ADVICE}",
            known.id, known.kind
        );
        draft.fault(UserErrorCode::Fixed, &path.field("kind"), message);
    }
    let Some(ends) = ends.filter(|ends| **ends != known.ends) else {
        return;
    };
    let (from, to) = end_ids(&known.ends);
    let swapped = end_ids(ends) == (to, from);
    if known.kind.is_symmetric() && swapped && matches!(ends, Ends::Known { .. }) {
        return;
    }
    let display = |id: &str| {
        if id.is_empty() {
            "unknown".to_owned()
        } else {
            format!("{id:?}")
        }
    };
    let (from, to) = (display(from), display(to));
    let message = format!(
        "{:?} leads from {from} to {to}, and ends never change; {ADVICE}",
        known.id
    );
    draft.fault(UserErrorCode::Fixed, &path.field("from"), message);
}

/// A new relationship with only id, kind and ends. Missing ones are reported.
fn new(
    draft: &mut BatchDraft<'_>,
    item: &RelationshipEdit,
    stated_ends: StatedEnds,
    id: String,
    path: &InputPath<'_>,
) -> Option<Relationship> {
    if item.kind.is_none() && item.id.is_some() {
        let message = format!("There is no relationship {id:?} yet, so it needs a kind");
        missing(draft, &path.field("kind"), message);
    }
    if stated_ends.ends.is_none() && stated_ends.is_valid && item.id.is_some() {
        let message = format!("There is no relationship {id:?} yet, so it needs from and to");
        missing(draft, &path.field("from"), message);
    }
    let placeholder = || Ends::Known {
        from: String::new(),
        to: String::new(),
    };
    let ends = stated_ends.ends.unwrap_or_else(placeholder);
    Some(Relationship::new(id, item.kind?, ends))
}

/// Applies the fields of an item to a relationship.
fn write(draft: &mut BatchDraft<'_>, item: &RelationshipEdit, relationship: &mut Relationship, path: &InputPath<'_>) {
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
        Patch::Set(input) => {
            let (kind, basis) = (relationship.kind, relationship.share_basis());
            relationship.share = share(draft, input, kind, basis, &path.field("share"));
        }
    }
    match &item.amount {
        Patch::Keep => {}
        Patch::Clear => relationship.amount = None,
        Patch::Set(input) => relationship.amount = amount(draft, input, &path.field("amount")),
    }
    match &item.capabilities {
        Patch::Keep => {}
        Patch::Clear => relationship.capabilities.clear(),
        Patch::Set(input) => relationship.capabilities = capabilities(draft, input, relationship.kind, path),
    }
    properties(draft, &item.properties, &path.field("properties")).apply(&mut relationship.properties);
}

/// Applies the dates. An exact end replaces a date by which the relationship had ended.
fn dates(draft: &mut BatchDraft<'_>, item: &RelationshipEdit, relationship: &mut Relationship, path: &InputPath<'_>) {
    if (&item.since, &item.until, &item.ended_by) == (&Patch::Keep, &Patch::Keep, &Patch::Keep) {
        return;
    }
    let known = relationship.validity;
    let (mut since, mut until, mut ended_by) = (known.since(), known.until(), known.stated_ended_by());
    item.since.clone().apply(&mut since);
    item.until.clone().apply(&mut until);
    if item.until.new_value().is_some() && item.ended_by == Patch::Keep {
        ended_by = None;
    }
    item.ended_by.clone().apply(&mut ended_by);
    let place = path.field(if ended_by.is_some() { "endedBy" } else { "until" });
    let validity = Validity::bounded(since, until, ended_by);
    let validity = draft.faults.accept(UserErrorCode::Dates, &place, validity);
    relationship.validity = validity.unwrap_or(known);
}

/// Applies the interest in a company, its directness and its components.
fn interest(
    draft: &mut BatchDraft<'_>,
    item: &RelationshipEdit,
    relationship: &mut Relationship,
    path: &InputPath<'_>,
) {
    let components = item.components.new_value().filter(|components| !components.is_empty());
    let stated = [
        ("interest", item.interest.new_value().is_some()),
        ("directness", item.directness.new_value().is_some()),
        ("components", components.is_some()),
    ];
    if !relationship.kind.is_interest() {
        for (field, _) in stated.into_iter().filter(|(_, is_stated)| *is_stated) {
            let message = format!(
                "Only OWNS and CONTROLS are interests in a company, not {}; omit {field}",
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
        Patch::Set(input) => relationship.components = self::components(draft, input, &path.field("components")),
    }
}

/// The ids of components, each once. They must exist, or come before in the same batch.
fn components(draft: &mut BatchDraft<'_>, input: &[String], path: &InputPath<'_>) -> Vec<String> {
    if !is_listable(draft, input.len(), path) {
        return Vec::new();
    }
    let mut components: Vec<String> = Vec::new();
    for (position, id) in input.iter().enumerate() {
        if draft.relationship(id).is_none() {
            let message = format!("There is no relationship with the id {id:?}; assert it first");
            draft.fault(UserErrorCode::NotFound, &path.item(position), message);
        } else if !components.contains(id) {
            components.push(id.clone());
        }
    }
    components
}

/// The capabilities, each once, in the order of the enum.
fn capabilities(
    draft: &mut BatchDraft<'_>,
    input: &[Capability],
    kind: RelationshipKind,
    path: &InputPath<'_>,
) -> Vec<Capability> {
    if kind != RelationshipKind::Serves && !input.is_empty() {
        let message = format!("Only SERVES has capabilities, not {kind}; omit them");
        draft.fault(UserErrorCode::Invalid, &path.field("capabilities"), message);
    }
    Set::of(input).iter().collect()
}
