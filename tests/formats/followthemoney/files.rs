//! Files with sound and odd values: what is made of them is the same after it went out and in.

use proptest::{prelude::*, sample::select};
use serde_json::{Map, Value, json};

use super::{export, import};

/// Values that files hold, sound and odd, of the properties that entities have.
const OF_ENTITIES: [(&str, &[&str]); 13] = [
    ("name", &["A", "B", " A ", "A\nB", ""]),
    ("alias", &["A", "B", "C"]),
    ("previousName", &["A", "E"]),
    ("weakAlias", &["W"]),
    ("country", &["de", "GB", "gb-sct", "suhh", "us"]),
    ("summary", &["S", "T"]),
    ("description", &["D", "D\u{0}"]),
    ("notes", &["N"]),
    ("wikidataId", &["Q42", "42"]),
    ("addressEntity", &["k0", "k1", "gx.b.20c", "odd:id"]),
    ("keywords", &["market", "K"]),
    ("sourceUrl", &["https://example.org/a", "https://example.org/b", "odd"]),
    ("publisher", &["The Wire", "P"]),
];

/// The same of legal entities.
const OF_LEGAL_ENTITIES: [(&str, &[&str]); 9] = [
    ("abbreviation", &["C", "D"]),
    ("jurisdiction", &["cy", "de", "xx-nowhere"]),
    ("mainCountry", &["de", "GB"]),
    ("status", &["active", "Active", "dissolved", "odd"]),
    ("incorporationDate", &["1999", "2005-05-05T10:00", "odd"]),
    ("dissolutionDate", &["2001", "2003-01-01T00:00:00"]),
    ("website", &["https://example.org", "odd"]),
    ("registrationNumber", &["HRB 1", "2", " 2"]),
    ("leiCode", &["5493001KJTIIGC8Y1R12", "odd"]),
];

/// The same of relationships.
const OF_RELATIONSHIPS: [(&str, &[&str]); 8] = [
    ("startDate", &["2014", "2014-05-01", "2014-05-01T12:00", "odd"]),
    ("endDate", &["2014", "2014-05-01", "2015-01", "odd"]),
    ("date", &["2014-05", "2014-05-01", "2014-05-02", "odd"]),
    ("summary", &["S", "T"]),
    ("description", &["D"]),
    ("recordId", &["R", "S"]),
    ("sourceUrl", &["https://example.org/a", "https://example.org/b", "odd"]),
    ("publisher", &["The Wire", "P"]),
];

/// What only some schemata have, and what some of them cannot be without.
fn own(schema: &str) -> &'static [(&'static str, &'static [&'static str])] {
    match schema {
        "Company" => &[("vatCode", &["DE1", "1"]), ("amount", &["5"]), ("cikCode", &["320193"])],
        "Person" => &[
            ("birthDate", &["1964-9-10"]),
            ("deathDate", &["1950", "2020"]),
            ("firstName", &["Jack"]),
        ],
        "Address" => &[("full", &["Main St 1", "Main St"]), ("city", &["X"])],
        "Territory" => &[("territoryCode", &["cn", "US-NY", "odd"])],
        "Event" => &[
            ("startDate", &["2014", "2014-05-01T12:00"]),
            ("endDate", &["2014", "2012"]),
            ("date", &["2014"]),
        ],
        "CourtCase" => &[
            ("fileDate", &["2014"]),
            ("status", &["open"]),
            ("caseNumber", &["1/20"]),
        ],
        "Ownership" => &[
            ("owner", &["k0", "k1", "k2"]),
            ("asset", &["k1", "k3"]),
            ("percentage", &["25%", "25.0", "more than 50", "odd", "0-100"]),
            ("status", &["active", "rumoured", "resigned", "odd"]),
        ],
        "UnknownLink" => &[
            ("subject", &["k0"]),
            ("object", &["k2", "k1"]),
            ("role", &["owns", "x"]),
            ("status", &["unknown"]),
        ],
        "Directorship" => &[
            ("director", &["k0"]),
            ("organization", &["k1"]),
            ("role", &["chair", "CEO"]),
        ],
        "Family" => &[
            ("person", &["k0"]),
            ("relative", &["k1"]),
            ("relationship", &["mother"]),
        ],
        "Payment" => &[
            ("payer", &["k0", "k1"]),
            ("beneficiary", &["k2"]),
            ("amount", &["5", "odd", "1,000"]),
            ("currency", &["EUR", "GBP"]),
            ("amountEur", &["5", "5.0", "7", "odd"]),
            ("amountUsd", &["6"]),
        ],
        "Debt" => &[
            ("debtor", &["k0"]),
            ("creditor", &["k1"]),
            ("amount", &["5"]),
            ("currency", &["EUR"]),
        ],
        _ => &[],
    }
}

/// A record with some of the values that files hold.
fn record() -> impl Strategy<Value = Value> {
    let schemata = [
        "Company",
        "LegalEntity",
        "Organization",
        "Person",
        "Address",
        "Event",
        "Territory",
        "CourtCase",
        "Asset",
        "Ownership",
        "UnknownLink",
        "Payment",
        "Debt",
        "Directorship",
        "Family",
    ];
    select(schemata.to_vec()).prop_flat_map(move |schema| {
        let is_legal = ["Company", "LegalEntity", "Organization", "Person"].contains(&schema);
        let is_entity = schemata.iter().position(|known| *known == schema).unwrap() < 9;
        let mut properties: Vec<(&str, &[&str])> = own(schema).to_vec();
        properties.extend_from_slice(if is_entity { &OF_ENTITIES } else { &OF_RELATIONSHIPS });
        properties.extend_from_slice(if is_legal { &OF_LEGAL_ENTITIES } else { &[] });
        let essential = if is_entity { 0 } else { 2 };
        let drawn: Vec<_> = properties
            .iter()
            .enumerate()
            .map(|(position, (_, values))| {
                let least = usize::from(position < essential);
                let some = proptest::sample::subsequence(values.to_vec(), least..=values.len()).prop_shuffle();
                prop_oneof![1 => Just(values[..least].to_vec()), 1 => some]
            })
            .collect();
        drawn.prop_map(move |drawn| {
            let named = properties
                .iter()
                .zip(drawn)
                .map(|((name, _), values)| ((*name).to_owned(), json!(values)));
            let mut properties: Map<String, Value> = named.collect();
            let is_unnamed = properties.get("name").is_some_and(|names| *names == json!([]));
            if is_unnamed {
                properties.insert("name".to_owned(), json!(["Z"]));
            }
            json!({"schema": schema, "properties": properties})
        })
    })
}

proptest! {
    #[test]
    fn what_a_file_says_is_the_same_after_it_went_out_and_in(records in proptest::collection::vec(record(), 1..8)) {
        let text: String = records
            .into_iter()
            .enumerate()
            .map(|(position, mut record)| {
                record["id"] = json!(format!("k{position}"));
                format!("{record}\n")
            })
            .collect();
        let graph = import(&text, "graph.json");
        let (exported, written) = export(&graph);
        let lost = written.left_out.keys().filter(|what| **what != "which statement says what, of several");
        prop_assert_eq!(lost.count(), 0, "{:?}", written.left_out);
        let found = import(&exported, "graph.json");
        prop_assert_eq!(&found.entities, &graph.entities, "{}\n{}", text, exported);
        prop_assert_eq!(&found.relationships, &graph.relationships, "{}\n{}", text, exported);
    }
}
