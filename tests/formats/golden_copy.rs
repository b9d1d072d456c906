//! The golden copies that benches import are what GLEIF publishes, only smaller.

use std::{collections::BTreeMap, path::Path};

use guanxi::model::PartialDate;

#[path = "../../benches/support/gleif/mod.rs"]
mod gleif;

const COMPANIES: usize = 3000;

/// The rows of a file, each cell under the name of its column.
fn rows(path: &Path) -> (Vec<String>, Vec<BTreeMap<String, String>>) {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let columns: Vec<String> = reader.headers().unwrap().iter().map(str::to_owned).collect();
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        let cells = record.iter().map(str::to_owned);
        columns.iter().cloned().zip(cells).collect()
    });
    let rows = rows.collect();
    (columns, rows)
}

/// ISO 7064 MOD 97-10, by its definition: the letters as numbers from 10, in one long number.
fn is_lei(text: &str) -> bool {
    let digits: String = text
        .chars()
        .map(|letter| letter.to_digit(36).unwrap().to_string())
        .collect();
    let rest = digits
        .bytes()
        .fold(0, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
    text.len() == 20 && rest == 1
}

#[test]
fn a_generated_golden_copy_has_the_columns_and_proportions_of_the_published_one() {
    let folder = tempfile::tempdir().unwrap();
    let files = gleif::write(folder.path(), COMPANIES, 7);
    let (columns, companies) = rows(&files.lei);
    assert_eq!((columns.len(), companies.len()), (338, files.companies));
    let (columns, relationships) = rows(&files.rr);
    assert_eq!((columns.len(), relationships.len()), (54, files.relationships));
    let (columns, exceptions) = rows(&files.repex);
    assert_eq!((columns.len(), exceptions.len()), (12, files.exceptions));
    assert_eq!(
        gleif::PUBLISHED[0] / COMPANIES,
        gleif::PUBLISHED[1] / files.relationships
    );
    assert_eq!(gleif::PUBLISHED[0] / COMPANIES, gleif::PUBLISHED[2] / files.exceptions);

    let mut known: BTreeMap<&str, usize> = BTreeMap::new();
    for (number, company) in companies.iter().enumerate() {
        assert!(is_lei(&company["LEI"]), "{company:?}");
        assert_eq!(known.insert(&company["LEI"], number), None);
        let of = |column: &str| company[&format!("Entity.{column}")].as_str();
        assert_ne!(of("LegalName"), "");
        assert!(["ACTIVE", "INACTIVE"].contains(&of("EntityStatus")), "{company:?}");
        assert_eq!(of("LegalAddress.Country").len(), 2);
        assert!(of("LegalJurisdiction").starts_with(of("LegalAddress.Country")));
        assert!(of("RegistrationAuthority.RegistrationAuthorityID").starts_with("RA"));
        assert_eq!(of("LegalForm.EntityLegalFormCode").len(), 4);
        let renewal = &company["Registration.NextRenewalDate"];
        assert!(renewal.ends_with("T00:00:00.000Z") && renewal[..10].parse::<PartialDate>().is_ok());
        assert!(company["ConformityFlag"].contains("CONFORMING") || company["ConformityFlag"] == "NOT_APPLICABLE");
        assert_eq!(company["Registration.ManagingLOU"].len(), 20);
    }
    for exception in &exceptions {
        assert!(known.contains_key(exception["LEI"].as_str()));
    }
}

#[test]
fn each_parent_is_reported_or_excepted_and_never_both() {
    let folder = tempfile::tempdir().unwrap();
    let files = gleif::write(folder.path(), COMPANIES, 8);
    let (_, companies) = rows(&files.lei);
    let known: Vec<&str> = companies.iter().map(|company| company["LEI"].as_str()).collect();
    let mut answers: BTreeMap<(String, &str), usize> = BTreeMap::new();
    let mut dated = 0;
    let (_, relationships) = rows(&files.rr);
    for link in &relationships {
        let [child, parent] = ["Start", "End"].map(|end| link[&format!("Relationship.{end}Node.NodeID")].as_str());
        assert!(known.binary_search(&child).is_ok() && known.binary_search(&parent).is_ok());
        assert_ne!(child, parent);
        let level = match link["Relationship.RelationshipType"].as_str() {
            "IS_DIRECTLY_CONSOLIDATED_BY" => "DIRECT",
            "IS_ULTIMATELY_CONSOLIDATED_BY" => "ULTIMATE",
            _ => continue,
        };
        *answers.entry((child.to_owned(), level)).or_default() += 1;
        let periods = (1..=5).map(|slot| link[&format!("Relationship.Period.{slot}.periodType")].as_str());
        dated += usize::from(periods.skip(1).any(|kind| kind == "RELATIONSHIP_PERIOD"));
    }
    assert!(dated > 0, "a relationship period is not always in the first slot");
    let (_, exceptions) = rows(&files.repex);
    for exception in &exceptions {
        let level = exception["Exception.Category"].split('_').next().unwrap();
        let level = if level == "DIRECT" { "DIRECT" } else { "ULTIMATE" };
        *answers.entry((exception["LEI"].clone(), level)).or_default() += 1;
    }
    assert!(answers.values().all(|times| *times == 1), "one answer for each parent");
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let bytes = |seed| {
        let folder = tempfile::tempdir().unwrap();
        let files = gleif::write(folder.path(), 500, seed);
        [files.lei, files.rr, files.repex].map(|path| std::fs::read(path).unwrap())
    };
    assert!(bytes(1) == bytes(1) && bytes(1) != bytes(2));
}
