//! Reading with a bound on what one record may take: whatever a file holds, no more than that is kept in memory.

use std::{
    cell::Cell,
    io::{self, BufRead, Read},
    rc::Rc,
};

/// How many bytes were read since the last record, of how many that are allowed.
#[derive(Debug, Clone)]
pub struct Meter {
    read: Rc<Cell<usize>>,
    max: usize,
}

impl Meter {
    /// A record ends here.
    pub fn next_record(&self) {
        self.read.set(0);
    }
}

/// A reader that fails when a record takes more bytes than are allowed. Counts what is taken from it, be it ahead of what is
/// understood: wrap it around what is buffered, and not the other way round.
#[derive(Debug)]
pub struct Bounded<R> {
    inner: R,
    meter: Meter,
}

impl<R> Bounded<R> {
    /// Reads from `inner`, at most `max` bytes for a record.
    pub fn new(inner: R, max: usize) -> Self {
        let meter = Meter {
            read: Rc::default(),
            max,
        };
        Self { inner, meter }
    }

    /// Says where records end.
    pub fn meter(&self) -> Meter {
        self.meter.clone()
    }

    fn count(&self, bytes: usize) {
        let meter = &self.meter;
        meter.read.set(meter.read.get().saturating_add(bytes));
    }

    fn check(&self) -> io::Result<()> {
        if self.meter.read.get() > self.meter.max {
            return Err(too_long(self.meter.max));
        }
        Ok(())
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.check()?;
        let read = self.inner.read(buf)?;
        self.count(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Bounded<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.check()?;
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
        self.count(amount);
    }
}

/// A record takes more than is allowed.
pub(in crate::formats) fn too_long(max: usize) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("a record is longer than {max} bytes; allow more with --record-bytes-max if it is right"),
    )
}

/// The lines of a file, one at a time.
pub struct Lines<'a> {
    bytes: &'a mut dyn BufRead,
    max: usize,
    line: Vec<u8>,
    number: u64,
}

impl<'a> Lines<'a> {
    /// The lines of these bytes, each at most `max` bytes long.
    pub fn new(bytes: &'a mut dyn BufRead, max: usize) -> Self {
        Self {
            bytes,
            max,
            line: Vec::new(),
            number: 0,
        }
    }

    /// The next line without its end, and its number, from 1; none after the last one.
    ///
    /// # Errors
    /// Whatever reading fails with; [`io::ErrorKind::InvalidData`] for a line that is too long.
    pub fn next_line(&mut self) -> io::Result<Option<(u64, &[u8])>> {
        self.line.clear();
        let limit = u64::try_from(self.max).unwrap_or(u64::MAX).saturating_add(2);
        let read = (&mut *self.bytes).take(limit).read_until(b'\n', &mut self.line)?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        let line = self.line.strip_suffix(b"\n").unwrap_or(&self.line);
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if line.len() > self.max {
            let reason = format!("line {}: {}", self.number, too_long(self.max));
            return Err(io::Error::new(io::ErrorKind::InvalidData, reason));
        }
        Ok(Some((self.number, line)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_beyond_the_limit_is_refused_before_it_is_read() {
        let mut text: &[u8] = b"one\r\n12345678\n123456789\n";
        let mut lines = Lines::new(&mut text, 8);
        assert_eq!(lines.next_line().unwrap(), Some((1, &b"one"[..])));
        assert_eq!(lines.next_line().unwrap(), Some((2, &b"12345678"[..])));
        let refused = lines.next_line().unwrap_err().to_string();
        assert!(
            refused.starts_with("line 3: a record is longer than 8 bytes"),
            "{refused}"
        );
        let mut endless = io::BufReader::new(io::repeat(b'a'));
        assert!(Lines::new(&mut endless, 1000).next_line().is_err());
    }

    #[test]
    fn a_record_may_be_as_long_as_is_allowed_and_no_longer() {
        let mut reader = Bounded::new(&[7_u8; 100][..], 10);
        let meter = reader.meter();
        let mut ten = [0; 10];
        for _ in 0..5 {
            reader.read_exact(&mut ten).unwrap();
            meter.next_record();
        }
        // What is read at once is in memory already; nothing more is read.
        reader.read_exact(&mut [0; 20]).unwrap();
        assert!(reader.read_exact(&mut [0; 1]).is_err());
    }
}
