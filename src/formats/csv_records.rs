//! The records of a file of separated values, one at a time, each with the line on which it starts. A quote that is never
//! closed is reported, though the rest of the file is inside of it. Records of any width are handed over; what their cells
//! mean is left to the formats.

use std::{
    collections::VecDeque,
    io::{self, Chain, Read},
    mem,
};

use csv::ByteRecord;

use super::reader::{BoundedReader, ByteMeter, Unreadable};

/// Read after the end of every file, as a record of its own unless a quote is still open. No text has it: it is a control
/// character.
const SENTINEL: &[u8] = b"\x01";

/// The same as the last line.
const LAST_LINE: &[u8] = b"\n\x01";

/// How much of a file is read at once.
const BUFFER_BYTES: usize = 1 << 17;

/// What stands between cells, and around them where they have to be quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CsvDialect {
    pub(super) delimiter: u8,
    /// None where nothing quotes.
    pub(super) quote: Option<u8>,
}

impl CsvDialect {
    /// Commas between cells, and double quotes around them.
    pub(super) const COMMAS: Self = Self {
        delimiter: b',',
        quote: Some(b'"'),
    };

    /// Reads records of any width, the header as the first of them.
    pub(super) fn reader<R: Read>(self, bytes: R) -> csv::Reader<R> {
        let mut builder = csv::ReaderBuilder::new();
        builder
            .has_headers(false)
            .flexible(true)
            .delimiter(self.delimiter)
            .buffer_capacity(BUFFER_BYTES);
        match self.quote {
            Some(quote) => builder.quote(quote),
            None => builder.quoting(false),
        };
        builder.from_reader(bytes)
    }
}

/// What came next in a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CsvEvent {
    /// A record that starts on this line.
    Record { line: u64 },
    /// A record that starts on this line and runs to the end of the file, because its quote is never closed.
    Unclosed { line: u64 },
    /// Nothing more.
    End,
}

/// Refuses what a program wrote, where a quote is never closed in the record at this place.
pub(super) fn unclosed(place: String) -> Unreadable {
    let reason = "a quote that opens in this record is never closed: the file is cut off, or a quote in it is not doubled; \
                  get it again";
    Unreadable::malformed(place, reason)
}

/// The records of a file.
#[derive(Debug)]
pub(super) struct Records<R> {
    reader: csv::Reader<LineCounter<Chain<BoundedReader<R>, &'static [u8]>>>,
    meter: ByteMeter,
    /// Read, but not handed over yet: only with the next one is it known not to be the last.
    ahead: ByteRecord,
    /// The line on which the one ahead starts; none at the end.
    ahead_line: io::Result<Option<u64>>,
    /// The record of the last step.
    pub(super) record: ByteRecord,
}

impl<R: Read> Records<R> {
    /// Reads these bytes, at most `record_bytes_max` for a record.
    pub(super) fn new(bytes: R, dialect: CsvDialect, record_bytes_max: usize) -> Self {
        let bounded = BoundedReader::new(bytes, record_bytes_max);
        let meter = bounded.meter();
        let mut records = Self {
            reader: dialect.reader(LineCounter::new(bounded.chain(LAST_LINE))),
            meter,
            ahead: ByteRecord::new(),
            ahead_line: Ok(None),
            record: ByteRecord::new(),
        };
        records.read_ahead();
        records
    }

    /// Goes to the next record.
    ///
    /// # Errors
    /// What reading fails with, once all records before it were handed over.
    pub(super) fn advance(&mut self) -> io::Result<CsvEvent> {
        let Some(line) = mem::replace(&mut self.ahead_line, Ok(None))? else {
            return Ok(CsvEvent::End);
        };
        mem::swap(&mut self.record, &mut self.ahead);
        self.read_ahead();
        Ok(match self.ahead_line {
            Ok(None) if self.record.len() == 1 && self.record.get(0) == Some(SENTINEL) => CsvEvent::End,
            Ok(None) => CsvEvent::Unclosed { line },
            _ => CsvEvent::Record { line },
        })
    }

    fn read_ahead(&mut self) {
        let start = self.reader.position().byte();
        self.reader.get_mut().begin_record(start);
        let read = self.reader.read_byte_record(&mut self.ahead);
        self.meter.next_record();
        self.ahead_line = match read {
            Ok(true) => Ok(Some(self.reader.get_mut().record_line())),
            Ok(false) => Ok(None),
            Err(error) => Err(match error.into_kind() {
                csv::ErrorKind::Io(error) => error,
                other => io::Error::other(format!("{other:?}")),
            }),
        };
    }
}

/// Counts the lines of what is read through it: the reader's own count is off by the blank lines before a record, by the LF
/// of CR LF, and by lines that end in CR alone.
#[derive(Debug)]
struct LineCounter<R> {
    inner: R,
    /// How many bytes were read.
    read: u64,
    /// Where the line starts that is being read, and its number.
    start: u64,
    line: u64,
    /// Behind the last CR: an LF that stands here belongs to it.
    behind_cr: Option<u64>,
    /// Where the lines that are not blank start, and their numbers: none before the record that is being read, whose own is
    /// the first.
    content_lines: VecDeque<(u64, u64)>,
}

