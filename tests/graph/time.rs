//! Walks as of a day, against the same walks over a graph that holds only what held on that day.

use std::collections::BTreeMap;

use guanxi::{
    graph::{
        Budget, EntityFilter, EntityIx, RelationshipIx, Scan, Snapshot, Traversal, Walker,
        algo::{self, NeighborhoodBounds, PathQuestion},
    },
    model::{AsOf, Dataset, EntityKind, EntityStatus, RelationshipKind, Set, View},
};
use proptest::prelude::*;

use crate::harness::{
    now,
    random::{Shape, claims, dataset, day, entity_id, moment},
    sketch::sketch,
};

const SHAPE: Shape = Shape {
    entities: 6,
    claims: 30,
    kinds: &[
        RelationshipKind::Owns,
        RelationshipKind::PartnersWith,
        RelationshipKind::Supplies,
    ],
    dated: true,
    unknown_ends: true,
    entity_kinds: &[EntityKind::Company, EntityKind::Person],
};

fn view(at: AsOf) -> View {
    View {
        as_of: at,
        known_at: moment(3),
        statuses: View::default_statuses(),
        has_explicit_statuses: false,
    }
}

/// What the three walks answer between two entities, in ids.
fn answers(data: &Dataset, at: AsOf, (from, to): (u8, u8)) -> String {
    let snapshot = Snapshot::build(data).unwrap();
    let mask = snapshot.mask(&view(at));
    let budget = Budget::new(u64::MAX, || false);
    let walker = Walker::new(&snapshot, mask, &budget);
    let traversal = Traversal::standard();
    let ix = |entity: u8| snapshot.entity_by_id(&entity_id(entity), &mask).unwrap();
    let question = PathQuestion {
        from: ix(from),
        to: ix(to),
        count: 4,
        length_max: 4,
    };
    let entity = |entity: EntityIx| snapshot.entity(entity).id().to_owned();
    let link = |link: RelationshipIx| snapshot.relationship(link).id().into_owned();
    let way = |path: &algo::Path<EntityIx, RelationshipIx>| {
        path.iter().map(|crossing| link(crossing.link)).collect::<Vec<_>>()
    };
    let paths = algo::paths(&walker, &traversal, &question).unwrap();
    let bounds = NeighborhoodBounds {
        depth_max: 2,
        entities_max: 4,
        relationships_max: 10,
    };
    let around = algo::neighborhood(&walker, &traversal, &[ix(from)], bounds).unwrap();
    let common = algo::common_connections(&walker, &traversal, &[ix(from), ix(to)], 2).unwrap();
    let answers = (
        (
            paths.outcome,
            paths.explored,
            paths.paths.iter().map(way).collect::<Vec<_>>(),
        ),
        (
            around
                .entities
                .iter()
                .map(|(ix, distance)| (entity(*ix), *distance))
                .collect::<Vec<_>>(),
            around.relationships.iter().map(|ix| link(*ix)).collect::<Vec<_>>(),
            around.truncated,
        ),
        common
            .connections()
            .iter()
            .map(|result| {
                let ways = common.paths_to(result.entity);
                (entity(result.entity), ways.iter().map(way).collect::<Vec<_>>())
            })
            .collect::<BTreeMap<_, _>>(),
    );
    format!("{answers:?}")
}

proptest! {
    #[test]
    fn walking_as_of_a_day_is_walking_what_held_on_that_day(
        claims in claims(SHAPE), on in 0u8..6, from in 0u8..6, to in 0u8..6
    ) {
        prop_assume!(from != to);
        let all = dataset(SHAPE, &claims);
        let mut held = claims.iter().map(|claim| {
            claim.since.is_none_or(|since| since <= on) && claim.until.is_none_or(|until| on < until)
        });
        let mut only = all.clone();
        only.relationships.retain(|_| held.next().unwrap());
        prop_assert_eq!(answers(&all, AsOf::Day(day(on)), (from, to)), answers(&only, AsOf::Ever, (from, to)));
    }
}

#[test]
fn filters_go_by_the_status_that_an_entity_has_on_the_day() {
    let mut data = sketch("A -1-> B -1-> C");
    for (entity, dissolved) in data
        .entities
        .iter_mut()
        .zip([None, Some("2014-01-03"), Some("9999-12-31")])
    {
        entity.status = EntityStatus::Unknown;
        entity.dissolved = dissolved.map(|date| date.parse().unwrap());
    }
    let snapshot = Snapshot::build(&data).unwrap();
    let mask = snapshot.mask(&View::now(now()));
    let budget = Budget::new(u64::MAX, || false);
    for (on, status, expected) in [
        (Some(1), EntityStatus::Active, "B C"),
        (Some(1), EntityStatus::Inactive, ""),
        (Some(1), EntityStatus::Unknown, "A"),
        (Some(2), EntityStatus::Active, "C"),
        (Some(2), EntityStatus::Inactive, "B"),
        // Without a day it is as recorded.
        (None, EntityStatus::Active, ""),
        (None, EntityStatus::Unknown, "A B C"),
    ] {
        let filter = EntityFilter {
            statuses: Some(Set::of(&[status])),
            ..EntityFilter::default()
        };
        let recorded = Scan::new(&snapshot, mask, &budget);
        let scan = match on {
            Some(on) => recorded.on(day(on)),
            None => recorded,
        };
        let result = snapshot
            .entities(&mask)
            .filter(|entity| filter.matches(&scan, *entity).unwrap());
        let result: Vec<&str> = result.map(|entity| snapshot.entity(entity).id()).collect();
        assert_eq!(result.join(" "), expected, "{status} on {on:?}");
    }
}
