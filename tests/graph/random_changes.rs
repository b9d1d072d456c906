//! Random changes of a few records, so that they meet.

use guanxi::model::{
    Change, Directness, Ends, Entity, EntityKind, Evidence, Identifier, Noun, Record, Relationship, RelationshipKind,
    RelationshipStatus, Source, Stance, Timestamp, UnknownReason, Validity,
};
use proptest::prelude::*;

pub(super) const ENTITIES: u8 = 6;
pub(super) const RELATIONSHIPS: u8 = 8;
pub(super) const SOURCES: u8 = 2;
pub(super) const NAMES: u8 = 3;

/// One random change; ids are drawn from a few, so that changes meet.
#[derive(Debug, Clone)]
pub(super) enum RandomChange {
    Entity {
        id: u8,
        kind: EntityKind,
        name: u8,
        other_name: Option<u8>,
        identifier: Option<u8>,
    },
    Source {
        id: u8,
        title: u8,
    },
    Relationship {
        id: u8,
        from: Option<u8>,
        to: u8,
        source: u8,
        speaker: Option<u8>,
        status: RelationshipStatus,
    },
    Retract {
        noun: Noun,
        id: u8,
    },
    Merge {
        from: u8,
        into: u8,
    },
}

pub(super) fn entity_id(number: u8) -> String {
    format!("e{number}")
}

pub(super) fn relationship_id(number: u8) -> String {
    format!("rel:{number}")
}

pub(super) fn source_id(number: u8) -> String {
    format!("source:{number}")
}

pub(super) fn name(number: u8) -> String {
    format!("Name {number}")
}

pub(super) fn random_change() -> impl Strategy<Value = RandomChange> {
    use proptest::option::of;
    let kind = proptest::bool::weighted(0.8).prop_map(|company| {
        if company {
            EntityKind::Company
        } else {
            EntityKind::Person
        }
    });
    let entity = (0..ENTITIES, kind, 0..NAMES, of(0..NAMES), of(0..NAMES));
    let entity = entity.prop_map(|(id, kind, name, other_name, identifier)| RandomChange::Entity {
        id,
        kind,
        name,
        other_name,
        identifier,
    });
    let source = (0..SOURCES, 0..NAMES).prop_map(|(id, title)| RandomChange::Source { id, title });
    let status = proptest::sample::select(vec![RelationshipStatus::Active, RelationshipStatus::Announced]);
    let ends = (
        proptest::option::weighted(0.9, 0..ENTITIES),
        0..ENTITIES,
        0..SOURCES,
        of(0..ENTITIES),
    );
    let relationship = (0..RELATIONSHIPS, ends, status).prop_map(|(id, (from, to, source, speaker), status)| {
        RandomChange::Relationship {
            id,
            from,
            to,
            source,
            speaker,
            status,
        }
    });
    let noun = proptest::sample::select(vec![Noun::Entity, Noun::Relationship, Noun::Source, Noun::Relationship]);
    let retract = (noun, 0..RELATIONSHIPS).prop_map(|(noun, id)| RandomChange::Retract { noun, id });
    let merge = (0..ENTITIES, 0..ENTITIES).prop_map(|(from, into)| RandomChange::Merge { from, into });
    prop_oneof![4 => entity, 1 => source, 6 => relationship, 3 => retract, 1 => merge]
}

pub(super) fn change(random_change: &RandomChange) -> Change {
    match random_change {
        RandomChange::Entity {
            id,
            kind,
            name: own,
            other_name,
            identifier,
        } => {
            let mut entity = Entity::new(&entity_id(*id), *kind, &name(*own)).unwrap();
            entity.names = other_name
                .map(|other| guanxi::model::Name {
                    text: name(other),
                    language: None,
                    script: None,
                    kind: guanxi::model::NameKind::Alias,
                })
                .into_iter()
                .collect();
            entity.identifiers = identifier
                .map(|value| Identifier {
                    scheme: "register".to_owned(),
                    value: value.to_string(),
                })
                .into_iter()
                .collect();
            Change::Put(Box::new(Record::Entity(entity)))
        }
        RandomChange::Source { id, title } => Change::Put(Box::new(Record::Source(Source {
            id: source_id(*id),
            publisher: "Publisher".to_owned(),
            title: name(*title),
            url: None,
            published_on: None,
            licence: None,
        }))),
        RandomChange::Relationship {
            id,
            from,
            to,
            source,
            speaker,
            status,
        } => {
            let to = entity_id(*to);
            Change::Put(Box::new(Record::Relationship(Relationship {
                id: relationship_id(*id),
                kind: RelationshipKind::Owns,
                ends: match from {
                    Some(from) => Ends::Known {
                        from: entity_id(*from),
                        to,
                    },
                    None => Ends::UnknownFrom {
                        to,
                        reason: UnknownReason::NaturalPersons,
                    },
                },
                role: None,
                status: *status,
                validity: Validity::new(None, None).unwrap(),
                share: None,
                interest: None,
                directness: Directness::Unknown,
                components: Vec::new(),
                record: None,
                amount: None,
                capabilities: Vec::new(),
                properties: None,
                evidence: vec![Evidence {
                    id: format!("ev:{id}"),
                    source: source_id(*source),
                    locator: None,
                    stance: Stance::Asserts,
                    speaker: speaker.map(entity_id),
                    stated_on: None,
                    summary: None,
                    share: None,
                    amount: None,
                    confidence: None,
                }],
                recorded_at: Timestamp::default(),
                retracted_at: None,
            })))
        }
        RandomChange::Retract { noun, id } => Change::Retract {
            noun: *noun,
            id: match noun {
                Noun::Entity => entity_id(id % ENTITIES),
                Noun::Relationship => relationship_id(*id),
                Noun::Source => source_id(id % SOURCES),
            },
        },
        RandomChange::Merge { from, into } => Change::Merge {
            from: entity_id(*from),
            into: entity_id(*into),
        },
    }
}
