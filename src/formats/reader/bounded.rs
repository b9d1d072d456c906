//! A reader that bounds the size of a record, so that memory use does not depend on the file.

use std::{
    cell::Cell,
    io::{self, BufRead, Read},
    rc::Rc,
};

/// How many bytes were read since the last record, and how many are allowed.
#[derive(Debug, Clone)]
pub struct ByteMeter {
    read: Rc<Cell<usize>>,
    max: usize,
}

impl ByteMeter {
    /// A record ends here.
    pub fn next_record(&self) {
        self.read.set(0);
    }
}

/// A reader that fails when a record takes more bytes than are allowed. Counts all bytes taken from it, including those
/// that a buffer reads ahead: wrap it around a buffered reader, not the reverse.
#[derive(Debug)]
pub struct BoundedReader<R> {
    inner: R,
    meter: ByteMeter,
}

impl<R> BoundedReader<R> {
    /// Reads from `inner`, at most `max` bytes for a record.
    pub fn new(inner: R, max: usize) -> Self {
        let meter = ByteMeter {
            read: Rc::default(),
            max,
        };
        Self { inner, meter }
    }

    /// The meter, which is reset at the end of each record.
    pub fn meter(&self) -> ByteMeter {
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

impl<R: Read> Read for BoundedReader<R> {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.check()?;
        let read = self.inner.read(buf)?;
        self.count(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for BoundedReader<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.check()?;
        self.inner.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.inner.consume(amount);
        self.count(amount);
    }
}

/// The error for a record that is larger than allowed.
pub(in crate::formats) fn too_long(max: usize) -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        format!("a record is longer than {max} bytes; allow more with --record-bytes-max if it is right"),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_may_be_as_long_as_is_allowed_and_no_longer() {
        let mut reader = BoundedReader::new(&[7_u8; 100][..], 10);
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
