//! Random histories of changes, against a model that keeps a map of records for every moment: what was known at any moment
//! can still be queried, and a change that cannot be applied changes nothing.

use std::collections::{BTreeMap, BTreeSet};

use guanxi::{
    graph::{Pattern, Snapshot},
    model::{AsOf, Change, Dataset, Ends, Entity, EntityKind, Record, Relationship, Set, Timestamp, View},
};
use proptest::prelude::*;

use super::random_changes::{
    ENTITIES, NAMES, RandomChange, SOURCES, change, entity_id, name, random_change, source_id,
};
use crate::harness::random::moment;

/// Everything known at one moment.
#[derive(Debug, Clone, Default)]
struct Known {
    records: BTreeMap<String, Record>,
    recorded_at: BTreeMap<String, Timestamp>,
    merged: BTreeMap<String, String>,
}

impl Known {
    /// What is known after these changes; none when they do not hold together.
    fn after(&self, changes: &[Change], at: Timestamp) -> Option<Self> {
        let mut next = self.clone();
        let is_named = |relationship: &Relationship| changes.iter().any(|change| change.id() == relationship.id);
        let mut named = BTreeSet::new();
        for change in changes {
            if !named.insert(change.id().to_owned()) {
                return None;
            }
            match change {
                Change::Put(record) => {
                    // What stands keeps its kind, unless all that connects it is named as well.
                    if self.becomes_another_kind(record) && !self.connecting(change.id()).all(is_named) {
                        return None;
                    }
                    next.merged.remove(change.id());
                    next.records.insert(change.id().to_owned(), (**record).clone());
                    next.recorded_at.insert(change.id().to_owned(), at);
                }
                Change::Retract { id, .. } => {
                    next.records.remove(id)?;
                }
                Change::Merge { from, into } => {
                    next.records.remove(from)?;
                    next.merged.insert(from.clone(), into.clone());
                }
            }
        }
        let stands = |id: &String| next.records.contains_key(id);
        let merged_now = changes.iter().filter_map(|change| match change {
            Change::Merge { into, .. } => Some(into),
            _ => None,
        });
        let holds = next.relationships().all(|relationship| {
            ends(relationship).iter().all(stands)
                && relationship
                    .evidence
                    .iter()
                    .all(|claim| stands(&claim.source) && claim.speaker.iter().all(stands))
        });
        (holds && merged_now.into_iter().all(stands)).then_some(next)
    }

    fn becomes_another_kind(&self, record: &Record) -> bool {
        match (self.records.get(record.id()), record) {
            (Some(Record::Entity(before)), Record::Entity(entity)) => before.kind != entity.kind,
            _ => false,
        }
    }

    /// The relationships that connect an entity with another, or with itself.
    fn connecting(&self, id: &str) -> impl Iterator<Item = &Relationship> {
        self.relationships().filter(
            move |relationship| matches!(&relationship.ends, Ends::Known { from, to } if from == id || to == id),
        )
    }

    /// These changes and, for the entities that become another kind, what connects them.
    fn with_all_that_connects(&self, mut changes: Vec<Change>) -> Vec<Change> {
        let mut anew: Vec<&Relationship> = Vec::new();
        for change in &changes {
            if let Change::Put(record) = change
                && self.becomes_another_kind(record)
            {
                anew.extend(self.connecting(record.id()));
            }
        }
        for relationship in anew {
            if changes.iter().all(|change| change.id() != relationship.id) {
                let record = Record::Relationship(relationship.clone());
                changes.push(Change::Put(Box::new(record)));
            }
        }
        changes
    }

    fn relationships(&self) -> impl Iterator<Item = &Relationship> {
        self.records.values().filter_map(|record| match record {
            Record::Relationship(relationship) => Some(relationship),
            _ => None,
        })
    }

    fn resolve(&self, id: &str) -> Option<String> {
        let mut id = id.to_owned();
        while let Some(into) = self.merged.get(&id).filter(|_| !self.records.contains_key(&id)) {
            id.clone_from(into);
        }
        self.records.contains_key(&id).then_some(id)
    }
}

fn ends(relationship: &Relationship) -> Vec<String> {
    match &relationship.ends {
        Ends::Known { from, to } => vec![from.clone(), to.clone()],
        Ends::UnknownFrom { to: end, .. } | Ends::UnknownTo { from: end, .. } => vec![end.clone()],
    }
}

fn sorted(ids: impl Iterator<Item = String>) -> Vec<String> {
    let mut ids: Vec<String> = ids.collect();
    ids.sort();
    ids
}

