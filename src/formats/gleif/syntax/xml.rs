//! The golden copy as XML. Elements are identified by their local names, whatever the prefixes; anything outside of the list
//! of records is skipped. Refuses other encodings than UTF-8, and entities that the file defines itself are not
//! resolved.

use std::ops::ControlFlow;

use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::row::GleifRowBuilder;
use crate::formats::{
    gleif::{
        file_type::Content,
        record_sink::{NOT_UTF_8, RecordSink, too_many_fields},
    },
    reader::{BoundedReader, Input, RecordFault, Unreadable},
};

/// The root and the element of a record.
fn elements(content: Content) -> (&'static str, &'static str) {
    match content {
        Content::Lei => ("LEIData", "LEIRecord"),
        Content::Rr => ("RelationshipData", "RelationshipRecord"),
        Content::Repex => ("ReportingExceptionData", "Exception"),
    }
}

/// How deep a record lies: in a list, in the root.
const RECORD_DEPTH: usize = 2;

/// Reads elements.
pub(in crate::formats::gleif) fn read(
    input: Input<'_>,
    content: Content,
    sink: &mut RecordSink<'_>,
) -> Result<(), Unreadable> {
    let bounded = BoundedReader::new(input.bytes, input.source_defaults.record_bytes_max);
    let meter = bounded.meter();
    let mut reader = Reader::from_reader(bounded);
    let mut buffer = Vec::new();
    let mut reader_state = FileReader {
        content,
        depth: 0,
        has_root: false,
        in_record: false,
        builder: GleifRowBuilder::new(content.fields()),
    };
    loop {
        buffer.clear();
        let event = reader.read_event_into(&mut buffer);
        let event = event.map_err(|error| refused(error, sink))?;
        match reader_state.take(event, sink)? {
            Progress::Continue => {}
            Progress::RecordEnd => meter.next_record(),
            Progress::Stop => return Ok(()),
        }
    }
}

/// Why the file cannot be read on.
fn refused(error: quick_xml::Error, sink: &RecordSink<'_>) -> Unreadable {
    match error {
        quick_xml::Error::Io(error) => sink.io(std::io::Error::new(error.kind(), error.to_string())),
        quick_xml::Error::Encoding(_) => Unreadable::malformed(sink.next_place(), NOT_UTF_8),
        other => Unreadable::malformed(
            sink.next_place(),
            format!("{other:.200}: this is not XML as it should be; get the file again"),
        ),
    }
}

/// How reading goes on.
enum Progress {
    Continue,
    /// A record ends here, or something of its size.
    RecordEnd,
    Stop,
}

/// The state of reading a file.
struct FileReader {
    content: Content,
    /// How many elements are open.
    depth: usize,
    has_root: bool,
    in_record: bool,
    builder: GleifRowBuilder,
}

impl FileReader {
    fn take(&mut self, event: Event<'_>, sink: &mut RecordSink<'_>) -> Result<Progress, Unreadable> {
        match event {
            Event::Decl(declaration) => {
                let encoding = declaration.encoding().and_then(Result::ok);
                if encoding.is_some_and(|name| !name.eq_ignore_ascii_case("utf-8")) {
                    return Err(Unreadable::malformed("line 1", NOT_UTF_8));
                }
            }
            Event::Start(start) => self.start(&start, sink)?,
            Event::Empty(start) => {
                self.start(&start, sink)?;
                return Ok(self.end(sink));
            }
            Event::End(_) => return Ok(self.end(sink)),
            Event::Text(text) if self.in_record => self.builder.text(&text),
            Event::CData(text) if self.in_record => self.builder.text(&text),
            Event::GeneralRef(name) if self.in_record => self.reference(&name),
            Event::Eof if self.depth > 0 || !self.has_root => return Err(sink.cut_off()),
            Event::Eof => return Ok(Progress::Stop),
            _ => {}
        }
        Ok(Progress::Continue)
    }

    fn start(&mut self, start: &BytesStart<'_>, sink: &RecordSink<'_>) -> Result<(), Unreadable> {
        let (root, record) = elements(self.content);
        let name = start.local_name();
        let name = name.as_ref();
        if self.depth == 0 && name != root {
            let reason = format!("the root is {name:.200} and not {root}; is it a file of the golden copy?");
            return Err(Unreadable::malformed("the first element", reason));
        }
        self.has_root = true;
        if self.in_record {
            self.builder.open(name);
            self.attributes(start, sink)?;
        } else if self.depth == RECORD_DEPTH && name == record {
            self.builder.begin();
            self.in_record = true;
        }
        self.depth += 1;
        Ok(())
    }

    /// Attributes without a prefix, and `xml:lang`; others are not GLEIF's.
    fn attributes(&mut self, start: &BytesStart<'_>, sink: &RecordSink<'_>) -> Result<(), Unreadable> {
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| refused(error.into(), sink))?;
            let name = match attribute.key.into_inner() {
                "xml:lang" => "xmllang",
                "xmlns" => continue,
                name if name.contains(':') => continue,
                name => name,
            };
            let value = attribute
                .normalized_value(quick_xml::XmlVersion::Implicit1_0)
                .unwrap_or(attribute.value);
            self.builder.open(name);
            self.builder.text(&value);
            self.builder.close();
        }
        Ok(())
    }

    fn reference(&mut self, name: &quick_xml::events::BytesRef<'_>) {
        let letter = match name.resolve_char_ref() {
            Ok(Some(letter)) => Some(letter),
            _ => match &**name {
                "amp" => Some('&'),
                "lt" => Some('<'),
                "gt" => Some('>'),
                "quot" => Some('"'),
                "apos" => Some('\''),
                _ => None,
            },
        };
        match letter {
            Some(letter) => self.builder.text(letter.encode_utf8(&mut [0; 4])),
            // One that the file defines itself stays as written.
            None => {
                for part in ["&", name, ";"] {
                    self.builder.text(part);
                }
            }
        }
    }

    fn end(&mut self, sink: &mut RecordSink<'_>) -> Progress {
        self.depth = self.depth.saturating_sub(1);
        if self.depth > RECORD_DEPTH {
            if self.in_record {
                self.builder.close();
            }
            return Progress::Continue;
        }
        if !self.in_record {
            return Progress::RecordEnd;
        }
        self.in_record = false;
        let row: Result<_, RecordFault> = self.builder.row().ok_or_else(too_many_fields);
        match sink.hand_over(row, None) {
            ControlFlow::Continue(()) => Progress::RecordEnd,
            ControlFlow::Break(()) => Progress::Stop,
        }
    }
}
