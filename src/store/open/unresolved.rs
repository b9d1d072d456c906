//! Records of imports that wait for missing records to which they refer.

use serde::Deserialize;

use crate::{
    graph::UnresolvedRelationship,
    store::log::{self, LogReader},
};

/// The prefix of the keys of notes about waiting records.
pub const WAITING_PREFIX: &str = "waiting:";

/// The maximum number of records returned.
const RECORDS_MAX: usize = 100_000;

/// The fields of a note that are read here; imports store more.
#[derive(Deserialize)]
struct WaitingRecord {
    id: String,
    claim: String,
    missing: String,
    place: String,
}

/// The waiting records of a store, at most 100,000.
///
/// # Errors
/// [`log::Error`] when they cannot be read.
pub fn read(reader: &LogReader) -> Result<Vec<UnresolvedRelationship>, log::Error> {
    let damaged = |error: redb::StorageError| log::Error::damaged("the waiting records", &error);
    let Some(notes) = reader.notes()? else {
        return Ok(Vec::new());
    };
    let mut waiting = Vec::new();
    for row in notes.range(WAITING_PREFIX..).map_err(damaged)?.take(RECORDS_MAX) {
        let (key, note) = row.map_err(damaged)?;
        if !key.value().starts_with(WAITING_PREFIX) {
            break;
        }
        // Notes of another form are skipped here, and read by the import that wrote them.
        if let Ok(note) = serde_json::from_slice::<WaitingRecord>(note.value()) {
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
