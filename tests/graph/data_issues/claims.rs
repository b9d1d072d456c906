//! Issues of indirect claims, of claims that ended on an unstated day, of parties that are not disclosed, and of dates that have not
//! come or contradict each other.

use guanxi::graph::algo::DataIssueKind;

use super::{check, entity};
use crate::harness::sketch::sketch;

#[test]
fn indirect_claims_and_claims_that_may_be_over_are_not_added() {
    for (drawing, words) in [
        ("@p -100-> b -60-> a; @p -i60-> a; @o -40-> a", &[][..]),
        ("A -60-> C; B -i60-> C", &[]),
        ("A -60-> C; B -60[,by2030-01-01)-> C", &[]),
        ("A -60-> C; B -60[2030,2029)-> C", &[]),
        ("A -60-> C; A -10[,by2030-01-01)-> C; A -i5-> C; B -60-> C", &["120 %"]),
    ] {
        for day in ["2014-01-01", "ever"] {
            check(&sketch(drawing), day, DataIssueKind::SharesOver100, words);
        }
    }
}

#[test]
fn an_indirect_claim_that_contradicts_its_chain_is_reported() {
    for (drawing, words) in [
        ("@p -100-> b -60-> a; @p -i60-> a", &[][..]),
        (
            "@p -100-> b -60-> a; @p -i70-> a",
            &[
                "@p (@p) OWNS a (a) [r3] indirectly, 70 %, but the chains of direct claims that it summarizes give 60 % of the capital",
            ],
        ),
        // Its own share is no part of it.
        ("@p -100-> b -60-> a; @p -10-> a; @p -i70-> a", &["60 % of the capital"]),
        ("@p -100-> b -60-> a; @p -10-> a; @p -i60-> a", &[]),
        ("@p -?-> b -60-> a; @p -i70-> a", &["..60 % of the capital"]),
        ("@p -?-> b -60-> a; @p -i50-> a", &[]),
        // Without a chain it summarizes nothing that is known.
        ("@p -i70-> a", &[]),
        ("@p -v100-> b -60-> a; @p -i70-> a", &[]),
        ("@p -100-> b -60-> a; @p -i50-> a; @p -i70-> a", &[]),
        (
            "@p -100-> b -60-> a; @p -i70-> a; @p -i80-> a",
            &["[r3] indirectly, 70 %, @p (@p) OWNS a (a) [r4] indirectly, 80 %, but"],
        ),
        (
            "A -controls=60-> b -v50-> c; A -icontrols=40-> c",
            &["30 % of the votes"],
        ),
        // A company held by others, even in a circle, is still checked for its holding in itself.
        (
            "X -50-> A -100-> b -60-> a -10-> A; A -i50-> a",
            &["60 % of the capital"],
        ),
        ("X -50-> A -100-> b -60-> a -10-> A; A -i60-> a", &[]),
    ] {
        for day in ["2014-01-01", "ever"] {
            check(&sketch(drawing), day, DataIssueKind::IndirectMismatch, words);
        }
    }
}

#[test]
fn parties_that_are_not_disclosed_are_never_taken_for_one() {
    for (drawing, words) in [
        ("@?u -75-> A; @?v -75-> B", &[][..]),
        ("@?u -75-> A; @v -75-> B", &[]),
        ("@u -75-> A; @v -75-> B", &["have the same name"]),
        (
            "@u -75-> A; @v -75-> B; @?w -10-> B",
            &["Unknown (@u), no country, Unknown (@v), no country."],
        ),
    ] {
        let mut dataset = sketch(drawing);
        let people = dataset.entities.iter_mut().filter(|entity| entity.id.starts_with('@'));
        people.for_each(|person| person.name = "Unknown".to_owned());
        check(&dataset, "2014-01-01", DataIssueKind::ProbableDuplicate, words);
    }
}

#[test]
fn contradictory_dates_are_reported_as_written_on_every_day() {
    for (drawing, words) in [
        (
            "A -officer_of[2012-05-01,2010-03-01)-> B",
            &[
                "A (A) OFFICER_OF B (B) [r1]: since 2012-05-01, but until 2010-03-01. Correct one of the two: until then neither is trusted, and it counts as over by 2012-05-01.",
            ][..],
        ),
        (
            "A -10[2018,by2017-01-15)-> B",
            &["[r1]: since 2018, but over by 2017-01-15."],
        ),
        (
            "A -~10[2014-02-01,2014-01)-> B",
            &["since 2014-02-01, but until 2014-01."],
        ),
        // One reading is enough.
        ("A -10[2014,2014)-> B", &[]),
        ("A -10[2014,by2014-01-02)-> B", &[]),
    ] {
        let mut dataset = sketch(drawing);
        // Impossible dates cause no further issues.
        entity(&mut dataset, "B").founded = Some("2013".parse().unwrap());
        for day in ["1990-01-01", "2026-11-22", "ever"] {
            check(&dataset, day, DataIssueKind::ImpossibleDates, words);
        }
    }
}

#[test]
fn a_dissolution_that_has_not_come_is_none() {
    for (dissolved, day, words) in [
        ("2030", "ever", &[][..]),
        ("9999-12-31", "ever", &[]),
        ("9999", "9999-12-31", &[]),
        ("2026-11-23", "ever", &[]),
        ("2026-11-22", "ever", &["[r1]"]),
        ("2030", "2026-11-22", &[]),
        ("2030", "2031-01-01", &["[r1]"]),
    ] {
        let mut dataset = sketch("A -60-> B");
        entity(&mut dataset, "B").dissolved = Some(dissolved.parse().unwrap());
        check(&dataset, day, DataIssueKind::DissolvedParty, words);
    }
}
