//! The JSON values of a file, one at a time: the elements of an array, those of an array in an object, or values one after
//! another, whether each stands on a line or on several. A value longer than is allowed ends the reading; a damaged one is
//! handed over as it stands, to be rejected by whoever parses it, and does not hide the next.

use std::{
    io::{BufRead, ErrorKind},
    ops::ControlFlow,
};

mod form;

pub(super) use self::form::{Broken, Form, Outside, Reason};
use super::reader::{Place, Unreadable};

/// Takes a value's place and its text.
pub(super) type EachValue<'a> = &'a mut dyn FnMut(Place, &[u8]) -> ControlFlow<()>;

/// How deep values may nest; parsing refuses deeper ones as well.
const DEPTH_MAX: usize = 128;

/// Hands over value after value.
///
/// # Errors
/// [`Unreadable`] for a value that is too long, for a file that ends in the middle of one, and for what the system refuses.
pub(super) fn read(bytes: &mut dyn BufRead, form: Form, each: EachValue<'_>) -> Result<(), Unreadable> {
    Ok(cut(bytes, form, each)?)
}

/// The same for formats with words of their own for what is wrong with a file.
///
/// # Errors
/// As [`read`].
pub(super) fn cut(bytes: &mut dyn BufRead, form: Form, each: EachValue<'_>) -> Result<(), Broken> {
    let mut scan = Scan::new(form);
    loop {
        let chunk = match bytes.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            chunk => chunk?,
        };
        if chunk.is_empty() {
            return scan.end(each);
        }
        let length = chunk.len();
        if scan.feed(chunk, each)?.is_break() {
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

/// Where in the file a byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Between values that stand one after another, or before anything.
    Between,
    /// In one of them.
    Value,
    /// On a line that is no JSON.
    Stray,
    /// Behind the damage in a value of several lines, up to a line on which one may begin.
    Damaged,
    /// In an array of values.
    Array,
    /// Behind that array, within the package.
    Rest,
}

/// What a run of bytes in a value ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Run {
    /// The bytes at hand; the value goes on.
    On,
    /// The value.
    Complete,
    /// The start of the array of a package.
    Package,
    /// A byte that cannot stand here, and is not part of the run: the value was damaged before.
    Damaged,
}

/// Cuts a file into values.
struct Scan {
    form: Form,
    part: Part,
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
    /// Whether arrays may begin here: in front of everything, and behind another array.
    takes_array: bool,
    /// Whether there was an array.
    has_array: bool,
    record: u64,
    line: u64,
    value_line: u64,
}

