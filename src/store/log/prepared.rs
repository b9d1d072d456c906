//! Entries that are ready to be appended.

use std::sync::Arc;

use super::{
    error::Error,
    value::{self, Place},
};
use crate::model::Entry;

/// An entry that is ready to be appended.
#[derive(Debug, Clone)]
pub struct Prepared {
    pub(super) entry: Arc<Entry>,
    pub(super) kept: Vec<u8>,
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

    /// How many bytes it has before it is packed.
    pub(super) fn plain_bytes(&self) -> usize {
        value::plain_bytes(&self.kept)
    }
}

/// Whether these entries follow the last one without a gap.
pub(super) fn follow(last: u64, entries: &[Prepared]) -> Result<(), Error> {
    let mut last = last;
    for prepared in entries {
        let found = prepared.entry().position;
        if found != last + 1 {
            return Err(Error::Gap { last, found });
        }
        last = found;
    }
    Ok(())
}

/// What is known of a retry key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Used {
    /// A digest of what was asked for under this key.
    pub digest: u64,
    /// The position of the entry.
    pub position: u64,
}
