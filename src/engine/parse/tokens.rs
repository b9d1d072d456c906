//! Where the tokens of a document end that no parser has read yet: words, strings, and what is ignored between them.

/// Opens and closes a block string.
pub(super) const BLOCK: &[u8] = b"\"\"\"";

/// The end of an ignored token that begins here: white space, a comma, a comment, a byte order mark.
pub(crate) fn ignored(bytes: &[u8], at: usize) -> Option<usize> {
    match bytes.get(at)? {
        b' ' | b'\t' | b'\n' | b'\r' | b',' => Some(at + 1),
        b'#' => Some(end_of_line(bytes, at)),
        0xEF if bytes[at..].starts_with(b"\xEF\xBB\xBF") => Some(at + 3),
        _ => None,
    }
}

pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn end_of_line(bytes: &[u8], from: usize) -> usize {
    bytes[from..]
        .iter()
        .position(|byte| matches!(byte, b'\n' | b'\r'))
        .map_or(bytes.len(), |n| from + n)
}

/// The index after the string that opens at `from`, or `None` if it is unterminated.
pub(crate) fn end_of_string(bytes: &[u8], from: usize) -> Option<usize> {
    let block = bytes[from..].starts_with(BLOCK);
    let mut at = from + if block { 3 } else { 1 };
    loop {
        match *bytes.get(at)? {
            b'\\' if block => at += if bytes[at..].starts_with(b"\\\"\"\"") { 4 } else { 1 },
            // The escaped character may be a quote, but not a line end.
            b'\\' if matches!(bytes.get(at + 1)?, b'\n' | b'\r') => return None,
            b'\\' => at += 2,
            b'"' if !block => return Some(at + 1),
            b'"' if bytes[at..].starts_with(BLOCK) => return Some(at + 3),
            b'\n' | b'\r' if !block => return None,
            _ => at += 1,
        }
    }
}
