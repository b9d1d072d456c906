//! Each kind of data issue: a small graph that has it, and one that has not. Here what takes several relationships, or dates.

mod claims;
mod properties;
mod records;

use guanxi::{
    graph::{
        Budget, Exhausted, Snapshot,
        algo::{CheckContext, DataIssue, DataIssueKind, data_issues},
    },
    model::{AsOf, Catalog, Dataset, Entity, EntityKind, EntityStatus, RelationshipStatus, View},
};

use super::filters::unlimited;
use crate::harness::{now, sketch::sketch};

/// A view of a day, or of all times.
fn on(day: &str) -> View {
    let at = if day == "ever" {
        AsOf::Ever
    } else {
        AsOf::Day(day.parse().unwrap())
    };
    View {
        as_of: at,
        ..View::now(now())
    }
}

/// The messages of one kind of issue.
fn issue_messages(dataset: &Dataset, day: &str, kind: DataIssueKind) -> Vec<String> {
    let snapshot = Snapshot::build(dataset).unwrap();
    let budget = unlimited();
    let issues = data_issues(&CheckContext::new(&snapshot, &on(day), &budget), kind).unwrap();
    assert!(issues.iter().all(|issue| issue.kind() == kind));
    issues.iter().map(|issue| issue.message(&snapshot)).collect()
}

/// Checks that each of `words` stands in the message of its own issue, and that there is no other issue.
fn check(dataset: &Dataset, day: &str, kind: DataIssueKind, words: &[&str]) {
    let messages = issue_messages(dataset, day, kind);
    assert_eq!(messages.len(), words.len(), "{messages:#?}");
    for (message, word) in messages.iter().zip(words) {
        assert!(message.contains(word), "{message:?} does not contain {word:?}");
    }
}

fn entity<'d>(dataset: &'d mut Dataset, id: &str) -> &'d mut Entity {
    dataset.entities.iter_mut().find(|entity| entity.id == id).unwrap()
}

#[test]
fn shares_of_one_basis_at_one_time_are_added() {
    for (drawing, day, words) in [
        ("A -60-> C; B -40-> C", "2014-01-01", &[][..]),
        (
            "A -60-> C; B -41-> C",
            "2014-01-01",
            &["C (C) have at least 101 % of its capital between them on 2014-01-01: A (A) 60 %, B (B) 41 %."],
        ),
        ("A ->50..100-> C; B -50..100-> C", "2014-01-01", &["more than 100 %"]),
        ("A -50..100-> C; B -50..100-> C", "2014-01-01", &[]),
        ("A -60-> C; B -v60-> C", "2014-01-01", &[]),
        ("A -v60-> C; B -v60-> C", "2014-01-01", &["120 % of its votes"]),
        ("A -60-> C; A -60-> C", "2014-01-01", &[]),
        ("A -60-> C; A -10-> C; B -60-> C", "2014-01-01", &[]),
        ("A -60-> C; B -!60-> C", "2014-01-01", &[]),
        ("A -60-> C; B -~60-> C", "2014-01-01", &[]),
        ("A -60-> C; B -?-> C; ? -60-> C", "2014-01-01", &[]),
        ("A -60[2013,2014)-> C; B -60[2014,)-> C", "2013-06-01", &[]),
        ("A -60[2013,2014)-> C; B -60[2014,)-> C", "ever", &[]),
        ("A -60[2013,2015)-> C; B -60[2014,)-> C", "2013-06-01", &[]),
        ("A -60[2013,2015)-> C; B -60[2014,)-> C", "ever", &["on 2014-01-01"]),
        ("A -60-> C; B -60[,2014)-> C", "ever", &["on an unstated day"]),
        // The lower of two claims of one holder counts, until it ends.
        ("A -80-> C; A -10[,2014)-> C; B -60-> C", "2013-06-01", &[]),
        (
            "A -80-> C; A -10[,2014)-> C; B -60-> C",
            "ever",
            &["140 % of its capital between them on 2014-01-01"],
        ),
        ("A -33.33-> D; B -33.33-> D; C -33.34-> D", "2014-01-01", &[]),
        (
            "A -60-> A; B -60-> A; A -90-> Z; B -90-> Z",
            "2014-01-01",
            &["120 %", "180 %"],
        ),
    ] {
        check(&sketch(drawing), day, DataIssueKind::SharesOver100, words);
    }
}