/// Compares all that `snapshot` answers about `moment` with what was known then.
fn compare(snapshot: &Snapshot, moment: Timestamp, known: &Known) {
    let view = View {
        as_of: AsOf::Ever,
        known_at: moment,
        statuses: Set::all(),
        has_explicit_statuses: true,
    };
    let (snapshot, mask) = (snapshot.known_at(moment), snapshot.mask(&view));
    let mut records: BTreeMap<String, Record> = BTreeMap::new();
    let entities: Vec<_> = snapshot.entities(&mask).collect();
    for entity in &entities {
        let read = snapshot.entity(*entity);
        assert_eq!(Some(&read.recorded_at()), known.recorded_at.get(read.id()));
        records.insert(read.id().to_owned(), Record::Entity(read.record()));
    }
    assert!(entities.is_sorted_by_key(|entity| snapshot.entity(*entity).id()));
    for source in snapshot.sources(&mask) {
        let read = snapshot.source(source);
        records.insert(read.id().to_owned(), Record::Source(read.record()));
    }
    let relationships: Vec<_> = snapshot.relationships(mask).collect();
    assert!(relationships.is_sorted_by_key(|relationship| snapshot.relationship(*relationship).id()));
    for relationship in relationships {
        let read = snapshot.relationship(relationship);
        assert_eq!(Some(&read.recorded_at()), known.recorded_at.get(&*read.id()));
        assert!(read.retracted_at().is_none_or(|retracted| retracted > moment));
        let record = Relationship {
            recorded_at: Timestamp::default(),
            retracted_at: None,
            ..read.record()
        };
        records.insert(read.id().into_owned(), Record::Relationship(record));
        assert_eq!(snapshot.relationship_by_id(&read.id(), &mask), Some(relationship));
    }
    assert_eq!(records, known.records);
    for number in 0..ENTITIES {
        let id = entity_id(number);
        let result = snapshot.entity_by_id(&id, &mask);
        assert_eq!(
            result.map(|result| snapshot.entity(result).id().to_owned()),
            known.resolve(&id),
            "{id}"
        );
        if let Some(entity) = result.filter(|_| known.records.contains_key(&id)) {
            let id_of = |ix| snapshot.relationship(ix).id().into_owned();
            let about = |undisclosed: bool| {
                let around = known
                    .relationships()
                    .filter(|relationship| ends(relationship).contains(&id));
                around.filter(move |relationship| (ends(relationship).len() == 1) == undisclosed)
            };
            let hops = snapshot
                .hops(entity, Pattern::any(), mask)
                .map(|hop| id_of(hop.relationship));
            assert_eq!(
                sorted(hops),
                sorted(about(false).map(|relationship| relationship.id.clone())),
                "{id}"
            );
            for kind in [EntityKind::Company, EntityKind::Person] {
                let pattern = Pattern {
                    neighbor_kinds: Set::of(&[kind]),
                    ..Pattern::any()
                };
                let is_kind =
                    |end: &String| matches!(&known.records[end], Record::Entity(entity) if entity.kind == kind);
                let leads_to_one = |relationship: &&Relationship| {
                    let ends = ends(relationship);
                    is_kind(if ends[0] == id { &ends[1] } else { &ends[0] })
                };
                let hops = snapshot.hops(entity, pattern, mask).map(|hop| id_of(hop.relationship));
                let expected = about(false).filter(leads_to_one);
                assert_eq!(
                    sorted(hops),
                    sorted(expected.map(|relationship| relationship.id.clone())),
                    "{id} {kind}"
                );
            }
            let undisclosed = snapshot.undisclosed(entity, mask).map(id_of);
            assert_eq!(
                sorted(undisclosed),
                sorted(about(true).map(|relationship| relationship.id.clone())),
                "{id}"
            );
            let statements = snapshot
                .statements_by(entity, mask)
                .map(|ix| snapshot.statement(ix).id().into_owned());
            let quoting = known.relationships().flat_map(|relationship| &relationship.evidence);
            let quoting = quoting.filter(|claim| claim.speaker.as_ref() == Some(&id));
            assert_eq!(
                sorted(statements),
                sorted(quoting.map(|claim| claim.id.clone())),
                "{id}"
            );
            let sources = snapshot.sources_about(entity, mask).into_iter();
            let sources: Vec<String> = sources.map(|source| snapshot.source(source).id().to_owned()).collect();
            let expected: BTreeSet<String> = about(true)
                .chain(about(false))
                .map(|relationship| relationship.evidence[0].source.clone())
                .collect();
            assert_eq!(sources, expected.into_iter().collect::<Vec<_>>());
        }
    }
    for number in 0..NAMES {
        let ids_of = |result: Vec<guanxi::graph::EntityIx>| -> Vec<String> {
            result
                .into_iter()
                .map(|entity| snapshot.entity(entity).id().to_owned())
                .collect()
        };
        let having = |has: &dyn Fn(&Entity) -> bool| -> Vec<String> {
            let records = known.records.values();
            let entities = records.filter_map(|record| match record {
                Record::Entity(entity) if has(entity) => Some(entity.id.clone()),
                _ => None,
            });
            entities.collect()
        };
        let goes_by = |entity: &Entity| {
            entity.name == name(number) || entity.names.iter().any(|other| other.text == name(number))
        };
        assert_eq!(
            ids_of(snapshot.entities_by_name(&name(number), Set::all(), &mask)),
            having(&goes_by)
        );
        let has = |entity: &Entity| entity.identifiers.iter().any(|known| known.value == number.to_string());
        assert_eq!(
            ids_of(snapshot.entities_by_identifier("register", &number.to_string(), &mask)),
            having(&has)
        );
    }
    for number in 0..SOURCES {
        if let Some(source) = snapshot.source_by_id(&source_id(number), &mask) {
            let statements = snapshot
                .statements_in(source, mask)
                .map(|ix| snapshot.statement(ix).id().into_owned());
            let expected = known.relationships().flat_map(|relationship| &relationship.evidence);
            let expected = expected
                .filter(|claim| claim.source == source_id(number))
                .map(|claim| claim.id.clone());
            assert_eq!(sorted(statements), sorted(expected));
        }
    }
}

