//! Our own tables, written and read back: what was written reads alike, and what tables cannot hold is told.

use std::{fs, path::Path};

use guanxi::{
    formats::{
        Error,
        export::{ExportSummary, Selection},
        tables,
    },
    graph::Snapshot,
    model::{
        Amount, Capability, Dataset, Ends, EntityKind, Identifier, Name, NameKind, RelationshipKind, Share, ShareOf,
        Timestamp, UnknownReason,
    },
};
use proptest::prelude::*;
use serde_json::json;

use super::interests::{numbers, with_interests};
use crate::harness::{BUNDLED, now, random, sketch::sketch};

/// Writes everything that was known then.
fn write(dataset: &Dataset, known_at: Timestamp, dir: &Path) -> Result<ExportSummary, Error> {
    let graph = Snapshot::build(dataset).unwrap();
    tables::write(
        &Selection::of(&graph, &Selection::everything(known_at)),
        dir,
        guanxi::formats::cells::CellStyle::Quoted,
    )
}

/// What is read back of what was written, and what was left out.
fn through(dataset: &Dataset, known_at: Timestamp) -> (Dataset, Vec<(&'static str, u64)>) {
    let dir = tempfile::tempdir().unwrap();
    let written = write(dataset, known_at, &dir.path().join("new")).unwrap();
    let read = tables::read_dir(&dir.path().join("new")).unwrap_or_else(|error| panic!("{error}"));
    let counts = (written.sources, written.entities, written.relationships);
    let lengths = [read.sources.len(), read.entities.len(), read.relationships.len()];
    let [sources, entities, relationships] = lengths.map(|length| u64::try_from(length).unwrap());
    assert_eq!(counts, (sources, entities, relationships));
    (read, written.left_out.into_iter().collect())
}

/// The dataset in the order of ids, in which graphs are written.
fn in_order(mut dataset: Dataset) -> Dataset {
    dataset.sources.sort_by(|one, other| one.id.cmp(&other.id));
    dataset.entities.sort_by(|one, other| one.id.cmp(&other.id));
    dataset.relationships.sort_by(|one, other| one.id.cmp(&other.id));
    dataset
}

#[test]
fn the_bundled_data_is_written_and_read_back_as_it_was() {
    let (read, left_out) = through(&BUNDLED, now());
    assert_eq!(read, in_order(BUNDLED.clone()));
    assert_eq!(left_out, []);
}

const SHAPE: random::Shape = random::Shape {
    entities: 6,
    claims: 12,
    kinds: &[
        RelationshipKind::Owns,
        RelationshipKind::Controls,
        RelationshipKind::PartnersWith,
        RelationshipKind::BasedIn,
    ],
    dated: true,
    unknown_ends: true,
    entity_kinds: &[
        EntityKind::Company,
        EntityKind::Person,
        EntityKind::Place,
        EntityKind::Event,
    ],
};

/// Texts that mean something to a table, or to TOML, or to none.
fn text() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[a-z \",;'\\\\\n\r\u{7f}é支\u{3000}=#]{0,8}").unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_graphs_are_written_as_they_were_known_and_read_back(
        claims in random::claims(SHAPE), numbers in numbers(), known in 0u8..4
    ) {
        let dataset = with_interests(random::dataset(SHAPE, &claims), &numbers);
        let moment = random::moment(known);
        let (read, left_out) = through(&dataset, moment);
        let mut expected = in_order(dataset);
        expected.relationships.retain(|claim| {
            claim.recorded_at <= moment && claim.retracted_at.is_none_or(|retracted| retracted > moment)
        });
        for claim in &mut expected.relationships {
            claim.retracted_at = None;
        }
        prop_assert_eq!(read, expected);
        prop_assert_eq!(left_out, []);
    }

    #[test]
    fn texts_read_back_without_the_white_space_around_them(texts in proptest::collection::vec(text(), 8)) {
        let mut dataset = sketch("A -1-> B");
        dataset.title.clone_from(&texts[0]);
        dataset.description = Some(format!("x{}x", texts[1]));
        dataset.entities[0].description = Some(texts[2].clone());
        dataset.entities[0].properties = json!({ &texts[3]: [&texts[4], null] }).as_object().cloned();
        dataset.relationships[0].role = Some(texts[5].clone());
        dataset.relationships[0].evidence[0].summary = Some(texts[6].clone());
        dataset.sources[0].licence = Some(texts[7].clone());
        let (read, _) = through(&dataset, now());
        let trimmed = |text: &String| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        prop_assert_eq!(read.title, trimmed(&texts[0]).unwrap_or_else(|| "Untitled".to_owned()));
        prop_assert_eq!(&read.description, &dataset.description);
        prop_assert_eq!(&read.entities[0].description, &trimmed(&texts[2]));
        prop_assert_eq!(&read.entities[0].properties, &dataset.entities[0].properties);
        prop_assert_eq!(&read.relationships[0].role, &trimmed(&texts[5]));
        prop_assert_eq!(&read.relationships[0].evidence[0].summary, &trimmed(&texts[6]));
        prop_assert_eq!(&read.sources[0].licence, &trimmed(&texts[7]));
    }
}

