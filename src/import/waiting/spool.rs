//! Sorting more than fits into memory: pairs of key and value are sorted in runs, which lie packed in files without names, and
//! handed out as one. What is equal comes in the order in which it was put.

use std::{
    cmp::Ordering,
    collections::BinaryHeap,
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, Write},
    path::{Path, PathBuf},
};

/// Bytes of keys and values that are sorted in memory at a time.
const RUN_BYTES: usize = 64 << 20;
/// How many runs are merged at a time, so that few files are open: more than that are merged into one first.
const RUNS_MAX: usize = 128;
/// Bytes of pairs that are packed together.
const BLOCK_BYTES: usize = 64 << 10;

/// Pairs to be sorted.
#[derive(Debug)]
pub struct Spool {
    dir: PathBuf,
    run_bytes: usize,
    bytes: Vec<u8>,
    pairs: Vec<Pair>,
    runs: Vec<File>,
    pushed: u64,
}

/// Where a pair lies among the bytes in memory.
#[derive(Debug, Clone, Copy)]
struct Pair {
    start: usize,
    key_end: usize,
    end: usize,
}

impl Spool {
    /// A spool that keeps its runs in the folder `dir`.
    #[must_use]
    pub fn new(dir: &Path) -> Self {
        Self::with_runs_of(dir, RUN_BYTES)
    }

    /// The same with runs of so many bytes.
    #[must_use]
    pub fn with_runs_of(dir: &Path, run_bytes: usize) -> Self {
        Self {
            dir: dir.to_owned(),
            run_bytes,
            bytes: Vec::new(),
            pairs: Vec::new(),
            runs: Vec::new(),
            pushed: 0,
        }
    }

    /// How many pairs were put in.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.pushed
    }

    /// Whether none was.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pushed == 0
    }

    /// Puts a pair in. `value` writes the value.
    ///
    /// # Errors
    /// Whatever writing a run, or `value`, fails with.
    pub fn push(&mut self, key: &[u8], value: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key);
        let key_end = self.bytes.len();
        if let Err(error) = value(&mut self.bytes) {
            self.bytes.truncate(start);
            return Err(error);
        }
        self.pairs.push(Pair {
            start,
            key_end,
            end: self.bytes.len(),
        });
        self.pushed += 1;
        if self.bytes.len() >= self.run_bytes {
            self.end_run()?;
        }
        Ok(())
    }

    fn end_run(&mut self) -> io::Result<()> {
        self.sort();
        let mut run = Packing::new(tempfile::tempfile_in(&self.dir)?);
        for pair in &self.pairs {
            run.put(
                &self.bytes[pair.start..pair.key_end],
                &self.bytes[pair.key_end..pair.end],
            )?;
        }
        self.runs.push(run.finish()?);
        self.bytes.clear();
        self.pairs.clear();
        if self.runs.len() >= RUNS_MAX {
            let runs = std::mem::take(&mut self.runs);
            let mut merged = Packing::new(tempfile::tempfile_in(&self.dir)?);
            let mut all = Sorted::of(runs, Rest::default())?;
            while let Some((key, value)) = all.next_pair()? {
                merged.put(&key, &value)?;
            }
            self.runs.push(merged.finish()?);
        }
        Ok(())
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        // Stable, and quick where much is in order already.
        self.pairs
            .sort_by(|a, b| bytes[a.start..a.key_end].cmp(&bytes[b.start..b.key_end]));
    }

    /// All pairs by key.
    ///
    /// # Errors
    /// Whatever reading the runs fails with.
    pub fn sorted(mut self) -> io::Result<Sorted> {
        self.sort();
        let rest = Rest {
            bytes: self.bytes,
            pairs: self.pairs,
            next: 0,
        };
        Sorted::of(self.runs, rest)
    }
}

/// Pairs in the order of their keys.
#[derive(Debug)]
pub struct Sorted {
    runs: Vec<Unpacking>,
    rest: Rest,
    heads: BinaryHeap<Head>,
}

/// The pairs that were never written.
#[derive(Debug, Default)]
struct Rest {
    bytes: Vec<u8>,
    pairs: Vec<Pair>,
    next: usize,
}

/// The next pair of a run; the smallest key is the greatest head.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    key: Vec<u8>,
    value: Vec<u8>,
    run: usize,
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        other.key.cmp(&self.key).then(other.run.cmp(&self.run))
    }
}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Sorted {
    fn of(runs: Vec<File>, rest: Rest) -> io::Result<Self> {
        let runs = runs.into_iter().map(Unpacking::new).collect::<io::Result<Vec<_>>>()?;
        let mut sorted = Self {
            heads: BinaryHeap::with_capacity(runs.len() + 1),
            runs,
            rest,
        };
        // The rest was put last, and stands last among equals.
        (0..=sorted.runs.len()).try_for_each(|run| sorted.advance(run))?;
        Ok(sorted)
    }

    /// The next pair; none after the last one.
    ///
    /// # Errors
    /// Whatever reading the runs fails with.
    pub fn next_pair(&mut self) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
        let Some(Head { key, value, run }) = self.heads.pop() else {
            return Ok(None);
        };
        self.advance(run)?;
        Ok(Some((key, value)))
    }

    fn advance(&mut self, run: usize) -> io::Result<()> {
        let next = match self.runs.get_mut(run) {
            Some(run) => run.next_pair()?,
            None => self.rest.next_pair(),
        };
        self.heads.extend(next.map(|(key, value)| Head { key, value, run }));
        Ok(())
    }
}

