//! The JSON values of a file, one at a time: the elements of an array, those of an object's `statements`, or one a line. A
//! value that is longer than allowed ends the reading; what is wrong within a value is found by whoever parses it.

use std::{
    io::{BufRead, ErrorKind},
    ops::ControlFlow,
};

use crate::formats::import::{Lines, Place, Unreadable, too_long};

/// The key of the array in a package.
const STATEMENTS: &[u8] = b"statements";

/// Takes a value's place and its text.
type EachValue<'a> = &'a mut dyn FnMut(Place, &[u8]) -> ControlFlow<()>;

/// Hands over value after value.
pub(super) fn read(bytes: &mut dyn BufRead, max: usize, each: EachValue<'_>) -> Result<(), Unreadable> {
    let mut scan = Scan::new(max);
    loop {
        let chunk = match bytes.fill_buf() {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            chunk => chunk?,
        };
        if chunk.is_empty() {
            return scan.end();
        }
        let (mut taken, mut step) = (0, Step::On);
        for byte in chunk {
            taken += 1;
            step = scan.take(*byte, each)?;
            if step != Step::On {
                break;
            }
        }
        bytes.consume(taken);
        match step {
            Step::On => {}
            Step::Enough => return Ok(()),
            Step::Lines => return lines(bytes, max, &scan, each),
        }
    }
}

/// The rest of a file with a value a line, behind the first value.
fn lines(bytes: &mut dyn BufRead, max: usize, scan: &Scan, each: EachValue<'_>) -> Result<(), Unreadable> {
    let mut lines = Lines::new(bytes, max);
    let mut record = scan.record;
    while let Some((number, line)) = lines.next_line()? {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        record += 1;
        let place = Place {
            record,
            line: Some(scan.line + number - 1),
            key: None,
        };
        if each(place, line).is_break() {
            return Ok(());
        }
    }
    Ok(())
}

/// What comes after a byte.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    /// The next one.
    On,
    /// Nothing: nobody wants more.
    Enough,
    /// Lines: the first value of the file stands by itself.
    Lines,
}

/// Where in the file a byte stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// Before anything.
    Start,
    /// In an object of which it is not known whether it is a package.
    First,
    /// In an array of values.
    Values,
    /// Behind that array, within the package.
    Rest,
    /// Behind everything.
    End,
}

/// Cuts a file into values, byte by byte.
struct Scan {
    part: Part,
    /// Brackets that are open within the value, or within the rest of the package.
    depth: usize,
    in_text: bool,
    escaped: bool,
    /// Whether the array of values stands in a package.
    packed: bool,
    /// The value so far, and the last text at the first level of an object.
    value: Vec<u8>,
    text_from: usize,
    key: Option<(usize, usize)>,
    record: u64,
    line: u64,
    value_line: u64,
    max: usize,
}

impl Scan {
    fn new(max: usize) -> Self {
        Self {
            part: Part::Start,
            depth: 0,
            in_text: false,
            escaped: false,
            packed: false,
            value: Vec::new(),
            text_from: 0,
            key: None,
            record: 0,
            line: 1,
            value_line: 1,
            max,
        }
    }

    fn take(&mut self, byte: u8, each: EachValue<'_>) -> Result<Step, Unreadable> {
        let step = match self.part {
            Part::Start => self.start(byte),
            Part::First => self.first(byte, each),
            Part::Values => self.values(byte, each),
            Part::Rest => Ok(self.rest(byte)),
            Part::End if byte.is_ascii_whitespace() => Ok(Step::On),
            Part::End => Err(self.refused("something stands behind the statements")),
        };
        self.line += u64::from(byte == b'\n');
        step
    }

    fn start(&mut self, byte: u8) -> Result<Step, Unreadable> {
        match byte {
            b'[' => self.part = Part::Values,
            b'{' => {
                (self.part, self.depth, self.value_line) = (Part::First, 1, self.line);
                self.value.push(byte);
            }
            _ if byte.is_ascii_whitespace() => {}
            _ => return Err(self.refused("no JSON starts here; expected an array of statements, or one a line")),
        }
        Ok(Step::On)
    }

    fn first(&mut self, byte: u8, each: EachValue<'_>) -> Result<Step, Unreadable> {
        self.keep(byte)?;
        let was_in_text = self.in_text;
        self.follow(byte);
        let end = self.value.len();
        if self.depth == 0 {
            return Ok(match self.hand_over(each) {
                Step::On => Step::Lines,
                step => step,
            });
        }
        match byte {
            b'"' if self.depth == 1 && !was_in_text => self.text_from = end,
            b'"' if self.depth == 1 && !self.in_text => self.key = Some((self.text_from, end - 1)),
            b'[' if self.depth == 2 && !self.in_text && self.is_under_statements() => {
                (self.part, self.packed, self.depth) = (Part::Values, true, 0);
                self.value.clear();
            }
            _ => {}
        }
        Ok(Step::On)
    }

    /// Whether what starts with the last byte is the value of `statements`.
    fn is_under_statements(&self) -> bool {
        let Some((from, to)) = self.key else { return false };
        let between = self.value.get(to + 1..self.value.len() - 1).unwrap_or_default();
        self.value.get(from..to) == Some(STATEMENTS) && between.trim_ascii() == b":"
    }