#[test]
fn values_that_tables_cannot_hold_are_omitted_and_reported_and_the_others_can_be_read() {
    let mut dataset = sketch(
        "A -50-> B; B -60-> C; @Ann -controls-> A; Z -1-> A; A -operates-> S"
            .replace("operates", "OPERATES")
            .as_str(),
    );
    let identifier = |value: &str| Identifier::new("lei", value).unwrap();
    let of = |dataset: &Dataset, id: &str| dataset.entities.iter().position(|entity| entity.id == id).unwrap();
    let (a, b, z) = (of(&dataset, "A"), of(&dataset, "B"), of(&dataset, "Z"));
    dataset.entities[a].identifiers = vec![identifier("1"), identifier("2")];
    dataset.entities[b].identifiers = vec![identifier("2")];
    dataset.entities[a].website = Some("example".to_owned());
    dataset.entities[a].country = Some("Utopia".to_owned());
    dataset.entities[b].founded = Some("2014".parse().unwrap());
    dataset.entities[b].dissolved = Some("2013".parse().unwrap());
    dataset.entities[b].starts_on = Some("2014".parse().unwrap());
    dataset.entities[b].names = vec![Name {
        text: " B. ".to_owned(),
        language: Some(String::new()),
        script: None,
        kind: NameKind::Alias,
    }];
    dataset.entities[z].id = "Z 1".to_owned();
    dataset.relationships[3].ends = Ends::Known {
        from: "Z 1".to_owned(),
        to: "A".to_owned(),
    };
    dataset.relationships[1].ends = Ends::UnknownTo {
        from: "B".to_owned(),
        reason: UnknownReason::NonPublic,
    };
    dataset.relationships[0].evidence[0].share = Some(Share {
        range: "9".parse().unwrap(),
        of: ShareOf::Votes,
    });
    dataset.relationships[0].evidence[0].speaker = Some("Z 1".to_owned());
    dataset.relationships[0].amount = Some(Amount::new(0.5, "EUR".parse().unwrap(), None).unwrap());
    dataset.relationships[4].capabilities = vec![Capability::Payment];
    dataset.relationships[4].share = Some(Share {
        range: "9".parse().unwrap(),
        of: ShareOf::Capital,
    });
    dataset.relationships[2].evidence[0].id = "two words".to_owned();
    let mut other = dataset.sources[0].clone();
    other.id = "source:another one".to_owned();
    dataset.sources.push(other);
    let (read, left_out) = through(&dataset, now());
    assert_eq!(
        left_out,
        [
            ("capabilities of a relationship of another kind", 1),
            ("country that is no code", 1),
            ("date of an entity that does not fit the others", 2),
            ("entity whose id has white space", 1),
            ("identifier that another entity has already", 1),
            ("link that is none", 1),
            ("reason why the second end is unknown", 1),
            ("relationship of an entity that was left out", 1),
            ("relationship without a statement", 1),
            ("share of a relationship of another kind", 1),
            ("share that a source gives of something else", 1),
            ("source whose id has white space", 1),
            ("speaker who was left out", 1),
            ("statement whose id has white space", 1),
            ("text that is empty", 1),
            ("white space around a text", 1),
        ]
    );
    let ids: Vec<&str> = read.relationships.iter().map(|claim| claim.id.as_str()).collect();
    assert_eq!(ids, ["r1", "r2", "r5"]);
    assert_eq!(read.entities.len(), dataset.entities.len() - 1);
}

#[test]
fn a_folder_with_something_in_it_is_refused_and_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let full = dir.path().join("full");
    fs::create_dir(&full).unwrap();
    fs::write(full.join("mine.txt"), "mine").unwrap();
    let refused = write(&BUNDLED, now(), &full).unwrap_err().to_string();
    assert!(
        refused.contains("there is something in it; name one that does not exist yet"),
        "{refused}"
    );
    assert_eq!(fs::read_dir(&full).unwrap().count(), 1);
    let below = write(&BUNDLED, now(), &dir.path().join("none/new"))
        .unwrap_err()
        .to_string();
    assert!(below.contains("check that the folder above it exists"), "{below}");
    assert!(write(&BUNDLED, now(), &dir.path().join("..")).is_err());
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}

#[test]
fn an_empty_folder_is_filled_and_nothing_else_is_left_beside_it() {
    let dir = tempfile::tempdir().unwrap();
    let empty = dir.path().join("empty");
    fs::create_dir(&empty).unwrap();
    write(&BUNDLED, now(), &empty).unwrap();
    let mut files: Vec<_> = fs::read_dir(&empty)
        .unwrap()
        .map(|file| file.unwrap().file_name())
        .collect();
    files.sort();
    let mut expected = tables::FILES;
    expected.sort_unstable();
    assert_eq!(files, expected);
    assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
}
