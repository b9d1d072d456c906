//! Each kind of data issue: a small graph that has it, and one that has not.

use std::{collections::BTreeSet, env, fs, io, io::Write, path::Path};

use guanxi::{
    graph::{
        Budget, Exhausted, Snapshot,
        algo::{DataIssue, DataIssueKind, Ground, data_issues},
    },
    model::{
        At, Catalog, Dataset, Entity, EntityKind, EntityStatus, Identifier, Name, NameKind, RelationshipStatus, Stance,
        View, check_lei,
    },
};

use super::filters::unlimited;
use crate::harness::{now, sketch::sketch};

/// A view of a day, or of all times.
pub(super) fn on(day: &str) -> View {
    let at = if day == "ever" {
        At::Ever
    } else {
        At::Day(day.parse().unwrap())
    };
    View { at, ..View::now(now()) }
}

/// The messages of one kind of issue.
fn found(dataset: &Dataset, day: &str, kind: DataIssueKind) -> Vec<String> {
    let snapshot = Snapshot::build(dataset).unwrap();
    let budget = unlimited();
    let issues = data_issues(&Ground::new(&snapshot, &on(day), &budget), kind).unwrap();
    assert!(issues.iter().all(|issue| issue.kind() == kind));
    issues.iter().map(|issue| issue.message(&snapshot)).collect()
}

