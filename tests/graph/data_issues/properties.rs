//! Checks of random graphs against searching for the same by brute force.

use std::collections::{BTreeMap, BTreeSet};

use guanxi::{
    graph::{
        Snapshot,
        algo::{CheckContext, DataIssue, DataIssueKind, data_issues},
    },
    model::{Dataset, EntityKind, Identifier, RelationshipKind, RelationshipStatus, ShareOf, View},
};
use proptest::prelude::*;

use crate::graph::{
    filters::unlimited,
    walking::{is_visible, view_of, views},
};
use crate::harness::random::{Claim, Shape, claims, dataset, day, entity_id};

const OWNERSHIP: Shape = Shape {
    entities: 4,
    claims: 25,
    kinds: &[RelationshipKind::Owns],
    dated: true,
    unknown_ends: true,
    entity_kinds: &[EntityKind::Company],
};

const TIES: Shape = Shape {
    entities: 7,
    claims: 14,
    kinds: &[
        RelationshipKind::Owns,
        RelationshipKind::Controls,
        RelationshipKind::Consolidates,
        RelationshipKind::Supplies,
    ],
    ..OWNERSHIP
};

type Seeing = (Option<u8>, u8, bool);

fn issues(dataset: &Dataset, view: &View, kind: DataIssueKind) -> (Snapshot, Vec<DataIssue>) {
    let snapshot = Snapshot::build(dataset).unwrap();
    let budget = unlimited();
    let issues = data_issues(&CheckContext::new(&snapshot, view, &budget), kind).unwrap();
    (snapshot, issues)
}

fn is_computed(claim: &Claim, seeing: Seeing) -> bool {
    is_visible(claim, seeing) && claim.status == RelationshipStatus::Active
}

/// Entity, day, percent and relationships.
type Excess = (String, Option<u8>, u32, Vec<String>);

/// What the holders of `held` have together at a moment, taking low ends; all shares are multiples of ten.
fn held_at(claims: &[(usize, &Claim)], held: u8, moment: Option<Option<u8>>) -> (u32, Vec<String>) {
    let mut holders: BTreeMap<u8, u32> = BTreeMap::new();
    let mut relationships = Vec::new();
    for (position, claim) in claims {
        let holds = moment.is_none_or(|moment| {
            claim.since <= moment
                && claim
                    .until
                    .is_none_or(|until| moment.is_none_or(|moment| moment < until))
        });
        let (Some(from), true, true) = (claim.from, claim.to == held, holds) else {
            continue;
        };
        let low = claim.share.filter(|_| !claim.disputed).map_or(0.0, |share| share.min);
        let low = (0..=100).find(|percent| f64::from(*percent) == low).unwrap();
        let least = holders.entry(from).or_insert(low);
        *least = low.min(*least);
        relationships.push(format!("r{position:03}"));
    }
    (holders.values().sum(), relationships)
}

fn naive_excesses(claims: &[Claim], seeing: Seeing) -> Vec<Excess> {
    let computed = claims
        .iter()
        .enumerate()
        .filter(|(_, claim)| is_computed(claim, seeing));
    let computed: Vec<(usize, &Claim)> = computed.collect();
    let mut excesses = Vec::new();
    for held in 0..OWNERSHIP.entities {
        let (on, (low, relationships)) = match seeing.0 {
            Some(day) => (Some(day), held_at(&computed, held, None)),
            None => {
                let moments = std::iter::once(None).chain((0..6).map(Some));
                let sums = moments.map(|moment| (moment, held_at(&computed, held, Some(moment))));
                // The earliest of those with the most.
                sums.reduce(|worst, next| if next.1.0 > worst.1.0 { next } else { worst })
                    .unwrap()
            }
        };
        if low > 100 {
            excesses.push((entity_id(held), on, low, relationships));
        }
    }
    excesses
}

