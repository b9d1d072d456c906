//! Rarely read texts, compressed in blocks. Reading a text unpacks its block; the few blocks read last are cached.

use std::{
    borrow::Cow,
    fmt, panic,
    sync::{
        Arc,
        mpsc::{self, SyncSender},
    },
    thread::{self, JoinHandle},
};

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};
use parking_lot::Mutex;

use super::numbers::{at, count};
use crate::graph::Error;

/// The size of a block before packing, unless a single text is longer.
const BLOCK_BYTES: usize = 32 << 10;
/// The compression level. Keys and many values repeat from record to record, so higher levels gain little.
const LEVEL: u32 = 4;
/// The most blocks waiting to be packed.
const BLOCKS_AHEAD: usize = 16;
/// The number of unpacked blocks in the cache.
const CACHED_BLOCKS: usize = 8;

/// A handle of a text in a [`ColdPool`]; [`ColdText::NONE`] means no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::graph) struct ColdText(u32);

impl ColdText {
    /// No text.
    pub(in crate::graph) const NONE: Self = Self(u32::MAX);

    /// The handle as a number.
    pub(in crate::graph) fn number(self) -> u32 {
        self.0
    }

    /// The handle with this number.
    pub(in crate::graph) fn of_number(number: u32) -> Self {
        Self(number)
    }
}

/// Texts in sequence, each after its length in four bytes; packed if that is smaller.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::graph) struct Block {
    /// The number of its first text.
    pub(in crate::graph) first: u32,
    /// The number of bytes when unpacked; if equal to the length of `bytes`, it is not packed.
    pub(in crate::graph) plain: u32,
    pub(in crate::graph) bytes: Box<[u8]>,
}

/// The place of a block, and its unpacked bytes.
type CachedBlock = (usize, Arc<Vec<u8>>);

/// An immutable store of texts.
#[derive(Default)]
pub(in crate::graph) struct ColdPool {
    blocks: Vec<Block>,
    /// The blocks read last. A reader that finds a slot locked unpacks the block itself instead of waiting.
    cache: Vec<Mutex<Option<CachedBlock>>>,
}

impl fmt::Debug for ColdPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ColdPool").field("blocks", &self.blocks.len()).finish()
    }
}

impl ColdPool {
    /// The pool of these blocks.
    pub(in crate::graph) fn of(blocks: Vec<Block>) -> Self {
        let slots = if blocks.iter().any(Block::is_packed) {
            CACHED_BLOCKS
        } else {
            0
        };
        Self {
            blocks,
            cache: (0..slots).map(|_| Mutex::new(None)).collect(),
        }
    }

    /// Its blocks.
    pub(in crate::graph) fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The text of a handle; `None` for [`ColdText::NONE`]. Unpacks some 32 KiB.
    pub(in crate::graph) fn text(&self, text: ColdText) -> Option<Cow<'_, str>> {
        if text == ColdText::NONE {
            return None;
        }
        let place = self
            .blocks
            .partition_point(|block| block.first <= text.0)
            .checked_sub(1)?;
        let block = &self.blocks[place];
        let number = text.0 - block.first;
        if block.is_packed() {
            let plain = self.unpacked(place)?;
            return Some(Cow::Owned(nth(&plain, number)?.to_owned()));
        }
        nth(&block.bytes, number).map(Cow::Borrowed)
    }

    fn unpacked(&self, place: usize) -> Option<Arc<Vec<u8>>> {
        let mut slot = self.cache[place % CACHED_BLOCKS].try_lock();
        if let Some((_, plain)) = slot
            .as_deref()
            .and_then(Option::as_ref)
            .filter(|(cached, _)| *cached == place)
        {
            return Some(Arc::clone(plain));
        }
        let plain: Arc<Vec<u8>> = Arc::new(self.blocks[place].unpacked()?);
        if let Some(slot) = &mut slot {
            **slot = Some((place, Arc::clone(&plain)));
        }
        Some(plain)
    }
}

impl Block {
    fn is_packed(&self) -> bool {
        self.bytes.len() != at(self.plain)
    }

    /// The block packed, if that is smaller.
    fn packed(self, pack: &mut Compress) -> Self {
        pack.reset();
        let mut packed = Vec::with_capacity(self.bytes.len());
        let status = pack.compress_vec(&self.bytes, &mut packed, FlushCompress::Finish);
        let is_smaller = matches!(status, Ok(Status::StreamEnd)) && packed.len() < self.bytes.len();
        // Copied to drop the excess capacity.
        let bytes = if is_smaller {
            packed.as_slice().into()
        } else {
            self.bytes
        };
        Self { bytes, ..self }
    }

    fn unpacked(&self) -> Option<Vec<u8>> {
        let mut plain = Vec::with_capacity(at(self.plain));
        let mut unpack = Decompress::new(false);
        let status = unpack.decompress_vec(&self.bytes, &mut plain, FlushDecompress::Finish);
        let is_complete = matches!(status, Ok(Status::StreamEnd)) && plain.len() == at(self.plain);
        is_complete.then_some(plain)
    }
}

