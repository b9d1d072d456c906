//! Timelines of random entities against a reading of the claims, and what becomes of missing dates.

use guanxi::{
    graph::{Budget, Snapshot, algo},
    model::{AsOf, Catalog, Dataset, PartialDate, RelationshipStatus, Stance, Timestamp, View},
};
use proptest::prelude::*;

use super::walking::{SHAPE, is_visible, view_of, views};
use crate::harness::{
    random::{claims, dataset, day, entity_id},
    sketch::sketch,
};

/// A timeline in the words of the test, sorted as text.
fn lines(dataset: &Dataset, view: View, entity: &str) -> Vec<String> {
    let snapshot = Snapshot::build(dataset).unwrap();
    let mask = snapshot.mask(&View {
        as_of: AsOf::Ever,
        ..view
    });
    let entity = snapshot.entity_by_id(entity, &mask).unwrap();
    let budget = Budget::new(u64::MAX, || false);
    let entries = algo::timeline(&snapshot, mask, entity, &budget).unwrap();
    let mut lines: Vec<String> = entries
        .iter()
        .map(|entry| {
            let relationship = entry
                .relationship
                .map(|relationship| snapshot.relationship(relationship).id());
            let on = entry.on.map_or("-".to_owned(), |on| on.to_string());
            format!("{} {on} {}", relationship.as_deref().unwrap_or("-"), entry.what)
        })
        .collect();
    lines.sort();
    lines
}

proptest! {
    #[test]
    fn a_timeline_has_every_known_claim_on_any_day(claims in claims(SHAPE), view in views(), entity in 0u8..5) {
        let mut expected = Vec::new();
        for (position, claim) in claims.iter().enumerate() {
            let is_about = claim.to == entity || claim.from == Some(entity);
            if !is_about || !is_visible(claim, (None, view.1, view.2)) {
                continue;
            }
            let id = format!("r{position:03}");
            let holds = matches!(claim.status, RelationshipStatus::Active | RelationshipStatus::Unknown);
            let (begins, ends) = if holds { ("STARTED", "ENDED") } else { (claim.status.as_str(), "LAPSED") };
            expected.extend(claim.since.map(|since| format!("{id} {} {begins}", PartialDate::from(day(since)))));
            expected.extend(claim.until.map(|until| format!("{id} {} {ends}", PartialDate::from(day(until)))));
            if claim.since.is_none() && claim.until.is_none() {
                expected.push(format!("{id} - {}", if holds { "STATED" } else { begins }));
            }
            expected.extend(claim.disputed.then(|| format!("{id} - CONTRADICTED")));
        }
        expected.sort();
        prop_assert_eq!(lines(&dataset(SHAPE, &claims), view_of(view), &entity_id(entity)), expected);
    }
}

/// The drawing `A -60-> B` with these statements about it: stance, its own date, the date of its source.
fn stated(statements: &[(Stance, Option<&str>, Option<&str>)]) -> Dataset {
    let mut data = sketch("A -60-> B");
    let (source, statement) = (data.sources[0].clone(), data.relationships[0].evidence[0].clone());
    let date = |text: &str| text.parse().unwrap();
    data.relationships[0].evidence.clear();
    for (number, (stance, stated_on, published_on)) in statements.iter().enumerate() {
        let id = format!("source:{number}");
        data.relationships[0].evidence.push(guanxi::model::Evidence {
            id: format!("r1#{number}"),
            source: id.clone(),
            stance: *stance,
            stated_on: stated_on.map(date),
            ..statement.clone()
        });
        data.sources.push(guanxi::model::Source {
            id,
            published_on: published_on.map(date),
            ..source.clone()
        });
    }
    data
}

#[test]
fn what_has_no_dates_stands_at_its_first_statement() {
    use Stance::{Asserts, Assesses, Contradicts};
    let lines = |statements: &[_]| lines(&stated(statements), View::now(Timestamp::MAX), "B");
    let cases: [(&[_], &[&str]); 5] = [
        (
            &[(Asserts, None, Some("2015")), (Asserts, Some("2014-11"), Some("2016"))],
            &["r1 2014-11 STATED"],
        ),
        (
            &[(Assesses, None, Some("2013")), (Asserts, None, Some("2014-12-01"))],
            &["r1 2014-12-01 STATED"],
        ),
        (
            &[(Assesses, None, Some("2013")), (Assesses, None, None)],
            &["r1 2013 STATED"],
        ),
        (&[(Asserts, None, None)], &["r1 - STATED"]),
        (
            &[
                (Asserts, Some("2014"), None),
                (Contradicts, Some("2015"), None),
                (Contradicts, None, Some("2015")),
            ],
            &["r1 2014 STATED", "r1 2015 CONTRADICTED"],
        ),
    ];
    for (statements, expected) in cases {
        assert_eq!(lines(statements), expected, "{statements:?}");
    }
}

#[test]
fn an_entity_comes_into_being_and_ceases_to_be() {
    let mut data = sketch("A -60[2001,2003)-> B");
    let date = |text: &str| Some(text.parse().unwrap());
    (data.entities[0].founded, data.entities[0].dissolved) = (date("2000"), date("2002-02"));
    (data.entities[1].starts_on, data.entities[1].ends_on) = (date("2001-01-01"), date("2001-01-02"));
    let of = |entity: &str| lines(&data, View::now(Timestamp::MAX), entity);
    assert_eq!(
        of("A"),
        [
            "- 2000 FOUNDED",
            "- 2002-02 DISSOLVED",
            "r1 2001 STARTED",
            "r1 2003 ENDED"
        ]
    );
    assert_eq!(
        of("B"),
        [
            "- 2001-01-01 FIRST_DAY",
            "- 2001-01-02 LAST_DAY",
            "r1 2001 STARTED",
            "r1 2003 ENDED"
        ]
    );
}

#[test]
fn undated_ends_and_contradictory_dates_are_reported() {
    for (drawing, expected) in [
        (
            "A -60[2014,by2017-01-15)-> B",
            &["r1 2014 STARTED", "r1 2017-01-15 OVER_BY"][..],
        ),
        ("A -60[,by2017-01-15)-> B", &["r1 2017-01-15 OVER_BY"]),
        (
            "A -~60[2014,by2017-01-15)-> B",
            &["r1 2014 REPORTED", "r1 2017-01-15 OVER_BY"],
        ),
        (
            "A -60[2012-05-01,2010-03-01)-> B",
            &["r1 - STATED", "r1 2012-05-01 OVER_BY"],
        ),
        (
            "A -60[2018,by2017-01-15)-> B",
            &["r1 - STATED", "r1 2018-01-01 OVER_BY"],
        ),
        ("A -60[2018,2018)-> B", &["r1 2018 ENDED", "r1 2018 STARTED"]),
    ] {
        assert_eq!(
            lines(&sketch(drawing), View::now(Timestamp::MAX), "B"),
            expected,
            "{drawing}"
        );
    }
}
