//! Cuts the records out of a file of JSON, one by one, without looking into them. Refuses what has no list of records,
//! and says when the file ends before the list does.

use std::io::BufRead;

use super::{NOT_UTF_8, Out};
use crate::formats::reader::{Bounded, Meter, Unreadable};

/// What has to follow the list.
#[derive(Clone, Copy)]
pub(super) enum Closing {
    /// Nothing.
    End,
    /// The end of the object that it stands in.
    Object,
}

/// Cuts values out of a file.
pub(super) struct Cut<R> {
    bytes: Bounded<R>,
    meter: Meter,
    line: u64,
    /// The value that was cut out last.
    pub(super) value: Vec<u8>,
}

impl<R: BufRead> Cut<R> {
    /// Cuts these bytes, each value of at most `max` bytes.
    pub(super) fn new(bytes: R, max: usize) -> Self {
        let bytes = Bounded::new(bytes, max);
        Self {
            meter: bytes.meter(),
            bytes,
            line: 1,
            value: Vec::new(),
        }
    }

    /// Goes to the first item of the list of records.
    pub(super) fn find_list(&mut self, out: &Out<'_>) -> Result<Closing, Unreadable> {
        match self.next_byte(out)? {
            b'[' => {
                self.bytes.consume(1);
                return Ok(Closing::End);
            }
            b'{' => self.bytes.consume(1),
            0 | 0xFE | 0xFF => return Err(Unreadable::form("line 1", NOT_UTF_8)),
            _ => return Err(self.malformed()),
        }
        loop {
            match self.next_byte(out)? {
                b',' => self.bytes.consume(1),
                b'"' => {
                    let is_list = self.name(out)?;
                    if self.next_byte(out)? == b'[' && is_list {
                        self.bytes.consume(1);
                        return Ok(Closing::Object);
                    }
                    self.cut(out)?;
                }
                _ => {
                    let reason =
                        "there is no list of records, relations or exceptions; is it a file of the golden copy?";
                    return Err(Unreadable::form(format!("line {}", self.line), reason));
                }
            }
        }
    }

    /// Takes the name of a member and its colon; says whether it is that of a list of records.
    fn name(&mut self, out: &Out<'_>) -> Result<bool, Unreadable> {
        self.meter.next_record();
        self.cut_until(out, Ends::AtColon)?;
        let names: [&[u8]; 3] = [b"\"records\"", b"\"relations\"", b"\"exceptions\""];
        let is_list = names.contains(&self.value.trim_ascii());
        match self.next_byte(out)? {
            b':' => self.bytes.consume(1),
            _ => return Err(self.malformed()),
        }
        Ok(is_list)
    }

    /// Cuts out the next item of the list and says on which line it starts; none after the last one.
    pub(super) fn next_item(&mut self, out: &Out<'_>) -> Result<Option<u64>, Unreadable> {
        self.meter.next_record();
        loop {
            match self.next_byte(out)? {
                b',' => self.bytes.consume(1),
                b']' => {
                    self.bytes.consume(1);
                    return Ok(None);
                }
                _ => break,
            }
        }
        let line = self.line;
        self.cut(out)?;
        Ok(Some(line))
    }

    /// Passes over what follows the list in its object.
    pub(super) fn finish_object(&mut self, out: &Out<'_>) -> Result<(), Unreadable> {
        loop {
            match self.next_byte(out)? {
                b'}' => return Ok(()),
                b',' => self.bytes.consume(1),
                b'"' => {
                    self.name(out)?;
                    self.next_byte(out)?;
                    self.cut(out)?;
                }
                _ => return Err(self.malformed()),
            }
        }
    }

    /// The next byte that is no white space, which stays where it is.
    fn next_byte(&mut self, out: &Out<'_>) -> Result<u8, Unreadable> {
        loop {
            let chunk = self.bytes.fill_buf().map_err(|error| out.io(error))?;
            if chunk.is_empty() {
                return Err(out.cut_off());
            }
            let blank = chunk.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            let found = chunk.get(blank).copied();
            self.line += lines(&chunk[..blank]);
            self.bytes.consume(blank);
            if let Some(byte) = found {
                return Ok(byte);
            }
        }
    }

    fn cut(&mut self, out: &Out<'_>) -> Result<(), Unreadable> {
        self.cut_until(out, Ends::AtComma)
    }

    /// Cuts out one value, whatever it is.
    fn cut_until(&mut self, out: &Out<'_>, ends: Ends) -> Result<(), Unreadable> {
        self.value.clear();
        let mut scan = Scan::default();
        loop {
            let chunk = self.bytes.fill_buf().map_err(|error| out.io(error))?;
            if chunk.is_empty() {
                return Err(out.cut_off());
            }
            let end = scan.end(chunk, ends);
            let used = end.unwrap_or(chunk.len());
            self.value.extend_from_slice(&chunk[..used]);
            self.line += lines(&chunk[..used]);
            self.bytes.consume(used);
            if end.is_some() {
                break;
            }
        }
        if self.value.is_empty() {
            return Err(self.malformed());
        }
        Ok(())
    }

    fn malformed(&self) -> Unreadable {
        let reason = "this is not JSON as it should be; get the file again";
        Unreadable::form(format!("line {}", self.line), reason)
    }
}

fn lines(bytes: &[u8]) -> u64 {
    let ends = bytes.iter().filter(|byte| **byte == b'\n').count();
    u64::try_from(ends).unwrap_or(u64::MAX)
}

/// What ends a value that is neither object, list nor text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ends {
    AtComma,
    AtColon,
}

/// How far a value is seen.
#[derive(Default)]
struct Scan {
    depth: usize,
    in_text: bool,
    escaped: bool,
}

impl Scan {
    /// Where the value ends in this chunk, if it does.
    fn end(&mut self, chunk: &[u8], ends: Ends) -> Option<usize> {
        for (at, byte) in chunk.iter().enumerate() {
            if self.in_text {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_text = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.in_text = true,
                b'{' | b'[' => self.depth += 1,
                b'}' | b']' if self.depth == 0 => return Some(at),
                b'}' | b']' => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return Some(at + 1);
                    }
                }
                b',' if self.depth == 0 => return Some(at),
                b':' if self.depth == 0 && ends == Ends::AtColon => return Some(at),
                _ => {}
            }
        }
        None
    }
}
