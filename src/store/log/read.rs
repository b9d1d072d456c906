//! Reading a log without changing its file, even while another process writes to it. Every value is checked, and errors name
//! the first that is damaged.

use std::{
    any::Any,
    io,
    ops::Range,
    panic::{self, AssertUnwindSafe},
    sync::Arc,
    thread,
};

use redb::{
    AccessGuard, Builder, ConcurrencyMode, Database, ReadOnlyDatabase, ReadOnlyTable, ReadTransaction,
    ReadableDatabase, ReadableTable, ReadableTableMetadata, StorageBackend, StorageError, TableDefinition, TableError,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    CommittedRetry, Error,
    copy_on_write::CopyOnWriteFile,
    tables::{CACHE_BYTES, Chunk, ENTRIES, FormatVersion, HEAD, LOAD, META, NOTES, RETRIES, VERSION},
    value::{self, ValueKey},
};
use crate::model::{Entry, Record, Timestamp, records::serialized};

/// A key and a value of the table of entries.
type Row<'a> = (AccessGuard<'a, u64>, AccessGuard<'a, &'static [u8]>);

/// Metadata of a log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// The title of the initial data.
    pub title: String,
    /// Its description.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// When it was recorded.
    #[serde(with = "serialized::moment")]
    pub recorded_at: Timestamp,
    /// When the store was created.
    #[serde(with = "serialized::moment")]
    pub began_at: Timestamp,
    /// The number of chunks of the initial data.
    pub chunks: u64,
}

/// Reads one consistent state of a log, without entries that are added later.
pub struct LogReader {
    transaction: ReadTransaction,
    head: Head,
    last: u64,
    // Declared after the transaction, which reads from it and must be dropped first.
    _database: OpenDatabase,
}

/// The open database.
#[expect(dead_code, reason = "keeps the file open")]
enum OpenDatabase {
    Shared(ReadOnlyDatabase),
    Repaired(Database),
}

impl std::fmt::Debug for LogReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut debug = f.debug_struct("Reader");
        debug
            .field("head", &self.head)
            .field("last", &self.last)
            .finish_non_exhaustive()
    }
}

impl Head {
    /// Identifies this log, so that files derived from another log are not used for it.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        value::fingerprint(self)
    }
}

impl LogReader {
    /// Opens the log in this file, which another process may be writing to.
    ///
    /// # Errors
    /// [`Error::NotALog`], [`Error::NewerFormat`], [`Error::Damaged`], [`Error::File`]; [`Error::NotClosed`] when no
    /// process writes to it, and the last one did not close it.
    pub fn shared(file: impl StorageBackend) -> Result<Self, Error> {
        catch_damage(|| {
            let database = Builder::new()
                .set_cache_size(CACHE_BYTES)
                .set_concurrency_mode(ConcurrencyMode::SingleWriter)
                .open_read_only_with_backend(file)
                .map_err(open_error)?;
            let transaction = database.begin_read().map_err(damaged)?;
            Self::new(transaction, OpenDatabase::Shared(database))
        })
    }

    /// Opens the log in this file, which no process may be writing to, even if it was not closed. Entries that were not
    /// acknowledged when its process ended are left out.
    ///
    /// # Errors
    /// [`Error::NotALog`], [`Error::NewerFormat`], [`Error::Damaged`], or [`Error::File`].
    pub fn exclusive<B: StorageBackend>(open: impl Fn() -> io::Result<B>) -> Result<Self, Error> {
        let open = || open().map_err(|error| Error::File(error.to_string()));
        match Self::shared(open()?) {
            Err(Error::NotClosed) => {}
            read => return read,
        }
        catch_damage(|| {
            // Opening repairs the file, so that must happen in a copy.
            let file = CopyOnWriteFile::new(open()?).map_err(|error| Error::File(error.to_string()))?;
            let database = Builder::new()
                .set_cache_size(CACHE_BYTES)
                .create_with_backend(file)
                .map_err(open_error)?;
            let transaction = database.begin_read().map_err(damaged)?;
            Self::new(transaction, OpenDatabase::Repaired(database))
        })
    }

    fn new(transaction: ReadTransaction, database: OpenDatabase) -> Result<Self, Error> {
        let head = head(&transaction)?;
        let last = last(&transaction)?;
        Ok(Self {
            transaction,
            head,
            last,
            _database: database,
        })
    }

    /// Metadata of a log.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The position of the last entry; 0 when there is none.
    #[must_use]
    pub fn last_position(&self) -> u64 {
        self.last
    }

