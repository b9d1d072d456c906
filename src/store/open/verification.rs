//! The part of the log that a start need not read is read afterwards, in the background: what is damaged there is said before a
//! backup is needed that cannot be made.

use std::{
    path::{Path, PathBuf},
    sync::{Arc, MutexGuard, PoisonError, atomic::Ordering},
    thread,
    time::{Duration, Instant},
};

use crate::store::{
    Store, folder,
    log::{self, Reading},
    write::shared::Shared,
};

/// How many values and bytes are read before others have their turn.
const VALUES_MAX: usize = 1_024;
const BYTES_MAX: usize = 8 << 20;
/// How long it waits after each of these at least; as long as they took, where that is longer.
const PAUSE: Duration = Duration::from_millis(2);
/// How long it waits where the log cannot be opened.
const RETRY: Duration = Duration::from_secs(5);
/// After so many damaged places it ends.
const DAMAGED_MAX: usize = 10;

impl Store {
    /// Reads what the start did not need of the log, on a thread of its own, and says what is damaged: in the program's log, and
    /// by [`Store::troubles`]. Does nothing where all of it was read, or there is no log.
    pub fn verify_beside(&self) {
        let (Some(folder), Some(place)) = (&self.folder, &self.shared.place) else {
            return;
        };
        let Some(last) = place.written else { return };
        let (shared, dir) = (Arc::clone(&self.shared), folder.dir.clone());
        let verification = thread::spawn(move || Verification { shared, dir, last }.run());
        *self.verification.lock().unwrap_or_else(PoisonError::into_inner) = Some(verification);
    }

    /// Waits until that is done.
    pub fn wait_for_verification(&self) {
        let mut verification = self.verification.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(verification) = verification.take() {
            // A panic was told where it happened.
            let _ = verification.join();
        }
    }
}

impl Shared {
    /// What is known to be damaged in the log.
    pub(in crate::store) fn damaged_places(&self) -> Vec<String> {
        self.damage().clone()
    }

    fn damage(&self) -> MutexGuard<'_, Vec<String>> {
        self.damage.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What is read of a log.
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
        let Some(chunks) = self.opened().map(|reading| reading.head().chunks) else {
            return;
        };
        let mut values = (0..chunks)
            .map(Value::Chunk)
            .chain((1..=self.last).map(Value::Entry))
            .peekable();
        while values.peek().is_some() {
            let since = Instant::now();
            // Opened each time: what is read is kept in the file for as long as it is.
            let Some(reading) = self.opened() else { return };
            let mut bytes = 0;
            for value in values.by_ref().take(VALUES_MAX) {
                bytes += self.check(&reading, value);
                if bytes > BYTES_MAX {
                    break;
                }
            }
            drop(reading);
            if self.shared.damage().len() >= DAMAGED_MAX {
                break;
            }
            thread::sleep(PAUSE.max(since.elapsed()));
        }
        if self.shared.damage().is_empty() {
            tracing::info!(
                entries = self.last,
                ms = u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX),
                "what the start did not read of the log is sound"
            );
        }
    }

    /// The log, once it can be read; none when the store is closed before.
    fn opened(&self) -> Option<Reading> {
        loop {
            if self.shared.closing.load(Ordering::Acquire) {
                return None;
            }
            match folder::shared(&self.dir) {
                Ok(reading) => return Some(reading),
                Err(folder::Error::Log {
                    reason: reason @ log::Error::Damaged { .. },
                    ..
                }) => {
                    self.say(&self.dir, &reason);
                    return None;
                }
                // It is being opened again after a failure.
                Err(error) => tracing::debug!(%error, "the log cannot be read to be verified yet"),
            }
            let until = Instant::now() + RETRY;
            while Instant::now() < until && !self.shared.closing.load(Ordering::Acquire) {
                thread::sleep(PAUSE * 10);
            }
        }
    }

    /// Reads a value, and says what is wrong with it. How many bytes it has.
    fn check(&self, reading: &Reading, value: Value) -> usize {
        let checked = match value {
            Value::Chunk(chunk) => reading.check_chunk(chunk),
            Value::Entry(position) => reading.check_entry(position),
        };
        checked.unwrap_or_else(|error| {
            self.say(&self.dir, &error);
            0
        })
    }

    fn say(&self, dir: &Path, error: &log::Error) {
        let mut damage = self.shared.damage();
        if damage.len() < DAMAGED_MAX {
            tracing::error!(
                store = %dir.display(),
                %error,
                "the log is damaged, so that no backup can be made; restore the last good one (guanxi restore), what is served \
                 now can be taken along first (guanxi export)"
            );
            damage.push(error.to_string());
        }
    }
}
