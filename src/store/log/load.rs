//! The beginning of a log, written record by record, so that no more than a chunk of it is in memory. What was kept is there
//! when the file is opened again, and can be gone on with; only a sealed file is a log.

use redb::{Database, ReadableDatabase, StorageBackend};
use serde::Serialize;

use super::{
    Error, Head,
    begin::write_head,
    file::builder,
    read,
    tables::{CHUNK, LOAD},
    value::{self, Place},
};
use crate::model::{Catalog, Noun, Record};

/// How large a chunk may grow before it is packed, in bytes of JSON: the size of what is in memory of it.
const CHUNK_BYTES: usize = 8 << 20;
/// How many bytes of packed chunks share a write.
const WRITE_BYTES: usize = 32 << 20;

/// A file that is becoming a log.
#[derive(Debug)]
pub struct Load {
    database: Database,
    head: Head,
    /// The chunks that are being filled: sources, entities and relationships, of which each refers only to what stands before.
    filling: [Filling; 3],
    /// Packed chunks that are not written yet, the last of them being `head.chunks - 1`.
    packed: Vec<(u64, Vec<u8>)>,
    packed_bytes: usize,
}

/// Records of one noun as the elements of a JSON array.
#[derive(Debug)]
struct Filling {
    noun: Noun,
    json: Vec<u8>,
    records: usize,
}

impl Load {
    /// Begins in this empty file.
    ///
    /// # Errors
    /// [`Error::File`] when it cannot be written.
    pub fn begin(file: impl StorageBackend, head: Head) -> Result<Self, Error> {
        read::unharmed(|| {
            let load = Self::over(database(file)?, Head { chunks: 0, ..head });
            load.write(&[])?;
            Ok(load)
        })
    }

    /// Goes on with a file that was begun, and has been read.
    ///
    /// # Errors
    /// [`Error::Damaged`] and [`Error::File`].
    pub fn resume(file: impl StorageBackend) -> Result<Self, Error> {
        read::unharmed(|| {
            let database = database(file)?;
            let transaction = database.begin_read().map_err(read::damaged)?;
            let head = read::head(&transaction)?;
            transaction.close().map_err(read::damaged)?;
            Ok(Self::over(database, head))
        })
    }

    fn over(database: Database, head: Head) -> Self {
        Self {
            database,
            head,
            filling: [Noun::Source, Noun::Entity, Noun::Relationship].map(Filling::new),
            packed: Vec::new(),
            packed_bytes: 0,
        }
    }

    /// What is said of the whole so far.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Adds a record. It lasts once [`Load::keep`] was called.
    ///
    /// # Errors
    /// [`Error::Unkeepable`] for what JSON cannot say, then nothing was added; [`Error::File`] when writing fails.
    pub fn add(&mut self, record: &Record) -> Result<(), Error> {
        let number = usize::from(record.noun().index());
        let filling = &mut self.filling[number];
        filling.add(record)?;
        if filling.records >= CHUNK || filling.json.len() >= CHUNK_BYTES {
            self.pack(number)?;
        }
        if self.packed_bytes >= WRITE_BYTES {
            self.write_packed()?;
        }
        Ok(())
    }

    /// Makes what was added last.
    ///
    /// # Errors
    /// [`Error::File`] when writing fails.
    pub fn keep(&mut self) -> Result<(), Error> {
        self.pack(self.filling.len() - 1)?;
        self.write_packed()
    }

    /// Makes the file a log that begins with what was added, and says so of it.
    ///
    /// # Errors
    /// [`Error::File`] when writing fails.
    pub fn seal(mut self, title: &str, description: Option<&str>, licence: Option<&str>) -> Result<Head, Error> {
        self.pack(self.filling.len() - 1)?;
        title.clone_into(&mut self.head.title);
        self.head.description = description.map(str::to_owned);
        self.head.licence = licence.map(str::to_owned);
        self.write_packed()?;
        read::unharmed(|| self.database.close().map_err(read::damaged))?;
        Ok(self.head)
    }

    /// Packs what is being filled, up to the list with this number.
    fn pack(&mut self, last: usize) -> Result<(), Error> {
        for filling in &mut self.filling[..=last] {
            let Some(json) = filling.take() else { continue };
            let chunk = self.head.chunks;
            let kept = value::pack_json(Place::load(chunk), &json)
                .map_err(|reason| Error::unkeepable(format!("chunk {chunk} of the data"), &reason))?;
            self.packed_bytes += kept.len();
            self.packed.push((chunk, kept));
            self.head.chunks += 1;
        }
        Ok(())
    }

    fn write_packed(&mut self) -> Result<(), Error> {
        let packed = std::mem::take(&mut self.packed);
        self.packed_bytes = 0;
        read::unharmed(|| self.write(&packed))
    }

    fn write(&self, packed: &[(u64, Vec<u8>)]) -> Result<(), Error> {
        write_head(&self.database, &self.head, |transaction| {
            let mut load = transaction.open_table(LOAD).map_err(read::damaged)?;
            for (chunk, kept) in packed {
                load.insert(*chunk, kept.as_slice()).map_err(read::damaged)?;
            }
            Ok(())
        })
    }
}

impl Filling {
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
                self.json.extend_from_slice(list_of(self.noun).as_bytes());
                self.json.extend_from_slice(b"\":[");
            }
            _ => self.json.push(b','),
        }
        let written = match record {
            Record::Source(source) => append(&mut self.json, source),
            Record::Entity(entity) => append(&mut self.json, entity),
            Record::Relationship(relationship) => append(&mut self.json, relationship),
        };
        if let Err(reason) = written {
            self.json.truncate(before);
            return Err(Error::unkeepable(format!("{:?}", record.id()), &reason));
        }
        self.records += 1;
        Ok(())
    }

    /// The chunk as JSON; none when nothing is in it. It is empty afterwards.
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

/// The list of a [`Chunk`] that holds these.
fn list_of(noun: Noun) -> &'static str {
    match noun {
        Noun::Source => "sources",
        Noun::Entity => "entities",
        Noun::Relationship => "relationships",
    }
}

fn database(file: impl StorageBackend) -> Result<Database, Error> {
    builder().create_with_backend(file).map_err(read::damaged)
}
