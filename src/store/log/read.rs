//! Reading a log without changing a byte of its file, even while another process adds to it. Every value is checked, and the
//! first that is not what was written is named.

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
    Error, Used,
    tables::{CACHE_BYTES, Chunk, ENTRIES, HEAD, LOAD, META, NOTES, RETRIES, VERSION, Version},
    untouched::Untouched,
    value::{self, Place},
};
use crate::model::{Entry, Record, Timestamp, records::serialized};

/// A key and a value of the entries.
type Row<'a> = (AccessGuard<'a, u64>, AccessGuard<'a, &'static [u8]>);

/// What is said of the whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// What the data was called that it began with.
    pub title: String,
    /// What that holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Under which licence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub licence: Option<String>,
    /// When that was recorded.
    #[serde(with = "serialized::moment")]
    pub recorded_at: Timestamp,
    /// When the store was begun.
    #[serde(with = "serialized::moment")]
    pub began_at: Timestamp,
    /// How many chunks it is kept in.
    pub chunks: u64,
}

/// One consistent state of a log. What is added later is not in it.
pub struct Reading {
    transaction: ReadTransaction,
    head: Head,
    last: u64,
    // After the transaction, which reads from it.
    _database: Opened,
}

/// How the file is open.
#[expect(dead_code, reason = "the file is open as long as this is there")]
enum Opened {
    Shared(ReadOnlyDatabase),
    Repaired(Database),
}

impl std::fmt::Debug for Reading {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut told = f.debug_struct("Reading");
        told.field("head", &self.head)
            .field("last", &self.last)
            .finish_non_exhaustive()
    }
}

impl Head {
    /// Tells this log from others: what is made from one is not taken for another's.
    #[must_use]
    pub fn fingerprint(&self) -> u64 {
        value::fingerprint(self)
    }
}

impl Reading {
    /// Reads the log in this file, which another process may be adding to.
    ///
    /// # Errors
    /// [`Error::Foreign`], [`Error::Newer`], [`Error::Damaged`], [`Error::File`]; [`Error::Unclosed`] when no process adds
    /// to it, and the last one did not close it.
    pub fn shared(file: impl StorageBackend) -> Result<Self, Error> {
        unharmed(|| {
            let database = Builder::new()
                .set_cache_size(CACHE_BYTES)
                .set_concurrency_mode(ConcurrencyMode::SingleWriter)
                .open_read_only_with_backend(file)
                .map_err(foreign)?;
            let transaction = database.begin_read().map_err(damaged)?;
            Self::of(transaction, Opened::Shared(database))
        })
    }

    /// Reads the log in this file, which nobody adds to meanwhile, whether or not it was closed. What was not acknowledged
    /// when its process ended is left out.
    ///
    /// # Errors
    /// [`Error::Foreign`], [`Error::Newer`], [`Error::Damaged`], or [`Error::File`].
    pub fn alone<B: StorageBackend>(open: impl Fn() -> io::Result<B>) -> Result<Self, Error> {
        let open = || open().map_err(|error| Error::File(error.to_string()));
        match Self::shared(open()?) {
            Err(Error::Unclosed) => {}
            read => return read,
        }
        unharmed(|| {
            // Opening repairs, which is to be seen before it is done to the file.
            let file = Untouched::over(open()?).map_err(|error| Error::File(error.to_string()))?;
            let database = Builder::new()
                .set_cache_size(CACHE_BYTES)
                .create_with_backend(file)
                .map_err(foreign)?;
            let transaction = database.begin_read().map_err(damaged)?;
            Self::of(transaction, Opened::Repaired(database))
        })
    }

    fn of(transaction: ReadTransaction, database: Opened) -> Result<Self, Error> {
        let head = head(&transaction)?;
        let last = last(&transaction)?;
        Ok(Self {
            transaction,
            head,
            last,
            _database: database,
        })
    }

    /// What is said of the whole.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// The position of the last entry; 0 when there is none.
    #[must_use]
    pub fn last_position(&self) -> u64 {
        self.last
    }

