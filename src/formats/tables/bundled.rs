//! The dataset in `data/`, as it was when the program was built.

macro_rules! data {
    ($file:literal) => {
        Some(include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/data/", $file)))
    };
}

/// The file of this name.
pub(super) fn load(file: &str) -> Option<&'static [u8]> {
    match file {
        "dataset.toml" => data!("dataset.toml"),
        "sources.csv" => data!("sources.csv"),
        "entities.csv" => data!("entities.csv"),
        "names.csv" => data!("names.csv"),
        "identifiers.csv" => data!("identifiers.csv"),
        "relationships.csv" => data!("relationships.csv"),
        "evidence.csv" => data!("evidence.csv"),
        _ => None,
    }
}
