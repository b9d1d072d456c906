//! The rules of edits against the graph: allowed changes can be applied, and repeating an edit changes nothing.

use guanxi::{
    edit::{
        self, Decision, EntityEdit, EntityKey, EvidenceEdit, IdentifierEdit, InputPath, Patch, RecordRef,
        RelationshipEdit, SourceEdit, WithRelationships,
    },
    graph::Snapshot,
    model::{Dataset, EntityKind, RelationshipKind, Stance, Timestamp},
};
use proptest::prelude::*;

use crate::harness::now;

/// A random edit with few distinct ids, so that edits often concern the same records.
#[derive(Debug, Clone)]
enum RandomEdit {
    /// The id, an identifier, and which of two names.
    Entities(Vec<(u8, Option<u8>, bool)>),
    /// From, to, kind and speaker.
    Relationships(Vec<(u8, u8, u8, u8)>),
    End(u8, u8, u8, i16),
    RetractRelationships(Vec<(u8, u8, u8)>),
    RetractEntities(Vec<u8>, WithRelationships),
    Merge(Vec<u8>, u8),
}

fn random_edit() -> impl Strategy<Value = RandomEdit> {
    let id = || 0u8..6;
    let kind = || 0u8..3;
    let with = prop_oneof![Just(WithRelationships::Retract), Just(WithRelationships::Refuse)];
    prop_oneof![
        4 => prop::collection::vec((id(), prop::option::of(0u8..4), any::<bool>()), 1..4).prop_map(RandomEdit::Entities),
        6 => prop::collection::vec((id(), id(), kind(), 0u8..12), 1..4).prop_map(RandomEdit::Relationships),
        1 => (id(), id(), kind(), 1990i16..2020).prop_map(|(from, to, kind, year)| RandomEdit::End(from, to, kind, year)),
        1 => prop::collection::vec((id(), id(), kind()), 1..3).prop_map(RandomEdit::RetractRelationships),
        1 => (prop::collection::vec(id(), 1..3), with).prop_map(|(ids, with)| RandomEdit::RetractEntities(ids, with)),
        3 => (prop::collection::vec(id(), 1..3), id()).prop_map(|(from, into)| RandomEdit::Merge(from, into)),
    ]
}

const KINDS: [RelationshipKind; 3] = [
    RelationshipKind::Owns,
    RelationshipKind::PartnersWith,
    RelationshipKind::Supplies,
];

fn entity(&(id, identifier, other): &(u8, Option<u8>, bool)) -> EntityEdit {
    let identifiers = identifier.map(|value| IdentifierEdit {
        scheme: "t".to_owned(),
        value: value.to_string(),
    });
    EntityEdit {
        // Some are identified by an identifier only.
        id: (id > 0).then(|| format!("e{id}")),
        kind: Some(EntityKind::Company),
        name: Some(format!("E{id}{}", if other { "'" } else { "" })),
        identifiers: identifiers.map_or(Patch::Keep, |identifier| Patch::Set(vec![identifier])),
        ..EntityEdit::default()
    }
}

fn relationship(&(from, to, kind, speaker): &(u8, u8, u8, u8)) -> RelationshipEdit {
    let source = SourceEdit {
        id: "s".to_owned(),
        publisher: Some("S".to_owned()),
        title: Some("S".to_owned()),
        ..SourceEdit::default()
    };
    let evidence = EvidenceEdit {
        id: None,
        source_id: None,
        source: Some(source),
        locator: None,
        stance: Stance::Asserts,
        speaker: (speaker < 6).then(|| EntityKey::Id(format!("e{speaker}"))),
        stated_on: None,
        summary: None,
        share: None,
        amount: None,
        confidence: None,
    };
    RelationshipEdit {
        kind: Some(KINDS[usize::from(kind)]),
        from: Some(EntityKey::Id(format!("e{from}"))),
        to: Some(EntityKey::Id(format!("e{to}"))),
        evidence: vec![evidence],
        ..RelationshipEdit::default()
    }
}

fn record_ref(id: String) -> RecordRef {
    RecordRef {
        id,
        expected_version: None,
    }
}

fn relationship_id((from, to, kind): (u8, u8, u8)) -> RecordRef {
    record_ref(format!("rel:e{from}:{}:e{to}:1", KINDS[usize::from(kind)]))
}

fn decide(graph: &Snapshot, random_edit: &RandomEdit) -> Decision {
    let path = InputPath::root("input");
    let entities = |ids: &[u8]| ids.iter().map(|id| record_ref(format!("e{id}"))).collect::<Vec<_>>();
    match random_edit {
        RandomEdit::Entities(items) => {
            edit::upsert_entities(graph, &items.iter().map(entity).collect::<Vec<_>>(), &path)
        }
        RandomEdit::Relationships(items) => {
            let items: Vec<_> = items.iter().map(relationship).collect();
            edit::assert_relationships(graph, &items, &path)
        }
        RandomEdit::End(from, to, kind, year) => {
            let until = year.to_string().parse().unwrap();
            edit::end_relationships(graph, &[relationship_id((*from, *to, *kind))], until, &path)
        }
        RandomEdit::RetractRelationships(items) => {
            let items: Vec<_> = items.iter().copied().map(relationship_id).collect();
            edit::retract_relationships(graph, &items, &path)
        }
        RandomEdit::RetractEntities(ids, with) => edit::retract_entities(graph, &entities(ids), *with, &path),
        RandomEdit::Merge(from, into) => edit::merge_entities(graph, &entities(from), &format!("e{into}"), None, &path),
    }
}

fn empty() -> Snapshot {
    let dataset = Dataset {
        title: "Nothing".to_owned(),
        description: None,
        licence: None,
        recorded_at: now(),
        sources: Vec::new(),
        entities: Vec::new(),
        relationships: Vec::new(),
    };
    Snapshot::build(&dataset).unwrap()
}

proptest! {
    #[test]
    fn allowed_edits_can_be_applied_and_repeating_them_changes_nothing(steps in prop::collection::vec(random_edit(), 1..24)) {
        let mut graph = empty();
        let six: Vec<_> = (0..6).map(|id| (id, Some(id % 4).filter(|_| id == 0), false)).collect();
        let steps = std::iter::once(RandomEdit::Entities(six)).chain(steps);
        for (second, step) in (1..).zip(steps) {
            let Ok(changes) = decide(&graph, &step).changes else { continue };
            let at = Timestamp::from_second(now().as_second() + second).unwrap();
            if changes.is_empty() {
                continue;
            }
            let applied = graph.apply(changes.clone(), at);
            prop_assert!(applied.is_ok(), "{step:?} was allowed, but {}", applied.unwrap_err());
            let (next, applied_steps) = applied.unwrap();
            prop_assert_eq!(applied_steps.len(), changes.len());
            graph = next;
            if let RandomEdit::Entities(_) | RandomEdit::Relationships(_) | RandomEdit::End(..) | RandomEdit::Merge(..) = step {
                let again = decide(&graph, &step).changes;
                let is_nothing = again.as_ref().is_ok_and(Vec::is_empty);
                prop_assert!(is_nothing, "{step:?} again: {again:?}");
            }
        }
    }
}
