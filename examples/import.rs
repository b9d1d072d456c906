//! A custom importer: reads a small format that guanxi does not know, and commits its records to a store.
//!
//! ```sh
//! cargo run --example import                              # a sample, into a store in memory
//! cargo run --example import -- holdings.txt my-store     # a file, into a store created by `guanxi serve --store`
//! ```
//!
//! The format has one holding per line: `Alpha AG holds 51 % of Beta GmbH since 1999-11-03`. Lines that start with `#` are comments.
//! Invalid lines are reported with their numbers, and the others are imported.

use std::{collections::BTreeMap, env, error::Error, fs, path::Path, process::ExitCode, sync::Arc};

use guanxi::{
    formats::tables,
    graph::Snapshot,
    model::{
        Change, Ends, Entity, EntityKind, Evidence, Invalid, Record, Relationship, RelationshipKind, Share, ShareOf,
        Source, Timestamp, Validity, evidence_id, relationship_id,
    },
    store::{
        State, Store,
        commit::{self, Proposal},
        folder::StoreFolder,
    },
};

/// A sample of the format.
pub(crate) const SAMPLE: &str = "\
# Shareholders, by the register of Sampleland
Alpha AG holds 51 % of Beta GmbH since 1999-11-03
Cara Holdings holds 20..25 % of Beta GmbH
Beta GmbH owns all of Gamma KG
";

/// The number of records of a commit, which is applied completely or not at all.
const BATCH: usize = 1_000;

/// The result of an import.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// The number of created or changed records.
    pub(crate) committed: usize,
    /// The number of records that the store already had.
    pub(crate) unchanged: usize,
    /// The invalid lines, each with its number and the reason.
    pub(crate) faults: Vec<String>,
}

/// One line of the file.
struct Holding<'a> {
    owner: &'a str,
    company: &'a str,
    share: Share,
    validity: Validity,
}

impl<'a> Holding<'a> {
    fn parse(line: &'a str) -> Result<Self, Invalid> {
        let other_form = || Invalid::new(line, "a line like: Alpha AG holds 51 % of Beta GmbH since 1999-11-03");
        let (owner, rest) = line.split_once(" holds ").ok_or_else(other_form)?;
        let (share, rest) = rest.split_once(" % of ").ok_or_else(other_form)?;
        let (company, since) = match rest.split_once(" since ") {
            Some((company, since)) => (company, Some(since.trim().parse()?)),
            None => (rest, None),
        };
        Ok(Self {
            owner: owner.trim(),
            company: company.trim(),
            share: Share {
                range: share.trim().parse()?,
                of: ShareOf::Capital,
            },
            validity: Validity::new(since, None)?,
        })
    }

    /// The two companies and the claim between them, which this source asserts in line `number`.
    fn records(&self, source: &str, number: usize) -> Result<[Record; 3], Invalid> {
        let entity = |name: &str| {
            Entity::new(
                &format!("sampleland:{}", name.to_lowercase()),
                EntityKind::Company,
                name,
            )
        };
        let (owner, company) = (entity(self.owner)?, entity(self.company)?);
        let ends = Ends::Known {
            from: owner.id.clone(),
            to: company.id.clone(),
        };
        let id = relationship_id(RelationshipKind::Owns, &ends, "1");
        let mut evidence = Evidence::asserting(evidence_id(&id, source, 1), source);
        evidence.locator = Some(format!("line {number}"));
        let mut claim = Relationship::new(id, RelationshipKind::Owns, ends);
        claim.share = Some(self.share);
        claim.validity = self.validity;
        claim.evidence = vec![evidence];
        Ok([
            Record::Entity(owner),
            Record::Entity(company),
            Record::Relationship(claim),
        ])
    }
}

/// Whether the record must be put: it is new, or differs from the stored one. Existing companies are not changed, since this file
/// has only their names.
fn is_changed(graph: &Snapshot, record: &Record) -> bool {
    let versions = graph.versions(record.id());
    let Some(latest) = versions.last().filter(|version| version.retracted_at.is_none()) else {
        return true;
    };
    match (&latest.record, record) {
        (Record::Relationship(known), Record::Relationship(new)) => {
            // The recorded time is not part of the content.
            let new = Relationship {
                recorded_at: known.recorded_at,
                ..new.clone()
            };
            *known != new
        }
        (Record::Entity(_), Record::Entity(_)) => false,
        (known, new) => known != new,
    }
}

/// Reads a text of this format and commits its records. `name` is the name of the file, `now` the time of the import.
///
/// # Errors
/// Those of the store. Records committed before stay; importing the same text again continues from there.
pub(crate) fn import(text: &str, name: &str, store: &Store, now: Timestamp) -> Result<Report, Box<dyn Error>> {
    let source = Source {
        id: Source::id_of(name)?,
        publisher: "Register of Sampleland".to_owned(),
        title: "Shareholders".to_owned(),
        url: None,
        published_on: None,
        licence: None,
    };
    let mut report = Report::default();
    // By id, since a commit must contain each record only once.
    let mut entities: BTreeMap<String, Record> = BTreeMap::new();
    let mut claims: BTreeMap<String, Record> = BTreeMap::new();
    let lines = text.lines().enumerate().map(|(index, line)| (index + 1, line.trim()));
    for (number, line) in lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#')) {
        let records = Holding::parse(line).and_then(|holding| holding.records(&source.id, number));
        let records = match records {
            Ok(records) => records,
            Err(invalid) => {
                report.faults.push(format!("{name}, line {number}: {invalid}"));
                continue;
            }
        };
        for record in records {
            let records_of_kind = match record {
                Record::Relationship(_) => &mut claims,
                Record::Entity(_) | Record::Source(_) => &mut entities,
            };
            records_of_kind.entry(record.id().to_owned()).or_insert(record);
        }
    }
    // Records must follow those they refer to: the source, then the companies, then the claims.
    let ordered = std::iter::once(Record::Source(source))
        .chain(entities.into_values())
        .chain(claims.into_values());
    let records: Vec<Record> = ordered.collect();
    for batch in records.chunks(BATCH) {
        let (batch, count) = (batch.to_vec(), batch.len());
        let receipt = store.commit(Proposal {
            retry: None,
            by: None,
            reason: Some(format!("import of {name}")),
            at: now,
            // Decided on the state to which the changes will be applied, with all commits made meanwhile.
            decide: Box::new(move |graph| -> Result<Vec<Change>, commit::Rejected> {
                let changed = batch.into_iter().filter(|record| is_changed(graph, record));
                Ok(changed.map(|record| Change::Put(Box::new(record))).collect())
            }),
        })?;
        let committed = receipt.entry.map_or(0, |entry| entry.steps.len());
        report.committed += committed;
        report.unchanged += count - committed;
    }
    Ok(report)
}

fn run(arguments: &[String]) -> Result<Report, Box<dyn Error>> {
    let now = Timestamp::now();
    match arguments {
        [] => {
            let graph = Snapshot::build(&tables::bundled()?)?;
            import(SAMPLE, "sample", &Store::in_memory(Arc::new(State::new(graph))), now)
        }
        [file, folder] => {
            let text = fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
            let name = Path::new(file).file_name().unwrap_or_default().to_string_lossy();
            let store = Store::open(StoreFolder::open(Path::new(folder), now)?, |graph| {
                Arc::new(State::new(graph))
            })?;
            import(&text, &name, &store, now)
        }
        _ => Err("usage: import [FILE STORE]".into()),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments) {
        Ok(report) => {
            for fault in &report.faults {
                eprintln!("{fault}");
            }
            println!("{} records committed, {} unchanged", report.committed, report.unchanged);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
