//! The log in a file. A group of entries is one transaction: it is there as a whole when the file is opened again, or not at
//! all. After a write that failed, nothing more is written.

use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, OnceLock, PoisonError, RwLock},
};

use redb::{Builder, ConcurrencyMode, Database, ReadableDatabase, StorageBackend, WriteTransaction};

use super::{
    Error, Head, Used, follow,
    read::{self, in_order},
    tables::{CACHE_BYTES, CHUNK, Chunk, ENTRIES, HEAD, LOAD, META, NOTES, Part, RETRIES, VERSION, Version},
    untouched::Untouched,
    value::{self, Place},
};
use crate::model::{Dataset, Entry, Timestamp};

/// Entries and bytes of them that are kept at hand for those who follow the log.
const RECENT_ENTRIES: usize = 1024;
const RECENT_BYTES: usize = 16 << 20;

/// A log in a file.
#[derive(Debug)]
pub struct Durable {
    database: Database,
    head: Head,
    recent: RwLock<Recent>,
    /// Why nothing more is written.
    failed: OnceLock<String>,
}

/// The newest entries.
#[derive(Debug, Default)]
struct Recent {
    last: u64,
    entries: VecDeque<(Arc<Entry>, usize)>,
    bytes: usize,
}

/// An entry that is ready to be appended.
#[derive(Debug, Clone)]
pub struct Prepared {
    entry: Arc<Entry>,
    kept: Vec<u8>,
}

impl Prepared {
    /// The entry as it will be kept; it has been read back, so it can be read.
    pub(super) fn new(entry: Arc<Entry>) -> Result<Self, Error> {
        let place = || format!("entry {}", entry.position);
        let kept =
            value::pack(Place::entry(entry.position), &*entry).map_err(|reason| Error::unkeepable(place(), &reason))?;
        match value::unpack::<Entry>(Place::entry(entry.position), &kept) {
            Ok(read) if read == *entry => Ok(Self { entry, kept }),
            Ok(_) => Err(Error::unkeepable(place(), "it would be read back as another")),
            Err(reason) => Err(Error::unkeepable(place(), &reason)),
        }
    }

    /// The entry as it will be kept, which can surely be read back.
    pub(super) fn without_reading_back(entry: Arc<Entry>) -> Result<Self, Error> {
        let kept = value::pack(Place::entry(entry.position), &*entry);
        let kept = kept.map_err(|reason| Error::unkeepable(format!("entry {}", entry.position), &reason))?;
        Ok(Self { entry, kept })
    }

    /// The entry, for a log that writes nothing.
    pub(super) fn unwritten(entry: Arc<Entry>) -> Self {
        Self {
            entry,
            kept: Vec::new(),
        }
    }

    /// The entry.
    #[must_use]
    pub fn entry(&self) -> &Arc<Entry> {
        &self.entry
    }
}

impl Durable {
    /// Opens the log in this file to add to it. Whoever opens it has read it with [`super::Reading`] before, and found it
    /// sound: this may change the file.
    ///
    /// # Errors
    /// [`Error::Damaged`] or [`Error::File`].
    pub fn open(file: impl StorageBackend) -> Result<Self, Error> {
        read::unharmed(|| {
            let database = builder().create_with_backend(file).map_err(read::damaged)?;
            let transaction = database.begin_read().map_err(read::damaged)?;
            let head = read::head(&transaction)?;
            let last = read::last(&transaction)?;
            transaction.close().map_err(read::damaged)?;
            Ok(Self {
                database,
                head,
                recent: RwLock::new(Recent {
                    last,
                    ..Recent::default()
                }),
                failed: OnceLock::new(),
            })
        })
    }

    /// When the store was begun.
    #[must_use]
    pub fn began_at(&self) -> Timestamp {
        self.head.began_at
    }

    /// Makes the file as small as it can be.
    ///
    /// # Errors
    /// [`Error::Damaged`] or [`Error::File`].
    pub fn compact(mut self) -> Result<(), Error> {
        read::unharmed(|| {
            self.database.compact().map_err(read::damaged)?;
            self.database.close().map_err(read::damaged)
        })
    }

    pub(super) fn append(&self, entries: &[Prepared]) -> Result<(), Error> {
        if let Some(reason) = self.failed.get() {
            return Err(Error::Failed(reason.clone()));
        }
        follow(self.last_position(), entries)?;
        // A panic in the middle leaves as much in doubt as an error does.
        let written = read::unharmed(|| write(&self.database, entries).map_err(read::damaged));
        if let Err(error) = written {
            let reason = self.failed.get_or_init(|| error.to_string());
            return Err(Error::Failed(reason.clone()));
        }
        let mut recent = self.recent.write().unwrap_or_else(PoisonError::into_inner);
        for prepared in entries {
            recent.push(prepared);
        }
        Ok(())
    }

    pub(super) fn entries_after(&self, position: u64, max: usize) -> Result<Vec<Arc<Entry>>, Error> {
        if let Some(entries) = self.recent_after(position, max) {
            return Ok(entries);
        }
        let transaction = self.database.begin_read().map_err(read::damaged)?;
        read::some_entries(&transaction, position, max)
    }

    pub(super) fn recent_after(&self, position: u64, max: usize) -> Option<Vec<Arc<Entry>>> {
        let recent = self.recent.read().unwrap_or_else(PoisonError::into_inner);
        recent.after(position, max)
    }

