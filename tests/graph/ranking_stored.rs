//! Rankings are computed once for a state and stored, for all requests and in spite of canceled ones.

use std::{
    sync::{
        Arc, Barrier,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use guanxi::{
    graph::{
        Budget, Exhausted, Traversal,
        algo::{Ranking, RankingMeasure, RankingQuestion},
    },
    model::{
        Catalog, Change, Ends, Entity, EntityKind, Record, Relationship, RelationshipKind, Set, Timestamp, View,
        relationship_id,
    },
    store::{RANKINGS_MAX, State},
};

use crate::harness::{BUNDLED, live::commit, now, state_of, store_of};

fn endless() -> Budget {
    Budget::new(u64::MAX, || false)
}

fn question(state: &State, view: &View, measure: RankingMeasure) -> RankingQuestion {
    RankingQuestion::new(measure, state.graph().mask(view), Traversal::standard())
}

fn ask(state: &State, view: &View, measure: RankingMeasure) -> Arc<Ranking> {
    state.ranking(&question(state, view, measure), &endless()).unwrap()
}

#[test]
fn a_repeated_request_within_a_day_computes_nothing() {
    let state = state_of(&BUNDLED);
    let noon = View::now(now());
    let evening = View::now("2026-11-22T23:59:59Z".parse().unwrap());
    let tomorrow = View::now("2026-11-23T00:00:00Z".parse().unwrap());
    let first = ask(&state, &noon, RankingMeasure::PageRank);
    let nothing = Budget::new(0, || false);
    let again = state
        .ranking(&question(&state, &evening, RankingMeasure::PageRank), &nothing)
        .unwrap();
    assert!(Arc::ptr_eq(&first, &again));
    assert!(!Arc::ptr_eq(&first, &ask(&state, &tomorrow, RankingMeasure::PageRank)));
    assert!(!Arc::ptr_eq(&first, &ask(&state, &noon, RankingMeasure::Degree)));
    let firm = View {
        statuses: Set::of(&[guanxi::model::RelationshipStatus::Active]),
        ..noon
    };
    assert!(!Arc::ptr_eq(&first, &ask(&state, &firm, RankingMeasure::PageRank)));
}

#[test]
fn what_is_committed_is_ranked_anew_and_who_reads_the_state_before_keeps_its_ranking() {
    let store = store_of(&BUNDLED);
    let (before, view) = (store.state(), View::now(now()));
    let ranking = ask(&before, &view, RankingMeasure::Degree);
    let ends = Ends::Known {
        from: "alibaba".to_owned(),
        to: "anew".to_owned(),
    };
    let kind = RelationshipKind::PartnersWith;
    let partner = Relationship::new(relationship_id(kind, &ends, "1"), kind, ends);
    let records = [
        Record::Entity(Entity::new("anew", EntityKind::Company, "Anew").unwrap()),
        Record::Relationship(partner),
    ];
    let changes = records.map(|record| Change::Put(Box::new(record))).to_vec();
    commit(&store, changes, "a partner");
    let latest = View::now(Timestamp::now());
    let anew = ask(&store.state(), &latest, RankingMeasure::Degree);
    assert_eq!(anew.count(), ask(&before, &latest, RankingMeasure::Degree).count() + 1);
    assert!(Arc::ptr_eq(&ranking, &ask(&before, &view, RankingMeasure::Degree)));
}

#[test]
fn only_the_latest_rankings_are_stored() {
    let state = state_of(&BUNDLED);
    let on = |day: &str| View {
        as_of: guanxi::model::AsOf::Day(day.parse().unwrap()),
        ..View::now(now())
    };
    let first = ask(&state, &on("2014-01-01"), RankingMeasure::Degree);
    for day in 2..=RANKINGS_MAX {
        ask(&state, &on(&format!("2014-01-{day:02}")), RankingMeasure::Degree);
    }
    assert!(Arc::ptr_eq(
        &first,
        &ask(&state, &on("2014-01-01"), RankingMeasure::Degree)
    ));
    ask(&state, &on("2014-02-01"), RankingMeasure::Degree);
    let second = ask(&state, &on("2014-01-01"), RankingMeasure::Degree);
    assert!(Arc::ptr_eq(&first, &second), "what was requested lately stays");
    for day in 1..=RANKINGS_MAX {
        ask(&state, &on(&format!("2014-03-{day:02}")), RankingMeasure::Degree);
    }
    assert!(!Arc::ptr_eq(
        &first,
        &ask(&state, &on("2014-01-01"), RankingMeasure::Degree)
    ));
}

#[test]
fn many_who_ask_at_once_have_it_computed_once() {
    let alone = endless();
    let other = state_of(&BUNDLED);
    for measure in RankingMeasure::ALL {
        other
            .ranking(&question(&other, &View::now(now()), *measure), &alone)
            .unwrap();
    }
    let (state, start, spent) = (
        state_of(&BUNDLED),
        Arc::new(Barrier::new(16)),
        Arc::new(AtomicU64::new(0)),
    );
    let askers = (0..16).map(|_| {
        let (state, start, spent) = (Arc::clone(&state), Arc::clone(&start), Arc::clone(&spent));
        thread::spawn(move || {
            start.wait();
            let budget = endless();
            for measure in RankingMeasure::ALL {
                state
                    .ranking(&question(&state, &View::now(now()), *measure), &budget)
                    .unwrap();
            }
            spent.fetch_add(budget.spent(), Ordering::Relaxed);
        })
    });
    askers
        .collect::<Vec<_>>()
        .into_iter()
        .for_each(|asker| asker.join().unwrap());
    assert_eq!(spent.load(Ordering::Relaxed), alone.spent());
}

#[test]
fn a_canceled_ranking_is_not_stored_and_a_waiting_request_takes_over() {
    let state = state_of(&BUNDLED);
    let query = question(&state, &View::now(now()), RankingMeasure::Betweenness);
    let stopped = Budget::new(u64::MAX, || true);
    assert_eq!(state.ranking(&query, &stopped).unwrap_err(), Exhausted::Stopped);
    let poor = Budget::new(10, || false);
    assert!(matches!(
        state.ranking(&query, &poor).unwrap_err(),
        Exhausted::Work { .. }
    ));
    let (started, waiting) = (Arc::new(Barrier::new(2)), Arc::new(Barrier::new(2)));
    let one = {
        let (state, query) = (Arc::clone(&state), query.clone());
        let (started, waiting) = (Arc::clone(&started), Arc::clone(&waiting));
        let looks = AtomicU64::new(0);
        let budget = Budget::new(u64::MAX, move || {
            if looks.fetch_add(1, Ordering::Relaxed) == 0 {
                started.wait();
                waiting.wait();
            }
            true
        });
        thread::spawn(move || state.ranking(&query, &budget).unwrap_err())
    };
    started.wait();
    // A waiting request polls whether it is stopped, which shows that it waits.
    let looks = AtomicU64::new(0);
    let patient = Budget::new(u64::MAX, move || {
        if looks.fetch_add(1, Ordering::Relaxed) == 0 {
            waiting.wait();
        }
        false
    });
    let ranking = state.ranking(&query, &patient).unwrap();
    assert_eq!(one.join().unwrap(), Exhausted::Stopped);
    assert_eq!(
        ranking.count(),
        ask(&state, &View::now(now()), RankingMeasure::Degree).count()
    );
}
