//! The examples of the standard and public fixtures: how many entities, persons and relationships each has, and what some of
//! them say.

use super::*;

/// Records, entities, persons, interests and unknown ends of every file, with all versions; and the entities, persons and
/// relationships that are known in the end. Counted with another program.
const COUNTS: [(&str, [usize; 5], [usize; 3]); 22] = [
    ("01-direct-ownership", [3, 1, 1, 2, 0], [1, 1, 2]),
    ("10-circular-ownership", [4, 2, 0, 2, 0], [2, 0, 2]),
    ("11-anonymous-person", [2, 1, 0, 1, 1], [1, 0, 1]),
    ("bods-package-annotations", [3, 2, 0, 1, 0], [2, 0, 1]),
    ("bods-package-entity-owning-entity", [3, 2, 0, 1, 0], [2, 0, 1]),
    ("bods-package-fi-soe", [9, 4, 0, 5, 0], [4, 0, 5]),
    ("bods-package-linking-annotations", [3, 1, 1, 1, 0], [1, 1, 1]),
    ("bods-package", [3, 1, 1, 1, 0], [1, 1, 1]),
    ("fermcat", [23, 3, 10, 17, 0], [1, 3, 5]),
    ("full-pep-declaration", [3, 1, 1, 2, 0], [1, 1, 2]),
    ("indirect-ownership", [6, 2, 1, 3, 0], [2, 1, 3]),
    ("joint-ownership", [7, 2, 2, 3, 0], [2, 2, 3]),
    ("levent", [7, 1, 3, 4, 0], [1, 3, 4]),
    ("listed-company-exempt-from-disclosure", [2, 1, 0, 1, 1], [1, 0, 1]),
    ("mixed-direct-and-indirect-ownership", [6, 2, 1, 4, 0], [2, 1, 4]),
    ("multiple-indirect-ownership", [9, 3, 1, 5, 0], [3, 1, 5]),
    ("multiple-tax-residencies", [3, 1, 1, 1, 0], [1, 1, 1]),
    ("mutilple-indirect-ownership-2", [9, 3, 1, 5, 0], [3, 1, 5]),
    ("nomination", [8, 2, 2, 4, 0], [2, 2, 4]),
    ("plc-entity-statement", [1, 1, 0, 0, 0], [1, 0, 0]),
    ("simple-pep-declaration", [3, 1, 1, 2, 0], [1, 1, 2]),
    ("tecido", [11, 2, 2, 15, 0], [2, 1, 2]),
];

#[test]
fn every_sample_has_exactly_what_was_counted() {
    let files = sample_files();
    if files.is_empty() {
        return;
    }
    let names: Vec<&str> = COUNTS.iter().map(|(name, ..)| *name).collect();
    assert_eq!(files.keys().map(String::as_str).collect::<Vec<_>>(), {
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted
    });
    for (name, counts, in_the_end) in COUNTS {
        let found = read(&files[name]);
        assert_eq!(faults(&found), Vec::<String>::new(), "{name}");
        let lines = listed(&found);
        let is_person = |line: &&String| line.split(' ').nth(1) == Some("PERSON");
        let is_entity = |line: &&String| ["COMPANY", "ORGANIZATION"].map(Some).contains(&line.split(' ').nth(1));
        let (entities, persons) = (
            lines.iter().filter(is_entity).count(),
            lines.iter().filter(is_person).count(),
        );
        let unknown = lines.iter().filter(|line| line.starts_with('?')).count();
        let interests = lines.len() - entities - persons;
        assert_eq!(
            [found.len(), entities, persons, interests, unknown],
            counts,
            "{name}: {lines:#?}"
        );
        let known = known(&found);
        let persons = known
            .entities
            .iter()
            .filter(|entity| entity.kind.as_str() == "PERSON")
            .count();
        let end = [known.entities.len() - persons, persons, known.relationships.len()];
        assert_eq!(end, in_the_end, "{name}");
    }
}

#[test]
fn every_sample_can_be_a_graph() {
    for (name, text) in sample_files() {
        let known = known(&read(text));
        assert_eq!(known.sources.len(), 1, "{name}");
        guanxi::graph::Snapshot::build(&known).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn samples_as_lines_and_in_a_package_are_read_alike() {
    for (name, text) in sample_files() {
        let array = read(&text);
        let statements: Vec<Value> = serde_json::from_slice(&text).unwrap();
        let lines: Vec<String> = statements.iter().map(Value::to_string).collect();
        let package = format!("{{\"bodsVersion\": \"0.4\", \"statements\": [{}]}}", lines.join(","));
        for other in [lines.join("\n"), package] {
            assert!(bods::detect(other.as_bytes()), "{name}");
            let other = read(other);
            assert_eq!(
                drafts(&other).collect::<Vec<_>>(),
                drafts(&array).collect::<Vec<_>>(),
                "{name}"
            );
        }
        assert!(bods::detect(&text[..text.len().min(4096)]), "{name}");
    }
}

/// Expects these lines of a sample.
fn check(name: &str, expected: &[&str]) {
    if let Some(text) = sample_files().get(name) {
        assert_eq!(listed(&read(text)), expected, "{name}");
    }
}

#[test]
fn each_interest_is_a_relationship_of_its_own() {
    check("01-direct-ownership", &[]);
}

#[test]
fn a_circle_keeps_both_sides() {
    check("10-circular-ownership", &[]);
}

#[test]
fn a_declared_unknown_owner_is_an_unknown_end_and_no_person() {
    check("11-anonymous-person", &[]);
    check("listed-company-exempt-from-disclosure", &[]);
    let Some(text) = sample_files().remove("11-anonymous-person") else {
        return;
    };
    let known = known(&read(text));
    let properties = known.relationships[0].properties.as_ref().unwrap();
    assert_eq!(
        properties["interestedParty"]["reason"],
        "subjectUnableToConfirmOrIdentifyBeneficialOwner"
    );
}

#[test]
fn joint_indirect_and_mixed_chains_are_read_as_they_are_stated() {
    check("joint-ownership", &[]);
    check("mixed-direct-and-indirect-ownership", &[]);
    check("bods-package-fi-soe", &[]);
}

#[test]
fn trusts_and_nominations_keep_their_roles() {
    check("levent", &[]);
    check("nomination", &[]);
}

#[test]
fn persons_keep_their_names_and_their_exposure() {
    check("full-pep-declaration", &[]);
    check("bods-package", &[]);
    check("plc-entity-statement", &[]);
    check("multiple-tax-residencies", &[]);
}