    /// Calls `each` with every record of the initial data, in the order in which they were added, until it fails.
    ///
    /// # Errors
    /// [`Error::Damaged`], which names the chunk, and the error of `each`.
    pub fn load<E: From<Error>>(&self, mut each: impl FnMut(Record) -> Result<(), E>) -> Result<(), E> {
        let table = catch_damage(|| {
            let table = self.chunks()?;
            let count = table.len().map_err(damaged)?;
            if count != self.head.chunks {
                let reason = format!("there are {count} chunks, but {} were written", self.head.chunks);
                return Err(Error::damaged("the initial data", &reason));
            }
            Ok(table)
        })?;
        for chunk in in_order(0..self.head.chunks, |chunk| catch_damage(|| one_chunk(&table, chunk))) {
            chunk?.records().try_for_each(&mut each)?;
        }
        Ok(())
    }

    /// Calls `each` with every entry after this position, oldest first, until it fails.
    ///
    /// # Errors
    /// [`Error::Damaged`], which names the entry, and the error of `each`.
    pub fn replay(&self, after: u64, mut each: impl FnMut(Entry) -> Result<(), Error>) -> Result<(), Error> {
        catch_damage(|| entries(&self.transaction, after, &mut each))
    }

    /// When the entry at this position was recorded; `None` if there is no such entry.
    ///
    /// # Errors
    /// [`Error::Damaged`] and [`Error::File`] when it cannot be read.
    pub fn recorded_at(&self, position: u64) -> Result<Option<Timestamp>, Error> {
        let entry = catch_damage(|| some_entries(&self.transaction, position.saturating_sub(1), 1))?;
        Ok(entry.first().map(|entry| entry.recorded_at))
    }

    /// Calls `each` with every retry key and its commit.
    ///
    /// # Errors
    /// [`Error::Damaged`] and [`Error::File`] when they cannot be read.
    pub fn retries(&self, mut each: impl FnMut(&str, CommittedRetry)) -> Result<(), Error> {
        catch_damage(|| {
            let table = self.transaction.open_table(RETRIES).map_err(table_error)?;
            for row in table.iter().map_err(damaged)? {
                let (key, committed) = row.map_err(damaged)?;
                let (digest, position) = committed.value();
                each(key.value(), CommittedRetry { digest, position });
            }
            Ok(())
        })
    }

    /// Checks that this chunk of the initial data is as it was written, and returns its length in bytes.
    ///
    /// # Errors
    /// [`Error::Damaged`], which names the chunk, and [`Error::File`].
    pub fn check_chunk(&self, chunk: u64) -> Result<usize, Error> {
        self.check(
            LOAD,
            ValueKey::chunk(chunk),
            chunk,
            &format!("chunk {chunk} of the initial data"),
        )
    }

    /// Checks the entry at this position, as [`LogReader::check_chunk`].
    ///
    /// # Errors
    /// [`Error::Damaged`], which names the entry, and [`Error::File`].
    pub fn check_entry(&self, position: u64) -> Result<usize, Error> {
        self.check(
            ENTRIES,
            ValueKey::entry(position),
            position,
            &format!("entry {position}"),
        )
    }

    fn check(
        &self,
        table: TableDefinition<u64, &'static [u8]>,
        place: ValueKey,
        key: u64,
        name: &str,
    ) -> Result<usize, Error> {
        catch_damage(|| {
            let table = self.transaction.open_table(table).map_err(table_error)?;
            let bytes = table.get(key).map_err(damaged)?;
            let bytes = bytes.ok_or_else(|| Error::damaged(name, "it is missing"))?;
            let content = value::check(place, bytes.value()).map_err(|reason| Error::damaged(name, &reason))?;
            Ok(content.len())
        })
        .map_err(|error| match error {
            Error::Damaged { place, reason } if place == "the file" => Error::damaged(name, &reason),
            other => other,
        })
    }

    pub(super) fn transaction(&self) -> &ReadTransaction {
        &self.transaction
    }

    pub(super) fn chunks(&self) -> Result<ReadOnlyTable<u64, &'static [u8]>, Error> {
        self.transaction.open_table(LOAD).map_err(table_error)
    }

    /// The notes; `None` in a file without the table.
    pub(in crate::store) fn notes(&self) -> Result<Option<ReadOnlyTable<&'static str, &'static [u8]>>, Error> {
        match self.transaction.open_table(NOTES) {
            Ok(table) => Ok(Some(table)),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(damaged(error)),
        }
    }

    pub(super) fn entries(&self) -> Result<ReadOnlyTable<u64, &'static [u8]>, Error> {
        self.transaction.open_table(ENTRIES).map_err(table_error)
    }
}

fn one_chunk(table: &ReadOnlyTable<u64, &'static [u8]>, chunk: u64) -> Result<Chunk, Error> {
    let place = || format!("chunk {chunk} of the initial data");
    let bytes = table.get(chunk).map_err(damaged)?;
    let bytes = bytes.ok_or_else(|| Error::damaged(place(), "it is missing"))?;
    value::unpack(ValueKey::chunk(chunk), bytes.value()).map_err(|reason| Error::damaged(place(), &reason))
}

