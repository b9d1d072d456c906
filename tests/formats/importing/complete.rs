//! Files that are all that their sources say: what these say no longer is taken back, and nothing else.

use guanxi::{
    import::Completeness,
    model::{Change, Evidence, Record, Timestamp},
    store::commit::Proposal,
};

use super::{Desk, How, content, lei, lei_file, moment, rr_file};

const LATER: &str = "2026-11-25T12:00:00Z";

fn complete() -> How {
    How {
        now: LATER,
        completeness: Completeness::Complete,
        ..How::default()
    }
}

/// Exceptions of these companies from naming their direct parent.
fn repex_file(companies: &[usize]) -> String {
    let mut text = "LEI,Exception.Category,Exception.Reason.1\n".to_owned();
    for number in companies {
        text.push_str(&format!(
            "{},DIRECT_ACCOUNTING_CONSOLIDATION_PARENT,NATURAL_PERSONS\n",
            lei(*number)
        ));
    }
    text
}

/// A store with three companies, a parent of one, and an exception of another.
fn desk() -> Desk {
    let desk = Desk::new();
    let files = [
        desk.file("lei.csv", &lei_file(&[(1, "Mother"), (2, "Daughter"), (3, "Niece")])),
        desk.file("rr.csv", &rr_file(&[(2, 1, "2015-03-01T00:00:00Z")])),
        desk.file("repex.csv", &repex_file(&[3])),
    ];
    // A store that is made knows nothing that could be taken back.
    let how = How {
        completeness: Completeness::Complete,
        ..How::default()
    };
    let made = desk.import_as(&files, how);
    assert_eq!((made.counts(), made.done.retractions), ([5, 5, 0, 0], 0));
    desk
}

fn claims(desk: &Desk, known_at: Timestamp) -> Vec<String> {
    let store = desk.open();
    let (_, claims) = content(store.state().graph(), known_at);
    claims.into_iter().map(|claim| claim.id).collect()
}

#[test]
fn an_exception_that_a_parent_replaces_is_taken_back_and_was_known_before() {
    let desk = desk();
    let before = claims(&desk, Timestamp::MAX);
    let newer = [
        desk.file("lei.csv", &lei_file(&[(1, "Mother"), (2, "Daughter"), (3, "Niece")])),
        desk.file(
            "rr.csv",
            &rr_file(&[(2, 1, "2015-03-01T00:00:00Z"), (3, 1, "2026-11-30T00:00:00Z")]),
        ),
        desk.file("repex.csv", &repex_file(&[2])),
    ];
    let done = desk.import_as(&newer, complete()).done;
    assert_eq!((done.retractions, done.incomplete_sources.len()), (1, 0));
    let after = claims(&desk, Timestamp::MAX);
    let is_exception = |id: &&String| id.contains(&lei(3)) && !id.contains(&lei(1));
    assert_eq!(before.iter().filter(is_exception).count(), 1);
    assert_eq!(after.iter().filter(is_exception).count(), 0);
    assert_eq!(after.len(), 3);
    assert_eq!(claims(&desk, moment("2026-11-24T00:00:00Z")), before);
    // And again: nothing is new.
    let again = desk.import_as(&newer, complete());
    assert_eq!((again.counts(), again.done.retractions), ([6, 0, 6, 0], 0));
}

#[test]
fn without_being_complete_files_take_nothing_back() {
    let desk = desk();
    let before = claims(&desk, Timestamp::MAX);
    let newer = [desk.file("rr.csv", &rr_file(&[]))];
    let how = How {
        completeness: Completeness::Partial,
        ..complete()
    };
    assert_eq!(desk.import_as(&newer, how).done.retractions, 0);
    assert_eq!(claims(&desk, Timestamp::MAX), before);
}