/// Whom each reaches by at least one tie, and in how few steps.
fn distances(claims: &[Claim], seeing: Seeing) -> BTreeMap<(u8, u8), usize> {
    let ties = claims
        .iter()
        .filter(|claim| is_computed(claim, seeing) && claim.kind != RelationshipKind::Supplies);
    let ties: BTreeSet<(u8, u8)> = ties
        .filter_map(|claim| Some((claim.from?, claim.to)))
        .filter(|(a, b)| a != b)
        .collect();
    let mut distances: BTreeMap<(u8, u8), usize> = ties.iter().map(|tie| (*tie, 1)).collect();
    for length in 2..=usize::from(TIES.entities) {
        let reached: Vec<(u8, u8)> = distances.keys().copied().collect();
        for (from, middle) in reached {
            for (_, to) in ties.iter().filter(|tie| tie.0 == middle) {
                if distances[&(from, middle)] == length - 1 {
                    distances.entry((from, *to)).or_insert(length);
                }
            }
        }
    }
    distances
}

const NAMES: [&str; 6] = ["SF Express", "S.F. EXPRESS", "ＳＦ express!", "Gilt", "GILT", "支付宝"];
const COUNTRIES: [Option<&str>; 5] = [None, Some("CN"), Some("US"), Some("US-DE"), Some("US-CA")];

/// Entities with these names, countries and identifiers.
fn furnished(choices: &[(usize, usize, Vec<u8>)]) -> Dataset {
    let shape = Shape {
        entities: u8::try_from(choices.len()).unwrap(),
        entity_kinds: &[EntityKind::Company, EntityKind::Company, EntityKind::Person],
        ..OWNERSHIP
    };
    let mut dataset = dataset(shape, &[]);
    for (entity, (name, country, values)) in dataset.entities.iter_mut().zip(choices) {
        entity.name = NAMES[*name].to_owned();
        entity.country = COUNTRIES[*country].map(str::to_owned);
        let value =
            |value: &u8| Identifier::new(["vat", "qid"][usize::from(value % 2)], &(value / 2).to_string()).unwrap();
        entity.identifiers = values.iter().map(value).collect();
    }
    dataset
}

fn choices() -> impl Strategy<Value = Vec<(usize, usize, Vec<u8>)>> {
    let one = (
        0..NAMES.len(),
        0..COUNTRIES.len(),
        proptest::collection::vec(0u8..12, 0..4),
    );
    proptest::collection::vec(one, 0..12)
}

/// All pairs of entities that stand in one issue.
fn pairs(snapshot: &Snapshot, issues: &[DataIssue]) -> BTreeSet<(String, String)> {
    let mut pairs = BTreeSet::new();
    for issue in issues {
        let ids: Vec<&str> = issue
            .entities(snapshot)
            .iter()
            .map(|entity| snapshot.entity(*entity).id())
            .collect();
        for (position, first) in ids.iter().enumerate() {
            pairs.extend(
                ids[position + 1..]
                    .iter()
                    .map(|second| ((*first).to_owned(), (*second).to_owned())),
            );
        }
    }
    pairs
}

