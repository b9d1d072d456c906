//! A file that is written to in memory only: what is repaired while it is read or checked leaves no
//! trace in the file.

use std::{
    collections::HashMap,
    fmt, io,
    sync::{Mutex, MutexGuard, PoisonError},
};

use redb::StorageBackend;

/// Bytes of one block of the file.
const BLOCK: u64 = 4096;
const BLOCK_BYTES: usize = 4096;

/// A file and what would have been written to it.
pub(super) struct Untouched<B> {
    file: B,
    over: Mutex<Over>,
}

struct Over {
    /// As long as it would be.
    len: u64,
    /// Bytes of the file itself that still count; those after it were cut off.
    kept: u64,
    /// Blocks that were written to.
    blocks: HashMap<u64, Box<[u8; BLOCK_BYTES]>>,
}

impl<B: StorageBackend> Untouched<B> {
    pub(super) fn over(file: B) -> io::Result<Self> {
        let len = file.len()?;
        Ok(Self {
            file,
            over: Mutex::new(Over {
                len,
                kept: len,
                blocks: HashMap::new(),
            }),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Over> {
        self.over.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A block as it stands now; zeros where there is nothing.
    fn block(&self, over: &Over, number: u64) -> io::Result<Box<[u8; BLOCK_BYTES]>> {
        if let Some(block) = over.blocks.get(&number) {
            return Ok(block.clone());
        }
        let mut block = Box::new([0; BLOCK_BYTES]);
        let start = number * BLOCK;
        let there = usize::try_from(over.kept.saturating_sub(start).min(BLOCK)).map_err(io::Error::other)?;
        if there > 0 {
            self.file.read(start, &mut block[..there])?;
        }
        Ok(block)
    }
}

/// The blocks that `length` bytes from `offset` on lie in: number, where in the block, and where in the bytes.
fn blocks(offset: u64, length: usize) -> impl Iterator<Item = (u64, usize, std::ops::Range<usize>)> {
    let mut done = 0;
    let mut place = offset;
    std::iter::from_fn(move || {
        if done == length {
            return None;
        }
        let within = usize::try_from(place % BLOCK).ok()?;
        let bytes = (BLOCK_BYTES - within).min(length - done);
        let found = (place / BLOCK, within, done..done + bytes);
        done += bytes;
        place += u64::try_from(bytes).ok()?;
        Some(found)
    })
}

impl<B: StorageBackend> StorageBackend for Untouched<B> {
    fn len(&self) -> io::Result<u64> {
        Ok(self.lock().len)
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        let over = self.lock();
        let end = u64::try_from(out.len())
            .ok()
            .and_then(|length| offset.checked_add(length));
        if end.is_none_or(|end| end > over.len) {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        for (number, within, bytes) in blocks(offset, out.len()) {
            let block = self.block(&over, number)?;
            let length = bytes.len();
            out[bytes].copy_from_slice(&block[within..within + length]);
        }
        Ok(())
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        let mut over = self.lock();
        over.len = len;
        over.kept = over.kept.min(len);
        over.blocks.retain(|number, _| number * BLOCK < len);
        Ok(())
    }

    fn sync_data(&self) -> io::Result<()> {
        Ok(())
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        let mut over = self.lock();
        for (number, within, bytes) in blocks(offset, data.len()) {
            let mut block = self.block(&over, number)?;
            block[within..within + bytes.len()].copy_from_slice(&data[bytes]);
            over.blocks.insert(number, block);
        }
        Ok(())
    }
}

impl<B> fmt::Debug for Untouched<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Untouched").finish_non_exhaustive()
    }
}