#[test]
fn what_other_sources_say_and_what_others_say_as_well_stays() {
    let desk = desk();
    let store = desk.open();
    // Somebody else says who the parent is, too.
    let (_, mut known) = content(store.state().graph(), Timestamp::MAX);
    let position = known.iter().position(|claim| claim.id.contains(&lei(1))).unwrap();
    let mut parent = known.swap_remove(position);
    let mut report = guanxi::model::Source {
        id: "source:annual-report".to_owned(),
        publisher: "Mother".to_owned(),
        title: "Annual report".to_owned(),
        url: None,
        published_on: None,
        licence: None,
    };
    report.title.push_str(" 2025");
    parent.evidence.push(Evidence::asserting("e2".to_owned(), &report.id));
    let changes = vec![
        Change::Put(Box::new(Record::Source(report))),
        Change::Put(Box::new(Record::Relationship(parent))),
    ];
    let proposal = Proposal {
        retry: None,
        by: None,
        reason: None,
        at: moment("2026-11-24T00:00:00Z"),
        decide: Box::new(move |_| Ok(changes)),
    };
    store.commit(proposal).unwrap();
    drop(store);
    let before = claims(&desk, Timestamp::MAX);
    // The relationship file is empty, and speaks for itself alone.
    let newer = [desk.file("rr.csv", &rr_file(&[]))];
    assert_eq!(desk.import_as(&newer, complete()).done.retractions, 0);
    assert_eq!(claims(&desk, Timestamp::MAX), before);
}

#[test]
fn where_a_record_was_rejected_nothing_of_its_source_is_taken_back() {
    let desk = desk();
    let before = claims(&desk, Timestamp::MAX);
    let newer = [
        desk.file(
            "rr.csv",
            &format!("{}not an LEI,LEI,,LEI,IS_DIRECTLY_CONSOLIDATED_BY,,,,,\n", rr_file(&[])),
        ),
        desk.file("repex.csv", &repex_file(&[])),
    ];
    let done = desk.import_as(&newer, complete()).done;
    assert_eq!(done.incomplete_sources, ["source:gleif-rr"]);
    let after = claims(&desk, Timestamp::MAX);
    assert_eq!((done.retractions, after.len()), (1, 1));
    assert!(before.contains(&after[0]) && after[0].contains(&lei(1)));
}

const CLAIMS: &str = r#"
[source]
id = "{src}"
publisher = "P"
title = "T"
[[entity]]
id = "{owner}"
kind = "COMPANY"
name = "{owner}"
[[relationship]]
kind = "OWNS"
from = "{owner}"
to = "{company}"
"#;

/// A table of who owns whom, and who says so.
fn rows(rows: &str) -> String {
    format!("src,owner,company\n{rows}")
}

#[test]
fn a_claim_of_two_sources_is_retracted_when_neither_states_it() {
    let desk = Desk::new();
    let [how, complete] = [How::default(), complete()].map(|how| How {
        mapping: Some(CLAIMS),
        ..how
    });
    desk.import_as(&[desk.file("all.csv", &rows("s,a,b\ns,q,a\nt,q,a\nt,b,b\n"))], how);
    let sources = |desk: &Desk| {
        let (_, claims, _) = desk.content();
        let claims = claims
            .iter()
            .filter(|claim| claim.id.contains(":q:") || claim.id.starts_with("rel:q:"));
        claims
            .flat_map(|claim| claim.evidence.iter().map(|said| said.source.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(sources(&desk), ["source:s", "source:t"]);
    let imported = desk.import_as(&[desk.file("s.csv", &rows("s,a,b\n"))], complete);
    assert_eq!(
        (sources(&desk), imported.done.retractions),
        (vec!["source:t".to_owned()], 0)
    );
    let imported = desk.import_as(&[desk.file("t.csv", &rows("t,b,b\n"))], complete);
    assert_eq!((sources(&desk), imported.done.retractions), (Vec::new(), 1));
}

#[test]
fn a_waiting_record_that_is_no_longer_stated_does_not_appear() {
    let desk = Desk::new();
    let [how, complete] = [How::default(), complete()].map(|how| How {
        mapping: Some(CLAIMS),
        ..how
    });
    desk.import_as(&[desk.file("1.csv", &rows("s,p,a\ns,p,p\n"))], how);
    desk.import_as(&[desk.file("2.csv", &rows("s,p,p\n"))], complete);
    desk.import_as(&[desk.file("3.csv", &rows("s,a,p\n"))], how);
    let known = claims(&desk, Timestamp::MAX);
    assert!(known.iter().any(|id| id.starts_with("rel:a:OWNS:p")), "{known:?}");
    assert!(!known.iter().any(|id| id.starts_with("rel:p:OWNS:a")), "{known:?}");
}
