//! The mappings that ship, over the real tables they are for: what is made of them was counted independently.

use std::{
    collections::BTreeMap,
    env, fs, io,
    io::Write,
    path::{Path, PathBuf},
};

use guanxi::{
    formats::{
        mapping::Mapping,
        reader::{Effect, Item, RecordChange},
    },
    graph::Snapshot,
    model::{Dataset, Record, RelationshipKind},
};

use super::mapping::{dataset, read, records, source_defaults};

/// The folder of the samples, if it is there; it must be where tests are run for a release.
pub(super) fn samples(folder: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../shared/samples")
        .join(folder);
    if path.is_dir() {
        return Some(path);
    }
    let required = ["CI", "GUANXI_SAMPLES_REQUIRED"]
        .iter()
        .any(|name| env::var_os(name).is_some());
    assert!(!required, "the samples must be there, but {} is not", path.display());
    // Not eprintln: the output of a test that passes is captured, and nobody would see this.
    let skipped = format!("\nSKIPPED: tables by mappings: the samples {folder} are absent\n");
    io::stderr().write_all(skipped.as_bytes()).unwrap();
    None
}

/// The table under one of the mappings that ship.
pub(super) fn import(mapping: &str, table: &str) -> Option<Vec<Item>> {
    let (folder, file) = table.split_once('/').unwrap();
    let table = fs::read(samples(folder)?.join(file)).unwrap();
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("data/mappings")
        .join(mapping);
    let mapping = Mapping::parse(&fs::read_to_string(path).unwrap()).unwrap();
    let (items, end) = read(&mapping, &table, &source_defaults());
    end.unwrap();
    said_alike(&items);
    assert_eq!(items, read(&mapping, &table, &source_defaults()).0);
    Some(items)
}

/// Rows that speak of the same record must say the same of it, or a second import would change what the first one made.
fn said_alike(items: &[Item]) {
    let mut known: BTreeMap<&str, &Record> = BTreeMap::new();
    for found in records(items) {
        for draft in &found.drafts {
            let RecordChange::Record(record) = &draft.change else {
                continue;
            };
            assert_eq!(*known.entry(record.id()).or_insert(record), record);
        }
    }
}

/// Records read, records rejected, and how often each reason was given.
fn faults(items: &[Item]) -> (usize, usize, Vec<(String, usize)>) {
    let records = records(items);
    let mut reasons: BTreeMap<String, usize> = BTreeMap::new();
    let mut rejected = 0;
    for found in &records {
        let rejects = found.faults.iter().any(|fault| fault.effect == Effect::Rejected);
        assert!(rejects || !found.drafts.is_empty());
        rejected += usize::from(rejects);
        for fault in &found.faults {
            *reasons.entry(format!("{}: {}", fault.field, fault.reason)).or_default() += 1;
        }
    }
    (records.len(), rejected, reasons.into_iter().collect())
}

fn of_kind(dataset: &Dataset, kind: RelationshipKind) -> usize {
    dataset.relationships.iter().filter(|claim| claim.kind == kind).count()
}

fn reasons<const N: usize>(counts: [(&str, usize); N]) -> Vec<(String, usize)> {
    counts.map(|(reason, count)| (reason.to_owned(), count)).to_vec()
}

#[test]
fn the_german_register_becomes_companies_and_who_is_liable_for_them() {
    let Some(companies) = import("german-register-companies.toml", "german-register/de_dev_companies.csv") else {
        return;
    };
    let officers = "german-register/de_dev_company_officer_edges_resolved.csv";
    let officers = import("german-register-officers.toml", officers).unwrap();
    assert_eq!(faults(&companies), (2574, 0, Vec::new()));
    assert_eq!(faults(&officers), (1768, 0, Vec::new()));
    let dataset = dataset(companies.iter().chain(&officers));
    let active = dataset
        .entities
        .iter()
        .filter(|entity| entity.status.to_string() == "ACTIVE")
        .count();
    let in_bavaria = dataset
        .entities
        .iter()
        .filter(|entity| entity.country.as_deref() == Some("DE-BY"))
        .count();
    assert_eq!((dataset.entities.len(), active, in_bavaria), (2574, 1756, 1201));
    let kinds = [
        RelationshipKind::Controls,
        RelationshipKind::OfficerOf,
        RelationshipKind::Owns,
    ];
    assert_eq!(kinds.map(|kind| of_kind(&dataset, kind)), [1689, 76, 3]);
    let since = dataset
        .relationships
        .iter()
        .filter(|claim| claim.validity.since().is_some())
        .count();
    let until = dataset
        .relationships
        .iter()
        .filter(|claim| claim.validity.until().is_some())
        .count();
    assert_eq!((since, until), (1768 - 352, 1768 - 1416));
    Snapshot::build(&dataset).unwrap();
}

#[test]
fn exhibit_21_becomes_subsidiaries_and_shares_of_owners_it_does_not_name() {
    let Some(items) = import("exhibit-21.toml", "sec-exhibit-21/ex21_labels.csv") else {
        return;
    };
    // One row has nothing but the name of the file.
    let blank = reasons([("Subsidiary: blank", 1), ("id: blank", 1), ("to: blank", 1)]);
    assert_eq!(faults(&items), (2425, 1, blank));
    let dataset = dataset(&items);
    assert_eq!((dataset.sources.len(), dataset.entities.len()), (60, 60 + 2412));
    assert_eq!(of_kind(&dataset, RelationshipKind::Controls), 2412);
    // 300 rows have a percentage; four say the same of the same company as another.
    assert_eq!(of_kind(&dataset, RelationshipKind::Owns), 296);
    Snapshot::build(&dataset).unwrap();
}

#[test]
fn names_are_read_from_a_table_of_keys_and_values_and_other_rows_are_reported() {
    let Some(items) = import("sec-filers.toml", "sec-exhibit-21/basic_10k_labels.csv") else {
        return;
    };
    let rest = reasons([(": the mapping takes nothing from this row", 93)]);
    assert_eq!(faults(&items), (98, 93, rest));
    let dataset = dataset(&items);
    let names: Vec<&str> = dataset.entities.iter().map(|entity| entity.name.as_str()).collect();
    assert_eq!(names.len(), 5);
    assert!(names.contains(&"legend oil & gas, ltd."), "{names:?}");
    assert!(dataset.entities.iter().any(|entity| entity.id == "cik:59527"));
}

#[test]
fn the_sp_500_becomes_companies_their_sectors_and_their_headquarters() {
    let Some(items) = import("sp500.toml", "sp500/constituents.csv") else {
        return;
    };
    // 1904/1946/1959 is no date.
    assert_eq!(faults(&items), (503, 0, reasons([("Founded: not a date", 3)])));
    let dataset = dataset(&items);
    assert_eq!(dataset.entities.len(), 500 + 1 + 11 + 127 + 247);
    assert_eq!(of_kind(&dataset, RelationshipKind::ParticipatesIn), 503 + 500 + 500);
    assert_eq!(of_kind(&dataset, RelationshipKind::BasedIn), 501);
    let of = |id: &str| dataset.entities.iter().find(|entity| entity.id == id).unwrap();
    assert_eq!(of("cik:1652044").name, "Alphabet Inc.");
    assert_eq!(of("place:boca-raton-florida").name, "Boca Raton, Florida");
    Snapshot::build(&dataset).unwrap();
}
