//! An importer of one's own: reads a small format that guanxi does not know, and commits what it says through the store.
//!
//! ```sh
//! cargo run --example import                              # a sample, into a store in memory
//! cargo run --example import -- holdings.txt my-store     # a file, into a store that `guanxi serve --store` made
//! ```
//!
//! The format has one holding a line: `Alpha AG holds 51 % of Beta GmbH since 1999-11-03`. Lines that begin with `#` are remarks. A line
//! that is not understood is reported with its number, and the others are imported.

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

/// Who holds what, in the form that this importer reads.
pub(crate) const SAMPLE: &str = "\
# Shareholders, by the register of Sampleland
Alpha AG holds 51 % of Beta GmbH since 1999-11-03
Cara Holdings holds 20..25 % of Beta GmbH
Beta GmbH owns all of Gamma KG
";

/// How many records are committed at a time: they hold together or not at all.
const BATCH: usize = 1_000;

/// What became of a file.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// How many records were created or changed.
    pub(crate) committed: usize,
    /// How many stood in the store already, as they are.
    pub(crate) unchanged: usize,
    /// The lines that were not understood, each with its number and the reason.
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

/// Whether the record has to be put: it is not known, or it says something else. A company that is known is left as it is, since
/// this file has nothing but its name.
fn is_news(graph: &Snapshot, record: &Record) -> bool {
    let versions = graph.versions(record.id());
    let Some(latest) = versions.last().filter(|version| version.retracted_at.is_none()) else {
        return true;
    };
    match (&latest.record, record) {
        (Record::Relationship(known), Record::Relationship(new)) => {
            // When it was recorded is not part of what it says.
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

/// Reads a text of this format and commits what it says. `name` is the file's, `now` the moment of the import.
///
/// # Errors
/// Those of the store. What was committed before stays; importing the same text again goes on from there.
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
    // By id, so that a company of several lines is put once: a commit names each record once.
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
            let of_its_kind = match record {
                Record::Relationship(_) => &mut claims,
                Record::Entity(_) | Record::Source(_) => &mut entities,
            };
            of_its_kind.entry(record.id().to_owned()).or_insert(record);
        }
    }
    // What others refer to comes first: the source, then the companies, then the claims.
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
            // Decided on the state that the change will be applied to, whatever was committed in between.
            decide: Box::new(move |graph| -> Result<Vec<Change>, commit::Rejected> {
                let news = batch.into_iter().filter(|record| is_news(graph, record));
                Ok(news.map(|record| Change::Put(Box::new(record))).collect())
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