impl<R> LineCounter<R> {
    fn new(inner: R) -> Self {
        Self {
            inner,
            read: 0,
            start: 0,
            line: 1,
            behind_cr: None,
            content_lines: VecDeque::new(),
        }
    }

    /// A record begins here, or behind blank lines.
    fn begin_record(&mut self, from: u64) {
        while self.content_lines.pop_front_if(|(start, _)| *start < from).is_some() {}
    }

    /// The line on which the record starts that was read last.
    fn record_line(&self) -> u64 {
        self.content_lines.front().map_or(self.line, |(_, line)| *line)
    }

    fn end_line(&mut self, byte: u8, place: u64) {
        let next = place + 1;
        if byte == b'\n' && self.behind_cr == Some(place) {
            self.start = next;
            return;
        }
        if place > self.start {
            self.content_lines.push_back((self.start, self.line));
        }
        self.behind_cr = (byte == b'\r').then_some(next);
        self.start = next;
        self.line += 1;
    }
}

impl<R: Read> Read for LineCounter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(buffer)?;
        // Of what was read before, all but the first line is inside of the record: a cell may hold any number of lines.
        self.content_lines.truncate(1);
        for at in memchr::memchr2_iter(b'\n', b'\r', &buffer[..length]) {
            self.end_line(buffer[at], self.read + bytes(at));
        }
        self.read += bytes(length);
        Ok(length)
    }
}

fn bytes(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn events(text: &str) -> Vec<CsvEvent> {
        // In small parts, so that line ends are cut in two.
        let mut records = Records::new(Trickle(text.as_bytes()), CsvDialect::COMMAS, usize::MAX);
        let mut events = vec![records.advance().unwrap()];
        while events.last() != Some(&CsvEvent::End) {
            events.push(records.advance().unwrap());
        }
        events
    }

    /// Hands over a byte at a time.
    struct Trickle<'a>(&'a [u8]);

    impl Read for Trickle<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let length = buffer.len().min(1);
            self.0.read(&mut buffer[..length])
        }
    }

    #[test]
    fn a_record_starts_on_its_line_however_lines_end() {
        let text = "a,b\n\n\n1,\"x\n\ny\nz\"\n2,\n,\n\n\"\n\",3\n4";
        for line_end in ["\n", "\r\n", "\r"] {
            let lines: Vec<u64> = events(&text.replace('\n', line_end))
                .iter()
                .filter_map(|step| match step {
                    CsvEvent::Record { line } => Some(*line),
                    _ => None,
                })
                .collect();
            assert_eq!(lines, [1, 4, 8, 9, 11, 13], "{line_end:?}");
        }
        assert_eq!(events("a\r\nb\n\rc\r\rd").len(), 5);
        let mixed = [1, 2, 4, 6].map(|line| CsvEvent::Record { line });
        assert_eq!(events("a\r\nb\n\rc\r\rd")[..4], mixed);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_reported_with_the_line_where_its_record_starts() {
        let (first, second) = (CsvEvent::Record { line: 1 }, CsvEvent::Unclosed { line: 3 });
        assert_eq!(events("a,b\n\nc,\"d\ne,f\n"), [first, second, CsvEvent::End]);
        assert_eq!(events("\"a"), [CsvEvent::Unclosed { line: 1 }, CsvEvent::End]);
        for empty in ["", "\n", "\r\n\n"] {
            assert_eq!(events(empty), [CsvEvent::End], "{empty:?}");
        }
    }

    #[test]
    fn many_lines_in_a_cell_take_no_room_of_their_own() {
        let text = format!("a\n\"{}\"\nb\n", "x\n".repeat(200_000));
        let mut records = Records::new(text.as_bytes(), CsvDialect::COMMAS, usize::MAX);
        assert_eq!(records.advance().unwrap(), CsvEvent::Record { line: 1 });
        assert_eq!(records.advance().unwrap(), CsvEvent::Record { line: 2 });
        assert_eq!(records.advance().unwrap(), CsvEvent::Record { line: 200_003 });
        assert!(records.reader.get_ref().content_lines.capacity() <= BUFFER_BYTES);
    }

    #[test]
    fn what_was_read_before_a_failure_is_handed_over() {
        let text = format!("a\nb\n{}\n", "x".repeat(5 * BUFFER_BYTES));
        let mut records = Records::new(text.as_bytes(), CsvDialect::COMMAS, BUFFER_BYTES);
        assert_eq!(records.advance().unwrap(), CsvEvent::Record { line: 1 });
        assert_eq!(records.advance().unwrap(), CsvEvent::Record { line: 2 });
        assert_eq!(records.advance().unwrap_err().kind(), io::ErrorKind::InvalidData);
    }
}
