//! Counts tokens and bracket nesting of a document's text in one pass, before any parser sees it:
//! the parser recurses, so a hostile text must not reach it. Refuses what no lexer accepts, and keys
//! given twice in one input object, of which the parser keeps the last.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use async_graphql::Pos;

use super::error::Error;
use super::limits::{Limit, Limits};

/// How deep brackets may nest. The parser gives up at 64 nested selection sets anyway, and every
/// level costs it stack.
pub(super) const NESTING_MAX: u64 = 64;

/// Longest name. Names in the schema are far shorter, and suggestions for a misspelt one cost its
/// length times that of every candidate.
pub(super) const NAME_BYTES_MAX: usize = 255;

/// What the text holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Scan {
    tokens: u64,
    nesting: u64,
    /// Operations and fragments.
    definitions: u64,
    /// Fields directly in a definition, those behind fragments left out.
    root_fields: u64,
    /// Where comments stand, in bytes, without the ends of their lines.
    comments: Vec<Range<usize>>,
}

/// Holds `text` against `limits`, and returns it without its comments. Linear in its length.
pub(super) fn check<'t>(text: &'t str, limits: &Limits) -> Result<Cow<'t, str>, Error> {
    limits.check(Limit::BodyBytes, u64::try_from(text.len()).unwrap_or(u64::MAX))?;
    let scan = scan(text)?;
    limits.check(Limit::Tokens, scan.tokens)?;
    if scan.nesting > NESTING_MAX {
        return Err(Error::limit_exceeded(format!(
            "Brackets nest {} deep; at most {NESTING_MAX} levels are read. Nest less.",
            scan.nesting
        )));
    }
    // With one definition this is the operation, and parsing a flood of fields is saved.
    if scan.definitions == 1 {
        limits.check(Limit::RootFields, scan.root_fields)?;
    }
    let text = without(text, &scan.comments);
    limits.check(Limit::DocumentBytes, u64::try_from(text.len()).unwrap_or(u64::MAX))?;
    Ok(text)
}

/// A comment ends its line, so that leaving it out moves nothing that follows.
fn without<'t>(text: &'t str, comments: &[Range<usize>]) -> Cow<'t, str> {
    if comments.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for comment in comments {
        kept.push_str(text.get(from..comment.start).unwrap_or_default());
        from = comment.end;
    }
    kept.push_str(text.get(from..).unwrap_or_default());
    Cow::Owned(kept)
}

/// Unterminated strings are refused here: a parser that backtracks could read their inside as
/// code, with nesting that this scan has not counted.
fn scan(text: &str) -> Result<Scan, Error> {
    // What the last token makes of a name after it.
    #[derive(Clone, Copy, PartialEq)]
    enum After {
        Anything,
        /// `:`, `@`, `...` or `... on`: the name is no field, or one whose alias was counted.
        Mark,
        Spread,
    }
    let bytes = text.as_bytes();
    let mut scan = Scan::default();
    let mut open = 0_u64;
    let mut objects = Objects::default();
    let mut last = 0..0;
    let mut in_definition = false;
    let mut after = After::Anything;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let token = at;
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' | b',' => {
                at += 1;
                continue;
            }
            b'#' => {
                let end = end_of_line(bytes, at);
                scan.comments.push(at..end);
                at = end;
                continue;
            }
            0xEF if bytes[at..].starts_with(b"\xEF\xBB\xBF") => {
                at += 3;
                continue;
            }
            b'"' => at = end_of_string(bytes, at).ok_or_else(|| unterminated(text, at))?,
            b'{' | b'[' | b'(' => {
                objects.open(byte, bytes.get(last.clone()));
                if open == 0 {
                    in_definition = byte == b'{';
                    scan.definitions += u64::from(in_definition);
                }
                open += 1;
                after = After::Anything;
                scan.nesting = scan.nesting.max(open);
                at += 1;
            }
            b'}' | b']' | b')' => {
                open = open.saturating_sub(1);
                objects.close();
                at += 1;
            }
            b'.' if bytes[at..].starts_with(b"...") => {
                after = After::Spread;
                at += 3;
            }
            b':' | b'@' => {
                if byte == b':' && !objects.is_new_key(text.get(last.clone()).unwrap_or_default()) {
                    return Err(key_twice(text, last));
                }
                after = After::Mark;
                at += 1;
            }
            _ if is_word(byte) => {
                let end = at + bytes[at..].iter().take_while(|byte| is_word(**byte)).count();
                if end - at > NAME_BYTES_MAX {
                    return Err(Error::limit_exceeded(format!(
                        "A name or number is {} bytes long; at most {NAME_BYTES_MAX} are read.",
                        end - at
                    ))
                    .at(position(text, at)));
                }
                let field = open == 1 && in_definition && after == After::Anything;
                scan.root_fields += u64::from(field);
                after = match after {
                    After::Spread if &bytes[at..end] == b"on" => After::Mark,
                    _ => After::Anything,
                };
                at = end;
            }
            _ => at += 1,
        }
        last = token..at;
        scan.tokens += 1;
    }
    Ok(scan)
}

/// The brackets that are open, and the keys met so far in those that hold an input object.
#[derive(Default)]
struct Objects<'t> {
    open: Vec<(u8, Option<HashSet<&'t str>>)>,
}

impl<'t> Objects<'t> {
    /// A brace holds an input object where a value stands: after a colon or an equals sign, or in a list. Others hold fields.
    fn open(&mut self, bracket: u8, before: Option<&[u8]>) {
        let in_list = self.open.last().is_some_and(|(bracket, _)| *bracket == b'[');
        let is_value = in_list || matches!(before, Some(b":" | b"="));
        let keys = (bracket == b'{' && is_value).then(HashSet::new);
        self.open.push((bracket, keys));
    }

