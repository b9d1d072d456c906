//! An updated index compared with one that is built from the same data: both find the same entities with the same scores. Only
//! the spent budget may differ.

use guanxi::{
    graph::{Budget, EntityIx, Snapshot},
    model::{Change, CompanyName, Dataset, Entity, EntityKind, Identifier, Name, NameKind, Noun, Record, Timestamp},
    store::search::{Index, Question},
};
use proptest::{collection::vec, option::of, prelude::*};

use crate::harness::now;

fn moment(number: usize) -> Timestamp {
    let after = jiff::SignedDuration::from_secs(i64::try_from(number).unwrap() + 1);
    now().checked_add(after).unwrap()
}

/// Names of few distinct words, so that they share words.
fn text() -> impl Strategy<Value = String> {
    vec(
        prop_oneof![4 => "[ab]{1,6}", 1 => "[中国ガ]{1,3}", 1 => Just("Limited".to_owned())],
        1..4,
    )
    .prop_map(|words| words.join(" "))
}

fn entity(id: impl Strategy<Value = u8>) -> impl Strategy<Value = Entity> {
    (id, text(), vec(text(), 0..2), of(text()), of("[A-C0-9]{3,6}")).prop_map(|(id, name, names, description, code)| {
        Entity {
            names: names
                .into_iter()
                .map(|text| Name {
                    text,
                    language: None,
                    script: None,
                    kind: NameKind::Alias,
                })
                .collect(),
            description,
            identifiers: code.iter().map(|code| Identifier::new("lei", code).unwrap()).collect(),
            ..Entity::new(&format!("e{id:03}"), EntityKind::Company, &name).unwrap()
        }
    })
}

fn change() -> impl Strategy<Value = Change> {
    let id = || (0u8..30).prop_map(|id| format!("e{id:03}"));
    prop_oneof![
        5 => entity(0u8..30).prop_map(|entity| Change::Put(Box::new(Record::Entity(entity)))),
        2 => id().prop_map(|id| Change::Retract { noun: Noun::Entity, id }),
        1 => (id(), id()).prop_map(|(from, into)| Change::Merge { from, into }),
    ]
}

pub(super) fn snapshot_of(entities: Vec<Entity>) -> Snapshot {
    let mut entities = entities;
    entities.sort_by(|one, other| one.id.cmp(&other.id));
    entities.dedup_by(|one, other| one.id == other.id);
    Snapshot::build(&Dataset {
        title: "Names".to_owned(),
        description: None,
        licence: None,
        recorded_at: now(),
        sources: Vec::new(),
        entities,
        relationships: Vec::new(),
    })
    .unwrap()
}

/// The ids and the scores of the entities that this question finds.
fn results(index: &Index, snapshot: &Snapshot, text: &str) -> Vec<(String, f64)> {
    let budget = Budget::new(u64::MAX, || false);
    let hits = index.search(&Question::new(text).unwrap(), |_| true, &budget).unwrap();
    let id = |entity: EntityIx| snapshot.entity(entity).id().to_owned();
    hits.into_iter().map(|hit| (id(hit.entity), hit.score)).collect()
}

fn similar(index: &Index, snapshot: &Snapshot, text: &str) -> Vec<String> {
    let budget = Budget::new(u64::MAX, || false);
    let entities = index.similar((text, &CompanyName::new(text)), 10, &budget).unwrap();
    entities
        .into_iter()
        .map(|entity| snapshot.entity(entity).id().to_owned())
        .collect()
}

/// Checks that two indexes of the same data return the same results.
pub(super) fn assert_equal_results(one: (&Index, &Snapshot), other: (&Index, &Snapshot), texts: &[String]) {
    assert_eq!(one.0.entities(), other.0.entities());
    for text in texts {
        assert_eq!(results(one.0, one.1, text), results(other.0, other.1, text), "{text}");
        assert_eq!(similar(one.0, one.1, text), similar(other.0, other.1, text), "{text}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn an_updated_index_answers_as_a_new_one(
        initial in vec(entity(0u8..30), 0..20),
        commits in vec((vec(change(), 1..4), 0u8..8), 1..12),
        texts in vec(text(), 6),
    ) {
        let mut snapshot = snapshot_of(initial);
        let mut index = Index::build(&snapshot).unwrap();
        let mut indexed = snapshot.clone();
        for (number, (changes, action)) in commits.into_iter().enumerate() {
            let Ok((next, _)) = snapshot.apply(changes.clone(), moment(number)) else { continue };
            snapshot = next;
            // Only some commits update the index; sometimes the base is new, or layers are merged.
            if action == 0 {
                let rebuilt = snapshot.rebuilt().unwrap();
                let changed = rebuilt.entities_changed_after(indexed.last_recorded_at());
                index = index.converted(&indexed, &rebuilt).updated(&rebuilt, &changed).unwrap();
                (snapshot, indexed) = (rebuilt.clone(), rebuilt);
            } else if action < 5 {
                let changed = snapshot.entities_differing_from(&indexed);
                index = index.updated(&snapshot, &changed).unwrap();
                indexed = snapshot.clone();
            }
            if action == 1 {
                index = index.merged_from(usize::from(number % 2 == 0), &indexed).unwrap();
            }
        }
        index = index.updated(&snapshot, &snapshot.entities_differing_from(&indexed)).unwrap();
        let new_index = Index::build(&snapshot).unwrap();
        let mut texts = texts;
        let names = snapshot.entities(&snapshot.mask(&guanxi::model::View::now(Timestamp::MAX)));
        texts.extend(names.map(|entity| snapshot.entity(entity).name().to_owned()));
        assert_equal_results((&index, &snapshot), (&new_index, &snapshot), &texts);
    }

    #[test]
    fn an_index_can_be_updated_to_an_earlier_state(
        initial in vec(entity(0u8..30), 0..20), changes in vec(change(), 1..6), texts in vec(text(), 6),
    ) {
        let before = snapshot_of(initial);
        let index = Index::build(&before).unwrap();
        let mut after = before.clone();
        for (number, change) in changes.into_iter().enumerate() {
            if let Ok((next, _)) = after.apply(vec![change], moment(number)) {
                after = next;
            }
        }
        let later = index.updated(&after, &after.entities_differing_from(&before)).unwrap();
        let back = later.updated(&before, &before.entities_differing_from(&after)).unwrap();
        assert_equal_results((&back, &before), (&index, &before), &texts);
    }
}

#[test]
fn the_number_of_layers_is_bounded() {
    let company = |number: usize| Entity::new(&format!("{number:05}"), EntityKind::Company, &format!("Old {number}"));
    let mut snapshot = snapshot_of((0..3_000).map(|number| company(number).unwrap()).collect());
    let mut index = Index::build(&snapshot).unwrap();
    for number in 0..100 {
        let entity = Entity::new(&format!("{:05}", number * 17), EntityKind::Company, "New").unwrap();
        let change = Change::Put(Box::new(Record::Entity(entity)));
        let next = snapshot.apply(vec![change], moment(number)).unwrap().0;
        index = index.updated(&next, &next.entities_differing_from(&snapshot)).unwrap();
        snapshot = next;
        assert!(index.layers() <= 8, "{} after {number}", index.layers());
    }
    assert_eq!(results(&index, &snapshot, "new").len(), 100);
    assert_eq!(results(&index, &snapshot, "old").len(), 2_900);
}
