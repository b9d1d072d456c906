//! Statements of beneficial ownership, read and written: what is read is listed line by line and compared.

mod hostile;
mod interests;
mod older;
mod samples;
mod statements;
mod versions;
mod write;

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, Write as _},
    ops::ControlFlow,
    path::{Path, PathBuf},
};

use guanxi::{
    formats::{
        bods,
        reader::{
            Draft, Effect, Input, Item, RECORD_BYTES_MAX, RecordChange, RecordDrafts, RecordFault, SourceDefaults,
            Unreadable,
        },
    },
    model::{Catalog, Dataset, Date, Ends, Entity, Record, Relationship, Source, Timestamp},
};
use serde_json::Value;

fn source_defaults() -> SourceDefaults {
    SourceDefaults {
        source: None,
        publisher: None,
        title: None,
        url: None,
        licence: None,
        record_bytes_max: RECORD_BYTES_MAX,
        today: Date::constant(2026, 11, 23),
    }
}

/// What was read, and how it ended.
fn read_within(bytes: &[u8], source_defaults: &SourceDefaults) -> (Vec<RecordDrafts>, Result<(), Unreadable>) {
    let mut found = Vec::new();
    let mut bytes = bytes;
    let input = Input {
        name: "statements.json",
        bytes: &mut bytes,
        source_defaults,
    };
    let end = bods::read(input, &mut |item| {
        match item {
            Item::Record(record) => found.push(record),
            Item::Preamble(_) | Item::DatasetInfo(_) => panic!("no statement says this: {item:?}"),
        }
        ControlFlow::Continue(())
    });
    // Nothing is dropped silently: the one rule of every reader.
    for record in &found {
        let rejected = record.faults.iter().any(|fault| fault.effect == Effect::Rejected);
        assert!(rejected || !record.drafts.is_empty(), "{record:?}");
    }
    (found, end)
}

/// What was read of a file that can be read to its end.
fn read(bytes: impl AsRef<[u8]>) -> Vec<RecordDrafts> {
    let (found, end) = read_within(bytes.as_ref(), &source_defaults());
    end.unwrap();
    found
}

fn drafts(found: &[RecordDrafts]) -> impl Iterator<Item = &Draft> {
    found.iter().flat_map(|found| &found.drafts)
}

/// Everything that was put, a line each, without what is taken back and without sources.
fn listed(found: &[RecordDrafts]) -> Vec<String> {
    let records = drafts(found).filter_map(|draft| match &draft.change {
        RecordChange::Record(Record::Entity(entity)) => Some(entity_line(entity)),
        RecordChange::Record(Record::Relationship(relationship)) => Some(relationship_line(relationship)),
        _ => None,
    });
    records.collect()
}

/// `bods:a COMPANY Acme (GB) 2005-03-15..2010 [gb-coh 1] {addresses}`
fn entity_line(entity: &Entity) -> String {
    let mut line = format!("{} {} {}", entity.id, entity.kind, entity.name);
    for name in &entity.names {
        line += &format!(" / {} {}", name.kind.as_str(), name.text);
    }
    if let Some(country) = &entity.country {
        line += &format!(" ({country})");
    }
    let date = |date: Option<guanxi::model::PartialDate>| date.map(|date| date.to_string()).unwrap_or_default();
    if entity.founded.or(entity.dissolved).is_some() {
        line += &format!(" {}..{}", date(entity.founded), date(entity.dissolved));
    }
    for identifier in &entity.identifiers {
        line += &format!(" [{} {}]", identifier.scheme, identifier.value);
    }
    if let Some(website) = &entity.website {
        line += &format!(" {website}");
    }
    line + &properties(entity.properties.as_ref())
}

/// `bods:a OWNS bods:b >25..50 2010.. as voting rights {details}`; the keys of ids are compared elsewhere.
fn relationship_line(relationship: &Relationship) -> String {
    let (from, to) = match &relationship.ends {
        Ends::Known { from, to } => (from.clone(), to.clone()),
        Ends::UnknownFrom { to, reason } => (format!("?{reason}"), to.clone()),
        Ends::UnknownTo { from, reason } => (from.clone(), format!("?{reason}")),
    };
    let mut line = format!("{from} {} {to}", relationship.kind);
    if let Some(share) = relationship.share {
        line += &format!(" {} of {}", share.range, share.of.as_str());
    }
    let date = |date: Option<guanxi::model::PartialDate>| date.map(|date| date.to_string()).unwrap_or_default();
    if !relationship.validity.is_open() {
        let (since, until) = (relationship.validity.since(), relationship.validity.until());
        line += &format!(" {}..{}", date(since), date(until));
    }
    if let Some(role) = &relationship.role {
        line += &format!(" as {role}");
    }
    line + &properties(relationship.properties.as_ref())
}

