//! Facets and groups of random graphs, against counting the claims by hand.

use std::collections::{BTreeMap, BTreeSet};

use guanxi::{
    graph::{Budget, EntityIx, Exhausted, FacetCount, GroupKey, ListingRows, RelationshipIx, Snapshot},
    model::{Catalog, Dataset, Date, EntityStatus},
};
use proptest::prelude::*;

use super::{
    filters::unlimited,
    walking::{SHAPE, is_visible, view_of, views},
};
use crate::harness::random::{Claim, Shape, claims, dataset, day};

const FACETS: Shape = Shape { entities: 12, ..SHAPE };
const COUNTRIES: [Option<&str>; 4] = [Some("CN"), None, Some("US"), Some("US-DE")];
const FOUNDED: [Option<&str>; 5] = [Some("1999-04"), Some("0987"), None, Some("1999"), Some("2014-01-02")];

const DISSOLVED: [Option<&str>; 7] = [
    None,
    None,
    None,
    Some("2014-01-03"),
    Some("2013"),
    Some("2014-02"),
    Some("9999-12-31"),
];

type Seeing = (Option<u8>, u8, bool);
/// A value, or none where nothing is stated.
type FacetValue = Option<String>;

/// The day of a view; for ever a later one.
fn day_of(seeing: Seeing) -> Date {
    day(seeing.0.unwrap_or(9))
}

fn furnished(claims: &[Claim]) -> Dataset {
    let mut dataset = dataset(FACETS, claims);
    for (position, entity) in dataset.entities.iter_mut().enumerate() {
        entity.country = COUNTRIES[position % COUNTRIES.len()].map(str::to_owned);
        entity.dissolved = DISSOLVED[position % DISSOLVED.len()].map(|date| date.parse().unwrap());
        entity.status = EntityStatus::ALL[position % EntityStatus::ALL.len()];
        entity.founded = FOUNDED[position % FOUNDED.len()].map(|date| date.parse().unwrap());
    }
    dataset
}

fn or_none(values: BTreeSet<String>) -> Vec<FacetValue> {
    if values.is_empty() {
        return vec![None];
    }
    values.into_iter().map(Some).collect()
}

/// What the entity `number` counts under.
fn of_entity(dataset: &Dataset, claims: &[Claim], seeing: Seeing, number: usize, key: GroupKey) -> Vec<FacetValue> {
    let entity = &dataset.entities[number];
    match key {
        GroupKey::Kind => vec![Some(entity.kind.as_str().to_owned())],
        GroupKey::Status => {
            let of_date = entity
                .dissolved
                .map(|dissolved| match dissolved.first_day() <= day_of(seeing) {
                    true => EntityStatus::Inactive,
                    false => EntityStatus::Active,
                });
            vec![Some(of_date.unwrap_or(entity.status).as_str().to_owned())]
        }
        GroupKey::Country => vec![entity.country.clone()],
        GroupKey::Year => vec![entity.founded.map(|date| date.to_string()[..4].to_owned())],
        GroupKey::RelationshipKind => {
            let touches = |claim: &&Claim| [claim.from, Some(claim.to)].contains(&u8::try_from(number).ok());
            let around = claims.iter().filter(touches).filter(|claim| is_visible(claim, seeing));
            or_none(around.map(|claim| claim.kind.as_str().to_owned()).collect())
        }
    }
}

/// What a claim counts under.
fn of_claim(dataset: &Dataset, claim: &Claim, key: GroupKey) -> Vec<FacetValue> {
    match key {
        GroupKey::Kind | GroupKey::RelationshipKind => vec![Some(claim.kind.as_str().to_owned())],
        GroupKey::Status => vec![Some(claim.status.as_str().to_owned())],
        GroupKey::Year => vec![claim.since.map(|since| day(since).year().to_string())],
        GroupKey::Country => {
            let ends = [claim.from, Some(claim.to)].into_iter().flatten();
            let countries = ends.filter_map(|end| dataset.entities[usize::from(end)].country.clone());
            or_none(countries.collect())
        }
    }
}

/// Counts of values, most frequent first, then by value, none last among equals.
fn naive(values: impl Iterator<Item = FacetValue>) -> Vec<(FacetValue, usize)> {
    let mut counts: BTreeMap<FacetValue, usize> = BTreeMap::new();
    for value in values {
        *counts.entry(value).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(value, count)| (usize::MAX - count, value.is_none(), value.clone()));
    counts
}

fn values_of(counts: Vec<FacetCount<'_>>) -> Vec<(FacetValue, usize)> {
    let counts = counts.into_iter();
    counts
        .map(|counted| (counted.value.map(String::from), counted.count))
        .collect()
}

