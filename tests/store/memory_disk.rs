//! A disk in memory that fails on request, and that distinguishes synced bytes from others.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard},
};

use redb::StorageBackend;

/// The content of a disk, and the writes since the last sync.
#[derive(Debug, Default)]
struct Platter {
    synced: Vec<u8>,
    /// In the order written.
    unsynced: Vec<DiskWrite>,
    current: Vec<u8>,
    /// Writes and syncs that still succeed, and how the next one fails.
    failure: Option<(usize, Failure)>,
}

#[derive(Debug, Clone)]
enum DiskWrite {
    Bytes(u64, Vec<u8>),
    Length(u64),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failure {
    /// Half of the bytes are written.
    ShortWrite,
    /// The disk is full.
    Full,
    /// A sync fails, so that the content of the disk is unknown.
    Sync,
}

/// The disk as an open file.
#[derive(Debug, Clone, Default)]
pub(super) struct Disk(Arc<Mutex<Platter>>);

fn apply(bytes: &mut Vec<u8>, disk_write: &DiskWrite) {
    match disk_write {
        DiskWrite::Length(length) => bytes.resize(usize::try_from(*length).unwrap(), 0),
        DiskWrite::Bytes(offset, data) => {
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

    /// Fails after this many successful writes or syncs of the kind that can fail so.
    pub(super) fn fail_after(&self, successes: usize, failure: Failure) {
        self.platter().failure = Some((successes, failure));
    }

    /// Stops failing.
    pub(super) fn repair(&self) {
        self.platter().failure = None;
    }

    /// A disk with these bytes.
    pub(super) fn with_bytes(bytes: Vec<u8>) -> Self {
        Self(Arc::new(Mutex::new(Platter {
            current: bytes.clone(),
            synced: bytes,
            ..Platter::default()
        })))
    }

    pub(super) fn bytes(&self) -> Vec<u8> {
        self.platter().current.clone()
    }

    /// The disk after a power failure, with those unsynced sectors for which `choose` returns an even number.
    pub(super) fn after_power_loss(&self, mut choose: impl FnMut() -> usize) -> Self {
        let platter = self.platter();
        let mut content = platter.synced.clone();
        for disk_write in &platter.unsynced {
            match disk_write {
                DiskWrite::Length(_) => apply(&mut content, disk_write),
                DiskWrite::Bytes(offset, data) => {
                    // Each sector is written or not, independently of the others.
                    for (number, sector) in data.chunks(512).enumerate() {
                        if choose().is_multiple_of(2) {
                            let start = offset + u64::try_from(number * 512).unwrap();
                            apply(&mut content, &DiskWrite::Bytes(start, sector.to_vec()));
                        }
                    }
                }
            }
        }
        Self::with_bytes(content)
    }
}

/// How the next operation fails, if it does and can fail so.
fn next_failure(platter: &mut Platter, kinds: &[Failure]) -> Option<Failure> {
    let (successes, failure) = platter.failure.as_mut()?;
    if !kinds.contains(failure) {
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
        if next_failure(platter, &[Failure::Full]).is_some() {
            return Err(io::ErrorKind::StorageFull.into());
        }
        apply(&mut platter.current, &DiskWrite::Length(len));
        platter.unsynced.push(DiskWrite::Length(len));
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        let mut platter = self.platter();
        if next_failure(&mut platter, &[Failure::Sync]).is_some() {
            return Err(io::Error::other("the disk is gone"));
        }
        platter.synced = platter.current.clone();
        platter.unsynced.clear();
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut platter = self.platter();
        let platter = &mut *platter;
        let failure = next_failure(platter, &[Failure::ShortWrite, Failure::Full]);
        let length = match failure {
            Some(Failure::ShortWrite) => data.len() / 2,
            Some(_) => 0,
            None => data.len(),
        };
        let disk_write = DiskWrite::Bytes(offset, data[..length].to_vec());
        apply(&mut platter.current, &disk_write);
        platter.unsynced.push(disk_write);
        match failure {
            Some(Failure::Full) => Err(io::ErrorKind::StorageFull.into()),
            Some(_) => Err(io::ErrorKind::WriteZero.into()),
            None => Ok(()),
        }
    }

    // Only the reader and the writer of one process use the disk at the same time.
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