/// Checks that each of `words` stands in the message of its own issue, and that there is no other issue.
fn check(dataset: &Dataset, day: &str, kind: DataIssueKind, words: &[&str]) {
    let messages = found(dataset, day, kind);
    assert_eq!(messages.len(), words.len(), "{messages:#?}");
    for (message, word) in messages.iter().zip(words) {
        assert!(message.contains(word), "{message:?} does not say {word:?}");
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
        ("A -60-> C; B -60[,2014)-> C", "ever", &["on a day that nobody states"]),
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
fn circles_are_told_once_with_a_shortest_way_around() {
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
fn what_holds_after_a_dissolution_is_told_with_the_entity() {
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
fn leis_are_checked_and_told_with_what_would_fit() {
    let mut dataset = sketch("A -1-> B -1-> C");
    entity(&mut dataset, "A").identifiers = vec![Identifier::new("LEI", "5493001KJTIIGC8Y1R12").unwrap()];
    entity(&mut dataset, "B").identifiers = vec![
        Identifier::new("vat", "5493001KJTIIGC8Y1R13").unwrap(),
        Identifier::new("lei", "5493001KJTIIGC8Y1R13").unwrap(),
        Identifier::new("lei", "5493").unwrap(),
    ];
    check(
        &dataset,
        "ever",
        DataIssueKind::InvalidLei,
        &[
            "B (B): \"5493001KJTIIGC8Y1R13\" is not an LEI: its check digits are 13, 12 would fit",
            "it has 4 characters",
        ],
    );
}

#[test]
fn the_checksum_holds_for_the_identifiers_of_the_register() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/gleif");
    if !folder.is_dir() {
        assert!(
            env::var_os("GUANXI_SAMPLES_REQUIRED").is_none(),
            "the samples must be there, but {} is not",
            folder.display()
        );
        // Not eprintln: the output of a test that passes is captured, and nobody would see this.
        let skipped = b"\nSKIPPED: the checksum of public LEIs: the samples are absent\n";
        io::stderr().write_all(skipped).unwrap();
        return;
    }
    let mut leis: BTreeSet<String> = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
        // In these files only LEIs have this form.
        let has_form = |word: &&str| {
            let (code, check) = word.split_at_checked(18).unwrap_or_default();
            let is_plain = |letter: char| letter.is_ascii_digit() || letter.is_ascii_uppercase();
            check.len() == 2 && code.chars().all(is_plain) && check.chars().all(|digit| digit.is_ascii_digit())
        };
        leis.extend(words.filter(has_form).map(str::to_owned));
    }
    assert!(leis.len() > 500, "only {} LEIs were found", leis.len());
    let wrong: Vec<String> = leis
        .iter()
        .filter_map(|lei| Some(check_lei(lei).err()?.to_string()))
        .collect();
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn dates_that_cannot_be_are_told_and_imprecise_ones_forgiven() {
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
    let said = |stated: &str| {
        let mut dataset = sketch("A -10-> B");
        dataset.relationships[0].evidence[0].stated_on = Some(stated.parse().unwrap());
        dataset
    };
    check(&said("2026-11-23"), "ever", kind, &[]);
    check(
        &said("2026-11-24"),
        "ever",
        kind,
        &["A (A) OWNS B (B) [r1]: Pencil (source:sketch) says so on 2026-11-24, but that was recorded before"],
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
fn an_identifier_stands_for_one_entity() {
    let mut dataset = sketch("A -1-> B -1-> C");
    let identifiers = |told: &[(&str, &str)]| {
        told.iter()
            .map(|(scheme, value)| Identifier::new(scheme, value).unwrap())
            .collect()
    };
    entity(&mut dataset, "A").identifiers = identifiers(&[("vat", "2"), ("vat", "1"), ("vat", "1")]);
    entity(&mut dataset, "B").identifiers = identifiers(&[("VAT", "1"), ("qid", "2")]);
    entity(&mut dataset, "C").identifiers = identifiers(&[("qid", "2"), ("vat", "1")]);
    let words = [
        "vat 1 stands for 3 entities: A (A), B (B), C (C).",
        "qid 2 stands for 2 entities: B (B), C (C).",
    ];
    check(&dataset, "ever", DataIssueKind::DuplicateIdentifier, &words);
    entity(&mut dataset, "C").identifiers.clear();
    entity(&mut dataset, "B").identifiers.remove(0);
    check(&dataset, "ever", DataIssueKind::DuplicateIdentifier, &[]);
}

#[test]
fn a_dispute_names_what_contradicts_what() {
    let kind = DataIssueKind::Disputed;
    check(&sketch("A -10-> B"), "ever", kind, &[]);
    check(
        &sketch("A -!10-> B"),
        "ever",
        kind,
        &["A (A) OWNS B (B) [r1]: asserted by Pencil (source:sketch), contradicted by Pencil (source:sketch)."],
    );
    let mut dataset = sketch("A -10-> B");
    let evidence = &mut dataset.relationships[0].evidence;
    let mut other = evidence[0].clone();
    other.id = "other".to_owned();
    evidence.push(other);
    let share = dataset.relationships[0].share.unwrap();
    for (statement, text) in dataset.relationships[0].evidence.iter_mut().zip(["48", "51..60"]) {
        statement.share = Some(guanxi::model::Share {
            range: text.parse().unwrap(),
            ..share
        });
    }
    check(
        &dataset,
        "ever",
        kind,
        &["shares of the capital differ: 48 % says Pencil (source:sketch), 51..60 % says Pencil (source:sketch)."],
    );
    for (statement, value) in dataset.relationships[0].evidence.iter_mut().zip([7.5e7, 2e8]) {
        statement.share = None;
        statement.amount =
            Some(guanxi::model::Amount::new(value, "USD".parse().unwrap(), Some("stake".to_owned())).unwrap());
    }
    check(
        &dataset,
        "ever",
        kind,
        &["amounts (stake) differ: USD 75 million says Pencil (source:sketch), USD 200 million says"],
    );
}

/// Two companies with these names and countries.
fn pair(first: (&str, &str), second: (&str, &str)) -> Dataset {
    let mut dataset = sketch("A -1-> B");
    for (id, (name, country)) in [("A", first), ("B", second)] {
        let entity = entity(&mut dataset, id);
        entity.name = name.to_owned();
        entity.country = (!country.is_empty()).then(|| country.to_owned());
    }
    dataset
}

#[test]
fn names_that_agree_but_for_case_width_and_punctuation_are_probably_one() {
    let kind = DataIssueKind::ProbableDuplicate;
    for (first, second) in [
        (("SF Express", "CN"), ("S.F. ＥＸＰＲＥＳＳ", "")),
        (("Macy's", "US-DE"), ("MACYS", "US")),
        (("支付宝", ""), ("支付宝", "")),
    ] {
        check(&pair(first, second), "ever", kind, &["go by the same name"]);
    }
    for (first, second) in [
        (("Gilt", "US"), ("Gilt", "CN")),
        (("Gilt", "US-DE"), ("Gilt", "US-CA")),
        (("Gilt", ""), ("Guilt", "")),
        (("!!!", ""), ("???", "")),
    ] {
        check(&pair(first, second), "ever", kind, &[]);
    }
    let mut people = pair(("Gilt", ""), ("Gilt", ""));
    entity(&mut people, "A").kind = EntityKind::Person;
    check(&people, "ever", kind, &[]);
}

#[test]
fn an_alias_counts_beside_a_proper_name_and_leis_tell_apart() {
    let kind = DataIssueKind::ProbableDuplicate;
    let named = |first: NameKind, second: NameKind| {
        let mut dataset = pair(("Hudson's Bay", ""), ("Hermes", ""));
        for (id, kind) in [("A", first), ("B", second)] {
            let text = "HBC".to_owned();
            let name = Name {
                text,
                language: None,
                script: None,
                kind,
            };
            entity(&mut dataset, id).names.push(name);
        }
        dataset
    };
    check(&named(NameKind::Alias, NameKind::Alias), "ever", kind, &[]);
    check(&named(NameKind::Alias, NameKind::Legal), "ever", kind, &["same name"]);
    check(&named(NameKind::Former, NameKind::Legal), "ever", kind, &[]);
    let mut funds = pair(("Fund", ""), ("Fund", ""));
    entity(&mut funds, "A")
        .identifiers
        .push(Identifier::new("lei", "1").unwrap());
    check(&funds, "ever", kind, &["same name"]);
    entity(&mut funds, "B")
        .identifiers
        .push(Identifier::new("lei", "2").unwrap());
    check(&funds, "ever", kind, &[]);
    entity(&mut funds, "B").identifiers[0].value = "1".to_owned();
    check(&funds, "ever", kind, &["same name"]);
}

#[test]
fn one_weak_source_is_told_with_what_makes_it_weak() {
    let kind = DataIssueKind::WeakEvidence;
    let mut dataset = sketch("A -10-> B");
    check(
        &dataset,
        "ever",
        kind,
        &[
            "A (A) OWNS B (B) [r1]: only Pencil (source:sketch) says so, and it has no date, neither a locator nor a link leads to it.",
        ],
    );
    dataset.sources[0].url = Some("https://example.org".to_owned());
    dataset.sources[0].published_on = Some("2014".parse().unwrap());
    check(&dataset, "ever", kind, &[]);
    dataset.relationships[0].status = RelationshipStatus::Rumoured;
    dataset.relationships[0].evidence[0].confidence = Some(0.4);
    check(&dataset, "ever", kind, &["it is RUMOURED, its confidence is 0.4."]);
    let mut second = dataset.sources[0].clone();
    second.id = "source:second".to_owned();
    dataset.sources.push(second);
    let mut statement = dataset.relationships[0].evidence[0].clone();
    (statement.id, statement.source) = ("second".to_owned(), "source:second".to_owned());
    dataset.relationships[0].evidence.push(statement);
    check(&dataset, "ever", kind, &[]);
    dataset.relationships[0].evidence[1].stance = Stance::DeclinesComment;
    check(&dataset, "ever", kind, &["only Pencil (source:sketch) says so"]);
    dataset.relationships[0].evidence[0].stance = Stance::DeclinesComment;
    check(&dataset, "ever", kind, &["no source asserts or assesses it"]);
}

#[test]
fn who_is_in_no_relationship_and_never_quoted_is_unmentioned() {
    let kind = DataIssueKind::Unmentioned;
    let mut dataset = sketch("A -10[2013,2014)-> B; ? -10-> C");
    check(&dataset, "2026-01-01", kind, &[]);
    dataset
        .entities
        .push(Entity::new("D", EntityKind::Company, "Dora").unwrap());
    check(&dataset, "2026-01-01", kind, &["Nothing is said of Dora (D)"]);
    dataset.relationships[0].evidence[0].speaker = Some("D".to_owned());
    check(&dataset, "2026-01-01", kind, &[]);
    dataset.relationships[0].status = RelationshipStatus::Refuted;
    check(&dataset, "2026-01-01", kind, &["(A)", "(B)", "(D)"]);
}

#[test]
fn every_check_spends_the_budget_and_stops_when_told() {
    let mut dataset = sketch("A -60-> B -60-> A; C -60-> B");
    entity(&mut dataset, "A").dissolved = Some("2013".parse().unwrap());
    let snapshot = Snapshot::build(&dataset).unwrap();
    for kind in DataIssueKind::ALL.iter().copied() {
        let check = |budget: &Budget| data_issues(&Ground::new(&snapshot, &on("ever"), budget), kind);
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
