//! Bytes in blocks, each compressed and with a checksum that covers its number: the format of snapshot files. Reading a file
//! that was changed, cut short or reordered fails; it never returns wrong bytes.

use std::io::{self, Read, Write};

use twox_hash::XxHash3_64;

/// The first bytes of every file.
const MAGIC: [u8; 8] = *b"guanxi\r\n";
/// The version of the format.
const FORMAT: u32 = 1;
/// The size of a block before compression, in bytes: large enough to compress well and to read without a buffer.
const BLOCK_BYTES: usize = 1 << 20;
/// The size of the header: magic, format, position, log, checksum.
const HEADER_BYTES: usize = 8 + 4 + 8 + 8 + 8;
/// The size of the lengths of a block, plain and compressed; its checksum and its content follow.
const LENGTHS_BYTES: usize = 8;

/// The header of a file of blocks: what it was derived from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BlockFileHeader {
    /// The position of the last log entry that it includes.
    pub position: u64,
    /// The fingerprint of the log.
    pub log: u64,
}

/// Writes blocks.
#[derive(Debug)]
pub struct BlocksWriter<W> {
    out: W,
    pending: Vec<u8>,
    /// The number of the next block.
    number: u64,
    packed: Vec<u8>,
}

impl<W: Write> BlocksWriter<W> {
    pub(super) fn start(mut out: W, header: BlockFileHeader) -> io::Result<Self> {
        let mut bytes = Vec::with_capacity(HEADER_BYTES);
        bytes.extend(MAGIC);
        bytes.extend(FORMAT.to_le_bytes());
        bytes.extend(header.position.to_le_bytes());
        bytes.extend(header.log.to_le_bytes());
        bytes.extend(XxHash3_64::oneshot(&bytes).to_le_bytes());
        out.write_all(&bytes)?;
        Ok(Self {
            out,
            pending: Vec::with_capacity(BLOCK_BYTES),
            number: 0,
            packed: vec![0; lz4_flex::block::get_maximum_output_size(BLOCK_BYTES)],
        })
    }

    /// Writes the pending bytes, and an empty block that marks the end of the file.
    pub(super) fn finish(mut self) -> io::Result<W> {
        if !self.pending.is_empty() {
            self.write_block()?;
        }
        self.write_block()?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn write_block(&mut self) -> io::Result<()> {
        let packed = lz4_flex::block::compress_into(&self.pending, &mut self.packed).map_err(io::Error::other)?;
        // Blocks that do not get smaller are stored uncompressed.
        let content = match &self.packed[..packed] {
            packed if packed.len() < self.pending.len() => packed,
            _ => &self.pending,
        };
        let mut lengths = [0; LENGTHS_BYTES];
        lengths[..4].copy_from_slice(&length(&self.pending)?);
        lengths[4..].copy_from_slice(&length(content)?);
        self.out.write_all(&lengths)?;
        self.out
            .write_all(&checksum(self.number, &lengths, content).to_le_bytes())?;
        self.out.write_all(content)?;
        self.number += 1;
        self.pending.clear();
        Ok(())
    }
}

impl<W: Write> Write for BlocksWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let space = BLOCK_BYTES - self.pending.len();
        let fitting = &bytes[..bytes.len().min(space)];
        self.pending.extend_from_slice(fitting);
        if self.pending.len() == BLOCK_BYTES {
            self.write_block()?;
        }
        Ok(fitting.len())
    }

    /// Does nothing: a block is written when it is full, or at the end.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads blocks, and returns only bytes whose checksum matches.
#[derive(Debug)]
pub struct BlocksReader<R> {
    from: R,
    block: Vec<u8>,
    /// The number of bytes of the block that were read.
    consumed: usize,
    /// The number of the next block.
    number: u64,
    content: Vec<u8>,
    is_at_end: bool,
}

impl<R: Read> BlocksReader<R> {
    pub(super) fn start(mut from: R) -> io::Result<(BlockFileHeader, Self)> {
        let mut bytes = [0; HEADER_BYTES];
        from.read_exact(&mut bytes)?;
        let (fields, sum) = bytes.split_at(HEADER_BYTES - 8);
        if fields[..8] != MAGIC {
            return Err(damaged("it is not a snapshot of guanxi"));
        }
        if number(sum) != XxHash3_64::oneshot(fields) {
            return Err(damaged("the checksum of its header does not match"));
        }
        if fields[8..12] != FORMAT.to_le_bytes() {
            return Err(damaged("it was written by another version of guanxi"));
        }
        let header = BlockFileHeader {
            position: number(&fields[12..20]),
            log: number(&fields[20..28]),
        };
        let reader = Self {
            from,
            block: Vec::new(),
            consumed: 0,
            number: 0,
            content: Vec::new(),
            is_at_end: false,
        };
        Ok((header, reader))
    }

