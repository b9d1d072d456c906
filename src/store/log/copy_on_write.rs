//! A file whose writes stay in memory, so that repairs while it is read or checked do not change it.

use std::{collections::HashMap, fmt, io};

use parking_lot::Mutex;
use redb::StorageBackend;

/// The size of a block in bytes.
const BLOCK: u64 = 4096;
const BLOCK_BYTES: usize = 4096;

/// A file with changes in memory.
pub(super) struct CopyOnWriteFile<B> {
    file: B,
    changes: Mutex<Changes>,
}

struct Changes {
    /// The length of the file with the changes.
    len: u64,
    /// The length of the unchanged file that is still valid; bytes after it were cut off.
    base_len: u64,
    /// The changed blocks by number.
    blocks: HashMap<u64, Box<[u8; BLOCK_BYTES]>>,
}

impl<B: StorageBackend> CopyOnWriteFile<B> {
    pub(super) fn new(file: B) -> io::Result<Self> {
        let len = file.len()?;
        Ok(Self {
            file,
            changes: Mutex::new(Changes {
                len,
                base_len: len,
                blocks: HashMap::new(),
            }),
        })
    }

    /// The current content of a block, with zeros after the end of the file.
    fn block(&self, changes: &Changes, number: u64) -> io::Result<Box<[u8; BLOCK_BYTES]>> {
        if let Some(block) = changes.blocks.get(&number) {
            return Ok(block.clone());
        }
        let mut block = Box::new([0; BLOCK_BYTES]);
        let start = number * BLOCK;
        let available = usize::try_from(changes.base_len.saturating_sub(start).min(BLOCK)).map_err(io::Error::other)?;
        if available > 0 {
            self.file.read(start, &mut block[..available])?;
        }
        Ok(block)
    }
}

/// The blocks of `length` bytes from `offset` on: the number, the offset in the block, and the range in the bytes.
fn blocks(offset: u64, length: usize) -> impl Iterator<Item = (u64, usize, std::ops::Range<usize>)> {
    let mut done = 0;
    let mut position = offset;
    std::iter::from_fn(move || {
        if done == length {
            return None;
        }
        let within = usize::try_from(position % BLOCK).ok()?;
        let bytes = (BLOCK_BYTES - within).min(length - done);
        let block = (position / BLOCK, within, done..done + bytes);
        done += bytes;
        position += u64::try_from(bytes).ok()?;
        Some(block)
    })
}

impl<B: StorageBackend> StorageBackend for CopyOnWriteFile<B> {
    fn len(&self) -> io::Result<u64> {
        Ok(self.changes.lock().len)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let changes = self.changes.lock();
        let end = u64::try_from(out.len())
            .ok()
            .and_then(|length| offset.checked_add(length));
        if end.is_none_or(|end| end > changes.len) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        for (number, within, bytes) in blocks(offset, out.len()) {
            let block = self.block(&changes, number)?;
            let length = bytes.len();
            out[bytes].copy_from_slice(&block[within..within + length]);
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut changes = self.changes.lock();
        changes.len = len;
        changes.base_len = changes.base_len.min(len);
        changes.blocks.retain(|number, _| number * BLOCK < len);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut changes = self.changes.lock();
        for (number, within, bytes) in blocks(offset, data.len()) {
            let mut block = self.block(&changes, number)?;
            block[within..within + bytes.len()].copy_from_slice(&data[bytes]);
            changes.blocks.insert(number, block);
        }
        Ok(())
    }
}

impl<B> fmt::Debug for CopyOnWriteFile<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CopyOnWriteFile").finish_non_exhaustive()
    }
}
