//! Detects files that are not UTF-8 by their beginning, and how they can be converted.

/// The kind of a file that is not UTF-8 text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::import) enum NotUtf8 {
    /// Text in a certain encoding, by its name for `iconv`.
    Encoding(&'static str),
    /// Text in an uncertain encoding: the line of the first bytes that are not UTF-8, and their text in
    /// Windows-1252.
    Uncertain {
        /// From 1.
        line: usize,
        /// The words around them.
        words: String,
    },
    /// A file of another format: what it is, and advice.
    Other(&'static str, &'static str),
}

/// The characters of Windows-1252 in place of Unicode's control characters; these themselves where it has none.
const WINDOWS_1252: &str = "€\u{81}‚ƒ„…†‡ˆ‰Š‹Œ\u{8d}Ž\u{8f}\u{90}‘’“”•–—˜™š›œ\u{9d}žŸ";

/// The most bytes that are quoted on each side of the first ones that are not UTF-8.
const QUOTED_BYTES: usize = 30;

/// Other common file formats, by their first bytes.
const OTHER_FORMATS: [(&[u8], &str, &str); 9] = [
    (b"\x04\x22\x4D\x18", "compressed with lz4", "unpack it first: lz4 -dc"),
    (b"\x1F\x9D", "compressed with compress", "unpack it first: gzip -dc"),
    (b"LZIP", "compressed with lzip", "unpack it first: lzip -dc"),
    (b"\x5D\0\0", "compressed with lzma", "unpack it first: xz -dc"),
    (b"7z\xBC\xAF\x27\x1C", "a 7z archive", "unpack it first: 7z x"),
    (b"Rar!", "a RAR archive", "unpack it first: unrar x"),
    (b"PAR1", "a Parquet file", "write its table as CSV first"),
    (
        b"SQLite format 3\0",
        "an SQLite database",
        "write its tables as CSV first: sqlite3 -header -csv",
    ),
    (b"%PDF", "a PDF document", "get the data from which it was made"),
];

/// Detects by its first bytes a file that is not UTF-8; `None` if it may be.
pub(in crate::import) fn by_mark(start: &[u8]) -> Option<NotUtf8> {
    if let Some((_, what, command)) = OTHER_FORMATS.iter().find(|(mark, ..)| start.starts_with(mark)) {
        return Some(NotUtf8::Other(what, command));
    }
    let encoding = match start {
        [0xFF, 0xFE, 0, 0, ..] | [0, 0, 0xFE, 0xFF, ..] => "UTF-32",
        [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => "UTF-16",
        [0, 0, 0, 1..=0xFF, ..] => "UTF-32BE",
        [1..=0xFF, 0, 0, 0, ..] => "UTF-32LE",
        [0, 1..=0xFF, ..] => "UTF-16BE",
        [1..=0xFF, 0, ..] => "UTF-16LE",
        _ => return None,
    };
    Some(NotUtf8::Encoding(encoding))
}

/// Detects by its beginning text that is not UTF-8; `None` if it is, or is with a few damaged places.
pub(in crate::import) fn by_text(start: &[u8]) -> Option<NotUtf8> {
    // Text in other scripts may not begin with zeros, but has them further on.
    let zeros = |from: usize| start.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    if even.max(odd) * 8 > start.len() {
        return Some(NotUtf8::Encoding(if even > odd { "UTF-16BE" } else { "UTF-16LE" }));
    }
    let (mut valid, mut invalid_count, mut first, mut at) = (0, 0, None, 0);
    for chunk in start.utf8_chunks() {
        valid += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
        let invalid = chunk.invalid();
        at += chunk.valid().len();
        // The last character may be truncated.
        let is_cut = at + invalid.len() == start.len()
            && std::str::from_utf8(&start[at..]).is_err_and(|error| error.error_len().is_none());
        if !invalid.is_empty() && !is_cut {
            invalid_count += 1;
            first.get_or_insert(at);
        }
        at += invalid.len();
    }
    let first = first.filter(|_| invalid_count > valid)?;
    Some(NotUtf8::Uncertain {
        line: 1 + start[..first].iter().filter(|byte| **byte == b'\n').count(),
        words: words(start, first),
    })
}

/// The words around a byte, read as Windows-1252.
fn words(start: &[u8], at: usize) -> String {
    let ends = |byte: &u8| b"\n\r\",;\t{}[]".contains(byte);
    let before = start[..at]
        .iter()
        .rev()
        .take(QUOTED_BYTES)
        .position(ends)
        .unwrap_or(QUOTED_BYTES.min(at));
    let after = start[at..]
        .iter()
        .take(QUOTED_BYTES)
        .position(ends)
        .unwrap_or(QUOTED_BYTES.min(start.len() - at));
    let letters = start[at - before..at + after].iter().map(|byte| match byte {
        0x80..=0x9F => WINDOWS_1252.chars().nth(usize::from(byte - 0x80)).unwrap_or_default(),
        byte => char::from(*byte),
    });
    letters
        .map(|letter| if letter.is_control() { ' ' } else { letter })
        .collect::<String>()
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_are_not_utf_8_are_detected_by_their_beginning() {
        let check = |start: &[u8], expected: Option<NotUtf8>| {
            assert_eq!(by_mark(start).or_else(|| by_text(start)), expected, "{start:?}");
        };
        let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
        check(b"\xFF\xFEi\0d\0", Some(NotUtf8::Encoding("UTF-16")));
        check(&wide("id,name"), Some(NotUtf8::Encoding("UTF-16LE")));
        check(&wide("公司,id,name,kind\n"), Some(NotUtf8::Encoding("UTF-16LE")));
        check(b"\0i\0d", Some(NotUtf8::Encoding("UTF-16BE")));
        check(b"\xFF\xFE\0\0i\0\0\0", Some(NotUtf8::Encoding("UTF-32")));
        let incomplete_sources = |line, words: &str| {
            Some(NotUtf8::Uncertain {
                line,
                words: words.to_owned(),
            })
        };
        check(
            b"id,name\n1,M\xFCller \x80 GmbH,x\n",
            incomplete_sources(2, "Müller € GmbH"),
        );
        check(b"\xE9\n", incomplete_sources(1, "é"));
        check(
            b"LZIP\x01",
            Some(NotUtf8::Other("compressed with lzip", "unpack it first: lzip -dc")),
        );
        check("id,名\n".as_bytes(), None);
        check("Müller, Möller\u{20AC} \u{E9}\u{E9}".as_bytes(), None);
        check(&"é".as_bytes()[..1], None);
        check(b"a,\xC3\xBC\n\xFF", None);
        check(b"", None);
    }
}
