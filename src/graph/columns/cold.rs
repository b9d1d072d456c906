//! Texts that are seldom read, compressed in blocks: as many bytes of them as memory holds. A block is unpacked when a text of
//! it is read; the few that were read last are kept.

use std::{
    borrow::Cow,
    fmt, panic,
    sync::{
        Arc, Mutex,
        mpsc::{self, SyncSender},
    },
    thread::{self, JoinHandle},
};

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

use super::numbers::{at, count};
use crate::graph::Error;

/// Bytes of a block before it is packed, as long as no single text is longer.
const BLOCK_BYTES: usize = 32 << 10;
/// Keys and many values of records repeat from one to the next: more effort gains little.
const LEVEL: u32 = 4;
/// How many blocks may wait to be packed.
const BLOCKS_AHEAD: usize = 16;
/// How many blocks are kept unpacked.
const KEPT: usize = 8;

/// A handle of a text in a [`ColdPool`]; [`Cold::NONE`] stands for no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::graph) struct Cold(u32);

impl Cold {
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

/// Texts one after the other, each behind its length in four bytes, packed unless there are few.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::graph) struct Block {
    /// The number of its first text.
    pub(in crate::graph) first: u32,
    /// How many bytes it has unpacked. As many as it has: it is not packed.
    pub(in crate::graph) plain: u32,
    pub(in crate::graph) bytes: Box<[u8]>,
}

/// The place of a block, and what it is unpacked.
type Kept = (usize, Arc<Vec<u8>>);

/// An immutable store of texts.
#[derive(Default)]
pub(in crate::graph) struct ColdPool {
    blocks: Vec<Block>,
    /// Blocks that were read last, each with its place. Who finds one in use unpacks the block itself and waits for nobody.
    kept: Vec<Mutex<Option<Kept>>>,
}

impl fmt::Debug for ColdPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ColdPool").field("blocks", &self.blocks.len()).finish()
    }
}

impl ColdPool {
    /// The pool of these blocks.
    pub(in crate::graph) fn of(blocks: Vec<Block>) -> Self {
        let kept = if blocks.iter().any(Block::is_packed) { KEPT } else { 0 };
        Self {
            blocks,
            kept: (0..kept).map(|_| Mutex::new(None)).collect(),
        }
    }

    /// What it consists of.
    pub(in crate::graph) fn blocks(&self) -> &[Block] {
        &self.blocks
    }

    /// The text behind a handle; none for [`Cold::NONE`]. Unpacks some 32 KiB.
    pub(in crate::graph) fn text(&self, text: Cold) -> Option<Cow<'_, str>> {
        if text == Cold::NONE {
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
        let mut kept = self.kept[place % KEPT].try_lock().ok();
        if let Some((_, plain)) = kept
            .as_deref()
            .and_then(Option::as_ref)
            .filter(|(known, _)| *known == place)
        {
            return Some(Arc::clone(plain));
        }
        let plain: Arc<Vec<u8>> = Arc::new(self.blocks[place].unpacked()?);
        if let Some(kept) = &mut kept {
            **kept = Some((place, Arc::clone(&plain)));
        }
        Some(plain)
    }
}

impl Block {
    fn is_packed(&self) -> bool {
        self.bytes.len() != at(self.plain)
    }

    /// The same in fewer bytes, where it fits into fewer.
    fn packed(self, pack: &mut Compress) -> Self {
        pack.reset();
        let mut packed = Vec::with_capacity(self.bytes.len());
        let status = pack.compress_vec(&self.bytes, &mut packed, FlushCompress::Finish);
        let is_smaller = matches!(status, Ok(Status::StreamEnd)) && packed.len() < self.bytes.len();
        // Cut to size: the room for the whole would be kept with it.
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
        let is_whole = matches!(status, Ok(Status::StreamEnd)) && plain.len() == at(self.plain);
        is_whole.then_some(plain)
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

/// Fills a [`ColdPool`]. Packing takes longer than everything else that is done with a record, so that a thread of its own does it.
#[derive(Default)]
pub(in crate::graph) struct ColdPoolBuilder {
    /// The texts of the block to come.
    pending: Vec<u8>,
    /// The number of its first text, and of the text to come.
    first: u32,
    next: u32,
    /// None before the first block is full.
    packing: Option<Packing>,
}

/// The thread that packs blocks, in the order in which they are sent.
struct Packing {
    sender: SyncSender<Block>,
    thread: JoinHandle<Vec<Block>>,
}

impl Packing {
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
    /// A handle of `text`.
    pub(in crate::graph) fn push(&mut self, text: &str) -> Result<Cold, Error> {
        let length = count("bytes in one text", text.len())?;
        count("bytes in one text", self.pending.len() + text.len() + size_of::<u32>())?;
        count("properties", at(self.next))?;
        let handle = Cold(self.next);
        self.pending.extend(length.to_le_bytes());
        self.pending.extend(text.as_bytes());
        self.next += 1;
        if self.pending.len() >= BLOCK_BYTES {
            self.close();
        }
        Ok(handle)
    }

    /// The same for what may be absent.
    pub(in crate::graph) fn push_optional(&mut self, text: Option<&str>) -> Result<Cold, Error> {
        text.map_or(Ok(Cold::NONE), |text| self.push(text))
    }

    /// Makes a block of what is pending.
    fn close(&mut self) {
        let block = self.plain();
        let packing = self.packing.get_or_insert_with(Packing::start);
        if let Err(unsent) = packing.sender.send(block) {
            // The thread ends early only by a panic, which is told when it is joined.
            drop(unsent);
        }
    }

    /// What is pending, as a block that is not packed.
    fn plain(&mut self) -> Block {
        let bytes = std::mem::replace(&mut self.pending, Vec::with_capacity(BLOCK_BYTES));
        let first = std::mem::replace(&mut self.first, self.next);
        Block {
            first,
            plain: u32::try_from(bytes.len()).expect("it was counted when texts were added"),
            bytes: bytes.into_boxed_slice(),
        }
    }

    /// The finished pool. The few texts after the last whole block stay as they are.
    pub(in crate::graph) fn finish(mut self) -> ColdPool {
        let mut blocks = self.packing.take().map_or_else(Vec::new, Packing::finish);
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
            let handles: Vec<Cold> = texts.iter().map(|text| builder.push(text).unwrap()).collect();
            let pool = builder.finish();
            let copy = ColdPool::of(pool.blocks().to_vec());
            for read in reads.iter().filter(|_| !texts.is_empty()) {
                let place = read.index(texts.len());
                prop_assert_eq!(pool.text(handles[place]).unwrap(), texts[place].as_str());
                prop_assert_eq!(copy.text(handles[place]).unwrap(), texts[place].as_str());
            }
            prop_assert_eq!(pool.text(Cold::NONE), None);
            prop_assert_eq!(pool.text(Cold(builder_len(&texts))), None);
        }
    }

    fn builder_len(texts: &[String]) -> u32 {
        u32::try_from(texts.len()).unwrap()
    }

    #[test]
    fn a_damaged_block_has_no_texts() {
        let mut builder = ColdPoolBuilder::default();
        let text = "a register says so; ".repeat(10_000);
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
