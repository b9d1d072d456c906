//! Whatever a table is, a suggestion for it is a mapping that reads it, or it is refused with the way out.

use guanxi::formats::mapping::Mapping;
use proptest::{collection::vec, prelude::*};

use super::{
    mapping::{read, source_defaults},
    mapping_suggested::suggested,
};

#[test]
fn files_that_are_no_table_with_a_header_are_refused_with_advice() {
    for (table, reason) in [
        ("", "is empty"),
        ("{\"a\": 1}", "is JSON"),
        ("[{\"a\": 1}]", "is JSON"),
        ("<?xml version='1.0'?><a/>", "is XML"),
        ("a\u{1}b,c\n1,2\n", "control characters"),
        ("sep=;\na;b\n", "tail -n +2"),
        (
            "1001,Alpha GmbH,DE,2001-03-04\n1002,Beta GmbH,DE,2002-03-04\n",
            "looks like data",
        ),
        ("Alpha GmbH,Berlin,active\nBeta GmbH,Munich,active\n", "looks like data"),
        ("name,name\na,b\n", "\"name\" is there twice"),
        ("name,,\na,b,c\n", "2 of 3 columns have no name"),
        ("Report of 2014\nname,country\nA,DE\nB,DE\n", "a title above the names"),
        ("name,country\nA\nB\nC,DE\n", "most records differ so"),
        ("Read me.\nThis is it.\n", "there is one column"),
        ("x,y\n1,2\n", "no column looks like a name or a key"),
        ("key,value\na,1\na,2\n", "no column looks like a name or a key"),
    ] {
        let refused = suggested("t.csv", table.as_bytes()).unwrap_err().to_string();
        assert!(refused.contains(reason), "{table}: {refused}");
    }
}

/// Names of columns: usual ones, and ones that have signs of mappings in them.
fn name() -> impl Strategy<Value = String> {
    let known = [
        "name",
        "id",
        "company",
        "company number",
        "lei",
        "owner",
        "owner_id",
        "parent",
        "subsidiary",
        "director",
        "first name",
        "last name",
        "role",
        "since",
        "until",
        "from",
        "to",
        "source",
        "target",
        "status",
        "country",
        "state",
        "share",
        "amount",
        "currency",
        "type",
        "kind",
        "founded",
        "website",
        "date of birth",
        "nationality",
        "former name",
        "",
    ];
    prop_oneof![
        3 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned),
        1 => "[a-z{}|\"'\\\\é名\n\t #=%]{0,8}",
        1 => any::<String>(),
    ]
}

fn cell() -> impl Strategy<Value = String> {
    let known = [
        "",
        "",
        "1",
        "a1",
        "Alpha AG",
        "Ann Lee",
        "DE",
        "Peru",
        "Delaware",
        "2014-01-02",
        "03/04/2015",
        "3 Nov 99",
        "present",
        "active",
        "25%-50%",
        "0.5",
        "EUR",
        "1,000",
        "DIRECTOR",
        "owned by",
        "a; b",
        "British",
        "5493001KJTIIGC8Y1R12",
        "https://a.example",
        "{x|y}",
    ];
    prop_oneof![
        4 => proptest::sample::select(known.to_vec()).prop_map(str::to_owned),
        1 => any::<String>(),
    ]
}

fn table(rows: &[Vec<String>], delimiter: u8) -> Vec<u8> {
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .delimiter(delimiter)
        .from_writer(Vec::new());
    for row in rows {
        writer.write_record(row).unwrap();
    }
    writer.into_inner().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_table_is_refused_or_has_a_mapping_that_reads_it(
        header in vec(name(), 1..8),
        rows in vec(vec(cell(), 8), 0..12),
        delimiter in proptest::sample::select(vec![b',', b';', b'\t', b'|']),
    ) {
        let rows = rows.into_iter().map(|row| row[..header.len()].to_vec());
        let rows: Vec<Vec<String>> = std::iter::once(header.clone()).chain(rows).collect();
        let table = table(&rows, delimiter);
        if let Ok(text) = suggested("any {table}.csv", &table) {
            let mapping = Mapping::parse(&text);
            prop_assert!(mapping.is_ok(), "{}\n{text}", mapping.unwrap_err());
            let (_, end) = read(&mapping.unwrap(), &table, &source_defaults());
            prop_assert!(end.is_ok(), "{}\n{text}", end.unwrap_err());
        }
    }

    #[test]
    fn no_bytes_make_a_suggestion_panic(bytes in vec(any::<u8>(), 0..200)) {
        let _ = suggested("t", &bytes);
    }
}
