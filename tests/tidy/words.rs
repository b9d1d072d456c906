//! Plain words: those that strangers had to learn do not come back, and no name stands for two things.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use super::{room_of, rust_files};

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

/// Where a word is data, or the text of a stored or documented form.
const DATA: [(&str, &str); 0] = [];

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
                if !DATA.contains(&(name.as_str(), word.as_str())) {
                    wrong.push(format!("{name}:{number}: {word}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} words:\n{}", wrong.len(), wrong.join("\n"));
}

/// Types of one name in several rooms that are one notion: the error of each room, and what the schema offers of the model and the
/// graph under the same names.
const ONE_NOTION: [&str; 0] = [];

#[test]
fn no_name_of_a_type_stands_for_two_things() {
    let mut rooms: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for path in rust_files("src") {
        let Some(room) = room_of(&path) else { continue };
        for line in fs::read_to_string(&path).unwrap().lines() {
            // What is visible in its own file alone needs no name that others know.
            let Some(public) = line.strip_prefix("pub") else {
                continue;
            };
            let mut parts = public
                .split_whitespace()
                .skip_while(|part| !["struct", "enum", "trait", "type"].contains(part));
            if let Some(name) = parts.nth(1) {
                let name = name.split(|letter: char| !letter.is_alphanumeric()).next().unwrap();
                rooms.entry(name.to_owned()).or_default().insert(room);
            }
        }
    }
    assert!(rooms.len() > 300, "the types are found");
    rooms.retain(|name, rooms| rooms.len() > 1 && !ONE_NOTION.contains(&name.as_str()));
    assert!(rooms.is_empty(), "{rooms:#?}");
}