fn properties(properties: Option<&serde_json::Map<String, Value>>) -> String {
    let keys: Vec<&str> = properties
        .into_iter()
        .flat_map(|map| map.keys().map(String::as_str))
        .collect();
    if keys.is_empty() {
        String::new()
    } else {
        format!(" {{{}}}", keys.join(", "))
    }
}

/// The faults, a line each.
fn faults(found: &[RecordDrafts]) -> Vec<String> {
    let line = |fault: &RecordFault| {
        let value = fault.value.as_deref().unwrap_or_default();
        format!("{:?} {}: {} [{value}]", fault.effect, fault.field, fault.reason)
    };
    found.iter().flat_map(|found| &found.faults).map(line).collect()
}

/// What is known in the end, when one version follows the other.
fn known(found: &[RecordDrafts]) -> Dataset {
    let mut records: BTreeMap<String, Record> = BTreeMap::new();
    let mut in_order: Vec<&Draft> = drafts(found).collect();
    in_order.sort_by_key(|draft| (draft.known_at, matches!(draft.change, RecordChange::OnlyThese { .. })));
    for draft in in_order {
        match &draft.change {
            RecordChange::Record(record) => {
                records.insert(record.id().to_owned(), record.clone());
            }
            RecordChange::Placeholder(record) => {
                records.entry(record.id().to_owned()).or_insert_with(|| record.clone());
            }
            RecordChange::Retraction { id, .. } => {
                records.remove(id);
            }
            RecordChange::Addition(_) | RecordChange::Thing { .. } => {
                panic!("statements say nothing of records of others")
            }
            RecordChange::OnlyThese { record, ids } => {
                let of_record = |claim: &Record| match claim {
                    Record::Relationship(claim) => claim.record.as_ref() == Some(record),
                    _ => false,
                };
                records.retain(|id, claim| ids.contains(id) || !of_record(claim));
            }
        }
    }
    let mut dataset = Dataset {
        title: "Statements".to_owned(),
        description: None,
        licence: None,
        recorded_at: "2026-11-23T00:00:00Z".parse().unwrap(),
        sources: Vec::<Source>::new(),
        entities: Vec::new(),
        relationships: Vec::new(),
    };
    for record in records.into_values() {
        match record {
            Record::Source(source) => dataset.sources.push(source),
            Record::Entity(entity) => dataset.entities.push(entity),
            Record::Relationship(relationship) => dataset.relationships.push(Relationship {
                recorded_at: dataset.recorded_at,
                ..relationship
            }),
        }
    }
    dataset
}

/// A statement of 0.4 about a record.
fn statement(kind: &str, record: &str, status: &str, day: &str, details: &Value) -> Value {
    let subject = details.get("subject").filter(|subject| subject.is_string());
    serde_json::json!({
        "statementId": format!("{record}-{status}-{day}-00000000-0000-0000-0000-000000000000"),
        "statementDate": day,
        "declarationSubject": subject.unwrap_or(&Value::from(record)),
        "recordId": record,
        "recordType": kind,
        "recordStatus": status,
        "recordDetails": details,
        "publicationDetails": {"publicationDate": day, "bodsVersion": "0.4", "publisher": {"name": "The Register"}},
    })
}

/// The folder of the samples, if it is there.
fn samples() -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/bods");
    if path.is_dir() {
        return Some(path);
    }
    let is_required = env::var_os("CI").is_some_and(|ci| ci == "true");
    assert!(!is_required, "the samples must be there, but {} is not", path.display());
    // Not eprintln: the output of a test that passes is captured, and nobody would see this.
    let skipped = format!("\nSKIPPED: samples of statements: {} is absent\n", path.display());
    io::stderr().write_all(skipped.as_bytes()).unwrap();
    None
}

/// Every example and fixture, by its name.
fn sample_files() -> BTreeMap<String, Vec<u8>> {
    let Some(samples) = samples() else {
        return BTreeMap::new();
    };
    let fixtures = samples.join("fixtures-0.4/bods_fixtures/data");
    let folders = [
        samples.join("examples-0.4"),
        fixtures.join("core"),
        fixtures.join("edge-cases"),
    ];
    let files = folders.iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    let files = files.map(|file| file.unwrap().path());
    let statements = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let named = |path: PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        (name, fs::read(path).unwrap())
    };
    statements.map(named).collect()
}

fn moment(text: &str) -> Option<Timestamp> {
    Some(text.parse().unwrap())
}
