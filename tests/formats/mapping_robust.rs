//! Whatever the bytes of a mapping and of a table are, reading ends: with records that add up, or with the reason why not.

use std::{fs, path::Path};

use guanxi::formats::{mapping::Mapping, reader::Effect};
use proptest::{collection::vec, prelude::*, sample::Index};

use super::mapping::{read, records, source_defaults};

const TABLE: &str = "CIK,Symbol,Security,GICS Sector,GICS Sub-Industry,Headquarters Location,Date added,Founded\r\n\
                     1,A,\"Alpha, Inc.\",Energy,Oil,\"Houston, Texas; Paris\",1957-03-04,1902\r\n\
                     2,B,Beta (Class A),Energy,Gas,none,,2013 (1888)\r\n\
                     ,C,Gamma,,,,soon,\"x\r\ny\"\r\n";

fn mapping() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/mappings/sp500.toml");
    fs::read_to_string(path).unwrap()
}

/// Bytes that mean something to one of the parsers, or to none.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    let telling = [
        "\"",
        ",",
        "\n",
        "\r",
        "{",
        "}",
        "|",
        "|slug",
        "{CIK}",
        "[[entity]]",
        "'",
        "=",
        "\u{1}",
        "\u{FEFF}",
        "é",
        "",
    ];
    prop_oneof![
        vec(any::<u8>(), 0..4),
        proptest::sample::select(telling.to_vec()).prop_map(|text| text.as_bytes().to_vec()),
    ]
}

/// Cuts, inserts, flips and repeats.
fn changes() -> impl Strategy<Value = Vec<(Index, usize, Vec<u8>)>> {
    vec((any::<Index>(), 0usize..40, piece()), 1..6)
}

fn changed(text: &str, changes: Vec<(Index, usize, Vec<u8>)>) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for (at, length, piece) in changes {
        let start = at.index(bytes.len() + 1);
        let end = (start + length).min(bytes.len());
        let again = bytes[start..end].to_vec();
        bytes.splice(start..end, piece);
        if length % 7 == 3 {
            bytes.extend(again);
        }
    }
    bytes
}

fn adds_up(mapping: &Mapping, table: &[u8]) -> Result<(), TestCaseError> {
    let (items, _) = read(mapping, table, &source_defaults());
    for (place, found) in records(&items).iter().enumerate() {
        let rejects = found.faults.iter().any(|fault| fault.effect == Effect::Rejected);
        prop_assert!(rejects || !found.drafts.is_empty(), "{found:?}");
        prop_assert_eq!(found.place.record, u64::try_from(place).unwrap() + 1);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn no_table_makes_the_reader_panic(changes in changes()) {
        let mapping = Mapping::parse(&mapping()).unwrap();
        adds_up(&mapping, &changed(TABLE, changes))?;
    }

    #[test]
    fn no_mapping_makes_the_reader_panic(changes in changes()) {
        let text = changed(&mapping(), changes);
        if let Ok(mapping) = Mapping::parse(&String::from_utf8_lossy(&text)) {
            adds_up(&mapping, TABLE.as_bytes())?;
        }
    }
}