impl Scan {
    fn new(form: Form) -> Self {
        Self {
            form,
            part: Part::Between,
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

    fn feed(&mut self, bytes: &[u8], each: EachValue<'_>) -> Result<ControlFlow<()>, Broken> {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            let flow = match self.part {
                Part::Value => {
                    let (length, run) = self.run(&bytes[at..]);
                    self.value.extend_from_slice(&bytes[at..at + length]);
                    at += length;
                    self.after(run, each)?
                }
                Part::Array => {
                    let (length, flow) = self.array(&bytes[at..], each)?;
                    at += length;
                    flow
                }
                Part::Rest => {
                    let length = self.rest(&bytes[at..]);
                    self.line += line_ends(&bytes[at..at + length]);
                    at += length;
                    ControlFlow::Continue(())
                }
                part => {
                    at += 1;
                    let flow = match part {
                        Part::Between => self.between(*byte)?,
                        Part::Damaged if self.at_line_start && *byte == b'{' => {
                            let flow = self.hand_over(each)?;
                            self.begin_value();
                            flow
                        }
                        _ => self.stray(*byte, each)?,
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

    fn between(&mut self, byte: u8) -> Result<ControlFlow<()>, Broken> {
        match byte {
            b'{' => self.begin_value(),
            b'[' if self.takes_array => {
                self.part = Part::Array;
                self.has_array = true;
                self.is_packed = false;
            }
            // Values that stood in an array have commas between them.
            b',' if self.record > 0 && !self.takes_array => {}
            _ if byte.is_ascii_whitespace() => {}
            // What stands behind a whole list says nothing against it.
            _ if self.is_strict() && self.has_array => return Ok(ControlFlow::Break(())),
            _ if self.takes_array && self.record > 0 => return Err(self.broken(Reason::Behind)),
            _ => {
                if self.record == 0 && (self.form.expected.is_some() || self.is_strict()) {
                    return Err(self.broken(Reason::NoJson));
                }
                self.part = Part::Stray;
                self.takes_array = false;
                self.value_line = self.line;
                self.value.push(byte);
            }
        }
        Ok(ControlFlow::Continue(()))
    }

    fn begin_value(&mut self) {
        self.part = Part::Value;
        self.takes_array = false;
        self.value_line = self.line;
        self.value.push(b'{');
        self.open.push(b'{');
        self.last = b'{';
        self.at_line_start = false;
    }

    /// How many of the bytes belong to the value, and what they end with.
    fn run(&mut self, bytes: &[u8]) -> (usize, Run) {
        let before = self.value.len();
        let mut at = 0;
        while let Some(byte) = bytes.get(at).copied() {
            if self.in_text {
                if !self.escaped {
                    at += memchr::memchr3(b'"', b'\\', b'\n', &bytes[at..]).unwrap_or(bytes.len() - at);
                }
                match bytes.get(at) {
                    None => break,
                    Some(b'\n') => return (at, Run::Damaged),
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
                            return (at, Run::Damaged);
                        }
                        self.restart.get_or_insert((before + at, self.line));
                    }
                    self.open.push(byte);
                    self.last = byte;
                    if is_package {
                        return (at + 1, Run::Package);
                    }
                }
                b'}' | b']' => {
                    self.open.pop();
                    self.last = byte;
                    if self.open.is_empty() {
                        return (at + 1, Run::Complete);
                    }
                }
                _ => self.last = byte,
            }
            at += 1;
        }
        (bytes.len(), Run::On)
    }

    /// A byte of a text that ends it, escapes another or is escaped. It stands in these bytes, behind the value so far.
    fn text(&mut self, byte: u8, bytes: &[u8], at: usize) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = true,
            b'"' => {
                self.in_text = false;
                self.last = byte;
                let text = self.value.iter().chain(&bytes[..at]).skip(self.text_from);
                self.names_package = self.form.packages.iter().any(|name| text.clone().eq(name.as_bytes()));
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

    fn after(&mut self, run: Run, each: EachValue<'_>) -> Result<ControlFlow<()>, Broken> {
        if self.value.len() > self.form.bytes_max {
            return Err(self.broken(Reason::TooLong));
        }
        match run {
            Run::On => Ok(ControlFlow::Continue(())),
            Run::Complete if self.is_strict() => Err(self.broken(Reason::NoArray)),
            Run::Damaged if self.is_strict() => Err(self.broken(Reason::NoJson)),
            Run::Complete => self.hand_over(each),
            Run::Package => {
                self.clear();
                (self.part, self.is_packed, self.has_array) = (Part::Array, true, true);
                Ok(ControlFlow::Continue(()))
            }
            Run::Damaged => self.damaged(each),
        }
    }

    /// Hands over what was damaged, and goes on where another value may begin.
    fn damaged(&mut self, each: EachValue<'_>) -> Result<ControlFlow<()>, Broken> {
        if self.restart.is_none() && self.in_text && self.line > self.value_line {
            // The rest of the value is damaged with it.
            let value = std::mem::take(&mut self.value);
            self.clear();
            (self.part, self.value) = (Part::Damaged, value);
            return Ok(ControlFlow::Continue(()));
        }
        let (at, line) = self.restart.unwrap_or((self.value.len(), self.line));
        let rest = self.value.split_off(at);
        if self.hand_over(each)?.is_break() {
            return Ok(ControlFlow::Break(()));
        }
        self.line = line;
        self.at_line_start = true;
        self.feed(&rest, each)
    }

    /// A byte of a line that is no JSON, or of what is damaged.
    fn stray(&mut self, byte: u8, each: EachValue<'_>) -> Result<ControlFlow<()>, Broken> {
        if self.part == Part::Stray && byte == b'\n' {
            return self.hand_over(each);
        }
        if self.value.len() >= self.form.bytes_max {
            return Err(self.broken(Reason::TooLong));
        }
        self.value.push(byte);
        Ok(ControlFlow::Continue(()))
    }

    /// Some of these bytes, which stand in an array, and how many.
    fn array(&mut self, bytes: &[u8], each: EachValue<'_>) -> Result<(usize, ControlFlow<()>), Broken> {
        if self.value.is_empty() {
            let blank = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            if blank > 0 {
                self.line += line_ends(&bytes[..blank]);
                return Ok((blank, ControlFlow::Continue(())));
            }
            self.value_line = self.line;
        }
        let length = self.nested(bytes);
        let room = self.form.bytes_max.saturating_sub(self.value.len());
        if length > room {
            self.line += line_ends(&bytes[..room]);
            return Err(self.broken(Reason::TooLong));
        }
        self.value.extend_from_slice(&bytes[..length]);
        self.line += line_ends(&bytes[..length]);
        let Some(byte) = bytes.get(length).copied() else {
            return Ok((length, ControlFlow::Continue(())));
        };
        if byte == b'}' {
            return Err(self.broken(Reason::NoJson));
        }
        let flow = if self.value.trim_ascii().is_empty() {
            self.clear();
            ControlFlow::Continue(())
        } else {
            self.hand_over(each)?
        };
        self.part = match byte {
            b',' => Part::Array,
            _ if self.is_packed => Part::Rest,
            _ => {
                self.takes_array = true;
                Part::Between
            }
        };
        Ok((length + 1, flow))
    }

    /// How many of the bytes stand in front of a comma or of a bracket that closes what did not open among them, outside of
    /// texts.
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
                    // Handed over with what is around it.
                    b'}' if self.open.is_empty() && self.part == Part::Array && !self.is_strict() => {}
                    b'}' | b']' | b',' if self.open.is_empty() => return at,
                    b'}' | b']' => drop(self.open.pop()),
                    _ => {}
                }
            }
            at += 1;
        }
        bytes.len()
    }

