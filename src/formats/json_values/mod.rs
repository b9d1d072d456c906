//! The JSON values of a file, one at a time: the elements of an array, those of an array in an object, or values one after
//! another, whether each stands on a line or on several. A value longer than is allowed ends the reading; a damaged one is
//! handed over as it is, for the parser to reject, and does not hide the next.

use std::{
    io::{BufRead, ErrorKind},
    ops::ControlFlow,
};

mod options;
mod state;

pub(super) use self::options::{LooseValues, ReadError, ReadOptions, Reason};
use self::state::{ReaderState, RunEnd};
use super::reader::{RecordPlace, Unreadable};

/// A callback for each value, with its place and text.
pub(super) type ValueHandler<'a> = &'a mut dyn FnMut(RecordPlace, &[u8]) -> ControlFlow<()>;

/// How deep values may nest; parsing refuses deeper ones as well.
const DEPTH_MAX: usize = 128;

/// Hands over value after value.
///
/// # Errors
/// [`Unreadable`] for a value that is too long, for a file that ends in the middle of one, and for what the system refuses.
pub(super) fn read(
    bytes: &mut dyn BufRead,
    options: ReadOptions,
    on_value: ValueHandler<'_>,
) -> Result<(), Unreadable> {
    Ok(split(bytes, options, on_value)?)
}

/// As [`read`], for formats with their own messages about a malformed file.
///
/// # Errors
/// As [`read`].
pub(super) fn split(
    bytes: &mut dyn BufRead,
    options: ReadOptions,
    on_value: ValueHandler<'_>,
) -> Result<(), ReadError> {
    let mut splitter = ValueSplitter::new(options);
    loop {
        let chunk = match bytes.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            chunk => chunk?,
        };
        if chunk.is_empty() {
            return splitter.end(on_value);
        }
        let length = chunk.len();
        if splitter.feed(chunk, on_value)?.is_break() {
            return Ok(());
        }
        bytes.consume(length);
    }
}

/// The first value of a file that starts like this, or what there is of it.
pub(super) fn first_value(start: &[u8]) -> &[u8] {
    let start = start.trim_ascii_start();
    start.strip_prefix(b"[").map_or(start, <[u8]>::trim_ascii_start)
}

/// Splits a file into values.
struct ValueSplitter {
    options: ReadOptions,
    state: ReaderState,
    /// The brackets that are open.
    open: Vec<u8>,
    in_text: bool,
    escaped: bool,
    /// The last byte of the value that is neither white space nor in a text.
    last: u8,
    at_line_start: bool,
    /// The value so far.
    value: Vec<u8>,
    /// Where in it the last text begins, and whether that is the name of the array of a package.
    text_from: usize,
    names_package: bool,
    /// Where in it another value may begin, in case that it turns out to be damaged, and on which line that is.
    restart: Option<(usize, u64)>,
    /// Whether the array of values stands in a package.
    is_packed: bool,
    /// Whether arrays may begin here: before any value, and after another array.
    takes_array: bool,
    /// Whether there was an array.
    has_array: bool,
    record: u64,
    line: u64,
    value_line: u64,
}

impl ValueSplitter {
    fn new(options: ReadOptions) -> Self {
        Self {
            options,
            state: ReaderState::Outside,
            open: Vec::new(),
            in_text: false,
            escaped: false,
            last: 0,
            at_line_start: true,
            value: Vec::new(),
            text_from: 0,
            names_package: false,
            restart: None,
            is_packed: false,
            takes_array: true,
            has_array: false,
            record: 0,
            line: 1,
            value_line: 1,
        }
    }