    /// Reads the rest of the file, to check all of it.
    pub(super) fn finish(mut self) -> io::Result<()> {
        while self.next_block()? {}
        match self.from.read(&mut [0])? {
            0 => Ok(()),
            _ => Err(damaged("there are bytes after its end")),
        }
    }

    /// Reads the next block, and returns whether there was one.
    fn next_block(&mut self) -> io::Result<bool> {
        if self.is_at_end {
            return Ok(false);
        }
        let mut head = [0; LENGTHS_BYTES + 8];
        self.from.read_exact(&mut head)?;
        let (lengths, sum) = head.split_at(LENGTHS_BYTES);
        let (plain, packed) = (block_length(&lengths[..4])?, block_length(&lengths[4..])?);
        self.content.resize(packed, 0);
        self.from.read_exact(&mut self.content)?;
        if number(sum) != checksum(self.number, lengths, &self.content) {
            return Err(damaged(&format!(
                "the checksum of block {} does not match",
                self.number
            )));
        }
        self.number += 1;
        self.consumed = 0;
        self.is_at_end = plain == 0;
        self.block.resize(plain, 0);
        if packed == plain {
            self.block.copy_from_slice(&self.content);
        } else {
            lz4_flex::block::decompress_into(&self.content, &mut self.block).map_err(io::Error::other)?;
        }
        Ok(!self.is_at_end)
    }
}

impl<R: Read> Read for BlocksReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.consumed == self.block.len() && !self.next_block()? {
            return Ok(0);
        }
        let rest = &self.block[self.consumed..];
        let count = rest.len().min(out.len());
        out[..count].copy_from_slice(&rest[..count]);
        self.consumed += count;
        Ok(count)
    }
}

fn checksum(block: u64, lengths: &[u8], content: &[u8]) -> u64 {
    let lengths = XxHash3_64::oneshot_with_seed(block, lengths);
    XxHash3_64::oneshot_with_seed(lengths, content)
}

fn damaged(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

fn length(bytes: &[u8]) -> io::Result<[u8; 4]> {
    u32::try_from(bytes.len())
        .map(u32::to_le_bytes)
        .map_err(io::Error::other)
}

/// Parses the length of a block.
fn block_length(bytes: &[u8]) -> io::Result<usize> {
    let length = bytes
        .iter()
        .rev()
        .fold(0, |number, byte| number << 8 | usize::from(*byte));
    // Checked before the checksum, so that a damaged length does not allocate memory.
    if length > BLOCK_BYTES {
        return Err(damaged("a block is too long"));
    }
    Ok(length)
}

fn number(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .rev()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEADER: BlockFileHeader = BlockFileHeader { position: 812, log: 7 };

    fn written_file(parts: &[Vec<u8>]) -> Vec<u8> {
        let mut out = BlocksWriter::start(Vec::new(), HEADER).unwrap();
        parts.iter().for_each(|part| out.write_all(part).unwrap());
        out.finish().unwrap()
    }

    fn read(bytes: &[u8]) -> io::Result<(BlockFileHeader, Vec<u8>)> {
        let (header, mut blocks) = BlocksReader::start(bytes)?;
        let mut read = Vec::new();
        blocks.read_to_end(&mut read)?;
        blocks.finish()?;
        Ok((header, read))
    }

    /// Bytes of which a part compresses well.
    fn bytes(length: usize, seed: u64) -> Vec<u8> {
        let mut random = seed;
        let step = |place: usize| {
            if place % 4096 > 2048 {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            }
            random.to_le_bytes()[7]
        };
        (0..length).map(step).collect()
    }

    #[test]
    fn any_number_of_blocks_is_read_back() {
        for length in [
            0,
            1,
            BLOCK_BYTES - 1,
            BLOCK_BYTES,
            BLOCK_BYTES + 1,
            3 * BLOCK_BYTES + 17,
        ] {
            let expected = bytes(length, 5);
            let file = written_file(&[expected[..length / 3].to_vec(), expected[length / 3..].to_vec()]);
            assert_eq!(read(&file).unwrap(), (HEADER, expected));
        }
    }

    proptest! {
        #[test]
        fn a_file_that_was_changed_or_cut_short_is_refused(
            length in 1usize..3000, seed: u64, bit in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>()
        ) {
            let file = written_file(&[bytes(length, seed)]);
            let mut changed = file.clone();
            let bit = bit.index(file.len() * 8);
            changed[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(read(&changed).is_err());
            prop_assert!(read(&file[..cut.index(file.len())]).is_err());
            let longer = [file, vec![0]].concat();
            prop_assert!(read(&longer).is_err());
        }
    }
}
