//! What imports left waiting for something that it refers to, as far as it is told.

use serde::Deserialize;

use crate::{
    graph::UnresolvedRelationship,
    store::log::{self, Reading},
};

/// What the key of a note starts with of something that waits.
pub const WAITING: &str = "waiting:";

/// How many are told.
const TOLD_MAX: usize = 100_000;

/// What is read of a note; imports keep more in it.
#[derive(Deserialize)]
struct Note {
    id: String,
    claim: String,
    missing: String,
    place: String,
}

/// What waits in a store, at most 100,000 of it.
///
/// # Errors
/// [`log::Error`] where it cannot be read.
pub fn read(reading: &Reading) -> Result<Vec<UnresolvedRelationship>, log::Error> {
    let damaged = |error: redb::StorageError| log::Error::damaged("what waits", &error);
    let Some(notes) = reading.notes()? else {
        return Ok(Vec::new());
    };
    let mut waiting = Vec::new();
    for row in notes.range(WAITING..).map_err(damaged)?.take(TOLD_MAX) {
        let (key, note) = row.map_err(damaged)?;
        if !key.value().starts_with(WAITING) {
            break;
        }
        // What is of another form is for the import that wrote it.
        if let Ok(note) = serde_json::from_slice::<Note>(note.value()) {
            waiting.push(UnresolvedRelationship {
                id: note.id,
                claim: note.claim,
                missing: note.missing,
                place: note.place,
            });
        }
    }
    Ok(waiting)
}