    fn feed(&mut self, bytes: &[u8], on_value: ValueHandler<'_>) -> Result<ControlFlow<()>, ReadError> {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let flow = match self.state {
                ReaderState::Value => {
                    let (length, run) = self.run(&bytes[at..]);
                    self.value.extend_from_slice(&bytes[at..at + length]);
                    at += length;
                    self.after(run, on_value)?
                }
                ReaderState::Array => {
                    let (length, flow) = self.array(&bytes[at..], on_value)?;
                    at += length;
                    flow
                }
                ReaderState::PackageEnd => {
                    let length = self.rest(&bytes[at..]);
                    self.line += line_ends(&bytes[at..at + length]);
                    at += length;
                    ControlFlow::Continue(())
                }
                state => {
                    at += 1;
                    let flow = match state {
                        ReaderState::Outside => self.outside_values(*byte)?,
                        ReaderState::Damaged if self.at_line_start && *byte == b'{' => {
                            let flow = self.hand_over(on_value)?;
                            self.begin_value();
                            flow
                        }
                        _ => self.stray(*byte, on_value)?,
                    };
                    self.line += u64::from(*byte == b'\n');
                    self.at_line_start = *byte == b'\n';
                    flow
                }
            };
            if flow.is_break() {
                return Ok(flow);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn outside_values(&mut self, byte: u8) -> Result<ControlFlow<()>, ReadError> {
        match byte {
            b'{' => self.begin_value(),
            b'[' if self.takes_array => {
                self.state = ReaderState::Array;
                self.has_array = true;
                self.is_packed = false;
            }
            // Values copied out of an array have commas between them.
            b',' if self.record > 0 && !self.takes_array => {}
            _ if byte.is_ascii_whitespace() => {}
            // Anything after a complete list does not invalidate it.
            _ if self.is_strict() && self.has_array => return Ok(ControlFlow::Break(())),
            _ if self.takes_array && self.record > 0 => return Err(self.error(Reason::AfterArray)),
            _ => {
                if self.record == 0 && (self.options.expected.is_some() || self.is_strict()) {
                    return Err(self.error(Reason::NoJson));
                }
                self.state = ReaderState::Stray;
                self.takes_array = false;
                self.value_line = self.line;
                self.value.push(byte);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn begin_value(&mut self) {
        self.state = ReaderState::Value;
        self.takes_array = false;
        self.value_line = self.line;
        self.value.push(b'{');
        self.open.push(b'{');
        self.last = b'{';
        self.at_line_start = false;
    }

    /// How many of the bytes belong to the value, and what they end with.
    fn run(&mut self, bytes: &[u8]) -> (usize, RunEnd) {
        let before = self.value.len();
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            if self.in_text {
                if !self.escaped {
                    at += memchr::memchr3(b'"', b'\\', b'\n', &bytes[at..]).unwrap_or(bytes.len() - at);
                }
                match bytes.get(at) {
                    None => break,
                    Some(b'\n') => return (at, RunEnd::Damaged),
                    Some(byte) => self.text(*byte, bytes, at),
                }
                at += 1;
                continue;
            }
            let was_line_start = std::mem::replace(&mut self.at_line_start, byte == b'\n');
            match byte {
                b'\n' => self.line += 1,
                _ if byte.is_ascii_whitespace() => {}
                b'"' => {
                    self.in_text = true;
                    self.text_from = before + at + 1;
                }
                b'{' | b'[' => {
                    let is_package = byte == b'[' && self.is_package();
                    if was_line_start && byte == b'{' {
                        if !self.may_open() {
                            self.at_line_start = true;
                            return (at, RunEnd::Damaged);
                        }
                        self.restart.get_or_insert((before + at, self.line));
                    }
                    self.open.push(byte);
                    self.last = byte;
                    if is_package {
                        return (at + 1, RunEnd::Package);
                    }
                }
                b'}' | b']' => {
                    self.open.pop();
                    self.last = byte;
                    if self.open.is_empty() {
                        return (at + 1, RunEnd::Complete);
                    }
                }
                _ => self.last = byte,
            }
            at += 1;
        }
        (bytes.len(), RunEnd::Continues)
    }

    /// Handles a byte at `bytes[at]` that ends a text, escapes the next byte or is escaped.
    fn text(&mut self, byte: u8, bytes: &[u8], at: usize) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = true,
            b'"' => {
                self.in_text = false;
                self.last = byte;
                let text = self.value.iter().chain(&bytes[..at]).skip(self.text_from);
                self.names_package = self
                    .options
                    .packages
                    .iter()
                    .any(|name| text.clone().eq(name.as_bytes()));
            }
            _ => {}
        }
    }

    /// Whether a bracket may open here, by what stands before it.
    fn may_open(&self) -> bool {
        let fits = match self.open.last() {
            Some(b'[') => matches!(self.last, b'[' | b','),
            _ => self.last == b':',
        };
        fits && self.open.len() < DEPTH_MAX
    }

    /// Whether the array that begins is the one of a package.
    fn is_package(&self) -> bool {
        self.names_package && self.open.len() == 1 && self.last == b':'
    }

    fn after(&mut self, run: RunEnd, on_value: ValueHandler<'_>) -> Result<ControlFlow<()>, ReadError> {
        if self.value.len() > self.options.bytes_max {
            return Err(self.error(Reason::TooLong));
        }
        match run {
            RunEnd::Continues => Ok(ControlFlow::Continue(())),
            RunEnd::Complete if self.is_strict() => Err(self.error(Reason::NoArray)),
            RunEnd::Damaged if self.is_strict() => Err(self.error(Reason::NoJson)),
            RunEnd::Complete => self.hand_over(on_value),
            RunEnd::Package => {
                self.clear();
                (self.state, self.is_packed, self.has_array) = (ReaderState::Array, true, true);
                Ok(ControlFlow::Continue(()))
            }
            RunEnd::Damaged => self.damaged(on_value),
        }
    }

    /// Hands over what was damaged, and goes on where another value may begin.
    fn damaged(&mut self, on_value: ValueHandler<'_>) -> Result<ControlFlow<()>, ReadError> {
        if self.restart.is_none() && self.in_text && self.line > self.value_line {
            // The rest of the value is damaged with it.
            let value = std::mem::take(&mut self.value);
            self.clear();
            (self.state, self.value) = (ReaderState::Damaged, value);
            return Ok(ControlFlow::Continue(()));
        }
        let (at, line) = self.restart.unwrap_or((self.value.len(), self.line));
        let rest = self.value.split_off(at);
        if self.hand_over(on_value)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        self.line = line;
        self.at_line_start = true;
        self.feed(&rest, on_value)
    }

    /// A byte of a line that is no JSON, or of what is damaged.
    fn stray(&mut self, byte: u8, on_value: ValueHandler<'_>) -> Result<ControlFlow<()>, ReadError> {
        if self.state == ReaderState::Stray && byte == b'\n' {
            return self.hand_over(on_value);
        }
        if self.value.len() >= self.options.bytes_max {
            return Err(self.error(Reason::TooLong));
        }
        self.value.push(byte);
        Ok(ControlFlow::Continue(()))
    }

    /// Reads bytes of an array; returns how many.
    fn array(&mut self, bytes: &[u8], on_value: ValueHandler<'_>) -> Result<(usize, ControlFlow<()>), ReadError> {
        if self.value.is_empty() {
            let blank = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            if blank > 0 {
                self.line += line_ends(&bytes[..blank]);
                return Ok((blank, ControlFlow::Continue(())));
            }
            self.value_line = self.line;
        }
        let length = self.nested(bytes);
        let room = self.options.bytes_max.saturating_sub(self.value.len());
        if length > room {
            self.line += line_ends(&bytes[..room]);
            return Err(self.error(Reason::TooLong));
        }
        self.value.extend_from_slice(&bytes[..length]);
        self.line += line_ends(&bytes[..length]);
        let Some(byte) = bytes.get(length).copied() else {
            return Ok((length, ControlFlow::Continue(())));
        };
        if byte == b'}' {
            return Err(self.error(Reason::NoJson));
        }
        let flow = if self.value.trim_ascii().is_empty() {
            self.clear();
            ControlFlow::Continue(())
        } else {
            self.hand_over(on_value)?
        };
        self.state = match byte {
            b',' => ReaderState::Array,
            _ if self.is_packed => ReaderState::PackageEnd,
            _ => {
                self.takes_array = true;
                ReaderState::Outside
            }
        };
        Ok((length + 1, flow))
    }

    /// The number of bytes before a comma, or before a bracket that closes what opened before them, outside of texts.
    fn nested(&mut self, bytes: &[u8]) -> usize {
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            if self.in_text && !self.escaped {
                at += memchr::memchr2(b'"', b'\\', &bytes[at..]).unwrap_or(bytes.len() - at);
                match bytes.get(at) {
                    Some(b'"') => self.in_text = false,
                    end => self.escaped = end.is_some(),
                }
            } else if self.in_text {
                self.escaped = false;
            } else {
                match byte {
                    b'"' => self.in_text = true,
                    b'{' | b'[' => self.open.push(byte),
                    // Part of the value around it.
                    b'}' if self.open.is_empty() && self.state == ReaderState::Array && !self.is_strict() => {}
                    b'}' | b']' | b',' if self.open.is_empty() => return at,
                    b'}' | b']' => drop(self.open.pop()),
                    _ => {}
                }
            }
            at += 1;
        }
        bytes.len()
    }

