//! FollowTheMoney, read and written. What the reader hands over becomes a dataset as an import would make one: the last version
//! of a record counts, and relationships that lead nowhere are left out.

mod files;
mod hostile;
mod package;
mod records;
mod relationships;
mod round_trip;
mod sample;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    io::{self, Write},
    ops::ControlFlow,
    path::Path,
};

use guanxi::{
    formats::{
        export::{ExportSummary, Selection},
        followthemoney,
        reader::{
            Draft, Effect, Input, Item, RECORD_BYTES_MAX, RecordChange, RecordDrafts, SourceDefaults, Unreadable,
        },
    },
    graph::Snapshot,
    model::{AsOf, Dataset, Ends, Entity, Record, Relationship, Set, Source, Timestamp, View},
};
use serde_json::{Value, json};

/// What is said of a file of which nothing is said.
fn default_source() -> SourceDefaults {
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

/// What the reader hands over: the sources of the file, and its records.
fn read_with_defaults(
    text: &[u8],
    name: &str,
    source_defaults: &SourceDefaults,
) -> Result<(Vec<Draft>, Vec<RecordDrafts>), Unreadable> {
    let (mut preamble, mut records) = (Vec::new(), Vec::new());
    let mut bytes = text;
    let input = Input {
        name,
        bytes: &mut bytes,
        source_defaults,
    };
    followthemoney::read(input, &mut |item| {
        match item {
            Item::Preamble(drafts) => preamble.extend(drafts),
            Item::DatasetInfo(about) => panic!("no entity says this: {about:?}"),
            Item::Record(found) => records.push(found),
        }
        ControlFlow::Continue(())
    })?;
    Ok((preamble, records))
}

/// The same of a file called `graph.json`, of which nothing is said.
fn read(text: &str) -> Vec<RecordDrafts> {
    read_with_defaults(text.as_bytes(), "graph.json", &default_source())
        .unwrap()
        .1
}

/// The one record of a line.
#[expect(clippy::needless_pass_by_value, reason = "records are written where they are read")]
fn read_one(record: Value) -> RecordDrafts {
    let mut found = read(&record.to_string());
    assert_eq!(found.len(), 1);
    found.remove(0)
}

/// The records that a line was made into.
fn records_of(found: &RecordDrafts) -> Vec<Record> {
    let record = |draft: &Draft| match &draft.change {
        RecordChange::Record(record) => record.clone(),
        other => panic!("{other:?}"),
    };
    found.drafts.iter().map(record).collect()
}

/// The entity that a record without faults was made into.
fn entity(schema: &str, properties: Value) -> Entity {
    let mut record = json!({"id": "a", "schema": schema});
    record["properties"] = properties;
    let found = read_one(record);
    assert_eq!(found.faults, [], "{schema}");
    entity_of(&found)
}

fn entity_of(found: &RecordDrafts) -> Entity {
    match records_of(found).into_iter().next() {
        Some(Record::Entity(entity)) => entity,
        other => panic!("{other:?} with {:?}", found.faults),
    }
}

/// The relationships that a record was made into.
fn relationships_of(found: &RecordDrafts) -> Vec<Relationship> {
    let records = records_of(found).into_iter();
    records
        .filter_map(|record| match record {
            Record::Relationship(relationship) => Some(relationship),
            _ => None,
        })
        .collect()
}

/// The one relationship of a record, which has these faults.
fn relationship(schema: &str, properties: Value, faults: &[&str]) -> Relationship {
    let mut record = json!({"id": "k", "schema": schema});
    record["properties"] = properties;
    let found = read_one(record);
    assert_eq!(reasons(&found), faults, "{schema}");
    let mut relationships = relationships_of(&found);
    assert_eq!(relationships.len(), 1, "{:?}", found.faults);
    relationships.remove(0)
}

/// What is wrong with a record: `percentage: not understood`.
fn reasons(found: &RecordDrafts) -> Vec<String> {
    let faults = found.faults.iter();
    faults
        .map(|fault| match fault.effect {
            Effect::Rejected => format!("{}: {} (rejected)", fault.field, fault.reason),
            Effect::InProperties | Effect::Noted => format!("{}: {}", fault.field, fault.reason),
        })
        .collect()
}

/// The graph that a file is imported into.
fn import(text: &str, name: &str) -> Dataset {
    let (preamble, found) = read_with_defaults(text.as_bytes(), name, &default_source()).unwrap();
    let mut sources: BTreeMap<String, Source> = BTreeMap::new();
    let mut entities: BTreeMap<String, Entity> = BTreeMap::new();
    let mut relationships: BTreeMap<String, Relationship> = BTreeMap::new();
    for draft in preamble
        .into_iter()
        .chain(found.into_iter().flat_map(|found| found.drafts))
    {
        match draft.change {
            RecordChange::Record(Record::Source(source)) => {
                sources.insert(source.id.clone(), source);
            }
            RecordChange::Record(Record::Entity(entity)) => {
                entities.insert(entity.id.clone(), entity);
            }
            RecordChange::Record(Record::Relationship(relationship)) => {
                relationships.insert(relationship.id.clone(), relationship);
            }
            other => panic!("{other:?}"),
        }
    }
    relationships.retain(|_, relationship| match &relationship.ends {
        Ends::Known { from, to } => entities.contains_key(from) && entities.contains_key(to),
        other => panic!("{other:?}"),
    });
    Dataset {
        title: name.to_owned(),
        description: None,
        licence: None,
        recorded_at: Timestamp::UNIX_EPOCH,
        sources: sources.into_values().collect(),
        entities: entities.into_values().collect(),
        relationships: relationships.into_values().collect(),
    }
}

/// The whole graph as a file, and what was written.
fn export(dataset: &Dataset) -> (String, ExportSummary) {
    let snapshot = Snapshot::build(dataset).unwrap();
    let view = View {
        as_of: AsOf::Ever,
        statuses: Set::all(),
        has_explicit_statuses: true,
        ..View::now("2026-11-22T12:00:00Z".parse().unwrap())
    };
    let mut out = Vec::new();
    let written = followthemoney::write(&Selection::of(&snapshot, &view), &mut out).unwrap();
    (String::from_utf8(out).unwrap(), written)
}

/// The lines of a file, by id and schema.
fn lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The one line with this schema.
fn line_of(text: &str, schema: &str) -> Value {
    let mut found = lines(text).into_iter().filter(|line| line["schema"] == schema);
    let line = found.next().unwrap_or_else(|| panic!("no {schema} in {text}"));
    assert_eq!(found.next(), None);
    line
}

/// The party donations, or none after saying that they are absent.
fn donations(claim: &str) -> Option<String> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/ftm/donations.ftm.json");
    let why = match fs::read_to_string(&file) {
        Ok(text) => return Some(text),
        Err(error) => format!("SKIPPED: {claim}: {} cannot be read: {error}", file.display()),
    };
    assert!(env::var("CI").as_deref() != Ok("true"), "{why}");
    // Not eprintln: the output of a test that passes is captured, and nobody would see this.
    io::stderr().write_all(format!("\n{why}\n").as_bytes()).unwrap();
    None
}