/// Calls `each` with the entries after this position, oldest first. A gap in the positions is damage.
pub(super) fn entries(
    transaction: &ReadTransaction,
    after: u64,
    mut each: impl FnMut(Entry) -> Result<(), Error>,
) -> Result<(), Error> {
    let table = transaction.open_table(ENTRIES).map_err(table_error)?;
    let rows = table.range(after.saturating_add(1)..).map_err(damaged)?;
    for (row, expected) in rows.zip(after.saturating_add(1)..) {
        each(one_entry(row, expected)?)?;
    }
    Ok(())
}

/// At most `max` entries after this position.
pub(super) fn some_entries(transaction: &ReadTransaction, after: u64, max: usize) -> Result<Vec<Arc<Entry>>, Error> {
    let table = transaction.open_table(ENTRIES).map_err(table_error)?;
    let rows = table.range(after.saturating_add(1)..).map_err(damaged)?;
    rows.take(max)
        .zip(after + 1..)
        .map(|(row, expected)| one_entry(row, expected).map(Arc::new))
        .collect()
}

/// The entry in this row, which must be the one at this position.
fn one_entry(row: Result<Row<'_>, StorageError>, expected: u64) -> Result<Entry, Error> {
    let (key, bytes) = row.map_err(damaged)?;
    let place = || format!("entry {expected}");
    if key.value() != expected {
        return Err(Error::damaged(place(), "it is missing"));
    }
    let entry: Entry =
        value::unpack(ValueKey::entry(expected), bytes.value()).map_err(|reason| Error::damaged(place(), &reason))?;
    if entry.position != expected {
        return Err(Error::damaged(
            place(),
            &format!("its content has the position {}", entry.position),
        ));
    }
    Ok(entry)
}

/// The position of the last entry.
pub(super) fn last(transaction: &ReadTransaction) -> Result<u64, Error> {
    let table = transaction.open_table(ENTRIES).map_err(table_error)?;
    let last = table.last().map_err(damaged)?;
    Ok(last.map_or(0, |(position, _)| position.value()))
}

/// The metadata, if this program knows the format of the file.
pub(super) fn head(transaction: &ReadTransaction) -> Result<Head, Error> {
    let version: FormatVersion = meta_value(transaction, VERSION)?;
    version.check()?;
    meta_value(transaction, HEAD)
}

fn meta_value<T: DeserializeOwned>(transaction: &ReadTransaction, (key, place): (&str, ValueKey)) -> Result<T, Error> {
    let table = transaction.open_table(META).map_err(table_error)?;
    let bytes = table.get(key).map_err(damaged)?;
    let bytes = bytes.ok_or_else(|| Error::NotALog(format!("it has no {key}")))?;
    value::unpack(place, bytes.value()).map_err(|reason| Error::damaged(format!("the {key} of the file"), &reason))
}

fn table_error(error: TableError) -> Error {
    match error {
        TableError::TableDoesNotExist(_) => Error::NotALog(error.to_string()),
        other => damaged(other),
    }
}

fn open_error(error: redb::DatabaseError) -> Error {
    use redb::{DatabaseError, StorageError};
    match error {
        DatabaseError::Storage(StorageError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
            Error::NotALog(error.to_string())
        }
        DatabaseError::RepairAborted => Error::NotClosed,
        other => damaged(other),
    }
}

pub(super) fn damaged(error: impl Into<redb::Error>) -> Error {
    match error.into() {
        redb::Error::Corrupted(reason) => Error::damaged("the file", &reason),
        redb::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Error::damaged("the file", "it is cut short")
        }
        other => Error::File(other.to_string()),
    }
}

/// The result of `work`; a panic caused by a damaged file becomes [`Error::Damaged`].
pub(super) fn catch_damage<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    // The interrupted reader is dropped, so its state does not matter.
    panic::catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|panic| Err(Error::damaged("the file", panic_message(&*panic))))
}

fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("reading it failed")
}

/// The results of `work` for each number, in order, computed on all processors; at most one result per processor is in memory.
pub(super) fn in_order<T: Send>(numbers: Range<u64>, work: impl Fn(u64) -> T + Sync) -> impl Iterator<Item = T> {
    let workers = thread::available_parallelism()
        .map_or(1, std::num::NonZero::get)
        .min(16);
    let numbers: Vec<u64> = numbers.collect();
    let groups: Vec<Vec<u64>> = numbers.chunks(workers).map(<[u64]>::to_vec).collect();
    groups.into_iter().flat_map(move |group| {
        thread::scope(|scope| {
            let work = &work;
            let running: Vec<_> = group
                .into_iter()
                .map(|number| scope.spawn(move || work(number)))
                .collect();
            let results: Vec<T> = running
                .into_iter()
                .map(|worker| worker.join().unwrap_or_else(|panic| panic::resume_unwind(panic)))
                .collect();
            results
        })
    })
}
