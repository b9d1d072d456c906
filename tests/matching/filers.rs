//! The filers of a securities regulator as a registry, and the companies of a stock index as names with known answers: both
//! tell the same number of a filer. The lists lie beside the project. Shared with the bench.

use std::path::{Path, PathBuf};

use guanxi::model::{Dataset, Entity, EntityKind};

use super::labelled::{Labelled, dataset, named};

/// The folder of the samples, where it lies beside the project.
fn samples() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/samples");
    folder.is_dir().then_some(folder)
}

/// Some columns of a table.
fn columns<const N: usize>(path: &Path, names: [&str; N]) -> Vec<[String; N]> {
    let mut reader = csv::Reader::from_path(path).expect("the sample is there");
    let headers = reader.headers().expect("a head").clone();
    let places = names.map(|name| headers.iter().position(|head| head == name).expect("a column"));
    let rows = reader.records().map(|row| row.expect("the table is well formed"));
    rows.map(|row| places.map(|place| row[place].to_owned())).collect()
}

/// The filers, and the companies of the index with the filer that each is; none where the samples are absent.
pub(crate) fn filers() -> Option<(Dataset, Vec<Labelled>)> {
    let folder = samples()?;
    let filers = columns(&folder.join("sec-names/names.csv"), ["cik", "name"]);
    let entities = filers.iter().map(|[number, name]| {
        let id = format!("cik:{number}");
        Entity::new(&id, EntityKind::Company, name).expect("a filer has a name")
    });
    let entities: Vec<Entity> = entities.collect();
    let companies = columns(&folder.join("sp500/constituents.csv"), ["CIK", "Security"]);
    let labelled = companies.iter().map(|[number, name]| {
        let id = format!("cik:{}", number.trim_start_matches('0'));
        Labelled {
            wanted: named(name),
            expected: entities.iter().any(|entity| entity.id == id).then_some(id),
        }
    });
    let labelled = labelled.collect();
    Some((dataset("Filers", entities), labelled))
}
