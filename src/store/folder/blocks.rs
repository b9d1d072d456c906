//! Bytes in blocks, each compressed and with a checksum over its place: the form of a snapshot's file. What was cut short,
//! changed or put elsewhere is an error where it is read, never other bytes.

use std::io::{self, Read, Write};

use twox_hash::XxHash3_64;

/// What every such file begins with.
const MAGIC: [u8; 8] = *b"guanxi\r\n";
/// The form that is written here.
const FORMAT: u32 = 1;
/// Bytes of a block before it is compressed: enough to compress well, and to be read at once.
const BLOCK_BYTES: usize = 1 << 20;
/// Bytes before the blocks: magic, format, position, log, checksum.
const HEADER_BYTES: usize = 8 + 4 + 8 + 8 + 8;
/// Bytes before the content of a block: its length, its length compressed, its checksum.
const LENGTHS_BYTES: usize = 8;

/// What a file of blocks holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The position of the last entry of the log in it.
    pub position: u64,
    /// Which log that is.
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
    pub(super) fn begin(mut out: W, held: Held) -> io::Result<Self> {
        let mut header = Vec::with_capacity(HEADER_BYTES);
        header.extend(MAGIC);
        header.extend(FORMAT.to_le_bytes());
        header.extend(held.position.to_le_bytes());
        header.extend(held.log.to_le_bytes());
        header.extend(XxHash3_64::oneshot(&header).to_le_bytes());
        out.write_all(&header)?;
        Ok(Self {
            out,
            pending: Vec::with_capacity(BLOCK_BYTES),
            number: 0,
            packed: vec![0; lz4_flex::block::get_maximum_output_size(BLOCK_BYTES)],
        })
    }

    /// Writes what is left, and a last block that is empty: without it the file was cut short.
    pub(super) fn end(mut self) -> io::Result<W> {
        if !self.pending.is_empty() {
            self.write_block()?;
        }
        self.write_block()?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn write_block(&mut self) -> io::Result<()> {
        let packed = lz4_flex::block::compress_into(&self.pending, &mut self.packed).map_err(io::Error::other)?;
        // What does not get smaller is kept as it is.
        let kept = match &self.packed[..packed] {
            packed if packed.len() < self.pending.len() => packed,
            _ => &self.pending,
        };
        let mut lengths = [0; LENGTHS_BYTES];
        lengths[..4].copy_from_slice(&length(&self.pending)?);
        lengths[4..].copy_from_slice(&length(kept)?);
        self.out.write_all(&lengths)?;
        self.out
            .write_all(&checksum(self.number, &lengths, kept).to_le_bytes())?;
        self.out.write_all(kept)?;
        self.number += 1;
        self.pending.clear();
        Ok(())
    }
}

impl<W: Write> Write for BlocksWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = BLOCK_BYTES - self.pending.len();
        let taken = &bytes[..bytes.len().min(room)];
        self.pending.extend_from_slice(taken);
        if self.pending.len() == BLOCK_BYTES {
            self.write_block()?;
        }
        Ok(taken.len())
    }

    /// A block is written when it is full, or at the end.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Reads blocks. Every byte that it gives was checked.
#[derive(Debug)]
pub struct BlocksReader<R> {
    from: R,
    block: Vec<u8>,
    /// How much of the block was given.
    given: usize,
    /// The number of the next block.
    number: u64,
    kept: Vec<u8>,
    ended: bool,
}

impl<R: Read> BlocksReader<R> {
    pub(super) fn begin(mut from: R) -> io::Result<(Held, Self)> {
        let mut header = [0; HEADER_BYTES];
        from.read_exact(&mut header)?;
        let (told, sum) = header.split_at(HEADER_BYTES - 8);
        if told[..8] != MAGIC {
            return Err(damaged("it is no snapshot of guanxi's"));
        }
        if number(sum) != XxHash3_64::oneshot(told) {
            return Err(damaged("the checksum of its head does not match"));
        }
        if told[8..12] != FORMAT.to_le_bytes() {
            return Err(damaged("another version of guanxi made it"));
        }
        let held = Held {
            position: number(&told[12..20]),
            log: number(&told[20..28]),
        };
        let reader = Self {
            from,
            block: Vec::new(),
            given: 0,
            number: 0,
            kept: Vec::new(),
            ended: false,
        };
        Ok((held, reader))
    }