/// One of the texts of a block.
fn nth(mut bytes: &[u8], number: u32) -> Option<&str> {
    let mut next = || {
        let (length, rest) = bytes.split_first_chunk()?;
        let (text, rest) = rest.split_at_checked(at(u32::from_le_bytes(*length)))?;
        bytes = rest;
        Some(text)
    };
    for _ in 0..number {
        next()?;
    }
    std::str::from_utf8(next()?).ok()
}

/// Builds a [`ColdPool`]. Packer takes longer than all other work on a record, so a separate thread does it.
#[derive(Default)]
pub(in crate::graph) struct ColdPoolBuilder {
    /// The texts of the next block.
    pending: Vec<u8>,
    /// The numbers of its first text and of the next text.
    first: u32,
    next: u32,
    /// `None` before the first block is full.
    packer: Option<Packer>,
}

/// The thread that packs blocks in order.
struct Packer {
    sender: SyncSender<Block>,
    thread: JoinHandle<Vec<Block>>,
}

impl Packer {
    fn start() -> Self {
        let (sender, plain) = mpsc::sync_channel::<Block>(BLOCKS_AHEAD);
        let thread = thread::spawn(move || {
            let mut pack = Compress::new(Compression::new(LEVEL), false);
            plain.into_iter().map(|block| block.packed(&mut pack)).collect()
        });
        Self { sender, thread }
    }

    fn finish(self) -> Vec<Block> {
        drop(self.sender);
        self.thread.join().unwrap_or_else(|panic| panic::resume_unwind(panic))
    }
}

impl ColdPoolBuilder {
    /// Adds a text.
    pub(in crate::graph) fn push(&mut self, text: &str) -> Result<ColdText, Error> {
        let length = count("bytes in one text", text.len())?;
        count("bytes in one text", self.pending.len() + text.len() + size_of::<u32>())?;
        count("properties", at(self.next))?;
        let handle = ColdText(self.next);
        self.pending.extend(length.to_le_bytes());
        self.pending.extend(text.as_bytes());
        self.next += 1;
        if self.pending.len() >= BLOCK_BYTES {
            self.close();
        }
        Ok(handle)
    }

    /// Adds an optional text.
    pub(in crate::graph) fn push_optional(&mut self, text: Option<&str>) -> Result<ColdText, Error> {
        text.map_or(Ok(ColdText::NONE), |text| self.push(text))
    }

    /// Sends the pending texts as a block to be packed.
    fn close(&mut self) {
        let block = self.plain();
        let packer = self.packer.get_or_insert_with(Packer::start);
        if let Err(unsent) = packer.sender.send(block) {
            // The thread ends early only by a panic, which `finish` reports.
            drop(unsent);
        }
    }

    /// The pending texts as a block that is not packed.
    fn plain(&mut self) -> Block {
        let bytes = std::mem::replace(&mut self.pending, Vec::with_capacity(BLOCK_BYTES));
        let first = std::mem::replace(&mut self.first, self.next);
        Block {
            first,
            plain: u32::try_from(bytes.len()).expect("the length is checked when texts are added"),
            bytes: bytes.into_boxed_slice(),
        }
    }

    /// The finished pool. The few texts after the last complete block are not packed.
    pub(in crate::graph) fn finish(mut self) -> ColdPool {
        let mut blocks = self.packer.take().map_or_else(Vec::new, Packer::finish);
        if !self.pending.is_empty() {
            blocks.push(self.plain());
        }
        ColdPool::of(blocks)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn texts_are_read_back_in_any_order(
            texts in proptest::collection::vec((".{0,40}", 0..60_usize), 0..120), reads in proptest::collection::vec(any::<prop::sample::Index>(), 20)
        ) {
            let texts: Vec<String> = texts.iter().map(|(text, times)| text.repeat(*times)).collect();
            let mut builder = ColdPoolBuilder::default();
            let handles: Vec<ColdText> = texts.iter().map(|text| builder.push(text).unwrap()).collect();
            let pool = builder.finish();
            let copy = ColdPool::of(pool.blocks().to_vec());
            for read in reads.iter().filter(|_| !texts.is_empty()) {
                let place = read.index(texts.len());
                prop_assert_eq!(pool.text(handles[place]).unwrap(), texts[place].as_str());
                prop_assert_eq!(copy.text(handles[place]).unwrap(), texts[place].as_str());
            }
            prop_assert_eq!(pool.text(ColdText::NONE), None);
            prop_assert_eq!(pool.text(ColdText(builder_len(&texts))), None);
        }
    }

    fn builder_len(texts: &[String]) -> u32 {
        u32::try_from(texts.len()).unwrap()
    }

    #[test]
    fn a_damaged_block_has_no_texts() {
        let mut builder = ColdPoolBuilder::default();
        let text = "a register entry; ".repeat(10_000);
        let handle = builder.push(&text).unwrap();
        let mut blocks = builder.finish().blocks().to_vec();
        assert!(blocks[0].is_packed());
        assert!(blocks[0].bytes.len() < text.len() / 20);
        for byte in &mut blocks[0].bytes {
            *byte ^= 0x55;
        }
        assert_eq!(ColdPool::of(blocks).text(handle), None);
    }
}