    fn values(&mut self, byte: u8, each: EachValue<'_>) -> Result<Step, Unreadable> {
        let closes = self.depth == 0 && !self.in_text && matches!(byte, b',' | b']');
        if closes {
            let empty = self.value.trim_ascii().is_empty();
            let step = if empty { Step::On } else { self.hand_over(each) };
            self.value.clear();
            if byte == b']' {
                self.part = if self.packed { Part::Rest } else { Part::End };
                self.depth = usize::from(self.packed);
            }
            return Ok(step);
        }
        if self.value.is_empty() {
            if byte.is_ascii_whitespace() {
                return Ok(Step::On);
            }
            self.value_line = self.line;
        }
        self.keep(byte)?;
        self.follow(byte);
        Ok(Step::On)
    }

    /// What else a package holds is not read.
    fn rest(&mut self, byte: u8) -> Step {
        self.follow(byte);
        if self.depth == 0 {
            self.part = Part::End;
        }
        Step::On
    }

    fn keep(&mut self, byte: u8) -> Result<(), Unreadable> {
        if self.value.len() >= self.max {
            return Err(self.refused(&too_long(self.max).to_string()));
        }
        self.value.push(byte);
        Ok(())
    }

    /// Knows after a byte which brackets are open, and whether it stands in a text.
    fn follow(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' if self.in_text => self.escaped = true,
            b'"' => self.in_text = !self.in_text,
            b'{' | b'[' if !self.in_text => self.depth += 1,
            b'}' | b']' if !self.in_text => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    fn hand_over(&mut self, each: EachValue<'_>) -> Step {
        self.record += 1;
        let place = Place {
            record: self.record,
            line: Some(self.value_line),
            key: None,
        };
        match each(place, self.value.trim_ascii()) {
            ControlFlow::Continue(()) => Step::On,
            ControlFlow::Break(()) => Step::Enough,
        }
    }

    fn end(&self) -> Result<(), Unreadable> {
        match self.part {
            Part::Start | Part::End => Ok(()),
            _ => Err(self.refused("the file ends here, in the middle of its statements; it was cut")),
        }
    }

    fn refused(&self, reason: &str) -> Unreadable {
        Unreadable::form(format!("line {}", self.line), reason)
    }
}

#[cfg(test)]
mod tests {
    use std::io::BufReader;

    use super::*;

    /// The values, each with its record and line, or why there are no more.
    fn values(text: &str, buffer: usize) -> (Vec<String>, String) {
        let mut found = Vec::new();
        let mut bytes = BufReader::with_capacity(buffer, text.as_bytes());
        let ended = read(&mut bytes, 40, &mut |place, value| {
            let value = String::from_utf8_lossy(value).into_owned();
            found.push(format!("{place}: {value}"));
            ControlFlow::Continue(())
        });
        (found, ended.err().map(|error| error.to_string()).unwrap_or_default())
    }

    fn check(text: &str, expected: &[&str], error: &str) {
        for buffer in [1, 3, 1000] {
            let (found, ended) = values(text, buffer);
            assert_eq!(found, expected, "{text}");
            assert!(
                ended.contains(error) && ended.is_empty() == error.is_empty(),
                "{text}: {ended}"
            );
        }
    }

    #[test]
    fn arrays_packages_and_lines_are_cut_into_the_same_values() {
        let expected = [
            "record 1, line 1: {\"a\": \"]}\\\",[\"}",
            "record 2, line 2: {\"b\": [1, {}]}",
        ];
        check("[{\"a\": \"]}\\\",[\"},\n{\"b\": [1, {}]}\n]\n", &expected, "");
        check("{\"a\": \"]}\\\",[\"}\n{\"b\": [1, {}]}\n", &expected, "");
        let packed = "{\"statements\" : [{\"a\": \"]}\\\",[\"},\n{\"b\": [1, {}]}], \"x\": [\"}\"]}";
        check(packed, &expected, "");
        check(
            "{\"x\": {\"statements\": []}}",
            &["record 1, line 1: {\"x\": {\"statements\": []}}"],
            "",
        );
        check(
            "{\"x\": \"statements\", \"y\": [1]}",
            &["record 1, line 1: {\"x\": \"statements\", \"y\": [1]}"],
            "",
        );
    }

    #[test]
    fn values_that_are_no_objects_are_values_too() {
        check(
            "[1, null,, \"a,b\"]",
            &[
                "record 1, line 1: 1",
                "record 2, line 1: null",
                "record 3, line 1: \"a,b\"",
            ],
            "",
        );
        check("[]", &[], "");
        check(" \n", &[], "");
    }

    #[test]
    fn what_is_cut_too_long_or_no_json_is_refused_with_its_line() {
        check("[1,\n2", &["record 1, line 1: 1"], "line 2: the file ends here");
        check("{\"a\":\n", &[], "line 2: the file ends here");
        check("id,name\n", &[], "line 1: no JSON starts here");
        check("[1]\n[2]", &["record 1, line 1: 1"], "line 2: something stands behind");
        check(
            &format!("[\"{}\"]", "a".repeat(39)),
            &[],
            "line 1: a record is longer than 40 bytes",
        );
    }
}
