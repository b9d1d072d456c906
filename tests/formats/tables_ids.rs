//! Ids: where they clash, what refers to nothing, and what is not blamed for the mistakes of others.

use std::fs;

use super::{check, edit, expect, folder};

#[test]
fn ids_of_entities_sources_and_relationships_share_one_namespace() {
    check(
        "entities.csv",
        "china,PLACE",
        "ebay,PLACE,Bay,,,,,,,,,\nchina,PLACE",
        &["entities.csv:5: id \"ebay\": expected one that is not in use yet; first at line 2"],
    );
    check(
        "sources.csv",
        "site,CNET,A rumour,,,CC-BY-4.0",
        "site,CNET,A rumour,,,CC-BY-4.0\nsource:wire,CNET,B,,,",
        &["sources.csv:4: id \"source:wire\": expected one that is not in use yet; first at line 2"],
    );
    let dir = folder();
    edit(dir.path(), ("relationships.csv", "serves,SERVES", "sale,SERVES"));
    edit(dir.path(), ("evidence.csv", "serves,", "sale,"));
    expect(
        dir.path(),
        &["relationships.csv:3: id \"sale\": expected one that is not in use yet; first at entities.csv:4"],
    );
}

#[test]
fn ids_of_evidence_are_unique_among_evidence() {
    check(
        "evidence.csv",
        "e2,",
        "e1,",
        &["evidence.csv:3: id \"e1\": expected one that is not in use yet; first at line 2"],
    );
    let dir = folder();
    edit(dir.path(), ("evidence.csv", "e1,", "ebay,"));
    assert!(guanxi::formats::tables::read_dir(dir.path()).is_ok());
}

#[test]
fn an_identifier_belongs_to_one_entity() {
    check(
        "identifiers.csv",
        "ebay,lei,2",
        "paypal,lei,1",
        &["identifiers.csv:4: value \"1\": expected one that is not in use yet; first at line 3"],
    );
}

#[test]
fn ids_of_each_noun_have_their_form() {
    let dir = folder();
    for change in [
        (
            "sources.csv",
            "CC-BY-4.0\n",
            "CC-BY-4.0\nsource:,CNET,B,,,\na b,CNET,B,,,\n",
        ),
        (
            "entities.csv",
            "china,",
            "rel:a,PLACE,A,,,,,,,,,\na\u{3000}b,PLACE,B,,,,,,,,,\nchina,",
        ),
        (
            "relationships.csv",
            "serves,",
            "source:x,SERVES,paypal,china,,,ACTIVE,,,,,,,,,,,\nserves,",
        ),
    ] {
        edit(dir.path(), change);
    }
    expect(
        dir.path(),
        &[
            "sources.csv:4: id \"source:\": expected the id of a source",
            "sources.csv:5: id \"a b\": expected an id without spaces and control characters",
            "entities.csv:5: id \"rel:a\": expected an entity id: not blank, no spaces around it, no control \
             characters, not starting with rel: or source:",
            "entities.csv:6: id \"a\\u{3000}b\": expected an id without spaces and control characters",
            "relationships.csv:3: id \"source:x\": expected an id that does not start with source:",
        ],
    );
}

#[test]
fn references_to_nothing_are_reported() {
    let entity = "the id of an entity in entities.csv";
    let cases = [
        (
            "names.csv",
            "china",
            "cathay",
            format!("names.csv:2: entity \"cathay\": expected {entity}"),
        ),
        (
            "identifiers.csv",
            "china",
            "wire",
            format!("identifiers.csv:2: entity \"wire\": expected {entity}"),
        ),
        (
            "relationships.csv",
            ",ebay,paypal",
            ",bay,paypal",
            format!("relationships.csv:2: from \"bay\": expected {entity}"),
        ),
        (
            "relationships.csv",
            ",ebay,paypal",
            ",ebay,pal",
            format!("relationships.csv:2: to \"pal\": expected {entity}"),
        ),
        (
            "evidence.csv",
            ",ebay,",
            ",nobody,",
            format!("evidence.csv:2: speaker \"nobody\": expected {entity}"),
        ),
        (
            "evidence.csv",
            ",wire,",
            ",wired,",
            "evidence.csv:2: source \"wired\": expected the id of a source in sources.csv".to_owned(),
        ),
    ];
    for (file, old, new, expected) in cases {
        check(file, old, new, &[&expected]);
    }
}

#[test]
fn a_relationship_needs_evidence() {
    check(
        "evidence.csv",
        "e2,serves,source:site,,CONTRADICTS,,,,,,,,\n",
        "",
        &["relationships.csv:3: id \"serves\": expected at least one row about it in evidence.csv"],
    );
    check(
        "evidence.csv",
        ",serves,",
        ",server,",
        &[
            "evidence.csv:3: relationship \"server\": expected the id of a relationship in relationships.csv",
            "relationships.csv:3: id \"serves\": expected at least one row about it in evidence.csv",
        ],
    );
}

#[test]
fn what_refers_to_a_refused_row_is_not_blamed() {
    check(
        "entities.csv",
        "ebay,COMPANY,eBay",
        "ebay,COMPANY,",
        &["entities.csv:2: name: expected a cell that is not blank"],
    );
    check(
        "sources.csv",
        "wire,Reuters",
        "wire,",
        &["sources.csv:2: publisher: expected a cell that is not blank"],
    );
    check(
        "entities.csv",
        "china,PLACE,China,",
        "china,PLACE,China",
        &["entities.csv:5: expected 12 fields as in the header, not 11"],
    );
    check(
        "relationships.csv",
        "owns,OWNS",
        "owns,HAS",
        &[
            "relationships.csv:2: kind \"HAS\": expected a relationship kind (one of OWNS, CONSOLIDATES, HAS_BRANCH, \
           MANAGES_FUND, HAS_SUBFUND, FEEDS, CONTROLS, OFFICER_OF, EMPLOYED_BY, MEMBER_OF, REPRESENTS, RELATED_TO, \
           PARTNERS_WITH, COMPETES_WITH, SUPPLIES, OPERATES, ACCEPTS, DELIVERS_FOR, PARTICIPATES_IN, SERVES, PAID, \
           LENT_TO, BASED_IN, LOCATED_IN, SUCCEEDED_BY)",
        ],
    );
}

#[test]
fn a_refused_statement_still_counts_as_one() {
    check(
        "evidence.csv",
        "CONTRADICTS",
        "DENIES",
        &[
            "evidence.csv:3: stance \"DENIES\": expected a stance (one of ASSERTS, CONTRADICTS, DECLINES_COMMENT, ASSESSES)",
        ],
    );
}

#[test]
fn without_the_head_the_rows_are_checked_all_the_same() {
    let dir = folder();
    fs::remove_file(dir.path().join("dataset.toml")).unwrap();
    edit(
        dir.path(),
        ("evidence.csv", "e2,serves,source:site,,CONTRADICTS,,,,,,,,\n", ""),
    );
    expect(
        dir.path(),
        &[
            "dataset.toml: expected a file of this name in the folder",
            "relationships.csv:3: id \"serves\": expected at least one row about it in evidence.csv",
        ],
    );
}
