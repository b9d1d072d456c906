//! Explains a syntax error: where it is, what was expected there, and what was found. The parser's own
//! messages contain little more than a position, so the tokens before it are scanned again.

use async_graphql::Pos;

use super::{
    positions::position,
    tokens::{end_of_string, ignored, is_word},
};
use crate::engine::error::Error;

/// The longest token that an error message quotes.
const QUOTED_CHARACTERS_MAX: usize = 40;

/// The first of the parser's errors by position. Linear in the text.
pub(super) fn syntax(text: &str, errors: Vec<bluejay_parser::Error>) -> Error {
    if errors.iter().any(|error| error.message() == "Max depth exceeded") {
        return Error::limit_exceeded("The document nests too deep. Nest less.");
    }
    // The parser does not expose offsets, only lines and columns. In a text of a single line of one-byte characters the
    // column is the offset.
    let line = " ".repeat(text.len() + 1);
    let errors = bluejay_parser::Error::into_graphql_errors(&line, errors);
    let offset = |fault: &bluejay_parser::error::GraphQLError| {
        let location = fault.locations.first();
        location.map_or(0, |location| location.col.saturating_sub(1))
    };
    let first = errors.into_iter().min_by_key(offset);
    let (message, at) = match first {
        Some(fault) => {
            let at = offset(&fault);
            (fault.message, at)
        }
        None => ("Unexpected EOF".into(), text.len()),
    };
    let at = match &*message {
        "Unexpected EOF" | "Document does not contain any definitions" => text.len(),
        _ => at,
    };
    explain(text, &message, at)
}

/// The error at an offset, explained from the parser's message.
fn explain(text: &str, message: &str, at: usize) -> Error {
    let place = position(text, at);
    let token = quote_token(text, at);
    let why = if message == "Unable to parse" {
        match text.as_bytes().get(at) {
            Some(b'0'..=b'9' | b'-') => format!("{token} is not a number"),
            _ => format!("{token} is not valid here"),
        }
    } else {
        let expected = match message.strip_prefix("Expected to find: ") {
            Some("$") => "a variable like $name".to_owned(),
            Some(expected) => expected.to_owned(),
            None => TokenReader::before(text, at).expected().to_owned(),
        };
        format!("expected {expected}, found {token}")
    };
    syntax_error(place, &why)
}

/// A syntax error at a position.
pub(crate) fn syntax_error(at: Pos, why: &str) -> Error {
    Error::parse_failed(format!(
        "Syntax error at line {}, column {}: {why}.",
        at.line, at.column
    ))
    .at(at)
}

/// The token at an offset, as quoted in a message.
fn quote_token(text: &str, at: usize) -> String {
    let bytes = text.as_bytes();
    let Some(first) = bytes.get(at) else {
        return "the end of the document".to_owned();
    };
    let end = match first {
        b'"' => return "a string".to_owned(),
        b'.' if bytes[at..].starts_with(b"...") => at + 3,
        b'$' => at + 1 + words(bytes, at + 1),
        b'-' => at + 1 + words(bytes, at + 1),
        byte if is_word(*byte) => at + words(bytes, at),
        _ => at + 1,
    };
    // An invalid token may begin inside a multi-byte character.
    let token = match text.get(at..end) {
        Some(token) => token.chars().take(QUOTED_CHARACTERS_MAX).collect(),
        None => text
            .get(at..)
            .and_then(|rest| rest.chars().next())
            .map_or_else(String::new, String::from),
    };
    match token.chars().all(|character| !character.is_control()) {
        true => token,
        false => format!("U+{:04X}", token.chars().next().map_or(0, u32::from)),
    }
}

fn words(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.iter().take_while(|byte| is_word(**byte)).count()
}

/// What an open bracket contains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum BracketContent {
    Selections,
    Arguments,
    Variables,
    Fields,
    Values,
    Type,
}

/// The state of the tokens before an offset: the open brackets and the preceding tokens.
struct TokenReader<'t> {
    open: Vec<BracketContent>,
    /// The last token; empty at the beginning.
    last: &'t str,
    /// The tokens of the current definition before its first bracket.
    head: Vec<&'t str>,
}

