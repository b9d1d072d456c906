//! Issues of single records: identifiers, names, evidence.

use std::{collections::BTreeSet, env, fs, io, io::Write, path::Path};

use guanxi::{
    graph::algo::DataIssueKind,
    model::{
        Amount, Dataset, Entity, EntityKind, Identifier, Name, NameKind, RelationshipStatus, Share, Stance, check_lei,
    },
};

use super::{check, entity};
use crate::harness::sketch::sketch;

#[test]
fn invalid_leis_are_reported_with_valid_check_digits() {
    let mut dataset = sketch("A -1-> B -1-> C");
    entity(&mut dataset, "A").identifiers = vec![Identifier::new("LEI", "5493001KJTIIGC8Y1R12").unwrap()];
    entity(&mut dataset, "B").identifiers = vec![
        Identifier::new("vat", "5493001KJTIIGC8Y1R13").unwrap(),
        Identifier::new("lei", "5493001KJTIIGC8Y1R13").unwrap(),
        Identifier::new("lei", "5493").unwrap(),
    ];
    check(
        &dataset,
        "ever",
        DataIssueKind::InvalidLei,
        &[
            "B (B): \"5493001KJTIIGC8Y1R13\" is not an LEI: its check digits are 13, 12 would fit",
            "it has 4 characters",
        ],
    );
}

#[test]
fn the_checksum_holds_for_the_identifiers_of_the_register() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples/gleif");
    if !folder.is_dir() {
        assert!(
            env::var_os("GUANXI_SAMPLES_REQUIRED").is_none(),
            "the samples must be there, but {} is not",
            folder.display()
        );
        // Not eprintln: the output of a test that passes is captured, and this would not be visible.
        let skipped = b"\nSKIPPED: the checksum of public LEIs: the samples are absent\n";
        io::stderr().write_all(skipped).unwrap();
        return;
    }
    let mut leis: BTreeSet<String> = BTreeSet::new();
    for file in fs::read_dir(folder).unwrap() {
        let text = fs::read_to_string(file.unwrap().path()).unwrap();
        let words = text.split(|letter: char| !letter.is_ascii_alphanumeric());
        // In these files only LEIs have this form.
        let has_form = |word: &&str| {
            let (code, check) = word.split_at_checked(18).unwrap_or_default();
            let is_plain = |letter: char| letter.is_ascii_digit() || letter.is_ascii_uppercase();
            check.len() == 2 && code.chars().all(is_plain) && check.chars().all(|digit| digit.is_ascii_digit())
        };
        leis.extend(words.filter(has_form).map(str::to_owned));
    }
    assert!(leis.len() > 500, "only {} LEIs were found", leis.len());
    let wrong: Vec<String> = leis
        .iter()
        .filter_map(|lei| Some(check_lei(lei).err()?.to_string()))
        .collect();
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn an_identifier_stands_for_one_entity() {
    let mut dataset = sketch("A -1-> B -1-> C");
    let identifiers = |identifiers: &[(&str, &str)]| {
        identifiers
            .iter()
            .map(|(scheme, value)| Identifier::new(scheme, value).unwrap())
            .collect()
    };
    entity(&mut dataset, "A").identifiers = identifiers(&[("vat", "2"), ("vat", "1"), ("vat", "1")]);
    entity(&mut dataset, "B").identifiers = identifiers(&[("VAT", "1"), ("qid", "2")]);
    entity(&mut dataset, "C").identifiers = identifiers(&[("qid", "2"), ("vat", "1")]);
    let words = [
        "vat 1 identifies 3 entities: A (A), B (B), C (C).",
        "qid 2 identifies 2 entities: B (B), C (C).",
    ];
    check(&dataset, "ever", DataIssueKind::DuplicateIdentifier, &words);
    entity(&mut dataset, "C").identifiers.clear();
    entity(&mut dataset, "B").identifiers.remove(0);
    check(&dataset, "ever", DataIssueKind::DuplicateIdentifier, &[]);
}

