//! The golden copy as JSON: an object with the list of records, or that list alone. Texts stand in `$`, attributes behind `@`.
//! Records are cut out of the file one by one before they are parsed, so that one that is damaged does not hide the next.

use std::{borrow::Cow, fmt, io::BufRead};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{Content, NOT_UTF_8, Out, overflow, row::Builder};
use crate::formats::import::{Bounded, Fault, Input, Meter, Unreadable};

/// Reads a list of objects.
pub(super) fn read(input: Input<'_>, content: Content, out: &mut Out<'_>) -> Result<(), Unreadable> {
    let bytes = Bounded::new(input.bytes, input.told.record_bytes_max);
    let mut cut = Cut {
        meter: bytes.meter(),
        bytes,
        line: 1,
        value: Vec::new(),
    };
    let mut builder = Builder::new(content.fields());
    let closing = cut.find_list(out)?;
    while let Some(line) = cut.next_item(out)? {
        builder.begin();
        let row = match parse(&cut.value, &mut builder) {
            Ok(()) => builder.row().ok_or_else(overflow),
            Err(reason) => Err(reason),
        };
        if out.hand_over(row, Some(line)).is_break() {
            return Ok(());
        }
    }
    match closing {
        Closing::End => Ok(()),
        Closing::Object => cut.finish_object(out),
    }
}

/// Gives a record to the builder.
fn parse(value: &[u8], builder: &mut Builder) -> Result<(), Fault> {
    if str::from_utf8(value).is_err() {
        return Err(Fault::rejected("", "not in UTF-8"));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(value);
    let read = Inside(builder).deserialize(&mut deserializer);
    match read.and_then(|()| deserializer.end()) {
        Ok(()) => Ok(()),
        Err(_) => Err(Fault::rejected("", "not a JSON object").with(&String::from_utf8_lossy(value))),
    }
}

/// What has to follow the list.
#[derive(Clone, Copy)]
enum Closing {
    /// Nothing.
    End,
    /// The end of the object that it stands in.
    Object,
}

/// Cuts values out of a file.
struct Cut<R> {
    bytes: Bounded<R>,
    meter: Meter,
    line: u64,
    /// The value that was cut out last.
    value: Vec<u8>,
}

impl<R: BufRead> Cut<R> {
    /// Goes to the first item of the list of records.
    fn find_list(&mut self, out: &Out<'_>) -> Result<Closing, Unreadable> {
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
    fn next_item(&mut self, out: &Out<'_>) -> Result<Option<u64>, Unreadable> {
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
    fn finish_object(&mut self, out: &Out<'_>) -> Result<(), Unreadable> {
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

/// What stands inside of what is open.
struct Inside<'b>(&'b mut Builder);

/// What stands under a name in what is open: one value, or a list of them.
struct Member<'b, 'n> {
    builder: &'b mut Builder,
    name: &'n str,
}

impl Member<'_, '_> {
    fn scalar(self, text: &str) {
        self.builder.open(self.name);
        self.builder.text(text);
        self.builder.close();
    }
}

macro_rules! deserialize_any {
    ($name:ty) => {
        impl<'de> DeserializeSeed<'de> for $name {
            type Value = ();

            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
                deserializer.deserialize_any(self)
            }
        }
    };
}
deserialize_any!(Inside<'_>);
deserialize_any!(Member<'_, '_>);

/// Numbers and the like are taken as they are written.
macro_rules! scalars {
    ($take:expr) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("JSON")
        }

        fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
            $take(self, if value { "true" } else { "false" });
            Ok(())
        }

        fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
            $take(self, &value.to_string());
            Ok(())
        }

        fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
            $take(self, &value.to_string());
            Ok(())
        }

        fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
            $take(self, &value.to_string());
            Ok(())
        }

        fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
            $take(self, value);
            Ok(())
        }

        fn visit_unit<E: Error>(self) -> Result<(), E> {
            Ok(())
        }
    };
}

impl<'de> Visitor<'de> for Inside<'_> {
    type Value = ();

    scalars!(|inside: Self, text: &str| inside.0.text(text));

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Inside(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key_seed(Key)? {
            let name = match &*name {
                "$" => {
                    members.next_value_seed(Inside(self.0))?;
                    continue;
                }
                "@xml:lang" => "xmllang",
                name => match name.strip_prefix('@') {
                    // Declarations of namespaces, and what they allow.
                    Some(attribute) if attribute.contains(':') || attribute == "xmlns" => {
                        members.next_value::<serde::de::IgnoredAny>()?;
                        continue;
                    }
                    Some(attribute) => attribute,
                    None => name.rsplit(':').next().unwrap_or(name),
                },
            };
            let builder = &mut *self.0;
            members.next_value_seed(Member { builder, name })?;
        }
        Ok(())
    }
}

impl<'de> Visitor<'de> for Member<'_, '_> {
    type Value = ();

    scalars!(|member: Self, text: &str| member.scalar(text));

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self { builder, name } = self;
        while items
            .next_element_seed(Member {
                builder: &mut *builder,
                name,
            })?
            .is_some()
        {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        self.builder.open(self.name);
        Inside(self.builder).visit_map(members)?;
        self.builder.close();
        Ok(())
    }
}

/// The name of a member, without a copy where it is written plainly.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}
