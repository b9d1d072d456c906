//! A disk in memory that fails when it is told to, and that knows what was synced.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard},
};

use redb::StorageBackend;

/// A disk: what is on it for sure, and what was written to it since the last sync.
#[derive(Debug, Default)]
struct Platter {
    synced: Vec<u8>,
    /// In the order written.
    unsynced: Vec<Written>,
    current: Vec<u8>,
    /// Writes and syncs that still succeed, and how the next one fails.
    failure: Option<(usize, Failure)>,
}

#[derive(Debug, Clone)]
enum Written {
    Bytes(u64, Vec<u8>),
    Length(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// Half of the bytes are written.
    ShortWrite,
    /// The disk is full.
    Full,
    /// A sync fails, and nobody knows what is on the disk.
    Sync,
}

/// The disk as a file that is open now.
#[derive(Debug, Clone, Default)]
pub(super) struct Disk(Arc<Mutex<Platter>>);

fn apply(bytes: &mut Vec<u8>, written: &Written) {
    match written {
        Written::Length(length) => bytes.resize(usize::try_from(*length).unwrap(), 0),
        Written::Bytes(offset, data) => {
            let start = usize::try_from(*offset).unwrap();
            if bytes.len() < start + data.len() {
                bytes.resize(start + data.len(), 0);
            }
            bytes[start..start + data.len()].copy_from_slice(data);
        }
    }
}

impl Disk {
    fn platter(&self) -> MutexGuard<'_, Platter> {
        self.0.lock().unwrap()
    }

    /// Fails after so many writes or syncs that could.
    pub(super) fn fail_after(&self, successes: usize, failure: Failure) {
        self.platter().failure = Some((successes, failure));
    }

    /// Nothing fails any more.
    pub(super) fn repair(&self) {
        self.platter().failure = None;
    }

    /// A disk with these bytes.
    pub(super) fn of(bytes: Vec<u8>) -> Self {
        Self(Arc::new(Mutex::new(Platter {
            current: bytes.clone(),
            synced: bytes,
            ..Platter::default()
        })))
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.platter().current.clone()
    }

    /// What is left after the power failed: of what was not synced, whatever `kept` says, in any order.
    pub(super) fn after_power_loss(&self, mut kept: impl FnMut() -> usize) -> Self {
        let platter = self.platter();
        let mut left = platter.synced.clone();
        for written in &platter.unsynced {
            match written {
                Written::Length(_) => apply(&mut left, written),
                Written::Bytes(offset, data) => {
                    // Sectors are written or not, each by itself.
                    for (number, sector) in data.chunks(512).enumerate() {
                        if kept().is_multiple_of(2) {
                            let place = offset + u64::try_from(number * 512).unwrap();
                            apply(&mut left, &Written::Bytes(place, sector.to_vec()));
                        }
                    }
                }
            }
        }
        Self::of(left)
    }
}

/// How the next of these fails, if it does.
fn failing(platter: &mut Platter, can: &[Failure]) -> Option<Failure> {
    let (successes, failure) = platter.failure.as_mut()?;
    if !can.contains(failure) {
        return None;
    }
    if *successes == 0 {
        return Some(*failure);
    }
    *successes -= 1;
    None
}

impl StorageBackend for Disk {
    fn len(&self) -> io::Result<u64> {
        Ok(u64::try_from(self.platter().current.len()).unwrap())
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let platter = self.platter();
        let start = usize::try_from(offset).unwrap();
        let bytes = platter.current.get(start..start + out.len());
        out.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut platter = self.platter();
        let platter = &mut *platter;
        if failing(platter, &[Failure::Full]).is_some() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        apply(&mut platter.current, &Written::Length(len));
        platter.unsynced.push(Written::Length(len));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut platter = self.platter();
        if failing(&mut platter, &[Failure::Sync]).is_some() {
            return Err(io::Error::other("the disk is gone"));
        }
        platter.synced = platter.current.clone();
        platter.unsynced.clear();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut platter = self.platter();
        let platter = &mut *platter;
        let failure = failing(platter, &[Failure::ShortWrite, Failure::Full]);
        let length = match failure {
            Some(Failure::ShortWrite) => data.len() / 2,
            Some(_) => 0,
            None => data.len(),
        };
        let written = Written::Bytes(offset, data[..length].to_vec());
        apply(&mut platter.current, &written);
        platter.unsynced.push(written);
        match failure {
            Some(Failure::Full) => Err(io::ErrorKind::StorageFull.into()),
            Some(_) => Err(io::ErrorKind::WriteZero.into()),
            None => Ok(()),
        }
    }

    // Two that are open at a time are the reader and the writer of one process.
    fn try_lock_range(&self, _: std::ops::Bound<u64>, _: std::ops::Bound<u64>) -> Result<bool, redb::BackendError> {
        Ok(true)
    }
    fn try_lock_shared_range(
        &self,
        _: std::ops::Bound<u64>,
        _: std::ops::Bound<u64>,
    ) -> Result<bool, redb::BackendError> {
        Ok(true)
    }
    fn lock_range(&self, _: std::ops::Bound<u64>, _: std::ops::Bound<u64>) -> Result<(), redb::BackendError> {
        Ok(())
    }
    fn lock_shared_range(&self, _: std::ops::Bound<u64>, _: std::ops::Bound<u64>) -> Result<(), redb::BackendError> {
        Ok(())
    }
    fn unlock_range(&self, _: std::ops::Bound<u64>, _: std::ops::Bound<u64>) -> Result<(), redb::BackendError> {
        Ok(())
    }
    fn query_lock_range(&self, _: std::ops::Bound<u64>, _: std::ops::Bound<u64>) -> Result<bool, redb::BackendError> {
        Ok(false)
    }
}