/// Checks every facet and every pair of keys of `rows`, where `values` returns what a row counts under.
fn check<R: Copy>(
    (snapshot, seeing): (&Snapshot, Seeing),
    listed: &[R],
    rows: &ListingRows,
    values: impl Fn(R, GroupKey) -> Vec<FacetValue>,
) -> Result<(), TestCaseError> {
    let (visible, budget) = ((snapshot.mask(&view_of(seeing)), day_of(seeing)), unlimited());
    for key in GroupKey::ALL.iter().copied() {
        let expected = naive(listed.iter().flat_map(|row| values(*row, key)));
        let facet = rows.facet(snapshot, visible, key, &budget).unwrap();
        prop_assert_eq!(values_of(facet), expected.clone(), "{:?}", key);
        for within in GroupKey::ALL.iter().copied() {
            let keys = (key, Some(within));
            let groups = rows
                .groups(snapshot, visible, keys, usize::MAX, &budget)
                .unwrap()
                .unwrap();
            let outer: Vec<FacetCount<'_>> = groups.iter().map(|group| group.counted.clone()).collect();
            prop_assert_eq!(values_of(outer), expected.clone(), "{:?} within {:?}", within, key);
            for group in groups {
                let value = group.counted.value.map(String::from);
                let inside = listed.iter().filter(|row| values(**row, key).contains(&value));
                let expected = naive(inside.flat_map(|row| values(*row, within)));
                prop_assert_eq!(values_of(group.groups), expected, "{:?} within {:?}", within, key);
            }
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn facets_and_groups_of_entities_are_what_counting_by_hand_gives(
        claims in claims(FACETS), seeing in views(), keep in proptest::collection::vec(any::<bool>(), 12)
    ) {
        let dataset = furnished(&claims);
        let snapshot = Snapshot::build(&dataset).unwrap();
        let mask = snapshot.mask(&view_of(seeing));
        let numbers: Vec<usize> = (0..12).filter(|number| keep[*number]).collect();
        let ix = |number: &usize| snapshot.entity_by_id(&dataset.entities[*number].id, &mask).unwrap();
        let rows = ListingRows::Entities(numbers.iter().map(ix).collect::<Vec<EntityIx>>().into());
        let values = |number, key| of_entity(&dataset, &claims, seeing, number, key);
        check((&snapshot, seeing), &numbers, &rows, values)?;
    }

    #[test]
    fn facets_and_groups_of_relationships_are_what_counting_by_hand_gives(claims in claims(FACETS), seeing in views()) {
        let dataset = furnished(&claims);
        let snapshot = Snapshot::build(&dataset).unwrap();
        let mask = snapshot.mask(&view_of(seeing));
        let visible: Vec<&Claim> = claims.iter().filter(|claim| is_visible(claim, seeing)).collect();
        let rows = ListingRows::Relationships(snapshot.relationships(mask).collect::<Vec<RelationshipIx>>().into());
        prop_assert_eq!(rows.len(), visible.len());
        check((&snapshot, seeing), &visible, &rows, |claim, key| of_claim(&dataset, claim, key))?;
    }

    #[test]
    fn no_more_groups_are_made_than_allowed(claims in claims(FACETS), seeing in views(), groups_max in 0usize..12) {
        let dataset = furnished(&claims);
        let snapshot = Snapshot::build(&dataset).unwrap();
        let mask = snapshot.mask(&view_of(seeing));
        let rows = ListingRows::Entities(snapshot.entities(&mask).collect::<Vec<EntityIx>>().into());
        let keys = (GroupKey::Country, Some(GroupKey::RelationshipKind));
        let groups = |groups_max| rows.groups(&snapshot, (mask, day_of(seeing)), keys, groups_max, &unlimited()).unwrap();
        let all = groups(usize::MAX).unwrap();
        let made: usize = all.iter().map(|group| 1 + group.groups.len()).sum();
        prop_assert_eq!(groups(groups_max), (made <= groups_max).then_some(all));
    }
}

#[test]
fn counting_more_than_the_budget_is_refused() {
    let snapshot = Snapshot::build(&furnished(&[])).unwrap();
    let mask = snapshot.mask(&view_of((None, 3, true)));
    let rows = ListingRows::Entities(snapshot.entities(&mask).collect::<Vec<EntityIx>>().into());
    let budget = Budget::new(11, || false);
    let refused = rows
        .facet(&snapshot, (mask, day(0)), GroupKey::Kind, &budget)
        .unwrap_err();
    assert_eq!(
        refused,
        Exhausted::Work {
            spent: 12,
            work_max: 11
        }
    );
    let stopped = rows.groups(
        &snapshot,
        (mask, day(0)),
        (GroupKey::Kind, None),
        9,
        &Budget::new(99, || true),
    );
    assert_eq!(stopped, Err(Exhausted::Stopped));
}