    /// Hands every record that the store began with over, in the order in which they were added, until `each` fails.
    ///
    /// # Errors
    /// [`Error::Damaged`], which names the chunk, and whatever `each` fails with.
    pub fn load<E: From<Error>>(&self, mut each: impl FnMut(Record) -> Result<(), E>) -> Result<(), E> {
        let table = unharmed(|| {
            let table = self.chunks()?;
            let found = table.len().map_err(damaged)?;
            if found != self.head.chunks {
                let reason = format!("there are {found} chunks, and {} were written", self.head.chunks);
                return Err(Error::damaged("the data it began with", &reason));
            }
            Ok(table)
        })?;
        for chunk in in_order(0..self.head.chunks, |chunk| unharmed(|| one_chunk(&table, chunk))) {
            chunk?.records().try_for_each(&mut each)?;
        }
        Ok(())
    }

    /// Hands every entry after this position over, oldest first, until `each` fails.
    ///
    /// # Errors
    /// [`Error::Damaged`], which names the entry, and whatever `each` fails with.
    pub fn replay(&self, after: u64, mut each: impl FnMut(Entry) -> Result<(), Error>) -> Result<(), Error> {
        unharmed(|| entries(&self.transaction, after, &mut each))
    }

    /// When the entry at this position was recorded; none when there is none.
    ///
    /// # Errors
    /// [`Error::Damaged`] and [`Error::File`] when it cannot be read.
    pub fn recorded_at(&self, position: u64) -> Result<Option<Timestamp>, Error> {
        let entry = unharmed(|| some_entries(&self.transaction, position.saturating_sub(1), 1))?;
        Ok(entry.first().map(|entry| entry.recorded_at))
    }

    /// Every retry key with what is known of it.
    ///
    /// # Errors
    /// [`Error::Damaged`] and [`Error::File`] when they cannot be read.
    pub fn retries(&self, mut each: impl FnMut(&str, Used)) -> Result<(), Error> {
        unharmed(|| {
            let table = self.transaction.open_table(RETRIES).map_err(missing)?;
            for row in table.iter().map_err(damaged)? {
                let (key, used) = row.map_err(damaged)?;
                let (digest, position) = used.value();
                each(key.value(), Used { digest, position });
            }
            Ok(())
        })
    }

    /// Whether this chunk of what the store began with is kept as it was written: how many bytes it has.
    ///
    /// # Errors
    /// [`Error::Damaged`], which names the chunk, and [`Error::File`].
    pub fn check_chunk(&self, chunk: u64) -> Result<usize, Error> {
        self.check(
            LOAD,
            Place::load(chunk),
            chunk,
            &format!("chunk {chunk} of the data it began with"),
        )
    }

    /// The same of the entry at this position.
    ///
    /// # Errors
    /// [`Error::Damaged`], which names the entry, and [`Error::File`].
    pub fn check_entry(&self, position: u64) -> Result<usize, Error> {
        self.check(ENTRIES, Place::entry(position), position, &format!("entry {position}"))
    }

