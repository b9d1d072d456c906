//! Plain words: those that strangers had to learn do not come back.

use std::{fs, path::Path};

use super::rust_files;

/// Words of an old dialect. Each was used for a dozen things that have names of their own: reported, recorded, requested, required,
/// valid, misaligned, deleted.
const DIALECT: [&str; 16] = [
    "told",
    "tells",
    "telling",
    "asking",
    "outlook",
    "wanted",
    "whoever",
    "nobody",
    "somebody",
    "impatient",
    "torn",
    "bury",
    "guest",
    "shelf",
    "soundness",
    "unsound",
];

/// The same in two words.
const PHRASES: [&str; 3] = ["so many", "so much", "way out"];

/// The words of a text: letters between everything else, and between the humps of a name.
fn words(text: &str) -> impl Iterator<Item = String> {
    let pieces = text.split(|letter: char| !letter.is_ascii_alphabetic());
    pieces.flat_map(|piece| {
        let mut humps: Vec<String> = Vec::new();
        let mut was_lower = false;
        for letter in piece.chars() {
            if humps.is_empty() || was_lower && letter.is_ascii_uppercase() {
                humps.push(String::new());
            }
            was_lower = letter.is_ascii_lowercase();
            humps.last_mut().unwrap().push(letter.to_ascii_lowercase());
        }
        humps
    })
}

#[test]
fn words_are_found_in_sentences_and_in_names() {
    let found: Vec<String> = words("// What was told: `is_told`, ToldBy, TOLD_MAX").collect();
    let expected = ["what", "was", "told", "is", "told", "told", "by", "told", "max"];
    assert_eq!(found, expected);
}

#[test]
fn the_words_of_the_old_dialect_do_not_come_back() {
    let mut wrong = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for path in rust_files("src") {
        let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
        for (number, line) in (1..).zip(fs::read_to_string(&path).unwrap().lines()) {
            let lower = line.to_lowercase();
            let words = words(line).filter(|word| DIALECT.contains(&word.as_str()));
            let phrases = PHRASES
                .iter()
                .filter(|phrase| lower.contains(**phrase))
                .map(|phrase| (*phrase).to_owned());
            for word in words.chain(phrases) {
                wrong.push(format!("{name}:{number}: {word}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} words:\n{}", wrong.len(), wrong.join("\n"));
}

/// The names of the tests in a text of Rust, each with the number of its line.
fn tests(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = (1..).zip(text.lines().map(str::trim_start));
    let starts = |line: &str| line.starts_with("#[test]") || line.starts_with("#[tokio::test");
    lines
        .clone()
        .zip(lines.skip(1))
        .filter_map(move |((_, line), (number, next))| {
            let function = next.strip_prefix("async ").unwrap_or(next);
            let (name, _) = function.strip_prefix("fn ")?.split_once('(')?;
            starts(line).then_some((number, name))
        })
}

#[test]
fn tests_are_named_in_plain_words() {
    let mut wrong = Vec::new();
    let mut count = 0;
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for path in ["src", "tests"].into_iter().flat_map(rust_files) {
        let file = path.strip_prefix(root).unwrap().display();
        let text = fs::read_to_string(&path).unwrap();
        for (number, name) in tests(&text) {
            count += 1;
            let spaced = name.replace('_', " ");
            let is_dialect = words(name).any(|word| DIALECT.contains(&word.as_str()))
                || PHRASES.iter().any(|phrase| spaced.contains(phrase));
            if is_dialect {
                wrong.push(format!("{file}:{number}: {name}"));
            }
        }
    }
    assert!(count > 1_000, "the tests are found: {count}");
    assert!(wrong.is_empty(), "{} names:\n{}", wrong.len(), wrong.join("\n"));
}
