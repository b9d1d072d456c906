//! Rules of the house that no compiler checks: which room may use which, and how files begin.

mod circles;
mod names;
mod words;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The rooms, each with the others that it uses.
const ROOMS: [(&str, &[&str]); 11] = [
    ("model", &[]),
    ("auth", &["model"]),
    ("graph", &["model"]),
    ("edit", &["model", "graph"]),
    ("store", &["model", "auth", "graph"]),
    ("formats", &["model", "graph"]),
    ("import", &["model", "graph", "edit", "store", "formats"]),
    ("engine", &["model"]),
    ("schema", &["model", "graph", "edit", "store", "engine"]),
    ("http", &["model", "auth", "store", "engine", "schema"]),
    (
        "cli",
        &[
            "model", "auth", "graph", "store", "formats", "import", "engine", "schema", "http",
        ],
    ),
];

/// Every Rust file below `folder`.
fn rust_files(folder: &str) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.extension() {
                _ if path.is_dir() && path.file_name().is_some_and(|name| name != "node_modules") => folders.push(path),
                Some(extension) if extension == "rs" => files.push(path),
                _ => {}
            }
        }
    }
    files.sort();
    files
}

fn room_of(path: &Path) -> Option<&'static str> {
    let parts: Vec<String> = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    let source = parts.iter().rposition(|part| part == "src")?;
    let first = parts.get(source + 1)?.trim_end_matches(".rs");
    ROOMS.into_iter().map(|(room, _)| room).find(|room| *room == first)
}

/// The rooms that a text of Rust names as `crate::room`, in use lines, groups and paths.
fn rooms_named(text: &str) -> BTreeSet<&'static str> {
    let mut named = BTreeSet::new();
    for (start, _) in text.match_indices("crate::") {
        let rest = &text[start + "crate::".len()..];
        let paths: Vec<&str> = match rest.strip_prefix('{') {
            // A group: the first name of each of its members.
            Some(group) => {
                let mut depth = 0;
                let end = group
                    .find(|letter| {
                        depth += match letter {
                            '{' => 1,
                            '}' => -1,
                            _ => 0,
                        };
                        depth < 0
                    })
                    .unwrap_or(group.len());
                let mut depth = 0;
                group[..end]
                    .split(|letter| {
                        match letter {
                            '{' => depth += 1,
                            '}' => depth -= 1,
                            _ => {}
                        }
                        letter == ',' && depth == 0
                    })
                    .collect()
            }
            None => vec![rest],
        };
        for path in paths {
            let name = path
                .trim_start()
                .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                .next()
                .unwrap();
            named.extend(ROOMS.into_iter().map(|(room, _)| room).find(|room| *room == name));
        }
    }
    named
}

#[test]
fn every_room_uses_only_itself_and_those_that_it_may() {
    let mut wrong = Vec::new();
    for path in rust_files("src") {
        let Some(room) = room_of(&path) else { continue };
        let (_, others) = ROOMS.into_iter().find(|(known, _)| *known == room).unwrap();
        for used in rooms_named(&fs::read_to_string(&path).unwrap()) {
            if used != room && !others.contains(&used) {
                wrong.push(format!("{} uses {used}", path.display()));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn every_folder_of_the_source_is_a_room_and_no_arrow_leads_back() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let entries = fs::read_dir(source).unwrap().map(|entry| entry.unwrap());
    let folders = entries.filter(|entry| entry.path().is_dir());
    let folders: BTreeSet<String> = folders
        .map(|folder| folder.file_name().into_string().unwrap())
        .collect();
    assert_eq!(folders, ROOMS.iter().map(|(room, _)| (*room).to_owned()).collect());
    for (place, (room, others)) in ROOMS.iter().enumerate() {
        for other in *others {
            let position = ROOMS.iter().position(|(known, _)| known == other);
            assert!(position.is_some_and(|position| position < place), "{room} uses {other}");
        }
    }
}

#[test]
fn a_use_against_the_arrows_is_seen() {
    assert_eq!(
        rooms_named("use crate::{model::{Set, View}, http};"),
        BTreeSet::from(["model", "http"])
    );
    assert_eq!(
        rooms_named("use crate::graph::Snapshot;\nfn f() { crate::cli::run() }"),
        BTreeSet::from(["graph", "cli"])
    );
    assert_eq!(
        rooms_named("use crate::{\n    graph::{http, Mask},\n};"),
        BTreeSet::from(["graph"])
    );
}

#[test]
fn what_a_room_must_never_contain_is_not_there() {
    let never: [(&str, &[&str]); 8] = [
        (
            "model",
            &[
                "async_graphql",
                "std::fs",
                "std::net",
                "tokio",
                "axum",
                "Timestamp::now",
                "SystemTime",
            ],
        ),
        (
            "graph",
            &[
                "async_graphql",
                "std::fs",
                "std::net",
                "tokio",
                "axum",
                "Timestamp::now",
                "SystemTime",
                "Instant",
            ],
        ),
        (
            "edit",
            &[
                "async_graphql",
                "std::fs",
                "std::net",
                "tokio",
                "axum",
                "Timestamp::now",
            ],
        ),
        ("store", &["async_graphql", "axum"]),
        ("formats", &["async_graphql", "axum", "crate::store", "store::"]),
        ("import", &["async_graphql", "axum"]),
        ("engine", &["axum", "hyper", "std::fs"]),
        ("schema", &["axum", "hyper", "std::fs"]),
    ];
    let mut wrong = Vec::new();
    for path in rust_files("src") {
        let text = fs::read_to_string(&path).unwrap();
        for (room, words) in never {
            if room_of(&path) == Some(room) {
                wrong.extend(
                    words
                        .iter()
                        .filter(|word| text.contains(**word))
                        .map(|word| format!("{}: {word}", path.display())),
                );
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn every_file_says_what_it_holds_and_none_outgrows_its_room() {
    let mut wrong = Vec::new();
    for path in ["src", "tests"].into_iter().flat_map(rust_files) {
        let text = fs::read_to_string(&path).unwrap();
        if !text.starts_with("//! ") {
            wrong.push(format!("{} has no header", path.display()));
        }
        if text.lines().count() > 500 {
            wrong.push(format!("{} is longer than 500 lines", path.display()));
        }
    }
    assert_eq!(wrong, [""; 0]);
}
