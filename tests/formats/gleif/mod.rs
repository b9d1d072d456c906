//! Reading GLEIF's golden copy: what is read is listed record by record and compared.

mod convert;
mod entities;
mod forms;
mod hostile;
mod relationships;
mod samples;

use std::{
    collections::BTreeMap,
    env, fs,
    io::{self, Write as _},
    ops::ControlFlow,
    path::Path,
};

use guanxi::{
    formats::{
        gleif::{self, Content, FileType, Syntax},
        reader::{
            Draft, Effect, Input, Item, RECORD_BYTES_MAX, RecordChange, RecordDrafts, SourceDefaults, Unreadable,
        },
    },
    model::{Date, Entity, Record, Relationship},
};

const LEI_CSV: FileType = form(Content::Lei, Syntax::Csv);
const RR_CSV: FileType = form(Content::Rr, Syntax::Csv);
const REPEX_CSV: FileType = form(Content::Repex, Syntax::Csv);

const fn form(content: Content, syntax: Syntax) -> FileType {
    FileType { content, syntax }
}

/// What was read of a file.
struct Read {
    preamble: Vec<Draft>,
    found: Vec<RecordDrafts>,
    end: Result<(), Unreadable>,
}

fn read_within(bytes: &[u8], form: FileType, record_bytes_max: usize) -> Read {
    let source_defaults = SourceDefaults {
        source: None,
        publisher: None,
        title: None,
        url: None,
        licence: None,
        record_bytes_max,
        today: Date::constant(2026, 11, 23),
    };
    let (mut preamble, mut found) = (Vec::new(), Vec::new());
    // In small parts, so that records and letters are cut in all places.
    let mut bytes = io::BufReader::with_capacity(1000, bytes);
    let input = Input {
        name: "file",
        bytes: &mut bytes,
        source_defaults: &source_defaults,
    };
    let end = gleif::read(input, form, &mut |item| {
        match item {
            Item::Preamble(drafts) => preamble.extend(drafts),
            Item::DatasetInfo(about) => panic!("no file of the register says this: {about:?}"),
            Item::Record(record) => found.push(record),
        }
        ControlFlow::Continue(())
    });
    // Nothing is dropped silently: the one rule of every reader.
    for record in &found {
        let rejected = record.faults.iter().any(|fault| fault.effect == Effect::Rejected);
        assert_eq!(record.drafts.is_empty(), rejected, "{record:?}");
    }
    Read { preamble, found, end }
}

fn read(bytes: impl AsRef<[u8]>, form: FileType) -> Read {
    read_within(bytes.as_ref(), form, RECORD_BYTES_MAX)
}

impl Read {
    /// What was read, of a file that can be read to its end.
    fn whole(self) -> Vec<RecordDrafts> {
        self.end.unwrap();
        self.found
    }

    /// The one record of a file.
    fn only(self) -> RecordDrafts {
        let mut found = self.whole();
        assert_eq!(found.len(), 1);
        found.remove(0)
    }

    /// Why the file cannot be read.
    fn refusal(self) -> String {
        self.end.unwrap_err().to_string()
    }
}

fn entity(found: &RecordDrafts) -> &Entity {
    let entity = found.drafts.iter().find_map(|draft| match &draft.change {
        RecordChange::Record(Record::Entity(entity)) => Some(entity),
        _ => None,
    });
    entity.unwrap_or_else(|| panic!("no entity: {found:?}"))
}

fn relationship(found: &RecordDrafts) -> &Relationship {
    let relationship = found.drafts.iter().find_map(|draft| match &draft.change {
        RecordChange::Record(Record::Relationship(relationship)) => Some(relationship),
        _ => None,
    });
    relationship.unwrap_or_else(|| panic!("no relationship: {found:?}"))
}

/// The faults, a line each.
fn faults(found: &RecordDrafts) -> Vec<String> {
    let line = |fault: &guanxi::formats::reader::RecordFault| {
        let value = fault.value.as_deref().unwrap_or_default();
        format!("{:?} {}: {} [{value}]", fault.effect, fault.field, fault.reason)
    };
    found.faults.iter().map(line).collect()
}

/// A table with these columns and one row.
fn table(cells: &[(&str, &str)]) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let line = |texts: Vec<String>| texts.join(",") + "\n";
    line(cells.iter().map(|(column, _)| quoted(column)).collect())
        + &line(cells.iter().map(|(_, cell)| quoted(cell)).collect())
}

/// What all records were made into, by kind of draft, and how many were rejected.
fn counted(found: &[RecordDrafts]) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    let mut count = |what| *counts.entry(what).or_default() += 1;
    for record in found {
        if record.drafts.is_empty() {
            count("rejected");
        }
        for draft in &record.drafts {
            count(match &draft.change {
                RecordChange::Record(Record::Entity(_)) => "entities",
                RecordChange::Record(Record::Relationship(_)) => "relationships",
                RecordChange::Record(Record::Source(_)) => "sources",
                RecordChange::Placeholder(_) => "placeholders",
                RecordChange::Addition(_) | RecordChange::Thing { .. } => "additions",
                RecordChange::Retraction { .. } | RecordChange::OnlyThese { .. } => "retractions",
            });
        }
    }
    counts
}

/// A sample; none, which is said, where the samples are not beside the project.
fn sample(name: &str) -> Option<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/gleif");
    if !folder.is_dir() {
        assert!(
            env::var_os("CI").is_none_or(|value| value != "true") && env::var_os("GUANXI_SAMPLES_REQUIRED").is_none(),
            "the samples must be there, but {} is not",
            folder.display()
        );
        // Not eprintln: the output of a test that passes is captured, and nobody would see this.
        let skipped = format!("\nSKIPPED: reading {name}: the samples are absent\n");
        io::stderr().write_all(skipped.as_bytes()).unwrap();
        return None;
    }
    Some(fs::read(folder.join(name)).unwrap())
}