/// All pairs of entities of which this is true.
fn naive_pairs(
    dataset: &Dataset,
    are: impl Fn(&guanxi::model::Entity, &guanxi::model::Entity) -> bool,
) -> BTreeSet<(String, String)> {
    let mut pairs = BTreeSet::new();
    for first in &dataset.entities {
        let others = dataset
            .entities
            .iter()
            .filter(|second| first.id < second.id && are(first, second));
        pairs.extend(others.map(|second| (first.id.clone(), second.id.clone())));
    }
    pairs
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn the_worst_moment_is_the_one_found_by_adding_up_every_day(claims in claims(OWNERSHIP), seeing in views()) {
        let (snapshot, issues) = issues(&dataset(OWNERSHIP, &claims), &view_of(seeing), DataIssueKind::SharesOver100);
        let result: Vec<Excess> = issues.iter().map(|issue| {
            let DataIssue::SharesOver100 { entity: held, of: ShareOf::Capital, on, low, relationships } = issue else {
                panic!("{issue:?}");
            };
            let day = on.map(|on| (0..31).find(|number| day(*number) == on).unwrap());
            let low = (0..=10_000).find(|percent| f64::from(*percent) == *low).unwrap();
            let ids = relationships.iter().map(|ix| snapshot.relationship(*ix).id().into_owned());
            (snapshot.entity(*held).id().to_owned(), day, low, ids.collect())
        }).collect();
        prop_assert_eq!(result, naive_excesses(&claims, seeing));
    }

    #[test]
    fn circles_are_those_who_reach_each_other(claims in claims(TIES), seeing in views()) {
        let (snapshot, issues) = issues(&dataset(TIES, &claims), &view_of(seeing), DataIssueKind::OwnershipCycle);
        let distances = distances(&claims, seeing);
        let mut expected: Vec<(Vec<String>, usize)> = Vec::new();
        for start in 0..TIES.entities {
            let others = (0..TIES.entities).filter(|other| distances.contains_key(&(start, *other)) && distances.contains_key(&(*other, start)));
            let circle: Vec<u8> = others.collect();
            if circle.first() == Some(&start) {
                expected.push((circle.into_iter().map(entity_id).collect(), distances[&(start, start)]));
            }
        }
        for claim in claims.iter().filter(|claim| is_computed(claim, seeing) && claim.kind != RelationshipKind::Supplies) {
            if claim.from == Some(claim.to) {
                expected.push((vec![entity_id(claim.to)], 1));
            }
        }
        expected.sort();
        let id = |entity| snapshot.entity(entity).id().to_owned();
        let mut result = Vec::new();
        for issue in &issues {
            let members: Vec<String> = issue.entities(&snapshot).into_iter().map(id).collect();
            let circle = issue.relationships();
            // A closed path through the first member that passes no entity twice.
            let ends = circle.iter().map(|ix| snapshot.relationship(*ix)).map(|read| (id(read.from().unwrap()), id(read.to().unwrap())));
            let ends: Vec<(String, String)> = ends.collect();
            prop_assert_eq!(&ends[0].0, &members[0]);
            for (step, next) in ends.iter().zip(ends.iter().cycle().skip(1)) {
                prop_assert_eq!(&step.1, &next.0);
            }
            let passed: BTreeSet<&String> = ends.iter().map(|(from, _)| from).collect();
            prop_assert_eq!(passed.len(), circle.len());
            result.push((members, circle.len()));
        }
        result.sort();
        prop_assert_eq!(result, expected);
    }

    #[test]
    fn probable_duplicates_are_all_pairs_that_nothing_distinguishes(choices in choices()) {
        let dataset = furnished(&choices);
        let (snapshot, issues) = issues(&dataset, &view_of((None, 3, true)), DataIssueKind::ProbableDuplicate);
        let expected = naive_pairs(&dataset, |a, b| {
            // The first three names are one, and the next two.
            let number = |name: &str| [0, 0, 0, 1, 1, 2][NAMES.iter().position(|known| *known == name).unwrap()];
            let differ = match (a.country.as_deref(), b.country.as_deref()) {
                (Some("CN"), other) | (other, Some("CN")) => other.is_some_and(|other| other != "CN"),
                (Some(a), Some(b)) => a.len() > 2 && b.len() > 2 && a != b,
                _ => false,
            };
            a.kind == b.kind && number(&a.name) == number(&b.name) && !differ
        });
        prop_assert_eq!(pairs(&snapshot, &issues), expected);
    }

    #[test]
    fn duplicate_identifiers_are_all_pairs_that_share_one(choices in choices()) {
        let dataset = furnished(&choices);
        let (snapshot, issues) = issues(&dataset, &view_of((None, 3, true)), DataIssueKind::DuplicateIdentifier);
        let share = |a: &guanxi::model::Entity, b: &guanxi::model::Entity| a.identifiers.iter().any(|one| b.identifiers.contains(one));
        prop_assert_eq!(pairs(&snapshot, &issues), naive_pairs(&dataset, share));
    }
}
