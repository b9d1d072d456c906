//! What is wrong with a text that does not parse: where, what was expected there, and what stands there. The parser's own
//! messages name a place and little else, so the tokens before that place are looked at once more.

use async_graphql::Pos;

use super::{
    lexical::{end_of_string, ignored, is_word},
    positions::position,
};
use crate::engine::error::Error;

/// More of a token than this is not repeated to whoever sent it.
const SHOWN_CHARACTERS_MAX: usize = 40;

/// The first fault, wherever the parser went on to find others. Linear in the text.
pub(super) fn syntax(text: &str, errors: Vec<bluejay_parser::Error>) -> Error {
    if errors.iter().any(|error| error.message() == "Max depth exceeded") {
        return Error::limit_exceeded("The document nests deeper than is read. Nest less.");
    }
    // The parser keeps its offsets to itself, and gives lines and columns. In a text of one line and one byte a character the
    // column is the offset.
    let line = " ".repeat(text.len() + 1);
    let found = bluejay_parser::Error::into_graphql_errors(&line, errors);
    let offset = |fault: &bluejay_parser::error::GraphQLError| {
        let location = fault.locations.first();
        location.map_or(0, |location| location.col.saturating_sub(1))
    };
    let first = found.into_iter().min_by_key(offset);
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
    explained(text, &message, at)
}

/// A sentence about the fault at an offset, from the parser's word for it.
fn explained(text: &str, message: &str, at: usize) -> Error {
    let place = position(text, at);
    let found = shown(text, at);
    let why = if message == "Unable to parse" {
        match text.as_bytes().get(at) {
            Some(b'0'..=b'9' | b'-') => format!("{found} is no number"),
            _ => format!("{found} means nothing here"),
        }
    } else {
        let expected = match message.strip_prefix("Expected to find: ") {
            Some("$") => "a variable like $name".to_owned(),
            Some(token) => token.to_owned(),
            None => Reader::before(text, at).expected().to_owned(),
        };
        format!("expected {expected}, found {found}")
    };
    syntax_error(place, &why)
}

/// Where and why a text is no document.
pub(crate) fn syntax_error(at: Pos, why: &str) -> Error {
    Error::parse_failed(format!(
        "Syntax error at line {}, column {}: {why}.",
        at.line, at.column
    ))
    .at(at)
}

/// The token at an offset, as it is told.
fn shown(text: &str, at: usize) -> String {
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
    // What is no token may begin amid a character.
    let token = match text.get(at..end) {
        Some(token) => token.chars().take(SHOWN_CHARACTERS_MAX).collect(),
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

/// What brackets hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holds {
    Selections,
    Arguments,
    Variables,
    Fields,
    Values,
    Type,
}

/// The tokens up to a place: which brackets are open there, and what stands before it.
struct Reader<'t> {
    open: Vec<Holds>,
    /// The last token; empty at the beginning.
    last: &'t str,
    /// The tokens of the definition that is being written, before its first bracket.
    head: Vec<&'t str>,
}

impl<'t> Reader<'t> {
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
            // Nothing else that is more than a byte is a token.
            reader.take(text.get(at..next).unwrap_or_default());
            at = next;
        }
        reader
    }

    fn take(&mut self, token: &'t str) {
        let top = self.open.last().copied();
        let is_value = matches!(self.last, ":" | "=") || top == Some(Holds::Values);
        match token {
            "{" if is_value => self.open.push(Holds::Fields),
            "{" => self.open.push(Holds::Selections),
            "(" if top.is_none() && !self.is_behind_directive() => self.open.push(Holds::Variables),
            "(" => self.open.push(Holds::Arguments),
            "[" if top == Some(Holds::Type) || (top == Some(Holds::Variables) && self.last == ":") => {
                self.open.push(Holds::Type);
            }
            "[" => self.open.push(Holds::Values),
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

    /// Whether a bracket would belong to a directive of the definition.
    fn is_behind_directive(&self) -> bool {
        matches!(self.head.as_slice(), [.., "@", _])
    }

    /// What may stand next.
    fn expected(&self) -> &'static str {
        match (self.open.last(), self.last) {
            (_, "@") => "the name of a directive",
            (_, "=") => "a value",
            (Some(Holds::Variables), ":") | (Some(Holds::Type), "[") => "a type",
            (Some(Holds::Arguments | Holds::Fields), ":") => "a value",
            (Some(Holds::Selections), ":") => "the name of a field",
            (Some(Holds::Selections), "on") => "the name of a type",
            (Some(Holds::Selections), "{") => "a field or ...",
            (Some(Holds::Selections), _) => "a field, ... or }",
            (Some(Holds::Arguments), "(") => "the name of an argument",
            (Some(Holds::Arguments), _) => "the name of an argument or )",
            (Some(Holds::Variables), "(") => "a variable like $name",
            (Some(Holds::Variables), _) => "a variable like $name or )",
            (Some(Holds::Type), _) => "]",
            (Some(Holds::Values), _) => "a value or ]",
            (Some(Holds::Fields), _) => "the name of a field or }",
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
