//! Creating a log with the initial data of a store: every chunk is read back before it is written, all in one transaction.

use redb::{Database, StorageBackend, WriteTransaction};

use crate::{
    model::{Dataset, Timestamp},
    store::log::{
        Error, Head,
        file::builder,
        read::{self, in_order},
        tables::{CHUNK, Chunk, ChunkRef, ENTRIES, FormatVersion, HEAD, LOAD, META, NOTES, RETRIES, VERSION},
        value::{self, ValueKey},
    },
};

/// Creates a log in an empty file, with `dataset` as its initial data.
///
/// # Errors
/// [`Error::Unstorable`] for data that would not be read back unchanged, [`Error::File`] when writing fails.
pub fn create(file: impl StorageBackend, dataset: &Dataset, began_at: Timestamp) -> Result<(), Error> {
    let sources = dataset.sources.chunks(CHUNK).map(ChunkRef::Sources);
    let entities = dataset.entities.chunks(CHUNK).map(ChunkRef::Entities);
    let relationships = dataset.relationships.chunks(CHUNK).map(ChunkRef::Relationships);
    let chunk_refs: Vec<ChunkRef<'_>> = sources.chain(entities).chain(relationships).collect();
    let chunks = u64::try_from(chunk_refs.len()).map_err(|error| Error::File(error.to_string()))?;
    let head = Head {
        title: dataset.title.clone(),
        description: dataset.description.clone(),
        licence: dataset.licence.clone(),
        recorded_at: dataset.recorded_at,
        began_at,
        chunks,
    };
    let chunk_ref = |chunk: u64| -> Option<ChunkRef<'_>> { chunk_refs.get(usize::try_from(chunk).ok()?).copied() };
    let packed = in_order(0..chunks, |chunk| {
        let chunk_ref = chunk_ref(chunk).unwrap_or(ChunkRef::Sources(&[]));
        pack_chunk(chunk, chunk_ref).map(|bytes| (chunk, bytes))
    });
    create_with(file, &head, |transaction| {
        let mut table = transaction.open_table(LOAD).map_err(read::damaged)?;
        for packed in packed {
            let (chunk, bytes) = packed?;
            table.insert(chunk, bytes.as_slice()).map_err(read::damaged)?;
        }
        Ok(())
    })
}

fn pack_chunk(chunk: u64, chunk_ref: ChunkRef<'_>) -> Result<Vec<u8>, Error> {
    let place = || format!("chunk {chunk} of the data");
    let bytes =
        value::pack(ValueKey::chunk(chunk), &chunk_ref).map_err(|reason| Error::unstorable(place(), &reason))?;
    match value::unpack::<Chunk>(ValueKey::chunk(chunk), &bytes) {
        Ok(read) if chunk_ref.equals(&read) => Ok(bytes),
        Ok(_) => Err(Error::unstorable(place(), "it would not be read back unchanged")),
        Err(reason) => Err(Error::unstorable(place(), &reason)),
    }
}

/// Creates a log in an empty file, with the head and the rows written by `fill`, in one transaction.
pub(in crate::store::log) fn create_with(
    file: impl StorageBackend,
    head: &Head,
    fill: impl FnOnce(&WriteTransaction) -> Result<(), Error>,
) -> Result<(), Error> {
    let database = builder().create_with_backend(file).map_err(read::damaged)?;
    write_head(&database, head, fill)?;
    database.close().map_err(read::damaged)
}

/// Writes the head and the rows written by `fill`, in one transaction.
pub(in crate::store::log) fn write_head(
    database: &Database,
    head: &Head,
    fill: impl FnOnce(&WriteTransaction) -> Result<(), Error>,
) -> Result<(), Error> {
    let transaction = database.begin_write().map_err(read::damaged)?;
    {
        let mut meta = transaction.open_table(META).map_err(read::damaged)?;
        let unstorable = |reason| Error::unstorable("the head of the data", &reason);
        let version = value::pack(VERSION.1, &FormatVersion::current()).map_err(unstorable)?;
        let head = value::pack(HEAD.1, head).map_err(unstorable)?;
        meta.insert(VERSION.0, version.as_slice()).map_err(read::damaged)?;
        meta.insert(HEAD.0, head.as_slice()).map_err(read::damaged)?;
        // Readers expect every table to exist.
        transaction.open_table(LOAD).map_err(read::damaged)?;
        transaction.open_table(ENTRIES).map_err(read::damaged)?;
        transaction.open_table(RETRIES).map_err(read::damaged)?;
        transaction.open_table(NOTES).map_err(read::damaged)?;
    }
    fill(&transaction)?;
    transaction.commit().map_err(read::damaged)
}
