//! JSON lines are read back as they were written; what is no record is rejected, line by line.

use std::ops::ControlFlow;

use guanxi::{
    formats::{
        export::{Selection, json_lines as writer},
        json_lines::{detect, read},
        reader::{Effect, Input, Item, RECORD_BYTES_MAX, RecordChange, RecordDrafts, SourceDefaults, Unreadable},
    },
    graph::Snapshot,
    model::{AsOf, Dataset, Record, Relationship, Timestamp, View},
};
use proptest::prelude::*;

use super::{
    export::{SHAPE, everything},
    interests::{numbers, with_interests},
};
use crate::harness::{BUNDLED, pages::Page, random};

fn source_defaults() -> SourceDefaults {
    SourceDefaults {
        source: None,
        publisher: None,
        title: None,
        url: None,
        licence: None,
        record_bytes_max: RECORD_BYTES_MAX,
        today: "2026-11-22".parse().unwrap(),
    }
}

fn found(mut bytes: &[u8]) -> Result<Vec<RecordDrafts>, Unreadable> {
    let mut found = Vec::new();
    let input = Input {
        name: "graph.jsonl",
        bytes: &mut bytes,
        source_defaults: &source_defaults(),
    };
    read(input, &mut |item| {
        if let Item::Record(record) = item {
            found.push(record);
        }
        ControlFlow::Continue(())
    })?;
    Ok(found)
}

fn lines(selection: &Selection) -> Vec<u8> {
    let mut out = Vec::new();
    let written = writer::write(selection, &mut out).unwrap();
    assert!(written.left_out.is_empty());
    out
}

/// What a selection holds, as whoever imports it knows it.
fn records(selection: &Selection) -> Vec<Record> {
    let relationships = selection.relationships();
    let sources = selection.sources().map(Record::Source);
    let entities = selection.entities().map(Record::Entity);
    sources
        .chain(entities)
        .chain(relationships.map(Record::Relationship))
        .collect()
}

/// The records of a file in which nothing is wrong, each relationship as of the moment since which it is known: its own, or when
/// the store begins that is made of the file.
fn sound(bytes: &[u8]) -> Vec<Record> {
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap();
    let header: serde_json::Value = serde_json::from_slice(first).unwrap();
    let began_at: Timestamp = header["guanxi"]["recorded_at"].as_str().unwrap().parse().unwrap();
    let record = |mut found: RecordDrafts| {
        assert_eq!(found.faults, [], "{}", found.place);
        match found.drafts.pop().map(|draft| (draft.known_at, draft.change)) {
            Some((known_at, RecordChange::Record(Record::Relationship(relationship)))) => {
                Record::Relationship(Relationship {
                    recorded_at: known_at.unwrap_or(began_at),
                    ..relationship
                })
            }
            Some((None, RecordChange::Record(record))) => record,
            other => panic!("{other:?}"),
        }
    };
    found(bytes).unwrap().into_iter().map(record).collect()
}

#[test]
fn the_bundled_data_comes_back_as_it_went() {
    let selection = everything(&BUNDLED);
    let bytes = lines(&selection);
    assert!(detect(&bytes));
    let back = sound(&bytes);
    assert_eq!(back, records(&selection));
    assert_eq!(
        back.len(),
        BUNDLED.sources.len() + BUNDLED.entities.len() + selection.relationships().count()
    );
    assert_eq!(
        bytes,
        lines(&everything(&BUNDLED)),
        "the same graph is always exported alike"
    );
}

#[test]
fn the_first_line_says_what_the_file_holds() {
    let bytes = lines(&everything(&BUNDLED));
    let first = bytes.split(|byte| *byte == b'\n').next().unwrap();
    let header: serde_json::Value = serde_json::from_slice(first).unwrap();
    let header = &header["guanxi"];
    assert_eq!(header["title"], BUNDLED.title.as_str());
    assert_eq!(header["view"]["ever"], true);
    assert_eq!(header["view"]["statuses"].as_array().unwrap().len(), 9);
    assert_eq!(header["licence"].as_str(), BUNDLED.licence.as_deref());
}

proptest! {
    #[test]
    fn what_a_view_shows_comes_back(claims in random::claims(SHAPE), numbers in numbers(), day in proptest::option::of(0u8..6), moment in 0u8..5) {
        let dataset = with_interests(random::dataset(SHAPE, &claims), &numbers);
        let graph = Snapshot::build(&dataset).unwrap();
        let view = View {
            as_of: day.map_or(AsOf::Ever, |day| AsOf::Day(random::day(day))),
            ..Selection::everything(random::moment(moment))
        };
        let selection = Selection::of(&graph, &view);
        let back = sound(&lines(&selection));
        prop_assert_eq!(&back, &records(&selection));
        // The same graph once more, of what came back.
        let mut again = Dataset { sources: vec![], entities: vec![], relationships: vec![], ..dataset };
        for record in back {
            match record {
                Record::Source(source) => again.sources.push(source),
                Record::Entity(entity) => again.entities.push(entity),
                Record::Relationship(relationship) => again.relationships.push(relationship),
            }
        }
        prop_assert_eq!(records(&everything(&again)), records(&selection));
    }
}

