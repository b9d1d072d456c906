//! Making a new log: what a store begins with, written in one transaction, and read back before it is.

use redb::{Database, StorageBackend, WriteTransaction};

use super::{
    Error, Head,
    file::builder,
    read::{self, in_order},
    tables::{CHUNK, Chunk, ENTRIES, HEAD, LOAD, META, NOTES, Part, RETRIES, VERSION, Version},
    value::{self, Place},
};
use crate::model::{Dataset, Timestamp};

/// Makes a log in this empty file that begins with `dataset`.
///
/// # Errors
/// [`Error::Unkeepable`] for data that would not be read back as it is, [`Error::File`] when writing fails.
pub fn begin(file: impl StorageBackend, dataset: &Dataset, began_at: Timestamp) -> Result<(), Error> {
    let sources = dataset.sources.chunks(CHUNK).map(Part::Sources);
    let entities = dataset.entities.chunks(CHUNK).map(Part::Entities);
    let relationships = dataset.relationships.chunks(CHUNK).map(Part::Relationships);
    let parts: Vec<Part<'_>> = sources.chain(entities).chain(relationships).collect();
    let chunks = u64::try_from(parts.len()).map_err(|error| Error::File(error.to_string()))?;
    let head = Head {
        title: dataset.title.clone(),
        description: dataset.description.clone(),
        licence: dataset.licence.clone(),
        recorded_at: dataset.recorded_at,
        began_at,
        chunks,
    };
    let part = |chunk: u64| -> Option<Part<'_>> { parts.get(usize::try_from(chunk).ok()?).copied() };
    let packed = in_order(0..chunks, |chunk| {
        let part = part(chunk).unwrap_or(Part::Sources(&[]));
        packed_part(chunk, part).map(|kept| (chunk, kept))
    });
    begin_empty_of(file, &head, |transaction| {
        let mut table = transaction.open_table(LOAD).map_err(read::damaged)?;
        for packed in packed {
            let (chunk, kept) = packed?;
            table.insert(chunk, kept.as_slice()).map_err(read::damaged)?;
        }
        Ok(())
    })
}

fn packed_part(chunk: u64, part: Part<'_>) -> Result<Vec<u8>, Error> {
    let place = || format!("chunk {chunk} of the data");
    let kept = value::pack(Place::load(chunk), &part).map_err(|reason| Error::unkeepable(place(), &reason))?;
    match value::unpack::<Chunk>(Place::load(chunk), &kept) {
        Ok(read) if part.is(&read) => Ok(kept),
        Ok(_) => Err(Error::unkeepable(place(), "it would be read back as another")),
        Err(reason) => Err(Error::unkeepable(place(), &reason)),
    }
}

/// Makes a log in this empty file with what `fill` writes, in one transaction.
pub(super) fn begin_empty_of(
    file: impl StorageBackend,
    head: &Head,
    fill: impl FnOnce(&WriteTransaction) -> Result<(), Error>,
) -> Result<(), Error> {
    let database = builder().create_with_backend(file).map_err(read::damaged)?;
    write_head(&database, head, fill)?;
    database.close().map_err(read::damaged)
}

/// Writes what is said of the whole, and what `fill` writes, in one transaction.
pub(super) fn write_head(
    database: &Database,
    head: &Head,
    fill: impl FnOnce(&WriteTransaction) -> Result<(), Error>,
) -> Result<(), Error> {
    let transaction = database.begin_write().map_err(read::damaged)?;
    {
        let mut meta = transaction.open_table(META).map_err(read::damaged)?;
        let unkeepable = |reason| Error::unkeepable("what is said of the data", &reason);
        let version = value::pack(VERSION.1, &Version::of_this_program()).map_err(unkeepable)?;
        let head = value::pack(HEAD.1, head).map_err(unkeepable)?;
        meta.insert(VERSION.0, version.as_slice()).map_err(read::damaged)?;
        meta.insert(HEAD.0, head.as_slice()).map_err(read::damaged)?;
        // Whoever reads finds every table.
        transaction.open_table(LOAD).map_err(read::damaged)?;
        transaction.open_table(ENTRIES).map_err(read::damaged)?;
        transaction.open_table(RETRIES).map_err(read::damaged)?;
        transaction.open_table(NOTES).map_err(read::damaged)?;
    }
    fill(&transaction)?;
    transaction.commit().map_err(read::damaged)
}