    /// What else a package holds is not read. Says how many of the bytes belong to it.
    fn rest(&mut self, bytes: &[u8]) -> usize {
        let length = self.nested(bytes);
        if matches!(bytes.get(length), Some(b'}' | b']')) {
            self.part = Part::Between;
            self.takes_array = true;
        }
        bytes.len().min(length + 1)
    }

    /// Hands over the value and begins anew.
    fn hand_over(&mut self, each: EachValue<'_>) -> Result<ControlFlow<()>, Broken> {
        self.record += 1;
        let place = Place {
            record: self.record,
            line: Some(self.value_line),
            key: None,
        };
        let flow = each(place, self.value.trim_ascii());
        self.clear();
        Ok(flow)
    }

    fn clear(&mut self) {
        self.value.clear();
        self.open.clear();
        (self.in_text, self.escaped) = (false, false);
        (self.names_package, self.restart, self.last) = (false, None, 0);
        self.part = Part::Between;
    }

    /// Whether there is nothing but arrays.
    fn is_strict(&self) -> bool {
        self.form.outside == Outside::Refused
    }

    fn end(&mut self, each: EachValue<'_>) -> Result<(), Broken> {
        loop {
            match self.part {
                Part::Between if self.has_array || !self.is_strict() => return Ok(()),
                Part::Stray | Part::Damaged => return self.hand_over(each).map(drop),
                // A line that is whole, and no value: the others were.
                Part::Value if self.record > 0 && self.is_one_line() => return self.hand_over(each).map(drop),
                Part::Value if self.restart.is_some() && !self.is_strict() => {
                    if self.damaged(each)?.is_break() {
                        return Ok(());
                    }
                }
                Part::Between | Part::Value | Part::Array | Part::Rest => return Err(self.broken(Reason::CutOff)),
            }
        }
    }

    /// Whether the value so far is one whole line.
    fn is_one_line(&self) -> bool {
        self.value.ends_with(b"\n") && !self.value.trim_ascii_end().contains(&b'\n')
    }

    fn broken(&self, reason: Reason) -> Broken {
        let (line, form) = (self.line, self.form);
        Broken::Form { line, reason, form }
    }
}

fn line_ends(bytes: &[u8]) -> u64 {
    u64::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
