//! Entries that are ready to be appended, and retry keys.

use std::sync::Arc;

use super::{
    error::Error,
    value::{self, ValueKey},
};
use crate::model::Entry;

/// An entry that is ready to be appended.
#[derive(Debug, Clone)]
pub struct PreparedEntry {
    pub(super) entry: Arc<Entry>,
    pub(super) bytes: Vec<u8>,
}

impl PreparedEntry {
    /// Packs the entry and reads it back.
    pub(super) fn new(entry: Arc<Entry>) -> Result<Self, Error> {
        let place = || format!("entry {}", entry.position);
        let bytes = value::pack(ValueKey::entry(entry.position), &*entry)
            .map_err(|reason| Error::unstorable(place(), &reason))?;
        match value::unpack::<Entry>(ValueKey::entry(entry.position), &bytes) {
            Ok(read) if read == *entry => Ok(Self { entry, bytes }),
            Ok(_) => Err(Error::unstorable(place(), "it would not be read back unchanged")),
            Err(reason) => Err(Error::unstorable(place(), &reason)),
        }
    }

    /// Packs an entry that is known to be read back unchanged.
    pub(super) fn without_reading_back(entry: Arc<Entry>) -> Result<Self, Error> {
        let bytes = value::pack(ValueKey::entry(entry.position), &*entry);
        let bytes = bytes.map_err(|reason| Error::unstorable(format!("entry {}", entry.position), &reason))?;
        Ok(Self { entry, bytes })
    }

    /// The entry for a log in memory.
    pub(super) fn unpacked(entry: Arc<Entry>) -> Self {
        Self {
            entry,
            bytes: Vec::new(),
        }
    }

    /// The entry.
    #[must_use]
    pub fn entry(&self) -> &Arc<Entry> {
        &self.entry
    }

    /// The number of bytes before packing.
    pub(super) fn plain_bytes(&self) -> usize {
        value::plain_bytes(&self.bytes)
    }
}

/// Checks that these entries follow the last one without a gap.
pub(super) fn check_positions(last: u64, entries: &[PreparedEntry]) -> Result<(), Error> {
    let mut last = last;
    for prepared in entries {
        let position = prepared.entry().position;
        if position != last + 1 {
            return Err(Error::Gap { last, position });
        }
        last = position;
    }
    Ok(())
}

/// The commit with a retry key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CommittedRetry {
    /// A digest of the request with this key.
    pub digest: u64,
    /// The position of the entry.
    pub position: u64,
}
