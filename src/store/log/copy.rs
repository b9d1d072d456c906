//! Copying one consistent state of a log into another file. Every value is checked.

use redb::{ReadableTable, StorageBackend, WriteTransaction};

use super::{
    Error, LogReader,
    initial::create::create_with,
    read,
    tables::{ENTRIES, LOAD, NOTES, RETRIES},
    value::{self, ValueKey},
};

/// Writes everything in the log into an empty file.
///
/// # Errors
/// [`Error::Damaged`] when a value is not as it was written, [`Error::File`] when writing fails.
pub fn copy(from: &LogReader, file: impl StorageBackend) -> Result<(), Error> {
    read::catch_damage(|| {
        create_with(file, from.head(), |to| {
            chunks(from, to)?;
            entries(from, to)?;
            retries(from, to)?;
            notes(from, to)
        })
    })
}

fn chunks(from: &LogReader, to: &WriteTransaction) -> Result<(), Error> {
    let mut table = to.open_table(LOAD).map_err(read::damaged)?;
    for row in from.chunks()?.iter().map_err(read::damaged)? {
        let (chunk, bytes) = row.map_err(read::damaged)?;
        let chunk = chunk.value();
        value::check(ValueKey::chunk(chunk), bytes.value())
            .map_err(|reason| Error::damaged(format!("chunk {chunk} of the initial data"), &reason))?;
        table.insert(chunk, bytes.value()).map_err(read::damaged)?;
    }
    Ok(())
}

fn entries(from: &LogReader, to: &WriteTransaction) -> Result<(), Error> {
    let mut table = to.open_table(ENTRIES).map_err(read::damaged)?;
    for row in from.entries()?.iter().map_err(read::damaged)? {
        let (position, bytes) = row.map_err(read::damaged)?;
        let position = position.value();
        value::check(ValueKey::entry(position), bytes.value())
            .map_err(|reason| Error::damaged(format!("entry {position}"), &reason))?;
        table.insert(position, bytes.value()).map_err(read::damaged)?;
    }
    Ok(())
}

fn notes(from: &LogReader, to: &WriteTransaction) -> Result<(), Error> {
    let Some(notes) = from.notes()? else { return Ok(()) };
    let mut table = to.open_table(NOTES).map_err(read::damaged)?;
    for row in notes.iter().map_err(read::damaged)? {
        let (key, note) = row.map_err(read::damaged)?;
        table.insert(key.value(), note.value()).map_err(read::damaged)?;
    }
    Ok(())
}

fn retries(from: &LogReader, to: &WriteTransaction) -> Result<(), Error> {
    let mut table = to.open_table(RETRIES).map_err(read::damaged)?;
    let mut result = Ok(());
    from.retries(|key, committed| {
        if result.is_ok() {
            result = table.insert(key, (committed.digest, committed.position)).map(drop);
        }
    })?;
    result.map_err(read::damaged)
}
