//! Counts tokens and bracket nesting of a document's text in one pass, before any parser sees it:
//! the parser recurses, so a hostile text must not reach it. Refuses unterminated strings, invalid escapes,
//! and duplicate keys in an input object.

use std::borrow::Cow;
use std::collections::HashSet;
use std::ops::Range;

use crate::engine::{
    error::Error,
    limits::{Limit, Limits},
};

use super::{
    position, syntax_error,
    tokens::{BLOCK, end_of_string, ignored, is_word},
};

/// How deep brackets may nest: every level costs the parser stack.
pub(crate) const NESTING_MAX: u64 = 64;

/// Longest name. Names in the schema are far shorter, and suggestions for a misspelt one cost its
/// length times that of every candidate.
pub(crate) const NAME_BYTES_MAX: usize = 255;

/// Counts of a text, and the rewrites that the parser needs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct LexicalScan {
    tokens: u64,
    nesting: u64,
    /// Operations and fragments.
    definitions: u64,
    /// Fields directly in a definition, without those of fragments.
    root_fields: u64,
    /// Bytes of comments, without the ends of their lines.
    comment_bytes: usize,
    /// Parts that the parser reads only in another spelling.
    rewrites: Vec<Rewrite>,
}

/// Valid syntax that the parser reads in only one of its spellings. Both have the same number of bytes, so that no position
/// changes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Rewrite {
    /// A `$`, ignored characters and a name, in this range; the name begins at the index. Rewritten without the gap.
    Variable(Range<usize>, usize),
    /// A surrogate pair of escapes for one character, from an index on. Rewritten as one escape.
    Pair(usize, char),
}

/// Checks `text` against `limits`, and returns it as the parser reads it. Linear in its length.
pub(crate) fn check<'t>(text: &'t str, limits: &Limits) -> Result<Cow<'t, str>, Error> {
    let count = |bytes: usize| u64::try_from(bytes).unwrap_or(u64::MAX);
    limits.check(Limit::BodyBytes, count(text.len()))?;
    let scan = scan(text)?;
    limits.check(Limit::Tokens, scan.tokens)?;
    if scan.nesting > NESTING_MAX {
        return Err(Error::limit_exceeded(format!(
            "Brackets nest {} deep; at most {NESTING_MAX} levels are allowed. Nest less.",
            scan.nesting
        )));
    }
    // A single definition is the operation: too many fields are refused without parsing them.
    if scan.definitions == 1 {
        limits.check(Limit::RootFields, scan.root_fields)?;
    }
    limits.check(Limit::DocumentBytes, count(text.len() - scan.comment_bytes))?;
    rewritten(text, scan.rewrites)
}

fn rewritten(text: &str, rewrites: Vec<Rewrite>) -> Result<Cow<'_, str>, Error> {
    if rewrites.is_empty() {
        return Ok(Cow::Borrowed(text));
    }
    let mut bytes = text.as_bytes().to_vec();
    for rewrite in rewrites {
        match rewrite {
            Rewrite::Variable(range, name) => {
                let gap = range.start + 1..name;
                if let Some(behind) = bytes.get_mut(gap.start..range.end) {
                    behind.rotate_left(gap.len());
                }
            }
            Rewrite::Pair(at, character) => {
                let escape = format!("\\u{{{:08X}}}", u32::from(character));
                if let Some(pair) = bytes.get_mut(at..at + escape.len()) {
                    pair.copy_from_slice(escape.as_bytes());
                }
            }
        }
    }
    let text = String::from_utf8(bytes);
    text.map(Cow::Owned)
        .map_err(|_| Error::internal("a rewritten document is not valid UTF-8"))
}