    fn check(
        &self,
        table: TableDefinition<u64, &'static [u8]>,
        place: Place,
        key: u64,
        name: &str,
    ) -> Result<usize, Error> {
        unharmed(|| {
            let table = self.transaction.open_table(table).map_err(missing)?;
            let kept = table.get(key).map_err(damaged)?;
            let kept = kept.ok_or_else(|| Error::damaged(name, "it is missing"))?;
            let checked = value::check(place, kept.value()).map_err(|reason| Error::damaged(name, &reason))?;
            Ok(checked.len())
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
        self.transaction.open_table(LOAD).map_err(missing)
    }

    /// What imports remember; none in a file of before they did.
    pub(in crate::store) fn notes(&self) -> Result<Option<ReadOnlyTable<&'static str, &'static [u8]>>, Error> {
        match self.transaction.open_table(NOTES) {
            Ok(table) => Ok(Some(table)),
            Err(TableError::TableDoesNotExist(_)) => Ok(None),
            Err(error) => Err(damaged(error)),
        }
    }

    pub(super) fn entries(&self) -> Result<ReadOnlyTable<u64, &'static [u8]>, Error> {
        self.transaction.open_table(ENTRIES).map_err(missing)
    }
}

fn one_chunk(table: &ReadOnlyTable<u64, &'static [u8]>, chunk: u64) -> Result<Chunk, Error> {
    let place = || format!("chunk {chunk} of the data it began with");
    let kept = table.get(chunk).map_err(damaged)?;
    let kept = kept.ok_or_else(|| Error::damaged(place(), "it is missing"))?;
    value::unpack(Place::load(chunk), kept.value()).map_err(|reason| Error::damaged(place(), &reason))
}

/// Hands the entries after this position over, oldest first. A gap in the positions is damage.
pub(super) fn entries(
    transaction: &ReadTransaction,
    after: u64,
    mut each: impl FnMut(Entry) -> Result<(), Error>,
) -> Result<(), Error> {
    let table = transaction.open_table(ENTRIES).map_err(missing)?;
    let rows = table.range(after.saturating_add(1)..).map_err(damaged)?;
    for (row, expected) in rows.zip(after.saturating_add(1)..) {
        each(one_entry(row, expected)?)?;
    }
    Ok(())
}

/// At most `max` entries after this position.
pub(super) fn some_entries(transaction: &ReadTransaction, after: u64, max: usize) -> Result<Vec<Arc<Entry>>, Error> {
    let table = transaction.open_table(ENTRIES).map_err(missing)?;
    let rows = table.range(after.saturating_add(1)..).map_err(damaged)?;
    rows.take(max)
        .zip(after + 1..)
        .map(|(row, expected)| one_entry(row, expected).map(Arc::new))
        .collect()
}

/// The entry in this row, which must be the one at this position.
fn one_entry(row: Result<Row<'_>, StorageError>, expected: u64) -> Result<Entry, Error> {
    let (key, kept) = row.map_err(damaged)?;
    let place = || format!("entry {expected}");
    if key.value() != expected {
        return Err(Error::damaged(place(), "it is missing"));
    }
    let entry: Entry =
        value::unpack(Place::entry(expected), kept.value()).map_err(|reason| Error::damaged(place(), &reason))?;
    if entry.position != expected {
        return Err(Error::damaged(
            place(),
            &format!("it says that it is entry {}", entry.position),
        ));
    }
    Ok(entry)
}

/// The position of the last entry.
pub(super) fn last(transaction: &ReadTransaction) -> Result<u64, Error> {
    let table = transaction.open_table(ENTRIES).map_err(missing)?;
    let last = table.last().map_err(damaged)?;
    Ok(last.map_or(0, |(position, _)| position.value()))
}

/// What is said of the whole, where this program knows the form of the file.
pub(super) fn head(transaction: &ReadTransaction) -> Result<Head, Error> {
    let version: Version = meta(transaction, VERSION)?;
    version.check()?;
    meta(transaction, HEAD)
}

fn meta<T: DeserializeOwned>(transaction: &ReadTransaction, (key, place): (&str, Place)) -> Result<T, Error> {
    let table = transaction.open_table(META).map_err(missing)?;
    let kept = table.get(key).map_err(damaged)?;
    let kept = kept.ok_or_else(|| Error::Foreign(format!("it does not say its {key}")))?;
    value::unpack(place, kept.value()).map_err(|reason| Error::damaged(format!("the {key} of the file"), &reason))
}

fn missing(error: TableError) -> Error {
    match error {
        TableError::TableDoesNotExist(_) => Error::Foreign(error.to_string()),
        other => damaged(other),
    }
}

fn foreign(error: redb::DatabaseError) -> Error {
    use redb::{DatabaseError, StorageError};
    match error {
        DatabaseError::Storage(StorageError::Io(error)) if error.kind() == io::ErrorKind::InvalidData => {
            Error::Foreign(error.to_string())
        }
        DatabaseError::RepairAborted => Error::Unclosed,
        other => damaged(other),
    }
}

pub(super) fn damaged(error: impl Into<redb::Error>) -> Error {
    match error.into() {
        redb::Error::Corrupted(reason) => Error::damaged("the file", &reason),
        redb::Error::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Error::damaged("the file", "it ends before its end")
        }
        other => Error::File(other.to_string()),
    }
}

/// What `work` says, where a panic over a damaged file is damage as well.
pub(super) fn unharmed<T>(work: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    // What the panic leaves half done is a reading, which is given up.
    panic::catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| Err(Error::damaged("the file", told(&*panic))))
}

fn told(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.unwrap_or("reading it failed")
}

/// What `work` makes of each number, in order, on every processor; never more in memory than one for each of them.
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
            let done: Vec<T> = running
                .into_iter()
                .map(|worker| worker.join().unwrap_or_else(|panic| panic::resume_unwind(panic)))
                .collect();
            done
        })
    })
}