#[test]
fn the_example_in_the_documentation_is_read() {
    let page = Page::read("docs/importing/json-lines.md");
    let records = sound(page.blocks_in("json")[0].as_bytes());
    let ids: Vec<&str> = records.iter().map(Record::id).collect();
    assert_eq!(ids, ["source:news", "alpha", "beta", "rel:alpha:OWNS:beta:1"]);
}

#[test]
fn a_line_that_is_no_record_is_rejected_and_the_next_one_is_read() {
    let relationship = |change: &str| {
        let line = r#"{"relationship":{"id":"r","kind":"OWNS","ends":{"from":"a","to":"b"},"status":"ACTIVE","evidence":[EVIDENCE],"recorded_at":"2026-01-01T00:00:00Z"CHANGE}}"#;
        line.replace("CHANGE", change)
    };
    let said = r#"{"id":"e","source":"source:s","stance":"ASSERTS"}"#;
    let cases = [
        ("{".to_owned(), "not JSON"),
        ("\u{0}".to_owned(), "not JSON"),
        (r#"{"id":"x","schema":"Person"}"#.to_owned(), "not a record of guanxi"),
        (r#"{"entity":{"id":"a"}}"#.to_owned(), "not a record of guanxi"),
        (
            r#"{"entity":{"id":"rel:a","kind":"COMPANY","name":"A","status":"ACTIVE"}}"#.to_owned(),
            "not a record of guanxi",
        ),
        (
            r#"{"entity":{"id":"a","kind":"COMPANY","name":"A","status":"ACTIVE","country":"Utopia"}}"#.to_owned(),
            "not an ISO 3166 code of a country",
        ),
        (relationship("").replace("EVIDENCE", ""), "no source says so"),
        (
            relationship("").replace("EVIDENCE", &format!("{said},{said}")),
            "not an id of its own",
        ),
        (
            relationship(r#","retracted_at":"2026-02-01T00:00:00Z""#).replace("EVIDENCE", said),
            "the record was taken back",
        ),
    ];
    let good = relationship("").replace("EVIDENCE", said);
    for (line, reason) in cases {
        let found = found(format!("{line}\r\n\n{good}\n").as_bytes()).unwrap();
        assert_eq!(found.len(), 2, "{line}");
        assert_eq!((found[0].drafts.len(), found[0].faults.len()), (0, 1), "{line}");
        assert_eq!(found[0].faults[0].reason, reason, "{line}");
        assert_eq!(found[0].faults[0].effect, Effect::Rejected);
        assert_eq!((found[1].drafts.len(), found[1].place.line), (1, Some(3)), "{line}");
        assert_eq!(found[1].place.key.as_deref(), Some("r"));
    }
}

#[test]
fn lines_of_a_later_form_are_not_misread() {
    let refused = found(b"{\"guanxi\":{\"format\":2,\"new\":true}}\n").unwrap_err();
    assert!(refused.to_string().contains("form 2"), "{refused}");
}

#[test]
fn only_these_records_are_taken_for_them() {
    assert!(detect(b"  { \"guanxi\" : {"));
    assert!(detect(br#"{"relationship":{"id":"#));
    for other in [
        br#"{"id":"a","schema":"Company","properties":{}}"#.as_slice(),
        br#"[{"statementId":"a"}]"#,
        br#"{"entity":"a"}"#,
        b"LEI,Entity.LegalName",
        b"",
    ] {
        assert!(!detect(other), "{}", String::from_utf8_lossy(other));
    }
}

#[test]
fn damaged_lines_are_read_without_a_panic_and_each_is_accounted_for() {
    let bytes = lines(&everything(&random::dataset(SHAPE, &[])));
    let bytes = [bytes, lines(&everything(&BUNDLED))[..4000].to_vec()].concat();
    let mut rng = fastrand::Rng::with_seed(6);
    for _ in 0..400 {
        let mut damaged = bytes.clone();
        for _ in 0..rng.usize(1..6) {
            let at = rng.usize(..damaged.len());
            match rng.u8(..4) {
                0 => damaged[at] ^= 1 << rng.u8(..8),
                1 => drop(damaged.drain(at..(at + rng.usize(..40)).min(damaged.len()))),
                2 => damaged.insert(at, rng.u8(..)),
                _ => {
                    let copy = damaged[at..(at + 60).min(damaged.len())].to_vec();
                    damaged.splice(at..at, copy);
                }
            }
        }
        let Ok(found) = found(&damaged) else { continue };
        for record in found {
            let rejected = record.faults.iter().any(|fault| fault.effect == Effect::Rejected);
            assert_eq!(rejected, record.drafts.is_empty(), "{}", record.place);
        }
    }
}