#[test]
fn circles_are_reported_once_with_a_shortest_cycle() {
    for (drawing, words) in [
        ("A -60-> B -60-> C; A -10-> C", &[][..]),
        (
            "A -60-> B -controls-> C -consolidates-> A",
            &["A circle: A (A) OWNS B (B) [r1], B (B) CONTROLS C (C) [r2], C (C) CONSOLIDATES A (A) [r3]."],
        ),
        ("A -supplies-> B -60-> A", &[]),
        ("A -60-> B -~60-> A", &[]),
        ("A -60-> A", &["A (A) OWNS A (A) [r1]: it holds itself"]),
        (
            "A -1-> B -1-> C -1-> A; B -1-> A",
            &[
                "3 entities hold each other in circles. The shortest through A (A): A (A) OWNS B (B) [r1], B (B) OWNS A (A) [r4].",
            ],
        ),
        (
            "A -1-> B -1-> A; C -1-> D -1-> C; B -1-> C",
            &["A (A) OWNS B (B)", "C (C) OWNS D (D)"],
        ),
    ] {
        check(&sketch(drawing), "2014-01-01", DataIssueKind::OwnershipCycle, words);
    }
    let in_turn = sketch("A -60[2013,2014)-> B -60[2014,2015)-> A");
    check(&in_turn, "2013-06-01", DataIssueKind::OwnershipCycle, &[]);
    check(&in_turn, "ever", DataIssueKind::OwnershipCycle, &["A circle"]);
}

#[test]
fn relationships_after_a_dissolution_are_reported_with_the_entity() {
    let dissolved = |drawing: &str, on: &str| {
        let mut dataset = sketch(drawing);
        entity(&mut dataset, "B").dissolved = Some(on.parse().unwrap());
        dataset
    };
    let kind = DataIssueKind::DissolvedParty;
    check(
        &dissolved("A -60-> B; ? -10-> B", "2013"),
        "2014-01-01",
        kind,
        &[
            "B (B) was dissolved in 2013, but this holds after that: A (A) OWNS B (B) [r1], an undisclosed party OWNS B (B) [r2].",
        ],
    );
    check(&dissolved("A -60-> B", "2013"), "2013-12-31", kind, &[]);
    check(&dissolved("A -60[,2013)-> B", "2013"), "ever", kind, &[]);
    check(&dissolved("A -60[,2014-01-02)-> B", "2013"), "ever", kind, &["[r1]"]);
    check(&dissolved("A -60[,2014-01-01)-> B", "2013"), "ever", kind, &[]);
    check(&dissolved("A -~60-> B", "2013"), "2014-01-01", kind, &[]);
    check(
        &dissolved("B -succeeded_by-> A; A -paid-> B", "2013"),
        "2014-01-01",
        kind,
        &[],
    );
    let mut inactive = sketch("A -60-> B; A -60[2013,2015)-> B");
    entity(&mut inactive, "B").status = EntityStatus::Inactive;
    check(
        &inactive,
        "2014-01-01",
        kind,
        &["B (B) is INACTIVE, but this has no end: A (A) OWNS B (B) [r1]."],
    );
}