impl Rest {
    fn next_pair(&mut self) -> Option<(Vec<u8>, Vec<u8>)> {
        let pair = self.pairs.get(self.next)?;
        self.next += 1;
        let (key, value) = (
            &self.bytes[pair.start..pair.key_end],
            &self.bytes[pair.key_end..pair.end],
        );
        Some((key.to_vec(), value.to_vec()))
    }
}

/// Writes a run: blocks of pairs, each with its length packed and unpacked.
struct Packing {
    out: BufWriter<File>,
    block: Vec<u8>,
}

impl Packing {
    fn new(file: File) -> Self {
        Self {
            out: BufWriter::new(file),
            block: Vec::with_capacity(BLOCK_BYTES),
        }
    }

    fn put(&mut self, key: &[u8], value: &[u8]) -> io::Result<()> {
        for part in [key, value] {
            let length = u32::try_from(part.len()).map_err(io::Error::other)?;
            self.block.extend_from_slice(&length.to_le_bytes());
        }
        self.block.extend_from_slice(key);
        self.block.extend_from_slice(value);
        if self.block.len() >= BLOCK_BYTES {
            self.end_block()?;
        }
        Ok(())
    }

    fn end_block(&mut self) -> io::Result<()> {
        let packed = lz4_flex::block::compress(&self.block);
        for length in [packed.len(), self.block.len()] {
            let length = u32::try_from(length).map_err(io::Error::other)?;
            self.out.write_all(&length.to_le_bytes())?;
        }
        self.out.write_all(&packed)?;
        self.block.clear();
        Ok(())
    }

    fn finish(mut self) -> io::Result<File> {
        if !self.block.is_empty() {
            self.end_block()?;
        }
        self.out.into_inner().map_err(io::IntoInnerError::into_error)
    }
}

/// Reads a run.
#[derive(Debug)]
struct Unpacking {
    file: BufReader<File>,
    packed: Vec<u8>,
    block: Vec<u8>,
    at: usize,
}

impl Unpacking {
    fn new(mut file: File) -> io::Result<Self> {
        file.rewind()?;
        Ok(Self {
            file: BufReader::with_capacity(BLOCK_BYTES, file),
            packed: Vec::new(),
            block: Vec::new(),
            at: 0,
        })
    }

    fn next_pair(&mut self) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
        if self.at == self.block.len() && !self.next_block()? {
            return Ok(None);
        }
        let key = self.length()?;
        let value = self.length()?;
        Ok(Some((self.take(key)?, self.take(value)?)))
    }

    fn next_block(&mut self) -> io::Result<bool> {
        let mut lengths = [0; 8];
        match self.file.read_exact(&mut lengths) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(false),
            read => read?,
        }
        let number = |bytes: &[u8]| -> io::Result<usize> {
            let bytes = bytes.try_into().map_err(io::Error::other)?;
            usize::try_from(u32::from_le_bytes(bytes)).map_err(io::Error::other)
        };
        let (packed, plain) = (number(&lengths[..4])?, number(&lengths[4..])?);
        self.packed.resize(packed, 0);
        self.file.read_exact(&mut self.packed)?;
        self.block = lz4_flex::block::decompress(&self.packed, plain).map_err(io::Error::other)?;
        self.at = 0;
        Ok(true)
    }

    fn length(&mut self) -> io::Result<usize> {
        let bytes = self.take(4)?;
        let bytes = bytes.as_slice().try_into().map_err(io::Error::other)?;
        usize::try_from(u32::from_le_bytes(bytes)).map_err(io::Error::other)
    }

    fn take(&mut self, length: usize) -> io::Result<Vec<u8>> {
        let cut = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let end = self.at.checked_add(length).ok_or_else(cut)?;
        let taken = self.block.get(self.at..end).ok_or_else(cut)?.to_vec();
        self.at = end;
        Ok(taken)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn pairs_come_by_key_and_equal_keys_in_the_order_in_which_they_were_put(
            keys in prop::collection::vec("[ab]{0,3}", 0..2000), run_bytes in 1_usize..400,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut spool = Spool::with_runs_of(folder.path(), run_bytes);
            let mut expected: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
            for (number, key) in keys.iter().enumerate() {
                let value = number.to_string().into_bytes();
                spool.push(key.as_bytes(), |out| { out.extend_from_slice(&value); Ok(()) }).unwrap();
                expected.push((key.clone().into_bytes(), value));
            }
            expected.sort_by(|a, b| a.0.cmp(&b.0));
            let mut sorted = spool.sorted().unwrap();
            let found: Vec<_> = std::iter::from_fn(|| sorted.next_pair().unwrap()).collect();
            prop_assert_eq!(found, expected);
            prop_assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }
}