/// Unterminated strings are refused here: a parser that backtracks could read their content as
/// code, with nesting that this scan has not counted.
fn scan(text: &str) -> Result<LexicalScan, Error> {
    // How the last token affects a name after it.
    #[derive(Clone, Copy, PartialEq)]
    enum Preceding {
        Anything,
        /// `:`, `@`, `...` or `... on`: the name is not a field, or one whose alias was already counted.
        Mark,
        Spread,
    }
    let bytes = text.as_bytes();
    let mut scan = LexicalScan::default();
    let mut open = 0_u64;
    let mut brackets = OpenBrackets::default();
    let mut last = 0..0;
    let mut in_definition = false;
    let mut preceding = Preceding::Anything;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        if let Some(next) = ignored(bytes, at) {
            scan.comment_bytes += if byte == b'#' { next - at } else { 0 };
            at = next;
            continue;
        }
        let token = at;
        match byte {
            b'"' => {
                let end = end_of_string(bytes, at).ok_or_else(|| unterminated(text, at))?;
                if !bytes[at..].starts_with(BLOCK) {
                    escapes(text, at..end, &mut scan.rewrites)?;
                }
                at = end;
            }
            b'{' | b'[' | b'(' => {
                brackets.open(byte, bytes.get(last.clone()));
                if open == 0 {
                    in_definition = byte == b'{';
                    scan.definitions += u64::from(in_definition);
                }
                open += 1;
                preceding = Preceding::Anything;
                scan.nesting = scan.nesting.max(open);
                at += 1;
            }
            b'}' | b']' | b')' => {
                open = open.saturating_sub(1);
                brackets.close();
                at += 1;
            }
            b'.' if bytes[at..].starts_with(b"...") => {
                preceding = Preceding::Spread;
                at += 3;
            }
            b':' | b'@' => {
                if byte == b':' && !brackets.is_new_key(text.get(last.clone()).unwrap_or_default()) {
                    return Err(duplicate_key(text, last));
                }
                preceding = Preceding::Mark;
                at += 1;
            }
            _ if is_word(byte) => {
                let end = at + bytes[at..].iter().take_while(|byte| is_word(**byte)).count();
                if end - at > NAME_BYTES_MAX {
                    return Err(Error::limit_exceeded(format!(
                        "A name or number is {} bytes long; at most {NAME_BYTES_MAX} are allowed.",
                        end - at
                    ))
                    .at(position(text, at)));
                }
                if bytes.get(last.clone()) == Some(b"$") && last.end < at {
                    scan.rewrites.push(Rewrite::Variable(last.start..end, at));
                }
                let field = open == 1 && in_definition && preceding == Preceding::Anything;
                scan.root_fields += u64::from(field);
                preceding = match preceding {
                    Preceding::Spread if &bytes[at..end] == b"on" => Preceding::Mark,
                    _ => Preceding::Anything,
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

/// The open brackets, with the keys so far of those that are input objects.
#[derive(Default)]
struct OpenBrackets<'t> {
    open: Vec<(u8, Option<HashSet<&'t str>>)>,
}

impl<'t> OpenBrackets<'t> {
    /// A brace opens an input object where a value is expected: after a colon or an equals sign, or in a list. Others contain fields.
    fn open(&mut self, bracket: u8, before: Option<&[u8]>) {
        let in_list = self.open.last().is_some_and(|(bracket, _)| *bracket == b'[');
        let is_value = in_list || matches!(before, Some(b":" | b"="));
        let keys = (bracket == b'{' && is_value).then(HashSet::new);
        self.open.push((bracket, keys));
    }

    fn close(&mut self) {
        self.open.pop();
    }

    /// Whether a name before a colon is not yet a key of the object.
    fn is_new_key(&mut self, name: &'t str) -> bool {
        match self.open.last_mut() {
            Some((_, Some(keys))) => keys.insert(name),
            _ => true,
        }
    }
}

fn duplicate_key(text: &str, key: Range<usize>) -> Error {
    let position = position(text, key.start);
    let key = text.get(key).unwrap_or_default();
    Error::validation_failed(format!("The input object has the field {key} twice; give it once.")).at(position)
}

fn unterminated(text: &str, at: usize) -> Error {
    let position = position(text, at);
    Error::parse_failed(format!(
        "The string that opens at line {}, column {} does not end.",
        position.line, position.column
    ))
    .at(position)
}

/// Refuses invalid escapes in a single-line string; `range` includes the quotes.
fn escapes(text: &str, range: Range<usize>, rewrites: &mut Vec<Rewrite>) -> Result<(), Error> {
    let bytes = text.as_bytes();
    let mut at = range.start;
    while let Some(next) = bytes.get(at..range.end).and_then(|rest| memchr::memchr(b'\\', rest)) {
        at += next;
        let refuse = |why: &str| syntax_error(position(text, at), why);
        let unit = match bytes.get(at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => {
                at += 2;
                continue;
            }
            Some(b'u') => unit(text, at),
            _ => None,
        };
        let Some((unit, end)) = unit else {
            return Err(refuse(
                "this escape is invalid; valid ones are \\\", \\\\, \\/, \\b, \\f, \\n, \\r, \\t, \\u0041 and \\u{1F600}",
            ));
        };
        if char::from_u32(unit).is_some() {
            at = end;
            continue;
        }
        // Only two adjacent escapes of four digits each can form a surrogate pair.
        let half = unit_of_four(text, end).filter(|_| end == at + 6);
        let pair = half.and_then(|(low, end)| {
            let units = [u16::try_from(unit).ok()?, u16::try_from(low).ok()?];
            let character = char::decode_utf16(units).next()?.ok()?;
            (u32::from(character) > 0xFFFF).then_some((character, end))
        });
        let Some((character, end)) = pair else {
            return Err(refuse(
                "a surrogate is valid only in a pair, as in \\uD83D\\uDE00; better write \\u{1F600}",
            ));
        };
        rewrites.push(Rewrite::Pair(at, character));
        at = end;
    }
    Ok(())
}

/// The number in an escape like `\u0041` or `\u{1F600}`, and where the escape ends. `None` if no character has it.
fn unit(text: &str, at: usize) -> Option<(u32, usize)> {
    /// The most digits that an escape needs.
    const DIGITS_MAX: usize = 8;
    let Some(digits) = text.get(at..)?.strip_prefix("\\u{") else {
        return unit_of_four(text, at);
    };
    let digits = digits.get(..digits.find('}')?)?;
    let unit = (digits.len() <= DIGITS_MAX).then(|| hexadecimal(digits))??;
    (unit <= u32::from(char::MAX)).then_some((unit, at + 4 + digits.len()))
}

fn unit_of_four(text: &str, at: usize) -> Option<(u32, usize)> {
    let digits = text.get(at..)?.strip_prefix("\\u")?.get(..4)?;
    Some((hexadecimal(digits)?, at + 6))
}

/// Parses digits without a sign, which Rust would accept.
fn hexadecimal(digits: &str) -> Option<u32> {
    let all = digits.bytes().all(|digit| digit.is_ascii_hexdigit());
    all.then(|| u32::from_str_radix(digits, 16).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(text: &str) -> (u64, u64) {
        let scan = scan(text).unwrap();
        (scan.tokens, scan.nesting)
    }

    #[test]
    fn tokens_are_counted_as_the_specification_defines_them() {
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
    fn a_duplicate_key_in_an_input_object_is_refused() {
        for text in [
            "{ a(b: {c: 1, c: 2}) }",
            "{ a(b: [{c: 1} {d: {}, c: 1, d: 2}]) }",
            "query Q($x: X = {c: 1 d: [] c: {}}) { a }",
        ] {
            let error = scan(text).unwrap_err();
            assert_eq!(error.code, crate::engine::Code::GraphqlValidationFailed, "{text}");
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
    fn comments_do_not_count_towards_the_document_bytes() {
        let text = "# one\n{ a # {\r\n b(c: \"# no\") } # end";
        let limits = Limits {
            document_bytes_max: 23,
            ..Limits::default()
        };
        assert_eq!(scan(text).unwrap().comment_bytes, 5 + 3 + 5);
        assert_eq!(check(text, &limits).unwrap(), text);
        assert!(check(&text.replace("# one", "one"), &limits).is_err());
    }

    #[test]
    fn rewrites_preserve_length_and_position() {
        for (text, expected) in [
            (
                "query Q($ a: X) { b(c: $\u{feff}a) }",
                "query Q($a : X) { b(c: $a\u{feff}) }",
            ),
            ("{ b(c: $ #é\n\r a, d: 1) }", "{ b(c: $a #é\n\r , d: 1) }"),
            (
                r#"{ a(b: "é\uD83D\uDE00", c: "\\uD83D") }"#,
                r#"{ a(b: "é\u{0001F600}", c: "\\uD83D") }"#,
            ),
        ] {
            assert_eq!(check(text, &Limits::default()).unwrap(), expected);
            assert_eq!(text.len(), expected.len());
        }
        for text in ["{ a(b: $c) }", "{ a(b: \"\"\"\\uD83D\\uDE00\"\"\") }"] {
            assert!(
                matches!(check(text, &Limits::default()), Ok(Cow::Borrowed(_))),
                "{text}"
            );
        }
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
            assert_eq!(error.code, crate::engine::Code::GraphqlParseFailed, "{text}");
            assert_eq!(error.locations.len(), 1);
        }
    }
}
