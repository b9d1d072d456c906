//! Whether a file is one of the golden copy, and which, by how it begins.

use quick_xml::{Reader, events::Event};

use crate::formats::{
    csv_records,
    gleif::file_type::{Content, FileType, Syntax},
};

/// What a file is that starts with these bytes, some 64 KiB of it or all; none when it is not of the golden copy.
#[must_use]
pub fn detect(start: &[u8]) -> Option<FileType> {
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(start);
    let (content, syntax) = match start.trim_ascii_start().first()? {
        b'<' => (in_xml(start)?, Syntax::Xml),
        b'{' | b'[' => (in_json(start)?, Syntax::Json),
        _ => (in_table(start)?, Syntax::Csv),
    };
    Some(FileType { content, syntax })
}

/// By the name of the root.
fn in_xml(start: &[u8]) -> Option<Content> {
    let mut reader = Reader::from_reader(start);
    let mut buffer = Vec::new();
    loop {
        match reader.read_event_into(&mut buffer).ok()? {
            Event::Start(root) | Event::Empty(root) => {
                return match root.local_name().as_ref() {
                    "LEIData" => Some(Content::Lei),
                    "RelationshipData" => Some(Content::Rr),
                    "ReportingExceptionData" => Some(Content::Repex),
                    _ => None,
                };
            }
            Event::Eof => return None,
            _ => buffer.clear(),
        }
    }
}

/// By the name of the list, and by what its first records are made of: other formats have lists of records as well.
fn in_json(start: &[u8]) -> Option<Content> {
    let has = |name: &str| {
        let quoted = format!("\"{name}\"");
        let mut windows = start.windows(quoted.len()).enumerate();
        windows.any(|(at, window)| {
            let rest = start.get(at + quoted.len()..).unwrap_or_default().trim_ascii_start();
            window == quoted.as_bytes() && matches!(rest.first(), None | Some(b':'))
        })
    };
    let list = first_list(start);
    if has("StartNode") && has("EndNode") {
        Some(Content::Rr)
    } else if has("LEI") && has("ExceptionCategory") {
        Some(Content::Repex)
    } else if has("LEI") && has("Entity") {
        Some(Content::Lei)
    } else {
        // One without records.
        match list? {
            b"records" => Some(Content::Lei),
            b"relations" => Some(Content::Rr),
            b"exceptions" => Some(Content::Repex),
            _ => None,
        }
    }
}

/// The name of the list that a file begins with, where it has no items: `{"records": []}`.
fn first_list(start: &[u8]) -> Option<&[u8]> {
    let rest = start.trim_ascii_start().strip_prefix(b"{")?.trim_ascii_start();
    let rest = rest.strip_prefix(b"\"")?;
    let end = rest.iter().position(|byte| *byte == b'"')?;
    let (name, rest) = (&rest[..end], &rest[end + 1..]);
    let rest = rest.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start();
    let rest = rest.strip_prefix(b"[")?.trim_ascii_start();
    rest.starts_with(b"]").then_some(name)
}

/// By the names of the columns.
fn in_table(start: &[u8]) -> Option<Content> {
    let mut reader = csv_records::CsvDialect::COMMAS.reader(start);
    let mut header = csv::ByteRecord::new();
    reader.read_byte_record(&mut header).ok()?;
    let has = |prefix: &str| {
        header
            .iter()
            .any(|name| name.trim_ascii().starts_with(prefix.as_bytes()))
    };
    if has("Relationship.") && (has("Relationship.StartNode.") || has("Relationship.EndNode.")) {
        Some(Content::Rr)
    } else if has("Exception.Category") || has("ExceptionCategory") {
        Some(Content::Repex)
    } else if has("Entity.") && (has("LEI") || has("Entity.LegalName")) {
        Some(Content::Lei)
    } else {
        None
    }
}
