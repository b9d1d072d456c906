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
    check(
        "01-direct-ownership",
        &[
            "bods:rec-acme-holdings-ltd COMPANY Acme Holdings Ltd (GB) 2005-03-15.. [gb-coh 10000001] {entityType, source}",
            "bods:rec-jane-smith-1975 PERSON Jane Smith (GB) 1975-06-20.. {declarationSubject, names, nationalities, source}",
            "bods:rec-jane-smith-1975 OWNS bods:rec-acme-holdings-ltd 75 of CAPITAL 2010-01-01.. {beneficialOwnershipOrControl, source}",
            "bods:rec-jane-smith-1975 CONTROLS bods:rec-acme-holdings-ltd 75 of VOTES 2010-01-01.. as voting rights {beneficialOwnershipOrControl, source}",
        ],
    );
}

#[test]
fn a_circle_keeps_both_sides() {
    check(
        "10-circular-ownership",
        &[
            "bods:rec-alpha-corp COMPANY Alpha Corp Ltd (GB) [gb-coh 10000010] {entityType, source}",
            "bods:rec-beta-corp COMPANY Beta Corp Ltd (GB) [gb-coh 10000011] {entityType, source}",
            "bods:rec-alpha-corp OWNS bods:rec-beta-corp 100 of CAPITAL {beneficialOwnershipOrControl, source}",
            "bods:rec-beta-corp OWNS bods:rec-alpha-corp 100 of CAPITAL {beneficialOwnershipOrControl, source}",
        ],
    );
}

#[test]
fn a_declared_unknown_owner_is_an_unknown_end_and_no_person() {
    check(
        "11-anonymous-person",
        &[
            "bods:rec-opaque-holdings-sa COMPANY Opaque Holdings SA (PA) [pa-pub PA-1000011] {entityType, source}",
            "?NO_KNOWN_PERSON CONTROLS bods:rec-opaque-holdings-sa {interestedParty, source}",
        ],
    );
    check(
        "listed-company-exempt-from-disclosure",
        &[
            "bods:4c7ea3bfbe6c COMPANY Listed Company OS-17 [gb-coh XE000017] {entityType, publicListing, source}",
            "?NON_PUBLIC CONTROLS bods:4c7ea3bfbe6c {interestedParty, source}",
        ],
    );
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
    check(
        "joint-ownership",
        &[
            "bods:31c55e425764 COMPANY CHRINON LTD (GB) 2010-11-18.. [gb-coh 07444723] {addresses, entityType}",
            "bods:91b4236a7d89 COMPANY Joint shareholding {declarationSubject, entityType}",
            "bods:91b4236a7d89 OWNS bods:31c55e425764 100 of CAPITAL 2018-01-01.. {beneficialOwnershipOrControl}",
            "bods:1accb8b18b99 PERSON Natalie Coleman {declarationSubject}",
            "bods:f040df24d9ec PERSON Roberto Lopez {declarationSubject}",
            "bods:1accb8b18b99 OWNS bods:91b4236a7d89 50 of CAPITAL 2018-01-01.. {beneficialOwnershipOrControl, declarationSubject}",
            "bods:f040df24d9ec OWNS bods:91b4236a7d89 50 of CAPITAL 2018-01-01.. {beneficialOwnershipOrControl, declarationSubject}",
        ],
    );
    check(
        "mixed-direct-and-indirect-ownership",
        &[
            "bods:9bfe59b6a869 COMPANY Company A [gb-coh XE-08-A] {entityType}",
            "bods:ec61aeda7141 COMPANY Company B [gb-coh XE-08-B] {declarationSubject, entityType, isComponent}",
            "bods:53508b65253f PERSON Person 1 (GB) 1978-08.. {declarationSubject, nationalities}",
            "bods:ec61aeda7141 OWNS bods:9bfe59b6a869 50 of CAPITAL 2017-11-01.. {beneficialOwnershipOrControl, isComponent, source}",
            "bods:53508b65253f CONTROLS bods:ec61aeda7141 {beneficialOwnershipOrControl, declarationSubject, isComponent, source}",
            "bods:53508b65253f OWNS bods:9bfe59b6a869 50 of CAPITAL 2017-11-01.. {beneficialOwnershipOrControl, source}",
            "bods:53508b65253f OWNS bods:9bfe59b6a869 50 of CAPITAL 2019-05-01.. {beneficialOwnershipOrControl, source}",
        ],
    );
    check(
        "bods-package-fi-soe",
        &[
            "bods:19f1c5afe9d7 COMPANY Gasgrid Finland Oy (FI) 2020-01-01.. [fi-pro 3007894-1] {entityType, source}",
            "bods:0199c515a699 COMPANY Suomen Kaasuverkko Oy (FI) 2020-01-01.. [fi-pro 3010424-9] {declarationSubject, entityType, isComponent, source}",
            "bods:7ff95ba3682c ORGANIZATION Valtiovarainministerio / ALIAS Finansministeriet (FI) {declarationSubject, entityType, isComponent, source}",
            "bods:05ce06ec97b1 ORGANIZATION Suomen tasavalta / ALIAS Republic of Finland (FI) {declarationSubject, entityType, source}",
            "bods:0199c515a699 OWNS bods:19f1c5afe9d7 76.5 of CAPITAL 2020-01-01.. {beneficialOwnershipOrControl, isComponent, source}",
            "bods:7ff95ba3682c OWNS bods:0199c515a699 100 of CAPITAL 2020-01-01.. {beneficialOwnershipOrControl, declarationSubject, isComponent, source}",
            "bods:7ff95ba3682c OWNS bods:19f1c5afe9d7 23.5 of CAPITAL 2020-01-01.. {beneficialOwnershipOrControl, isComponent, source}",
            "bods:05ce06ec97b1 CONTROLS bods:7ff95ba3682c as other influence or control {beneficialOwnershipOrControl, declarationSubject, isComponent, source}",
            "bods:05ce06ec97b1 OWNS bods:19f1c5afe9d7 100 of CAPITAL 2020-01-01.. {beneficialOwnershipOrControl, source}",
        ],
    );
}