    /// Skips the rest of a package; returns how many of the bytes belong to it.
    fn rest(&mut self, bytes: &[u8]) -> usize {
        let length = self.nested(bytes);
        if matches!(bytes.get(length), Some(b'}' | b']')) {
            self.state = ReaderState::Outside;
            self.takes_array = true;
        }
        bytes.len().min(length + 1)
    }

    /// Hands over the value and begins anew.
    fn hand_over(&mut self, on_value: ValueHandler<'_>) -> Result<ControlFlow<()>, ReadError> {
        self.record += 1;
        let place = RecordPlace {
            record: self.record,
            line: Some(self.value_line),
            key: None,
        };
        let flow = on_value(place, self.value.trim_ascii());
        self.clear();
        Ok(flow)
    }

    fn clear(&mut self) {
        self.value.clear();
        self.open.clear();
        (self.in_text, self.escaped) = (false, false);
        (self.names_package, self.restart, self.last) = (false, None, 0);
        self.state = ReaderState::Outside;
    }

    /// Whether there is nothing but arrays.
    fn is_strict(&self) -> bool {
        self.options.loose_values == LooseValues::Refused
    }

    fn end(&mut self, on_value: ValueHandler<'_>) -> Result<(), ReadError> {
        loop {
            match self.state {
                ReaderState::Outside if self.has_array || !self.is_strict() => return Ok(()),
                ReaderState::Stray | ReaderState::Damaged => return self.hand_over(on_value).map(drop),
                // A complete line that is no value, while those before it were.
                ReaderState::Value if self.record > 0 && self.is_one_line() => {
                    return self.hand_over(on_value).map(drop);
                }
                ReaderState::Value if self.restart.is_some() && !self.is_strict() => {
                    if self.damaged(on_value)?.is_break() {
                        return Ok(());
                    }
                }
                ReaderState::Outside | ReaderState::Value | ReaderState::Array | ReaderState::PackageEnd => {
                    return Err(self.error(Reason::CutOff));
                }
            }
        }
    }

    /// Whether the value so far is one whole line.
    fn is_one_line(&self) -> bool {
        self.value.ends_with(b"\n") && !self.value.trim_ascii_end().contains(&b'\n')
    }

    fn error(&self, reason: Reason) -> ReadError {
        let (line, options) = (self.line, self.options);
        ReadError::Malformed { line, reason, options }
    }
}

fn line_ends(bytes: &[u8]) -> u64 {
    u64::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
