//! A copy of a log in another file: what was there at one moment, every value checked on the way.

use redb::{ReadableTable, StorageBackend, WriteTransaction};

use super::{
    Error, Reading,
    begin::begin_empty_of,
    read,
    tables::{ENTRIES, LOAD, NOTES, RETRIES},
    value::{self, Place},
};

/// Writes everything that is read here into this empty file.
///
/// # Errors
/// [`Error::Damaged`] when what is read is not what was written, [`Error::File`] when writing fails.
pub fn copy(from: &Reading, file: impl StorageBackend) -> Result<(), Error> {
    read::unharmed(|| {
        begin_empty_of(file, from.head(), |to| {
            chunks(from, to)?;
            entries(from, to)?;
            retries(from, to)?;
            notes(from, to)
        })
    })
}

fn chunks(from: &Reading, to: &WriteTransaction) -> Result<(), Error> {
    let mut table = to.open_table(LOAD).map_err(read::damaged)?;
    for row in from.chunks()?.iter().map_err(read::damaged)? {
        let (chunk, kept) = row.map_err(read::damaged)?;
        let chunk = chunk.value();
        value::check(Place::load(chunk), kept.value())
            .map_err(|reason| Error::damaged(format!("chunk {chunk} of the data it began with"), &reason))?;
        table.insert(chunk, kept.value()).map_err(read::damaged)?;
    }
    Ok(())
}

fn entries(from: &Reading, to: &WriteTransaction) -> Result<(), Error> {
    let mut table = to.open_table(ENTRIES).map_err(read::damaged)?;
    for row in from.entries()?.iter().map_err(read::damaged)? {
        let (position, kept) = row.map_err(read::damaged)?;
        let position = position.value();
        value::check(Place::entry(position), kept.value())
            .map_err(|reason| Error::damaged(format!("entry {position}"), &reason))?;
        table.insert(position, kept.value()).map_err(read::damaged)?;
    }
    Ok(())
}

fn notes(from: &Reading, to: &WriteTransaction) -> Result<(), Error> {
    let Some(notes) = from.notes()? else { return Ok(()) };
    let mut table = to.open_table(NOTES).map_err(read::damaged)?;
    for row in notes.iter().map_err(read::damaged)? {
        let (key, note) = row.map_err(read::damaged)?;
        table.insert(key.value(), note.value()).map_err(read::damaged)?;
    }
    Ok(())
}

fn retries(from: &Reading, to: &WriteTransaction) -> Result<(), Error> {
    let mut table = to.open_table(RETRIES).map_err(read::damaged)?;
    let mut failed = Ok(());
    from.retries(|key, used| {
        if failed.is_ok() {
            failed = table.insert(key, (used.digest, used.position)).map(drop);
        }
    })?;
    failed.map_err(read::damaged)
}