#[test]
fn a_dispute_names_what_contradicts_what() {
    let kind = DataIssueKind::Disputed;
    check(&sketch("A -10-> B"), "ever", kind, &[]);
    check(
        &sketch("A -!10-> B"),
        "ever",
        kind,
        &["A (A) OWNS B (B) [r1]: asserted by Pencil (source:sketch), contradicted by Pencil (source:sketch)."],
    );
    let mut dataset = sketch("A -10-> B");
    let evidence = &mut dataset.relationships[0].evidence;
    let mut other = evidence[0].clone();
    other.id = "other".to_owned();
    evidence.push(other);
    let share = dataset.relationships[0].share.unwrap();
    for (statement, text) in dataset.relationships[0].evidence.iter_mut().zip(["48", "51..60"]) {
        statement.share = Some(Share {
            range: text.parse().unwrap(),
            ..share
        });
    }
    check(
        &dataset,
        "ever",
        kind,
        &["shares of the capital differ: 48 % says Pencil (source:sketch), 51..60 % says Pencil (source:sketch)."],
    );
    for (statement, value) in dataset.relationships[0].evidence.iter_mut().zip([7.5e7, 2e8]) {
        statement.share = None;
        statement.amount = Some(Amount::new(value, "USD".parse().unwrap(), Some("stake".to_owned())).unwrap());
    }
    check(
        &dataset,
        "ever",
        kind,
        &["amounts (stake) differ: USD 75 million says Pencil (source:sketch), USD 200 million says"],
    );
}

/// Two companies with these names and countries.
fn pair(first: (&str, &str), second: (&str, &str)) -> Dataset {
    let mut dataset = sketch("A -1-> B");
    for (id, (name, country)) in [("A", first), ("B", second)] {
        let entity = entity(&mut dataset, id);
        entity.name = name.to_owned();
        entity.country = (!country.is_empty()).then(|| country.to_owned());
    }
    dataset
}

/// A name with more words than are compared one by one.
fn long(end: &str) -> String {
    format!("{}{end}", "Trust ".repeat(30))
}

#[test]
fn names_that_agree_but_for_case_width_and_punctuation_are_probably_one() {
    let kind = DataIssueKind::ProbableDuplicate;
    for (first, second) in [
        (("SF Express", "CN"), ("S.F. ＥＸＰＲＥＳＳ", "")),
        (("Macy's", "US-DE"), ("MACYS", "US")),
        (("支付宝", ""), ("支付宝", "")),
        (("阿里巴巴集团控股有限公司", "CN"), ("阿里巴巴集团控股", "")),
        (("Gilt Limited", "GB"), ("GILT Ltd.", "GB")),
        (("Gilt GmbH", "DE"), ("Gilt", "")),
    ] {
        check(&pair(first, second), "ever", kind, &["have the same name"]);
    }
    for (first, second) in [
        (("Gilt", "US"), ("Gilt", "CN")),
        (("Gilt", "US-DE"), ("Gilt", "US-CA")),
        (("Gilt", ""), ("Guilt", "")),
        (("!!!", ""), ("???", "")),
        (("Müller GmbH", "DE"), ("Muller GmbH & Co. KG", "DE")),
        (("Gilt GmbH", ""), ("Guilt GmbH", "")),
        ((long("2001").as_str(), ""), (long("2002").as_str(), "")),
    ] {
        check(&pair(first, second), "ever", kind, &[]);
    }
    let mut people = pair(("Gilt", ""), ("Gilt", ""));
    entity(&mut people, "A").kind = EntityKind::Person;
    check(&people, "ever", kind, &[]);
}

