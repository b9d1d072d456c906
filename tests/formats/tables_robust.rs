//! Whatever the bytes are, the reader answers with data or with problems.

use std::borrow::Cow;

use guanxi::formats::{Error, PROBLEMS_MAX, tables};
use proptest::{prelude::*, sample::Index};

use super::{SOUND, edit, folder, report};

/// Bytes that mean something to one of the parsers, or to none.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..4),
        proptest::sample::select(vec![
            "\"", ",", "\n", "\r", "\r\n", "\"\"", ";", "..", "\u{FEFF}", "-", "="
        ])
        .prop_map(|text| text.as_bytes().to_vec()),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn no_bytes_make_the_reader_panic(
        file in 0..SOUND.len(),
        changes in proptest::collection::vec((any::<Index>(), 0usize..40, piece()), 1..6),
    ) {
        let mut bytes = SOUND[file].1.as_bytes().to_vec();
        for (at, length, piece) in changes {
            let start = at.index(bytes.len() + 1);
            let end = (start + length).min(bytes.len());
            bytes.splice(start..end, piece);
        }
        let read = tables::read_files(&|name| {
            let sound = SOUND.iter().find(|(file, _)| *file == name);
            Ok(sound.map(|(_, text)| match name == SOUND[file].0 {
                true => Cow::Borrowed(&bytes[..]),
                false => Cow::Borrowed(text.as_bytes()),
            }))
        });
        match read {
            Ok(_) => {}
            Err(Error::Problems(problems)) => prop_assert!(!problems.is_empty()),
            Err(other) => prop_assert!(false, "{other}"),
        }
    }
}

#[test]
fn problems_beyond_the_bound_are_only_counted() {
    let dir = folder();
    let bad_rows = "china,,,,ALIAS\n".repeat(PROBLEMS_MAX + 234);
    edit(
        dir.path(),
        ("names.csv", "TRANSLATION\n", &format!("TRANSLATION\n{bad_rows}")),
    );
    let lines = report(dir.path());
    assert_eq!(lines.len(), PROBLEMS_MAX + 1);
    assert_eq!(
        lines[PROBLEMS_MAX - 1],
        "names.csv:1002: text: expected a cell that is not blank"
    );
    assert_eq!(lines[PROBLEMS_MAX], "1234 problems, the first 1000 of them above");
}

#[test]
fn long_values_are_quoted_in_part() {
    let dir = folder();
    edit(dir.path(), ("names.csv", "TRANSLATION", &"支".repeat(10_000)));
    let lines = report(dir.path());
    assert!(
        lines[0].starts_with(&format!("names.csv:2: kind \"{}…\": expected", "支".repeat(120))),
        "{}",
        lines[0]
    );
}