    pub(super) fn last_position(&self) -> u64 {
        self.recent.read().unwrap_or_else(PoisonError::into_inner).last
    }

    pub(super) fn note(&self, key: &str) -> Result<Option<Vec<u8>>, Error> {
        let look = || -> Result<_, redb::Error> {
            let transaction = self.database.begin_read()?;
            match transaction.open_table(NOTES) {
                Ok(table) => Ok(table.get(key)?.map(|note| note.value().to_vec())),
                Err(redb::TableError::TableDoesNotExist(_)) => Ok(None),
                Err(error) => Err(error.into()),
            }
        };
        look().map_err(read::damaged)
    }

    pub(super) fn notes(&self, prefix: &str, from: &str, max: usize) -> Result<Vec<(String, Vec<u8>)>, Error> {
        let look = || -> Result<_, redb::Error> {
            let transaction = self.database.begin_read()?;
            let table = match transaction.open_table(NOTES) {
                Ok(table) => table,
                Err(redb::TableError::TableDoesNotExist(_)) => return Ok(Vec::new()),
                Err(error) => return Err(error.into()),
            };
            let mut notes = Vec::new();
            for note in table.range(from.max(prefix)..)?.take(max) {
                let (key, note) = note?;
                if !key.value().starts_with(prefix) {
                    break;
                }
                notes.push((key.value().to_owned(), note.value().to_vec()));
            }
            Ok(notes)
        };
        look().map_err(read::damaged)
    }

    pub(super) fn remember(&self, notes: &BTreeMap<String, Option<Vec<u8>>>) -> Result<(), Error> {
        if notes.is_empty() {
            return Ok(());
        }
        if let Some(reason) = self.failed.get() {
            return Err(Error::Failed(reason.clone()));
        }
        let write = || -> Result<(), redb::Error> {
            let transaction = self.database.begin_write()?;
            {
                let mut table = transaction.open_table(NOTES)?;
                for (key, note) in notes {
                    match note {
                        Some(note) => table.insert(key.as_str(), note.as_slice())?,
                        None => table.remove(key.as_str())?,
                    };
                }
            }
            Ok(transaction.commit()?)
        };
        read::unharmed(|| write().map_err(read::damaged)).map_err(|error| {
            let reason = self.failed.get_or_init(|| error.to_string());
            Error::Failed(reason.clone())
        })
    }

    pub(super) fn retry(&self, key: &str) -> Result<Option<Used>, Error> {
        let look = || -> Result<_, redb::Error> {
            let table = self.database.begin_read()?.open_table(RETRIES)?;
            let used = table.get(key)?;
            Ok(used.map(|used| {
                let (digest, position) = used.value();
                Used { digest, position }
            }))
        };
        look().map_err(read::damaged)
    }
}

impl Recent {
    fn push(&mut self, prepared: &Prepared) {
        self.last = prepared.entry.position;
        self.bytes += prepared.kept.len();
        self.entries
            .push_back((Arc::clone(&prepared.entry), prepared.kept.len()));
        while self.entries.len() > RECENT_ENTRIES || self.bytes > RECENT_BYTES {
            let Some((_, bytes)) = self.entries.pop_front() else {
                break;
            };
            self.bytes -= bytes;
        }
    }

    /// The entries after this position, where all of them are at hand.
    fn after(&self, position: u64, max: usize) -> Option<Vec<Arc<Entry>>> {
        if position >= self.last {
            return Some(Vec::new());
        }
        let first = self.entries.front()?.0.position;
        let skipped = usize::try_from((position + 1).checked_sub(first)?).ok()?;
        let entries = self.entries.iter().skip(skipped).take(max);
        Some(entries.map(|(entry, _)| Arc::clone(entry)).collect())
    }
}

pub(super) fn builder() -> Builder {
    let mut builder = Builder::new();
    // With one writer and readers in other processes, every commit is in two phases: the file never points to a state that
    // was not wholly written, so that a damaged last entry is told from one that was never kept.
    builder
        .set_cache_size(CACHE_BYTES)
        .set_concurrency_mode(ConcurrencyMode::SingleWriter);
    builder
}

/// Checks every page of this file, which nobody writes to meanwhile. Nothing in the file is changed.
///
/// # Errors
/// [`Error::Damaged`] when a page is not what was written.
pub fn check_pages(file: impl StorageBackend) -> Result<(), Error> {
    read::unharmed(|| {
        let mut builder = Builder::new();
        let file = Untouched::over(file).map_err(|error| Error::File(error.to_string()))?;
        let mut database = builder
            .set_cache_size(CACHE_BYTES)
            .create_with_backend(file)
            .map_err(read::damaged)?;
        match database.check_integrity().map_err(read::damaged)? {
            true => Ok(()),
            false => Err(Error::damaged("the file", "its free pages are not those it says")),
        }
    })
}

fn write(database: &Database, entries: &[Prepared]) -> Result<(), redb::Error> {
    let transaction = database.begin_write()?;
    {
        let mut table = transaction.open_table(ENTRIES)?;
        let mut retries = transaction.open_table(RETRIES)?;
        for Prepared { entry, kept } in entries {
            table.insert(entry.position, kept.as_slice())?;
            if let Some(retry) = &entry.retry {
                retries.insert(retry.key.as_str(), (retry.digest, entry.position))?;
            }
        }
    }
    Ok(transaction.commit()?)
}

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
