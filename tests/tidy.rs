//! Rules of the house that no compiler checks: which layer may use which, and how files begin.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The layers from left to right; each uses only itself and what stands to its left.
const LAYERS: [&str; 9] = [
    "model", "graph", "edit", "store", "formats", "import", "schema", "http", "cli",
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

fn layer_of(path: &Path) -> Option<&'static str> {
    let parts: Vec<String> = path
        .components()
        .map(|part| part.as_os_str().to_string_lossy().into_owned())
        .collect();
    let source = parts.iter().rposition(|part| part == "src")?;
    let first = parts.get(source + 1)?.trim_end_matches(".rs");
    LAYERS.into_iter().find(|layer| *layer == first)
}

/// The layers that a text of Rust names as `crate::layer`, in use lines, groups and paths.
fn layers_named(text: &str) -> BTreeSet<&'static str> {
    let mut named = BTreeSet::new();
    for (start, _) in text.match_indices("crate::") {
        let rest = &text[start + "crate::".len()..];
        let told: Vec<&str> = match rest.strip_prefix('{') {
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
        for path in told {
            let name = path
                .trim_start()
                .split(|letter: char| !letter.is_alphanumeric() && letter != '_')
                .next()
                .unwrap();
            named.extend(LAYERS.into_iter().find(|layer| *layer == name));
        }
    }
    named
}

#[test]
fn every_layer_uses_only_itself_and_what_stands_to_its_left() {
    let place = |layer: &str| LAYERS.iter().position(|known| *known == layer).unwrap();
    let mut wrong = Vec::new();
    for path in rust_files("src") {
        let Some(layer) = layer_of(&path) else { continue };
        for used in layers_named(&fs::read_to_string(&path).unwrap()) {
            if place(used) > place(layer) {
                wrong.push(format!("{} uses {used}", path.display()));
            }
        }
    }
    assert_eq!(wrong, [""; 0]);
}

#[test]
fn a_use_against_the_arrows_is_seen() {
    assert_eq!(
        layers_named("use crate::{model::{Set, View}, http};"),
        BTreeSet::from(["model", "http"])
    );
    assert_eq!(
        layers_named("use crate::graph::Snapshot;\nfn f() { crate::cli::run() }"),
        BTreeSet::from(["graph", "cli"])
    );
    assert_eq!(
        layers_named("use crate::{\n    graph::{http, Mask},\n};"),
        BTreeSet::from(["graph"])
    );
}

#[test]
fn what_a_layer_must_never_contain_is_not_there() {
    let never: [(&str, &[&str]); 7] = [
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
        ("schema", &["axum", "hyper", "std::fs"]),
    ];
    let mut wrong = Vec::new();
    for path in rust_files("src") {
        let text = fs::read_to_string(&path).unwrap();
        for (layer, words) in never {
            if layer_of(&path) == Some(layer) {
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
