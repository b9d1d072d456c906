//! An external merge sort: pairs of key and value are sorted in runs, which are compressed in files without names, and
//! merged. Pairs with equal keys keep their order.

use std::{
    cmp::Ordering,
    collections::BinaryHeap,
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, Write},
    path::{Path, PathBuf},
};

/// The size of a run that is sorted in memory, in bytes of keys and values.
const RUN_BYTES: usize = 64 << 20;
/// The most runs that are merged at a time, to limit open files: more are first merged into one.
const RUNS_MAX: usize = 128;
/// The size of a block that is compressed, in bytes.
const BLOCK_BYTES: usize = 64 << 10;

/// Collects pairs to be sorted.
#[derive(Debug)]
pub struct Spool {
    dir: PathBuf,
    run_bytes: usize,
    bytes: Vec<u8>,
    pairs: Vec<PairSpan>,
    runs: Vec<File>,
    pushed: u64,
}

/// The position of a pair among the bytes in memory.
#[derive(Debug, Clone, Copy)]
struct PairSpan {
    start: usize,
    key_end: usize,
    end: usize,
}

impl Spool {
    /// A spool that writes its runs to the folder `dir`.
    #[must_use]
    pub fn new(dir: &Path) -> Self {
        Self::with_run_bytes(dir, RUN_BYTES)
    }

    /// The same with runs of `run_bytes` bytes.
    #[must_use]
    pub fn with_run_bytes(dir: &Path, run_bytes: usize) -> Self {
        Self {
            dir: dir.to_owned(),
            run_bytes,
            bytes: Vec::new(),
            pairs: Vec::new(),
            runs: Vec::new(),
            pushed: 0,
        }
    }

    /// The number of pairs.
    #[must_use]
    pub fn len(&self) -> u64 {
        self.pushed
    }

    /// Whether there are no pairs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.pushed == 0
    }

    /// Adds a pair. `value` writes the value.
    ///
    /// # Errors
    /// Any error of writing a run, or of `value`.
    pub fn push(&mut self, key: &[u8], value: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<()> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(key);
        let key_end = self.bytes.len();
        if let Err(error) = value(&mut self.bytes) {
            self.bytes.truncate(start);
            return Err(error);
        }
        self.pairs.push(PairSpan {
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
        let mut run = RunWriter::new(tempfile::tempfile_in(&self.dir)?);
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
            let mut merged = RunWriter::new(tempfile::tempfile_in(&self.dir)?);
            let mut all = SortedPairs::of(runs, InMemoryRun::default())?;
            while let Some((key, value)) = all.next_pair()? {
                merged.put(&key, &value)?;
            }
            self.runs.push(merged.finish()?);
        }
        Ok(())
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        // Stable, and fast on mostly sorted input.
        self.pairs
            .sort_by(|a, b| bytes[a.start..a.key_end].cmp(&bytes[b.start..b.key_end]));
    }

    /// All pairs in order of their keys.
    ///
    /// # Errors
    /// Any error of reading the runs.
    pub fn sorted(mut self) -> io::Result<SortedPairs> {
        self.sort();
        let last_run = InMemoryRun {
            bytes: self.bytes,
            pairs: self.pairs,
            next: 0,
        };
        SortedPairs::of(self.runs, last_run)
    }
}

/// Pairs in the order of their keys.
#[derive(Debug)]
pub struct SortedPairs {
    runs: Vec<RunReader>,
    last_run: InMemoryRun,
    heads: BinaryHeap<RunHead>,
}

/// The last run, which is never written to disk.
#[derive(Debug, Default)]
struct InMemoryRun {
    bytes: Vec<u8>,
    pairs: Vec<PairSpan>,
    next: usize,
}

/// The next pair of a run, ordered so that a max-heap yields the smallest key first.
#[derive(Debug, PartialEq, Eq)]
struct RunHead {
    key: Vec<u8>,
    value: Vec<u8>,
    run: usize,
}

impl Ord for RunHead {
    fn cmp(&self, other: &Self) -> Ordering {
        other.key.cmp(&self.key).then(other.run.cmp(&self.run))
    }
}

impl PartialOrd for RunHead {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl SortedPairs {
    fn of(runs: Vec<File>, last_run: InMemoryRun) -> io::Result<Self> {
        let runs = runs.into_iter().map(RunReader::new).collect::<io::Result<Vec<_>>>()?;
        let mut sorted = Self {
            heads: BinaryHeap::with_capacity(runs.len() + 1),
            runs,
            last_run,
        };
        // The run in memory was added last, so it comes last among equals.
        (0..=sorted.runs.len()).try_for_each(|run| sorted.advance(run))?;
        Ok(sorted)
    }

    /// The next pair; none after the last one.
    ///
    /// # Errors
    /// Any error of reading the runs.
    pub fn next_pair(&mut self) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
        let Some(RunHead { key, value, run }) = self.heads.pop() else {
            return Ok(None);
        };
        self.advance(run)?;
        Ok(Some((key, value)))
    }

    fn advance(&mut self, run: usize) -> io::Result<()> {
        let next = match self.runs.get_mut(run) {
            Some(run) => run.next_pair()?,
            None => self.last_run.next_pair(),
        };
        self.heads.extend(next.map(|(key, value)| RunHead { key, value, run }));
        Ok(())
    }
}

impl InMemoryRun {
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

/// Writes a run: compressed blocks of pairs, each after its compressed and uncompressed length.
struct RunWriter {
    out: BufWriter<File>,
    block: Vec<u8>,
}

impl RunWriter {
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
struct RunReader {
    file: BufReader<File>,
    packed: Vec<u8>,
    block: Vec<u8>,
    at: usize,
}

impl RunReader {
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
        let truncated = || io::Error::from(io::ErrorKind::UnexpectedEof);
        let end = self.at.checked_add(length).ok_or_else(truncated)?;
        let bytes = self.block.get(self.at..end).ok_or_else(truncated)?.to_vec();
        self.at = end;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]
        #[test]
        fn pairs_are_sorted_by_key_and_equal_keys_keep_their_order(
            keys in prop::collection::vec("[ab]{0,3}", 0..2000), run_bytes in 1_usize..400,
        ) {
            let folder = tempfile::tempdir().unwrap();
            let mut spool = Spool::with_run_bytes(folder.path(), run_bytes);
            let mut expected: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
            for (number, key) in keys.iter().enumerate() {
                let value = number.to_string().into_bytes();
                spool.push(key.as_bytes(), |out| { out.extend_from_slice(&value); Ok(()) }).unwrap();
                expected.push((key.clone().into_bytes(), value));
            }
            expected.sort_by(|a, b| a.0.cmp(&b.0));
            let mut sorted = spool.sorted().unwrap();
            let actual: Vec<_> = std::iter::from_fn(|| sorted.next_pair().unwrap()).collect();
            prop_assert_eq!(actual, expected);
            prop_assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
        }
    }
}