#[test]
fn trusts_and_nominations_keep_their_roles() {
    check(
        "levent",
        &[
            "bods:700c264e PERSON Andrew Anderson 2002-01-11.. {declarationSubject}",
            "bods:d8855000 PERSON Bella Buxton 1999-07-17.. {declarationSubject}",
            "bods:81337a6e PERSON Anonymous person {declarationSubject, personType, unspecifiedPersonDetails}",
            "bods:8e40d059 COMPANY Levent Trust (FR) 2019-11-08.. {entityType}",
            "bods:700c264e OFFICER_OF bods:8e40d059 2019-08-11.. as trustee {beneficialOwnershipOrControl, details, directOrIndirect}",
            "bods:d8855000 CONTROLS bods:8e40d059 2019-11-08.. as settlor {beneficialOwnershipOrControl, details}",
            "bods:d8855000 OFFICER_OF bods:8e40d059 2019-11-08.. as trustee {beneficialOwnershipOrControl, details, directOrIndirect}",
            "bods:81337a6e OWNS bods:8e40d059 2019-11-08.. as beneficiary of legal arrangement {beneficialOwnershipOrControl, details}",
        ],
    );
    check(
        "nomination",
        &[
            "bods:101AB1984F PERSON Silvia Teixeira Perez (MX) 2005-03-12.. {addresses, declaration, declarationSubject, names, nationalities, source}",
            "bods:102AB1984E PERSON Vanessa Rivero (MX) 1968-09-20.. {addresses, declaration, declarationSubject, names, nationalities, source}",
            "bods:103AB1984D COMPANY Perez-Rivero nomination (MX) {declaration, declarationSubject, entityType, isComponent, source}",
            "bods:104AB1984C COMPANY Los Corazones de Plata (MX) 1921-11-05.. [mx-rfc CPL211105123] {declaration, entityType, identifiers, source}",
            "bods:101AB1984F CONTROLS bods:103AB1984D 2023-04-30.. as nominator {beneficialOwnershipOrControl, declaration, declarationSubject, isComponent, source}",
            "bods:102AB1984E REPRESENTS bods:103AB1984D 2023-04-30.. as nominee {beneficialOwnershipOrControl, declaration, declarationSubject, directOrIndirect, source}",
            "bods:103AB1984D OFFICER_OF bods:104AB1984C 2023-04-30.. as board member {beneficialOwnershipOrControl, declaration, directOrIndirect, isComponent, source}",
            "bods:101AB1984F CONTROLS bods:104AB1984C 2023-04-30.. as other influence or control {beneficialOwnershipOrControl, declaration, source}",
        ],
    );
}

#[test]
fn persons_keep_their_names_and_their_exposure() {
    check(
        "full-pep-declaration",
        &[
            "bods:a7b3bd81d8ba COMPANY Platinum Emerald and Plutonim Mining Limited [gb-coh XE-000079054] {entityType}",
            "bods:9bcdcc85e803 PERSON Michael Hubbard {declarationSubject, politicalExposure}",
            "bods:9bcdcc85e803 OWNS bods:a7b3bd81d8ba 25..<50 of CAPITAL 2016-07-07.. {beneficialOwnershipOrControl}",
            "bods:9bcdcc85e803 CONTROLS bods:a7b3bd81d8ba 25..<50 of VOTES 2016-07-07.. as voting rights {beneficialOwnershipOrControl}",
        ],
    );
    check(
        "bods-package",
        &[
            "bods:c359f58d2977 COMPANY Profitech Ltd 2019-09-03.. [gb-coh 2063384560] {entityType}",
            "bods:10478c6cf6de PERSON Jennifer Hewitson-Smith / ALIAS Jenny Hewitson-Smith (GB) 1978-07.. {addresses, declarationSubject, names, nationalities}",
            "bods:10478c6cf6de OWNS bods:c359f58d2977 100 of CAPITAL 2016-04-06.. {beneficialOwnershipOrControl}",
        ],
    );
    check(
        "plc-entity-statement",
        &[
            "bods:70044236 COMPANY AstraZeneca PLC (GB) 1992-06-17.. [gb-coh 02723534] [lei PY6ZZQWO2IZFZC3IOL08] {entityType, publicListing, source}",
        ],
    );
    check(
        "multiple-tax-residencies",
        &[
            "bods:fd5c8dbc9a91 COMPANY Company A 2019-01-01.. [gb-coh XE-A-01] {entityType}",
            "bods:8f2f34b57a8f PERSON Logan Morton (GB) 1975-01.. {addresses, declarationSubject, names, nationalities, taxResidencies}",
            "bods:8f2f34b57a8f OWNS bods:fd5c8dbc9a91 100 of CAPITAL 2016-04-06.. {beneficialOwnershipOrControl}",
        ],
    );
}