/// The same, written and read.
fn read_back(snapshot: &Snapshot) -> Snapshot {
    let mut sections: Vec<Vec<u8>> = Vec::new();
    let put = |section: &[u8]| {
        sections.push(section.to_vec());
        Ok::<(), ()>(())
    };
    snapshot.pack(put).unwrap();
    for cut in 0..sections.len() {
        let mut fewer = sections[..cut].iter().cloned();
        assert!(Snapshot::unpack(|| fewer.next()).is_err(), "{cut} sections");
    }
    let mut all = sections.clone().into_iter();
    let read = Snapshot::unpack(|| all.next()).unwrap();
    let mut all = sections.into_iter();
    assert_same_entities(&read, &Snapshot::unpack_entities(|| all.next()).unwrap());
    read
}

/// Whether a graph of the entities alone has those of the whole: all but their properties.
fn assert_same_entities(whole: &Snapshot, entities: &Snapshot) {
    let entities_of = |graph: &Snapshot| -> Vec<Entity> {
        let mask = graph.mask(&View::now(Timestamp::MAX));
        let record = |ix| Entity {
            properties: None,
            ..graph.entity(ix).record()
        };
        graph.entities(&mask).map(record).collect()
    };
    // Texts that are seldom read are not loaded.
    assert_eq!(entities_of(whole), entities_of(entities));
    assert_eq!(whole.last_recorded_at(), entities.last_recorded_at());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]
    #[test]
    fn whatever_was_known_at_any_moment_is_still_answered(
        commits in proptest::collection::vec(proptest::collection::vec(random_change(), 1..5), 1..14),
        rebuilt in proptest::collection::vec(proptest::bool::weighted(0.2), 15),
        is_whole in proptest::collection::vec(proptest::bool::weighted(0.8), 15)
    ) {
        let data = Dataset {
            title: "Nothing".to_owned(),
            description: None,
            licence: None,
            recorded_at: moment(0),
            sources: Vec::new(),
            entities: Vec::new(),
            relationships: Vec::new(),
        };
        let mut snapshot = Snapshot::build(&data).unwrap();
        let mut known = vec![(moment(0), Known::default())];
        // Something to refer to from the start.
        let first: Vec<RandomChange> = (0..SOURCES).map(|id| RandomChange::Source { id, title: 0 })
            .chain((0..3).map(|id| RandomChange::Entity { id, kind: EntityKind::Company, name: id % NAMES, other_name: None, identifier: None }))
            .collect();
        for (((commit, at), rebuild), is_whole) in [first].iter().chain(&commits).zip(1..).zip(rebuilt).zip(is_whole) {
            if rebuild {
                snapshot = snapshot.rebuilt().unwrap();
            }
            // Whether ids are found in one step or in several makes no difference.
            if is_whole {
                snapshot.index_ids();
            }
            let (mut changes, at) = (commit.iter().map(change).collect::<Vec<_>>(), moment(at));
            if is_whole {
                changes = known.last().unwrap().1.with_all_that_connects(changes);
            }
            let expected = known.last().unwrap().1.after(&changes, at);
            let applied = snapshot.apply(changes.clone(), at);
            prop_assert_eq!(applied.is_ok(), expected.is_some(), "{:?}: {:?}", &changes, applied.err());
            if let Some(expected) = expected {
                let before = snapshot.digest();
                snapshot = snapshot.apply(changes.clone(), at).unwrap().0;
                prop_assert_ne!(snapshot.digest(), before);
                known.push((at, expected));
            }
        }
        let rebuilt = snapshot.rebuilt().unwrap();
        let read_back = read_back(&rebuilt);
        for (at, known) in &known {
            compare(&snapshot, *at, known);
            compare(&rebuilt, *at, known);
            compare(&read_back, *at, known);
        }
        prop_assert_eq!(snapshot.digest(), read_back.digest());
        compare(&snapshot, Timestamp::MAX, &known.last().unwrap().1);
        let before = Timestamp::MIN;
        compare(&snapshot, before, &Known::default());
    }
}
