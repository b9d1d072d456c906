//! The initial data of a log, written record by record, with at most a chunk of each noun in memory. Flushed records survive,
//! and the load can be resumed; only a sealed file is a log.

use redb::{Database, ReadableDatabase, StorageBackend};
use serde::Serialize;

use super::create::write_head;
use crate::{
    model::{Catalog, Noun, Record},
    store::log::{
        Error, Head,
        file::builder,
        read,
        tables::{CHUNK, LOAD},
        value::{self, ValueKey},
    },
};

/// The size at which a chunk is packed, in bytes of JSON in memory.
const CHUNK_BYTES: usize = 8 << 20;
/// The number of bytes of packed chunks that share a write.
const WRITE_BYTES: usize = 32 << 20;

/// An unfinished log.
#[derive(Debug)]
pub struct UnfinishedLog {
    database: Database,
    head: Head,
    /// The open chunks of sources, entities and relationships; records refer only to records of earlier chunks.
    open_chunks: [OpenChunk; 3],
    /// Packed chunks that are not written yet; the last has the number `head.chunks - 1`.
    packed: Vec<(u64, Vec<u8>)>,
    packed_bytes: usize,
}

/// Records of one noun as the elements of a JSON array.
#[derive(Debug)]
struct OpenChunk {
    noun: Noun,
    json: Vec<u8>,
    records: usize,
}

impl UnfinishedLog {
    /// Starts a load in an empty file.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be written.
    pub fn begin(file: impl StorageBackend, head: Head) -> Result<Self, Error> {
        read::catch_damage(|| {
            let load = Self::with_database(database(file)?, Head { chunks: 0, ..head });
            load.write(&[])?;
            Ok(load)
        })
    }

    /// Resumes a load in a file that has been read before.
    ///
    /// # Errors
    /// [`Error::Damaged`] and [`Error::File`].
    pub fn resume(file: impl StorageBackend) -> Result<Self, Error> {
        read::catch_damage(|| {
            let database = database(file)?;
            let transaction = database.begin_read().map_err(read::damaged)?;
            let head = read::head(&transaction)?;
            transaction.close().map_err(read::damaged)?;
            Ok(Self::with_database(database, head))
        })
    }

    fn with_database(database: Database, head: Head) -> Self {
        Self {
            database,
            head,
            open_chunks: [Noun::Source, Noun::Entity, Noun::Relationship].map(OpenChunk::new),
            packed: Vec::new(),
            packed_bytes: 0,
        }
    }

    /// The head so far.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Adds a record. It is durable after [`UnfinishedLog::flush`].
    ///
    /// # Errors
    /// [`Error::Unstorable`] if JSON cannot represent it, then nothing was added; [`Error::File`] when writing fails.
    pub fn add(&mut self, record: &Record) -> Result<(), Error> {
        let number = usize::from(record.noun().index());
        let open_chunk = &mut self.open_chunks[number];
        open_chunk.add(record)?;
        if open_chunk.records >= CHUNK || open_chunk.json.len() >= CHUNK_BYTES {
            self.pack(number)?;
        }
        if self.packed_bytes >= WRITE_BYTES {
            self.write_packed()?;
        }
        Ok(())
    }

    /// Makes all added records durable.
    ///
    /// # Errors
    /// [`Error::File`] when writing fails.
    pub fn flush(&mut self) -> Result<(), Error> {
        self.pack(self.open_chunks.len() - 1)?;
        self.write_packed()
    }

    /// Makes the file a log with the added records as its initial data, described by the arguments.
    ///
    /// # Errors
    /// [`Error::File`] when writing fails.
    pub fn seal(mut self, title: &str, description: Option<&str>, licence: Option<&str>) -> Result<Head, Error> {
        self.pack(self.open_chunks.len() - 1)?;
        title.clone_into(&mut self.head.title);
        self.head.description = description.map(str::to_owned);
        self.head.licence = licence.map(str::to_owned);
        self.write_packed()?;
        read::catch_damage(|| self.database.close().map_err(read::damaged))?;
        Ok(self.head)
    }

    /// Packs the open chunks up to the one with this number.
    fn pack(&mut self, last: usize) -> Result<(), Error> {
        for open_chunk in &mut self.open_chunks[..=last] {
            let Some(json) = open_chunk.take() else { continue };
            let chunk = self.head.chunks;
            let bytes = value::pack_json(ValueKey::chunk(chunk), &json)
                .map_err(|reason| Error::unstorable(format!("chunk {chunk} of the data"), &reason))?;
            self.packed_bytes += bytes.len();
            self.packed.push((chunk, bytes));
            self.head.chunks += 1;
        }
        Ok(())
    }

    fn write_packed(&mut self) -> Result<(), Error> {
        let packed = std::mem::take(&mut self.packed);
        self.packed_bytes = 0;
        read::catch_damage(|| self.write(&packed))
    }

    fn write(&self, packed: &[(u64, Vec<u8>)]) -> Result<(), Error> {
        write_head(&self.database, &self.head, |transaction| {
            let mut load = transaction.open_table(LOAD).map_err(read::damaged)?;
            for (chunk, bytes) in packed {
                load.insert(*chunk, bytes.as_slice()).map_err(read::damaged)?;
            }
            Ok(())
        })
    }
}

impl OpenChunk {
    fn new(noun: Noun) -> Self {
        Self {
            noun,
            json: Vec::new(),
            records: 0,
        }
    }

    fn add(&mut self, record: &Record) -> Result<(), Error> {
        let before = self.json.len();
        match self.records {
            0 => {
                self.json.extend_from_slice(b"{\"");
                self.json.extend_from_slice(chunk_field(self.noun).as_bytes());
                self.json.extend_from_slice(b"\":[");
            }
            _ => self.json.push(b','),
        }
        let result = match record {
            Record::Source(source) => append(&mut self.json, source),
            Record::Entity(entity) => append(&mut self.json, entity),
            Record::Relationship(relationship) => append(&mut self.json, relationship),
        };
        if let Err(reason) = result {
            self.json.truncate(before);
            return Err(Error::unstorable(format!("{:?}", record.id()), &reason));
        }
        self.records += 1;
        Ok(())
    }

    /// Takes the chunk as JSON; `None` if it is empty.
    fn take(&mut self) -> Option<Vec<u8>> {
        if self.records == 0 {
            return None;
        }
        self.records = 0;
        let mut json = std::mem::take(&mut self.json);
        json.extend_from_slice(b"]}");
        Some(json)
    }
}

fn append<T: Serialize>(json: &mut Vec<u8>, record: &T) -> Result<(), String> {
    serde_json::to_writer(json, record).map_err(|error| error.to_string())
}

/// The field of [`crate::store::log::tables::Chunk`] for records of this noun.
fn chunk_field(noun: Noun) -> &'static str {
    match noun {
        Noun::Source => "sources",
        Noun::Entity => "entities",
        Noun::Relationship => "relationships",
    }
}

fn database(file: impl StorageBackend) -> Result<Database, Error> {
    builder().create_with_backend(file).map_err(read::damaged)
}
