//! Background verification of the part of the log that a start does not read: damage is reported before it prevents a backup
//! that is needed.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, atomic::Ordering},
    thread,
    time::{Duration, Instant},
};

use parking_lot::MutexGuard;

use crate::store::{
    Store, folder,
    log::{self, LogReader},
    write::shared::Shared,
};

/// The numbers of values and bytes that are read without a pause.
const VALUES_MAX: usize = 1_024;
const BYTES_MAX: usize = 8 << 20;
/// The minimum pause after them; it is at least as long as they took.
const PAUSE: Duration = Duration::from_millis(2);
/// The pause before the log is opened again after a failure.
const RETRY: Duration = Duration::from_secs(5);
/// The number of damaged values at which it ends.
const DAMAGED_MAX: usize = 10;

impl Store {
    /// Verifies the part of the log that the start did not read, on a separate thread. Damage is logged, and reported by
    /// [`Store::health_problems`]. Does nothing if all of the log was read, or the store is in memory.
    pub fn verify_in_background(&self) {
        let (Some(folder), Some(location)) = (&self.folder, &self.shared.base_location) else {
            return;
        };
        let Some(last) = location.base_position else { return };
        let (shared, dir) = (Arc::clone(&self.shared), folder.dir.clone());
        let verification = thread::spawn(move || Verification { shared, dir, last }.run());
        *self.verification.lock() = Some(verification);
    }

    /// Waits until the verification is finished.
    pub fn wait_for_verification(&self) {
        let mut verification = self.verification.lock();
        if let Some(verification) = verification.take() {
            // A panic was reported by its thread.
            let _ = verification.join();
        }
    }
}

impl Shared {
    /// The known damage of the log.
    pub(in crate::store) fn damaged_places(&self) -> Vec<String> {
        self.damage().clone()
    }

    fn damage(&self) -> MutexGuard<'_, Vec<String>> {
        self.damage.lock()
    }
}

/// A verification of a log.
struct Verification {
    shared: Arc<Shared>,
    dir: PathBuf,
    /// The last entry that the start did not read.
    last: u64,
}

/// A value of the log.
#[derive(Clone, Copy)]
enum Value {
    Chunk(u64),
    Entry(u64),
}

impl Verification {
    fn run(&self) {
        let start = Instant::now();
        let Some(chunks) = self.open_log().map(|reader| reader.head().chunks) else {
            return;
        };
        let mut values = (0..chunks)
            .map(Value::Chunk)
            .chain((1..=self.last).map(Value::Entry))
            .peekable();
        while values.peek().is_some() {
            let since = Instant::now();
            // Opened anew each time, since the pages of an open reader cannot be reused by the writer.
            let Some(reader) = self.open_log() else { return };
            let mut bytes = 0;
            for value in values.by_ref().take(VALUES_MAX) {
                bytes += self.check(&reader, value);
                if bytes > BYTES_MAX {
                    break;
                }
            }
            drop(reader);
            if self.shared.damage().len() >= DAMAGED_MAX {
                break;
            }
            thread::sleep(PAUSE.max(since.elapsed()));
        }
        if self.shared.damage().is_empty() {
            tracing::info!(
                entries = self.last,
                ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
                "the part of the log that the start did not read is valid"
            );
        }
    }

    /// A reader of the log, once it can be opened; `None` if the store is closed before, or the log is damaged.
    fn open_log(&self) -> Option<LogReader> {
        loop {
            if self.shared.closing.load(Ordering::Acquire) {
                return None;
            }
            match folder::shared_reader(&self.dir) {
                Ok(reader) => return Some(reader),
                Err(folder::Error::Log {
                    reason: reason @ log::Error::Damaged { .. },
                    ..
                }) => {
                    self.report(&self.dir, &reason);
                    return None;
                }
                // The store is reopening it after a failure.
                Err(error) => tracing::debug!(%error, "the log cannot be read to be verified yet"),
            }
            let until = Instant::now() + RETRY;
            while Instant::now() < until && !self.shared.closing.load(Ordering::Acquire) {
                thread::sleep(PAUSE * 10);
            }
        }
    }

    /// Checks a value, and returns its size in bytes.
    fn check(&self, reader: &LogReader, value: Value) -> usize {
        let result = match value {
            Value::Chunk(chunk) => reader.check_chunk(chunk),
            Value::Entry(position) => reader.check_entry(position),
        };
        result.unwrap_or_else(|error| {
            self.report(&self.dir, &error);
            0
        })
    }

    fn report(&self, dir: &Path, error: &log::Error) {
        let mut damage = self.shared.damage();
        if damage.len() < DAMAGED_MAX {
            tracing::error!(
                store = %dir.display(),
                %error,
                "the log is damaged, so that no backup can be made; restore the last good one (guanxi restore); the data that is \
                 served now can be exported first (guanxi export)"
            );
            damage.push(error.to_string());
        }
    }
}
