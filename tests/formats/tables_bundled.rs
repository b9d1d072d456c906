//! The data that comes with the program.

use std::path::Path;

use guanxi::formats::tables;

#[test]
fn the_bundled_data_is_sound_and_complete() {
    let dataset = tables::bundled().unwrap_or_else(|error| panic!("{error}"));
    let names: usize = dataset.entities.iter().map(|entity| entity.names.len()).sum();
    let identifiers: usize = dataset.entities.iter().map(|entity| entity.identifiers.len()).sum();
    let evidence: usize = dataset.relationships.iter().map(|claim| claim.evidence.len()).sum();
    assert_eq!((dataset.sources.len(), dataset.entities.len()), (30, 67));
    assert_eq!((names, identifiers), (42, 5));
    assert_eq!((dataset.relationships.len(), evidence), (107, 161));
}

#[test]
fn the_folder_and_the_copy_in_the_program_read_alike() {
    let folder = tables::read_dir(&Path::new(env!("CARGO_MANIFEST_DIR")).join("data")).unwrap();
    assert_eq!(folder, tables::bundled().unwrap());
}
