//! Compressed files: detects the compression by the first bytes, and unpacks. Unpacks no more than
//! allowed, and distinguishes truncated from damaged data.

use std::{
    error::Error,
    io::{self, BufRead, Read},
};

use bzip2::bufread::MultiBzDecoder;
use flate2::bufread::MultiGzDecoder;
use lzma_rust2::XzReader;
use ruzstd::decoding::{
    BlockDecodingStrategy, FrameDecoder,
    errors::{FrameDecoderError, ReadFrameHeaderError},
};

/// How much memory unpacking an .xz file may take, in KiB: several times what `xz -9` writes needs.
const XZ_MEMORY_KIB: u32 = 256 << 10;

/// The compression of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::import) enum Compression {
    Gzip,
    Zstd,
    Bzip2,
    Xz,
}

impl Compression {
    /// The compression of a file with this beginning.
    pub(in crate::import) fn of(start: &[u8]) -> Option<Self> {
        match start {
            [0x1F, 0x8B, ..] => Some(Self::Gzip),
            // A data frame, or a skippable one.
            [0x28, 0xB5, 0x2F, 0xFD, ..] | [0x50..=0x5F, 0x2A, 0x4D, 0x18, ..] => Some(Self::Zstd),
            [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, ..]
            | [b'B', b'Z', b'h', b'1'..=b'9', 0x17, 0x72, 0x45, 0x38, ..] => Some(Self::Bzip2),
            [0xFD, b'7', b'z', b'X', b'Z', 0, ..] => Some(Self::Xz),
            _ => None,
        }
    }

    /// The command that unpacks to standard output.
    pub(in crate::import) fn command(self) -> &'static str {
        match self {
            Self::Gzip => "gzip -dc",
            Self::Zstd => "zstd -dc --long=31",
            Self::Bzip2 => "bzip2 -dc",
            Self::Xz => "xz -dc",
        }
    }

    /// The unpacked bytes, at most `max` of them.
    pub(in crate::import) fn unpack<'b>(
        self,
        packed: impl BufRead + 'b,
        max: u64,
    ) -> LimitedDecoder<Box<dyn Read + 'b>> {
        let inner: Box<dyn Read + 'b> = match self {
            Self::Gzip => Box::new(MultiGzDecoder::new(packed)),
            Self::Zstd => Box::new(ZstdFrames::new(packed)),
            Self::Bzip2 => Box::new(MultiBzDecoder::new(packed)),
            Self::Xz => Box::new(XzReader::new_mem_limit(packed, true, XZ_MEMORY_KIB)),
        };
        LimitedDecoder::new(inner, max, self.command())
    }
}

/// Unpacked bytes. Fails beyond `max` of them: a few packed bytes can unpack into any number.
pub(in crate::import) struct LimitedDecoder<R> {
    inner: R,
    remaining: u64,
    max: u64,
    /// The command that unpacks the same.
    command: &'static str,
}

impl<R: Read> LimitedDecoder<R> {
    pub(in crate::import) fn new(inner: R, max: u64, command: &'static str) -> Self {
        Self {
            inner,
            remaining: max,
            max,
            command,
        }
    }

    /// Why unpacking failed.
    fn failed(&self, error: &io::Error) -> io::Error {
        let reason = if is_cut_off(error) {
            "the compressed data ends in the middle: it was cut off, or is still being written; get it again".to_owned()
        } else {
            format!(
                "the compressed data cannot be unpacked: {error}; get it again, or unpack it yourself: {} FILE | guanxi \
                 import FORMAT -",
                self.command
            )
        };
        io::Error::new(io::ErrorKind::InvalidData, reason)
    }
}

/// Whether an error, or one of its sources, is an unexpected end of the data.
fn is_cut_off(error: &io::Error) -> bool {
    let mut inner: Option<&(dyn Error + 'static)> = Some(error);
    while let Some(error) = inner {
        let known = error.downcast_ref::<io::Error>();
        if known.is_some_and(|known| known.kind() == io::ErrorKind::UnexpectedEof) {
            return true;
        }
        // `source()` of an I/O error skips the error that it wraps.
        inner = match known.and_then(io::Error::get_ref) {
            Some(wrapped) => Some(wrapped),
            None => error.source(),
        };
    }
    false
}

impl<R: Read> Read for LimitedDecoder<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        let read = loop {
            match self.inner.read(buf) {
                Ok(read) => break read,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failed(&error)),
            }
        };
        self.remaining = self
            .remaining
            .checked_sub(u64::try_from(read).unwrap_or(u64::MAX))
            .ok_or_else(|| {
                let reason = format!(
                    "it unpacks into more than {} bytes; allow more with --unpacked-bytes-max if that is intended",
                    self.max
                );
                io::Error::new(io::ErrorKind::InvalidData, reason)
            })?;
        Ok(read)
    }
}

/// The frames of a .zst file, one after another: writers that work in parallel make many.
struct ZstdFrames<R> {
    packed: R,
    decoder: FrameDecoder,
    in_frame: bool,
}

impl<R: BufRead> ZstdFrames<R> {
    fn new(packed: R) -> Self {
        Self {
            packed,
            decoder: FrameDecoder::new(),
            in_frame: false,
        }
    }

    /// Begins the next frame; false at the end of the file.
    fn begin(&mut self) -> io::Result<bool> {
        if self.packed.fill_buf()?.is_empty() {
            return Ok(false);
        }
        match self.decoder.init(&mut self.packed) {
            Ok(()) => self.in_frame = true,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame { length, .. })) => {
                let mut skipped = (&mut self.packed).take(u64::from(length));
                if io::copy(&mut skipped, &mut io::sink())? < u64::from(length) {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
            Err(error) => return Err(io::Error::other(error)),
        }
        Ok(true)
    }

    /// Ends a frame, and verifies its checksum if it has one.
    fn end(&mut self) -> io::Result<()> {
        self.in_frame = false;
        let stated = self.decoder.get_checksum_from_data();
        if stated.is_some() && stated != self.decoder.get_calculated_checksum() {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "its checksum is wrong"));
        }
        Ok(())
    }
}

impl<R: BufRead> Read for ZstdFrames<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        loop {
            if !self.in_frame {
                if self.begin()? {
                    continue;
                }
                return Ok(0);
            }
            if self.decoder.can_collect() == 0 && !self.decoder.is_finished() {
                let decoded = self
                    .decoder
                    .decode_blocks(&mut self.packed, BlockDecodingStrategy::UptoBlocks(1));
                decoded.map_err(io::Error::other)?;
            }
            let read = self.decoder.read(buf)?;
            if read > 0 || buf.is_empty() {
                return Ok(read);
            }
            if self.decoder.is_finished() && self.decoder.can_collect() == 0 {
                self.end()?;
            }
        }
    }
}