#[test]
fn impossible_dates_are_reported_and_imprecise_ones_are_not() {
    let kind = DataIssueKind::ImpossibleDates;
    let life = |founded: &str, dissolved: &str| {
        let mut dataset = sketch("A -10[2014-03,2015)-> B");
        let date = |text: &str| (!text.is_empty()).then(|| text.parse().unwrap());
        let held = entity(&mut dataset, "B");
        (held.founded, held.dissolved, held.status) = (date(founded), date(dissolved), EntityStatus::Active);
        dataset
    };
    check(
        &life("2013", "2012"),
        "ever",
        kind,
        &["B (B) was dissolved in 2012, before it was founded in 2013"],
    );
    check(&life("2013-05", "2013"), "ever", kind, &[]);
    check(
        &life("2014-04", ""),
        "ever",
        kind,
        &["A (A) OWNS B (B) [r1]: since 2014-03, before B (B) was founded in 2014-04"],
    );
    check(&life("2014-03-31", ""), "ever", kind, &[]);
    check(
        &life("2030", ""),
        "ever",
        kind,
        &[
            "recorded at 2026-11-22T12:00:00Z, before it was founded in 2030",
            "since 2014-03, before",
        ],
    );

    let event = |days: (&str, &str), drawing: &str| {
        let mut dataset = sketch(drawing);
        let event = entity(&mut dataset, "E");
        event.kind = EntityKind::Event;
        (event.starts_on, event.ends_on) = (Some(days.0.parse().unwrap()), Some(days.1.parse().unwrap()));
        dataset
    };
    let days = ("2014-11-28", "2014-11-28");
    check(
        &event(days, "A -participates_in[2014-11-28,2014-11-29)-> E"),
        "ever",
        kind,
        &[],
    );
    check(
        &event(days, "A -participates_in[2014-11-29,)-> E"),
        "ever",
        kind,
        &["outside the days of the event (2014-11-28 to 2014-11-28)"],
    );
    check(
        &event(days, "A -operates[,2014-11-28)-> E"),
        "ever",
        kind,
        &["until 2014-11-28"],
    );
    check(&event(days, "A -supplies[2015,)-> E"), "ever", kind, &[]);
    check(
        &event(("2014-11-28", "2014-11-27"), "A -supplies-> E"),
        "ever",
        kind,
        &["E (E) ends on 2014-11-27, before it starts"],
    );

    let mut planned = life("2014-04", "");
    planned.relationships[0].status = RelationshipStatus::Planned;
    check(&planned, "ever", kind, &[]);

    // Where it is Sunday noon, it is Monday elsewhere.
    let statement_of = |stated: &str| {
        let mut dataset = sketch("A -10-> B");
        dataset.relationships[0].evidence[0].stated_on = Some(stated.parse().unwrap());
        dataset
    };
    check(&statement_of("2026-11-23"), "ever", kind, &[]);
    check(
        &statement_of("2026-11-24"),
        "ever",
        kind,
        &["A (A) OWNS B (B) [r1]: Pencil (source:sketch) states it on 2026-11-24, but it was recorded before"],
    );
    check(
        &sketch("A -10[2026-11-24,)-> B"),
        "ever",
        kind,
        &["ACTIVE since 2026-11-24, but recorded before that"],
    );
    check(&sketch("A -10[2026,)-> B"), "ever", kind, &[]);
}

#[test]
fn every_check_spends_the_budget_and_stops_with_it() {
    let mut dataset = sketch("A -60-> B -60-> A; C -60-> B");
    entity(&mut dataset, "A").dissolved = Some("2013".parse().unwrap());
    let snapshot = Snapshot::build(&dataset).unwrap();
    for kind in DataIssueKind::ALL.iter().copied() {
        let check = |budget: &Budget| data_issues(&CheckContext::new(&snapshot, &on("ever"), budget), kind);
        let unlimited = unlimited();
        let issues: Vec<DataIssue> = check(&unlimited).unwrap();
        assert!(unlimited.spent() >= 3, "{kind} spent {}", unlimited.spent());
        let enough = Budget::new(unlimited.spent(), || false);
        assert_eq!(check(&enough).unwrap(), issues, "{kind}");
        let work_max = unlimited.spent() - 1;
        let refused = check(&Budget::new(work_max, || false)).unwrap_err();
        assert!(matches!(refused, Exhausted::Work { .. }), "{kind}");
        assert_eq!(
            check(&Budget::new(u64::MAX, || true)),
            Err(Exhausted::Stopped),
            "{kind}"
        );
    }
}
