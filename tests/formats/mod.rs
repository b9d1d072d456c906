//! Reading files. One small dataset that is sound, and one check: change it and see what the reader says.

mod bods;
mod export;
mod followthemoney;
mod gleif;
mod golden_copy;
mod importing;
mod interests;
mod json_lines;
mod mapping;
mod mapping_questions;
mod mapping_refused;
mod mapping_robust;
mod mapping_samples;
mod mapping_suggested;
mod mapping_suggested_robust;
mod tables_bundled;
mod tables_cells;
mod tables_drafts;
mod tables_figures;
mod tables_form;
mod tables_ids;
mod tables_records;
mod tables_robust;
mod tables_write;

use std::{fs, path::Path};

use guanxi::{
    formats::{Error, tables},
    model::Dataset,
};
use tempfile::TempDir;

/// Every file of a dataset in which nothing is wrong.
const SOUND: [(&str, &str); 7] = [
    (
        "dataset.toml",
        "title = \"A deal\"\nlicence = \"CC0-1.0\"\nrecorded_at = \"2026-11-22T00:00:00Z\"\n",
    ),
    (
        "sources.csv",
        "id,publisher,title,url,published_on,licence\n\
         wire,Reuters,A deal,https://example.org/a,2014-11-25,\n\
         site,CNET,A rumour,,,CC-BY-4.0\n",
    ),
    (
        "entities.csv",
        "id,kind,name,description,country,status,founded,dissolved,starts_on,ends_on,website,properties\n\
         ebay,COMPANY,eBay,Sells.,US,ACTIVE,1995,,,,https://example.com,\"{\"\"sector\"\":\"\"retail\"\"}\"\n\
         paypal,COMPANY,PayPal,,US-DE,,1998-12,2030,,,,\n\
         sale,EVENT,Sale,,,,,,2014-11-28,2014-11-30,,\n\
         china,PLACE,China,,,,,,,,,\n",
    ),
    (
        "names.csv",
        "entity,text,language,script,kind\nchina,中国,zh,Hans,TRANSLATION\n",
    ),
    (
        "identifiers.csv",
        "entity,scheme,value\nchina,iso3166-1,CN\nebay,LEI,1\nebay,lei,2\n",
    ),
    (
        "relationships.csv",
        "id,kind,from,to,unknown_reason,role,status,since,until,share,share_of,amount,currency,amount_of,capabilities,\
         properties,recorded_at,retracted_at\n\
         owns,OWNS,ebay,paypal,,,ACTIVE,2002,2015-07-17,>50..100,,1500000000,USD,price,,,2020-01-01T00:00:00Z,\n\
         serves,SERVES,paypal,china,,,PLANNED,,,,,,,,PAYMENT;CUSTOMS,,,\n\
         controls,CONTROLS,,ebay,NATURAL_PERSONS,,UNKNOWN,,,60,VOTES,,,,,,,2027-01-01T00:00:00+01:00\n",
    ),
    (
        "evidence.csv",
        "id,relationship,source,locator,stance,speaker,stated_on,summary,share,amount,currency,amount_of,confidence\n\
         e1,owns,wire,page 2,ASSERTS,ebay,2014-11,Says so.,100,,,,0.8\n\
         e2,serves,source:site,,CONTRADICTS,,,,,,,,\n\
         e3,controls,site,,ASSESSES,,,,61,,,,\n",
    ),
];

/// A folder with the sound dataset.
fn folder() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    for (file, text) in SOUND {
        fs::write(dir.path().join(file), text).unwrap();
    }
    dir
}

/// Replaces `old` in the file, which must be there once.
fn edit(dir: &Path, (file, old, new): (&str, &str, &str)) {
    let path = dir.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(text.matches(old).count(), 1, "{old:?} in {file}:\n{text}");
    fs::write(path, text.replace(old, new)).unwrap();
}

/// The sound dataset, changed in these places.
fn read_edited(edits: &[(&str, &str, &str)]) -> Result<Dataset, Error> {
    let dir = folder();
    for change in edits {
        edit(dir.path(), *change);
    }
    tables::read_dir(dir.path())
}

/// The lines in which the reader reports what is wrong in `dir`.
fn report(dir: &Path) -> Vec<String> {
    match tables::read_dir(dir) {
        Err(Error::Problems(problems)) => problems.to_string().lines().map(str::to_owned).collect(),
        other => panic!("expected problems, got {other:?}"),
    }
}

/// Changes one place and expects exactly these problems.
fn check(file: &str, old: &str, new: &str, expected: &[&str]) {
    let dir = folder();
    edit(dir.path(), (file, old, new));
    expect(dir.path(), expected);
}

/// Makes one change after the other, each to the sound dataset, and expects each time the one problem.
fn check_each(file: &str, cases: &[(&str, &str, &str)]) {
    for (old, new, expected) in cases {
        check(file, old, new, &[&format!("{file}:{expected}")]);
    }
}

/// Expects exactly these problems in `dir`, and their number in the last line.
fn expect(dir: &Path, expected: &[&str]) {
    let mut lines = report(dir);
    let count = lines.pop().unwrap();
    assert_eq!(lines, expected);
    let noun = if expected.len() == 1 { "problem" } else { "problems" };
    assert_eq!(count, format!("{} {noun}", expected.len()));
}

/// Changes one place and expects no problem.
fn accept(file: &str, old: &str, new: &str) -> Dataset {
    match read_edited(&[(file, old, new)]) {
        Ok(dataset) => dataset,
        Err(error) => panic!("{file}: {new:?} was refused: {error}"),
    }
}