#[test]
fn an_alias_counts_beside_a_proper_name_and_leis_tell_apart() {
    let kind = DataIssueKind::ProbableDuplicate;
    let named = |first: NameKind, second: NameKind| {
        let mut dataset = pair(("Hudson's Bay", ""), ("Hermes", ""));
        for (id, kind) in [("A", first), ("B", second)] {
            let text = "HBC".to_owned();
            let name = Name {
                text,
                language: None,
                script: None,
                kind,
            };
            entity(&mut dataset, id).names.push(name);
        }
        dataset
    };
    check(&named(NameKind::Alias, NameKind::Alias), "ever", kind, &[]);
    check(&named(NameKind::Alias, NameKind::Legal), "ever", kind, &["same name"]);
    check(&named(NameKind::Former, NameKind::Legal), "ever", kind, &[]);
    let mut funds = pair(("Fund", ""), ("Fund", ""));
    entity(&mut funds, "A")
        .identifiers
        .push(Identifier::new("lei", "1").unwrap());
    check(&funds, "ever", kind, &["same name"]);
    entity(&mut funds, "B")
        .identifiers
        .push(Identifier::new("lei", "2").unwrap());
    check(&funds, "ever", kind, &[]);
    entity(&mut funds, "B").identifiers[0].value = "1".to_owned();
    check(&funds, "ever", kind, &["same name"]);
}

#[test]
fn a_single_weak_source_is_reported_with_its_weakness() {
    let kind = DataIssueKind::WeakEvidence;
    let mut dataset = sketch("A -10-> B");
    check(
        &dataset,
        "ever",
        kind,
        &[
            "A (A) OWNS B (B) [r1]: only Pencil (source:sketch) states it, and it has no date, neither a locator nor a link leads to it.",
        ],
    );
    dataset.sources[0].url = Some("https://example.org".to_owned());
    dataset.sources[0].published_on = Some("2014".parse().unwrap());
    check(&dataset, "ever", kind, &[]);
    dataset.relationships[0].status = RelationshipStatus::Rumoured;
    dataset.relationships[0].evidence[0].confidence = Some(0.4);
    check(&dataset, "ever", kind, &["it is RUMOURED, its confidence is 0.4."]);
    let mut second = dataset.sources[0].clone();
    second.id = "source:second".to_owned();
    dataset.sources.push(second);
    let mut statement = dataset.relationships[0].evidence[0].clone();
    (statement.id, statement.source) = ("second".to_owned(), "source:second".to_owned());
    dataset.relationships[0].evidence.push(statement);
    check(&dataset, "ever", kind, &[]);
    dataset.relationships[0].evidence[1].stance = Stance::DeclinesComment;
    check(&dataset, "ever", kind, &["only Pencil (source:sketch) states it"]);
    dataset.relationships[0].evidence[0].stance = Stance::DeclinesComment;
    check(&dataset, "ever", kind, &["no source asserts or assesses it"]);
}

#[test]
fn who_is_in_no_relationship_and_never_quoted_is_unmentioned() {
    let kind = DataIssueKind::Unmentioned;
    let mut dataset = sketch("A -10[2013,2014)-> B; ? -10-> C");
    check(&dataset, "2026-01-01", kind, &[]);
    dataset
        .entities
        .push(Entity::new("D", EntityKind::Company, "Dora").unwrap());
    check(&dataset, "2026-01-01", kind, &["Dora (D) is unmentioned"]);
    dataset.relationships[0].evidence[0].speaker = Some("D".to_owned());
    check(&dataset, "2026-01-01", kind, &[]);
    dataset.relationships[0].status = RelationshipStatus::Refuted;
    check(&dataset, "2026-01-01", kind, &["(A)", "(B)", "(D)"]);
}

#[test]
fn an_identifier_is_the_same_however_it_is_written() {
    let mut dataset = pair(("Hudson's Bay", ""), ("Hermes", ""));
    let kind = DataIssueKind::DuplicateIdentifier;
    for (scheme, one, other, words) in [
        ("regno", "HRB 1234", "hrb-1234", &["HRB 1234"][..]),
        (
            "GB-COH",
            "00229269",
            "0229269",
            &["00229269 identifies 2 entities: Hudson's Bay (A), Hermes (B)"],
        ),
        ("gb-coh", "SC012345", "sc12345", &["SC012345"]),
        ("gb-coh", "SC012345", "12345", &[]),
        ("isin", "US0378331005", "US378331005", &[]),
    ] {
        for (id, value) in [("A", one), ("B", other)] {
            entity(&mut dataset, id).identifiers = vec![Identifier::new(scheme, value).unwrap()];
        }
        check(&dataset, "ever", kind, words);
    }
}
