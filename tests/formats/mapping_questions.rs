//! What one would ask of the tables for which mappings ship: each question is one query, and its answer is kept beside it.

use std::{
    env, fs,
    path::{Path, PathBuf},
};

use guanxi::model::Dataset;
use serde_json::Value;

use super::{
    mapping::dataset,
    mapping_samples::{import, samples},
};
use crate::harness::{
    ask_over,
    pages::{Question, pages, root},
    store_of,
};

/// Asks the questions whose files begin so. To accept new answers on purpose: GUANXI_ACCEPT=1 cargo test.
fn ask(start: &str, dataset: &Dataset) {
    let store = store_of(dataset);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/formats/questions");
    let mut asked = 0;
    for file in fs::read_dir(folder).unwrap() {
        let path = file.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if !name.starts_with(start) || !name.ends_with(".graphql") {
            continue;
        }
        let answer = ask_over(&store, &fs::read_to_string(&path).unwrap());
        let kept = path.with_extension("json");
        if env::var_os("GUANXI_ACCEPT").is_some() {
            fs::write(&kept, format!("{answer:#}\n")).unwrap();
        }
        let expected: Value = serde_json::from_str(&fs::read_to_string(&kept).unwrap_or_default()).unwrap_or_default();
        assert_eq!(answer, expected, "{name}: {answer:#}");
        asked += 1;
    }
    assert!(asked > 0, "no question begins with {start}");
}

#[test]
fn questions_to_the_german_register_have_the_stored_answers() {
    if samples("german-register").is_none() {
        return;
    }
    let companies = import("german-register-companies.toml", "german-register/de_dev_companies.csv").unwrap();
    let officers = "german-register/de_dev_company_officer_edges_resolved.csv";
    let officers = import("german-register-officers.toml", officers).unwrap();
    ask("german-", &dataset(companies.iter().chain(&officers)));
}

#[test]
fn questions_to_the_index_and_the_annual_reports_have_the_stored_answers() {
    if samples("sp500").is_none() || samples("sec-exhibit-21").is_none() {
        return;
    }
    let index = import("sp500.toml", "sp500/constituents.csv").unwrap();
    let reports = import("exhibit-21.toml", "sec-exhibit-21/ex21_labels.csv").unwrap();
    let both = dataset(index.iter().chain(&reports));
    ask("sp500-", &both);
    ask("exhibit-21-", &both);
}

#[test]
fn the_documentation_shows_the_stored_questions_and_answers() {
    let kept: Vec<_> = fs::read_dir(root().join("tests/formats/questions"))
        .unwrap()
        .map(|file| file.unwrap().path())
        .collect();
    let shown: Vec<Question> = pages().iter().flat_map(|page| page.questions("~~~")).collect();
    assert!(shown.len() >= 3, "one for each table");
    for Question {
        place,
        document,
        answer,
    } in shown
    {
        let is_this = |path: &&PathBuf| {
            path.extension().is_some_and(|ending| ending == "graphql")
                && fs::read_to_string(path).unwrap().trim() == document.trim()
        };
        let path = kept
            .iter()
            .find(is_this)
            .unwrap_or_else(|| panic!("{place}: no question is kept that reads {document}"));
        let expected: Value = serde_json::from_str(&fs::read_to_string(path.with_extension("json")).unwrap()).unwrap();
        assert_eq!(answer, expected, "{place}");
    }
}