#[test]
fn files_that_are_no_followthemoney_are_refused_with_advice() {
    let source_defaults = SourceDefaults {
        record_bytes_max: 20,
        ..default_source()
    };
    let long = read_with_defaults(&[b'{'; 100], "graph.json", &source_defaults)
        .unwrap_err()
        .to_string();
    assert!(long.contains("a record is longer than 20 bytes"), "{long}");
    let table = "canonical_id,schema,prop,value\na,Company,name,A\n\nb,Company,name,\"B\nc,Company,name,C\n";
    let read = read_with_defaults(table.as_bytes(), "statements.csv", &default_source());
    let open = read.unwrap_err().to_string();
    assert!(
        open.starts_with("line 4: a quote that opens in this record is never closed"),
        "{open}"
    );
}

#[test]
fn the_file_is_a_source_by_what_is_said_of_it() {
    let source = |name: &str, source_defaults: &SourceDefaults| {
        let (preamble, _) = read_with_defaults(b"", name, source_defaults).unwrap();
        match &preamble[..] {
            [
                Draft {
                    change: RecordChange::Record(Record::Source(source)),
                    ..
                },
            ] => source.clone(),
            other => panic!("{other:?}"),
        }
    };
    let silent = source("party donations.ftm.json", &default_source());
    assert_eq!(
        (&*silent.id, &*silent.publisher, &*silent.title, silent.url),
        ("source:party-donations", "party-donations", "party-donations", None)
    );
    let source_defaults = SourceDefaults {
        source: Some("bundestag".to_owned()),
        publisher: Some("German Bundestag".to_owned()),
        title: Some("Party donations over 50,000 euros".to_owned()),
        url: Some("https://example.org/donations".to_owned()),
        licence: Some("MIT".to_owned()),
        ..default_source()
    };
    let said = source("x.json", &source_defaults);
    assert_eq!(
        (
            &*said.id,
            &*said.publisher,
            said.url.as_deref(),
            said.licence.as_deref()
        ),
        (
            "source:bundestag",
            "German Bundestag",
            Some("https://example.org/donations"),
            Some("MIT")
        )
    );
}

#[test]
fn reading_ends_at_the_item_at_which_the_handler_breaks() {
    let text = json!({"id": "a", "schema": "Person", "properties": {"name": ["A"]}}).to_string();
    let text = format!("{text}\n").repeat(3);
    let mut items = 0;
    let mut bytes = text.as_bytes();
    let (source_defaults, name) = (default_source(), "a.json");
    let input = Input {
        name,
        bytes: &mut bytes,
        source_defaults: &source_defaults,
    };
    let each = &mut |_| {
        items += 1;
        if items == 2 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    };
    followthemoney::read(input, each).unwrap();
    assert_eq!(items, 2);
}

#[test]
fn every_record_says_where_it_stands() {
    let found = read("\n\nnonsense\n{\"id\": \"a\", \"schema\": \"Person\", \"properties\": {\"name\": [\"A\"]}}\n");
    let places: BTreeSet<String> = found.iter().map(|found| found.place.to_string()).collect();
    assert_eq!(
        places.into_iter().collect::<Vec<_>>(),
        ["record 1, line 3", "record 2 (a), line 4"]
    );
    assert_eq!(reasons(&found[0]), [": not a JSON object (rejected)"]);
}