impl<'t> TokenReader<'t> {
    fn before(text: &'t str, end: usize) -> Self {
        let bytes = text.as_bytes();
        let mut reader = Self {
            open: Vec::new(),
            last: "",
            head: Vec::new(),
        };
        let mut at = 0;
        while at < end {
            if let Some(next) = ignored(bytes, at) {
                at = next;
                continue;
            }
            let next = match bytes[at] {
                b'"' => end_of_string(bytes, at).unwrap_or(end),
                b'.' if bytes[at..].starts_with(b"...") => at + 3,
                byte if is_word(byte) => at + words(bytes, at),
                _ => at + 1,
            };
            // Every other token is a single byte.
            reader.take(text.get(at..next).unwrap_or_default());
            at = next;
        }
        reader
    }

    fn take(&mut self, token: &'t str) {
        let top = self.open.last().copied();
        let is_value = matches!(self.last, ":" | "=") || top == Some(BracketContent::Values);
        match token {
            "{" if is_value => self.open.push(BracketContent::Fields),
            "{" => self.open.push(BracketContent::Selections),
            "(" if top.is_none() && !self.is_after_directive() => self.open.push(BracketContent::Variables),
            "(" => self.open.push(BracketContent::Arguments),
            "[" if top == Some(BracketContent::Type)
                || (top == Some(BracketContent::Variables) && self.last == ":") =>
            {
                self.open.push(BracketContent::Type);
            }
            "[" => self.open.push(BracketContent::Values),
            "}" | ")" | "]" => {
                self.open.pop();
                if token == "}" && self.open.is_empty() {
                    self.head.clear();
                }
            }
            _ => {}
        }
        if self.open.is_empty() && token != "}" && self.head.len() < 8 {
            self.head.push(token);
        }
        self.last = token;
    }

    /// Whether a bracket here belongs to a directive of the definition.
    fn is_after_directive(&self) -> bool {
        matches!(self.head.as_slice(), [.., "@", _])
    }

    /// The tokens that may follow.
    fn expected(&self) -> &'static str {
        match (self.open.last(), self.last) {
            (_, "@") => "the name of a directive",
            (_, "=") => "a value",
            (Some(BracketContent::Variables), ":") | (Some(BracketContent::Type), "[") => "a type",
            (Some(BracketContent::Arguments | BracketContent::Fields), ":") => "a value",
            (Some(BracketContent::Selections), ":") => "the name of a field",
            (Some(BracketContent::Selections), "on") => "the name of a type",
            (Some(BracketContent::Selections), "{") => "a field or ...",
            (Some(BracketContent::Selections), _) => "a field, ... or }",
            (Some(BracketContent::Arguments), "(") => "the name of an argument",
            (Some(BracketContent::Arguments), _) => "the name of an argument or )",
            (Some(BracketContent::Variables), "(") => "a variable like $name",
            (Some(BracketContent::Variables), _) => "a variable like $name or )",
            (Some(BracketContent::Type), _) => "]",
            (Some(BracketContent::Values), _) => "a value or ]",
            (Some(BracketContent::Fields), _) => "the name of a field or }",
            (None, _) => self.expected_in_head(),
        }
    }

    fn expected_in_head(&self) -> &'static str {
        const DEFINITION: &str = "query, mutation, subscription, fragment or {";
        let head = match self.head.as_slice() {
            [description, head @ ..] if description.starts_with('"') => match head {
                [] => return "query, mutation, subscription or fragment, which the text before it describes",
                head => head,
            },
            head => head,
        };
        match head {
            [] => DEFINITION,
            ["fragment"] => "the name of the fragment, which is not on",
            ["fragment", _] => "on",
            ["fragment", _, "on"] => "the name of a type",
            ["query" | "mutation" | "subscription"] => "a name or {",
            ["fragment" | "query" | "mutation" | "subscription", ..] => "{",
            _ => DEFINITION,
        }
    }
}