    /// Reads what was not asked for, so that all of it was checked.
    pub(super) fn finish(mut self) -> io::Result<()> {
        while self.next_block()? {}
        match self.from.read(&mut [0])? {
            0 => Ok(()),
            _ => Err(damaged("there is more after its end")),
        }
    }

    /// Whether there was another block.
    fn next_block(&mut self) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        let mut head = [0; LENGTHS_BYTES + 8];
        self.from.read_exact(&mut head)?;
        let (lengths, sum) = head.split_at(LENGTHS_BYTES);
        let (plain, kept) = (small(&lengths[..4])?, small(&lengths[4..])?);
        self.kept.resize(kept, 0);
        self.from.read_exact(&mut self.kept)?;
        if number(sum) != checksum(self.number, lengths, &self.kept) {
            return Err(damaged(&format!(
                "the checksum of block {} does not match",
                self.number
            )));
        }
        self.number += 1;
        self.given = 0;
        self.ended = plain == 0;
        self.block.resize(plain, 0);
        if kept == plain {
            self.block.copy_from_slice(&self.kept);
        } else {
            lz4_flex::block::decompress_into(&self.kept, &mut self.block).map_err(io::Error::other)?;
        }
        Ok(!self.ended)
    }
}

impl<R: Read> Read for BlocksReader<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.given == self.block.len() && !self.next_block()? {
            return Ok(0);
        }
        let left = &self.block[self.given..];
        let taken = left.len().min(out.len());
        out[..taken].copy_from_slice(&left[..taken]);
        self.given += taken;
        Ok(taken)
    }
}

fn checksum(block: u64, lengths: &[u8], kept: &[u8]) -> u64 {
    let lengths = XxHash3_64::oneshot_with_seed(block, lengths);
    XxHash3_64::oneshot_with_seed(lengths, kept)
}

fn damaged(reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, reason)
}

fn length(bytes: &[u8]) -> io::Result<[u8; 4]> {
    u32::try_from(bytes.len())
        .map(u32::to_le_bytes)
        .map_err(io::Error::other)
}

/// A length that a block can have.
fn small(bytes: &[u8]) -> io::Result<usize> {
    let length = bytes
        .iter()
        .rev()
        .fold(0, |number, byte| number << 8 | usize::from(*byte));
    // Looked at before the checksum, so that a damaged length asks for no memory.
    if length > BLOCK_BYTES {
        return Err(damaged("a block is longer than blocks are"));
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

    const HELD: Held = Held { position: 812, log: 7 };

    fn written(parts: &[Vec<u8>]) -> Vec<u8> {
        let mut out = BlocksWriter::begin(Vec::new(), HELD).unwrap();
        parts.iter().for_each(|part| out.write_all(part).unwrap());
        out.end().unwrap()
    }

    fn read(bytes: &[u8]) -> io::Result<(Held, Vec<u8>)> {
        let (held, mut blocks) = BlocksReader::begin(bytes)?;
        let mut read = Vec::new();
        blocks.read_to_end(&mut read)?;
        blocks.finish()?;
        Ok((held, read))
    }

    /// Bytes of which some compress and some do not.
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
            let whole = bytes(length, 5);
            let file = written(&[whole[..length / 3].to_vec(), whole[length / 3..].to_vec()]);
            assert_eq!(read(&file).unwrap(), (HELD, whole));
        }
    }

    proptest! {
        #[test]
        fn what_is_changed_or_cut_short_is_never_read_as_something_else(
            length in 1usize..3000, seed: u64, bit in any::<prop::sample::Index>(), cut in any::<prop::sample::Index>()
        ) {
            let file = written(&[bytes(length, seed)]);
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