    fn close(&mut self) {
        self.open.pop();
    }

    /// Whether a name before a colon is not a key that the object holds already.
    fn is_new_key(&mut self, name: &'t str) -> bool {
        match self.open.last_mut() {
            Some((_, Some(keys))) => keys.insert(name),
            _ => true,
        }
    }
}

fn key_twice(text: &str, key: Range<usize>) -> Error {
    let position = position(text, key.start);
    let key = text.get(key).unwrap_or_default();
    Error::validation_failed(format!("The input object has the field {key} twice; give it once.")).at(position)
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn end_of_line(bytes: &[u8], from: usize) -> usize {
    bytes[from..]
        .iter()
        .position(|byte| matches!(byte, b'\n' | b'\r'))
        .map_or(bytes.len(), |n| from + n)
}

/// The index after the string that opens at `from`, or none when it does not end.
fn end_of_string(bytes: &[u8], from: usize) -> Option<usize> {
    let block = bytes[from..].starts_with(b"\"\"\"");
    let mut at = from + if block { 3 } else { 1 };
    loop {
        match *bytes.get(at)? {
            b'\\' if block => at += if bytes[at..].starts_with(b"\\\"\"\"") { 4 } else { 1 },
            // The escaped character may be a quote, never a line's end.
            b'\\' if matches!(bytes.get(at + 1)?, b'\n' | b'\r') => return None,
            b'\\' => at += 2,
            b'"' if !block => return Some(at + 1),
            b'"' if bytes[at..].starts_with(b"\"\"\"") => return Some(at + 3),
            b'\n' | b'\r' if !block => return None,
            _ => at += 1,
        }
    }
}

fn unterminated(text: &str, at: usize) -> Error {
    let position = position(text, at);
    Error::parse_failed(format!(
        "The string that opens at line {}, column {} does not end.",
        position.line, position.column
    ))
    .at(position)
}

fn position(text: &str, at: usize) -> Pos {
    let before = text.get(..at).unwrap_or(text);
    let line = before.bytes().filter(|byte| *byte == b'\n').count() + 1;
    let column = before.chars().rev().take_while(|character| *character != '\n').count() + 1;
    Pos { line, column }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(text: &str) -> (u64, u64) {
        let scan = scan(text).unwrap();
        (scan.tokens, scan.nesting)
    }

    #[test]
    fn tokens_are_counted_as_the_specification_cuts_them() {
        assert_eq!(counts("{ a }"), (3, 1));
        assert_eq!(
            counts("query Q($x: Int! = 3) { a(b: $x) @skip(if: true) ...F }"),
            (29, 2)
        );
        assert_eq!(counts("\u{feff}{ a } # {{{{ \n"), (3, 1));
    }

    #[test]
    fn brackets_inside_strings_and_comments_do_not_nest() {
        assert_eq!(counts(r#"{ a(b: "{[( \" {") }"#), (8, 2));
        assert_eq!(counts("{ a(b: \"\"\"{[(\n \\\"\"\" { \" {\"\"\") }"), (8, 2));
        assert_eq!(counts("# {{{ \r{ a }"), (3, 1));
        assert_eq!(counts(r#"{ a(b: "\u007B\\") }"#), (8, 2));
    }

    #[test]
    fn root_fields_are_counted_without_parsing() {
        for (text, expected) in [
            ("{ a b c }", 3),
            ("query Q($a: Int) @x { a: b c(d: {e: f}) @skip(if: true) { g h } }", 2),
            ("{ ...F ... on T { a } ... @include(if: true) { b } c }", 1),
        ] {
            let scan = scan(text).unwrap();
            assert_eq!((scan.definitions, scan.root_fields), (1, expected), "{text}");
        }
    }

    #[test]
    fn a_key_given_twice_in_an_input_object_is_refused_where_it_stands() {
        for text in [
            "{ a(b: {c: 1, c: 2}) }",
            "{ a(b: [{c: 1} {d: {}, c: 1, d: 2}]) }",
            "query Q($x: X = {c: 1 d: [] c: {}}) { a }",
        ] {
            let error = scan(text).unwrap_err();
            assert_eq!(error.code, super::super::error::Code::GraphqlValidationFailed, "{text}");
            assert!(error.message.contains("twice"), "{text}");
        }
        for text in [
            "{ a: b { c: d } e: b { c: d } }",
            "{ a(b: [{c: 1}, {c: 1}], d: {c: {c: 1}}) }",
            "{ a(b: {c: \"c: 1, c: 2\"}) a(b: {c: 1}) }",
        ] {
            assert!(scan(text).is_ok(), "{text}");
        }
    }

    #[test]
    fn comments_are_left_out_and_nothing_moves() {
        let text = "# one\n{ a # {\r\n b(c: \"# no\") } # end";
        let kept = check(text, &Limits::default()).unwrap();
        assert_eq!(kept, "\n{ a \r\n b(c: \"# no\") } ");
    }

    #[test]
    fn unterminated_strings_never_reach_the_parser() {
        for text in [
            "{ a(b: \"x",
            "{ a(b: \"x\n{{{\")",
            "{ a(b: [\"\"\"x\"\n [[[[",
            "{ a(b: \"\\",
            "{ a(b: \"\\\n\") }",
        ] {
            let error = scan(text).unwrap_err();
            assert_eq!(error.code, super::super::error::Code::GraphqlParseFailed, "{text}");
            assert_eq!(error.locations.len(), 1);
        }
    }
}
