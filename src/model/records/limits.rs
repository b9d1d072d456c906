//! Valid values in a record: lines, texts, links, ids and numbers, each with its bounds. The same for tables and for changes
//! over the API.

use crate::model::{Invalid, PartialDate, RequestedView};

/// The most characters of an id. A derived one contains two others, each percent-encoded.
pub const ID_CHARS_MAX: usize = 500;

/// The most characters of a relationship's id.
pub const DERIVED_ID_CHARS_MAX: usize = 4_000;

/// The most characters of a name, a title, a role or another single line.
pub const LINE_CHARS_MAX: usize = 1_000;

/// The most characters of a description or a summary.
pub const TEXT_CHARS_MAX: usize = 20_000;

/// The most bytes of the properties of a record, as JSON.
pub const PROPERTIES_BYTES_MAX: usize = 64 * 1024;

/// The most names, identifiers or statements of one record.
pub const LIST_MAX: usize = 1_000;

/// One line without the white space around it.
///
/// ```
/// assert_eq!(guanxi::model::line(" Alipay "), Ok("Alipay".to_owned()));
/// assert!(guanxi::model::line("Ali\npay").is_err());
/// ```
///
/// # Errors
/// [`Invalid`] when it is blank, has control characters, or more than [`LINE_CHARS_MAX`] characters.
pub fn line(text: &str) -> Result<String, Invalid> {
    bounded(
        text,
        LINE_CHARS_MAX,
        char::is_control,
        "a line of text without control characters",
    )
}

/// A text of any number of lines, without the white space around it.
///
/// # Errors
/// [`Invalid`] when it is blank, has control characters other than ends of lines and tabs, or more than
/// [`TEXT_CHARS_MAX`] characters.
pub fn text(text: &str) -> Result<String, Invalid> {
    let is_forbidden = |letter: char| letter.is_control() && !"\n\r\t".contains(letter);
    bounded(text, TEXT_CHARS_MAX, is_forbidden, "a text without control characters")
}

/// Whether the text has no visible character: it is empty, or only white space, control characters and invisible characters
/// such as a zero-width space. Invisible characters among visible ones are legitimate, as in Persian words.
///
/// ```
/// assert!(guanxi::model::is_blank(" \u{200B}\u{FEFF}"));
/// assert!(!guanxi::model::is_blank("نامه\u{200C}ای"));
/// ```
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(is_invisible)
}

fn is_invisible(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(
            letter,
            // Default_Ignorable_Code_Point of Unicode, which includes the fillers of Hangul.
            '\u{AD}'
                | '\u{34F}'
                | '\u{61C}'
                | '\u{115F}'..='\u{1160}'
                | '\u{17B4}'..='\u{17B5}'
                | '\u{180B}'..='\u{180F}'
                | '\u{200B}'..='\u{200F}'
                | '\u{202A}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}'
                | '\u{3164}'
                | '\u{FE00}'..='\u{FE0F}'
                | '\u{FEFF}'
                | '\u{FFA0}'
                | '\u{FFF0}'..='\u{FFF8}'
                | '\u{1BCA0}'..='\u{1BCA3}'
                | '\u{1D173}'..='\u{1D17A}'
                | '\u{E0000}'..='\u{E0FFF}'
            // Annotation marks, and the blank braille pattern.
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{2800}'
        )
}

fn bounded(text: &str, max: usize, is_forbidden: impl Fn(char) -> bool, expected: &str) -> Result<String, Invalid> {
    let trimmed = text.trim();
    if is_blank(trimmed) {
        return Err(Invalid::new(&excerpt(trimmed), format!("{expected}, not blank")));
    }
    within(trimmed, max)?;
    if trimmed.chars().any(is_forbidden) {
        return Err(Invalid::new(&excerpt(trimmed), expected));
    }
    Ok(trimmed.to_owned())
}

/// Whether `text` has at most `max` characters.
fn within(text: &str, max: usize) -> Result<(), Invalid> {
    // No character takes less than a byte.
    if text.len() > max && text.chars().count() > max {
        let letters = text.chars().count();
        return Err(Invalid::new(
            &excerpt(text),
            format!("at most {max} characters; it has {letters}"),
        ));
    }
    Ok(())
}

/// The start of a text, short enough to quote in a message.
fn excerpt(text: &str) -> String {
    const QUOTED_MAX: usize = 60;
    match text.char_indices().nth(QUOTED_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// `text`, if it can be an id with at most `max` characters: no white space, no control characters, and no view at its end, as
/// ids have in answers.
///
/// Registers have ids with spaces; in manual input they are nearly always a mistake.
///
/// # Errors
/// [`Invalid`] when it cannot.
pub fn plain_id(text: &str, max: usize) -> Result<&str, Invalid> {
    if is_blank(text) {
        return Err(Invalid::new(&excerpt(text), "an id that is not blank"));
    }
    within(text, max)?;
    if text.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
        return Err(Invalid::new(
            &excerpt(text),
            "an id without spaces and control characters",
        ));
    }
    if !RequestedView::of_id(text).1.is_default() {
        return Err(Invalid::new(
            &excerpt(text),
            "an id that does not end in a view, as those of answers do",
        ));
    }
    Ok(text)
}

/// A link to the web.
///
/// # Errors
/// [`Invalid`] when it does not start with `https://` or `http://`, or has white space in it.
pub fn link(text: &str) -> Result<String, Invalid> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let fits = |rest: &str| {
        let starts = rest.chars().next().is_some_and(|first| !"/?#".contains(first));
        starts && !rest.chars().any(|char| char.is_whitespace() || char.is_control())
    };
    if rest.is_some_and(fits) {
        Ok(text.to_owned())
    } else {
        Err(Invalid::new(text, "a link like https://example.org/page"))
    }
}

/// How much a statement is trusted, from 0 to 1.
///
/// # Errors
/// [`Invalid`] outside of that.
pub fn confidence(number: f64) -> Result<f64, Invalid> {
    if (0.0..=1.0).contains(&number) {
        Ok(number)
    } else {
        Err(Invalid::new(&number, "a number from 0 to 1, like 0.8"))
    }
}

/// Checks that `last` is not before `first`, which the message calls `name`.
///
/// # Errors
/// [`Invalid`] if it is, for every reading of partial dates.
pub fn not_before(first: Option<PartialDate>, name: &str, last: Option<PartialDate>) -> Result<(), Invalid> {
    match (first, last) {
        (Some(first), Some(last)) if last.last_day() < first.first_day() => Err(Invalid::new(
            &last,
            format!("a date that is not before {name} ({first})"),
        )),
        _ => Ok(()),
    }
}

/// `part` as in a derived id, between colons: everything but unreserved characters (RFC 3986) percent-encoded.
///
/// ```
/// assert_eq!(guanxi::model::percent_encoded("lei:5493 é"), "lei%3A5493%20%C3%A9");
/// ```
#[must_use]
pub fn percent_encoded(part: &str) -> String {
    let mut encoded = String::with_capacity(part.len());
    percent_encode(&mut encoded, part);
    encoded
}

/// Writes `part` like [`percent_encoded`].
pub(in crate::model) fn percent_encode(out: &mut String, part: &str) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |number: u8| char::from(DIGITS[usize::from(number)]);
    for byte in part.bytes() {
        match char::from(byte) {
            plain @ ('A'..='Z' | 'a'..='z' | '0'..='9' | '-' | '.' | '_' | '~') => out.push(plain),
            _ => out.extend(['%', digit(byte >> 4), digit(byte & 15)]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_about_a_long_text_quotes_only_its_start() {
        let long = "é".repeat(LINE_CHARS_MAX);
        assert_eq!(line(&long).as_deref(), Ok(long.as_str()));
        let error = line(&format!("{long}é")).unwrap_err();
        assert!(error.value.chars().count() < 70, "{error}");
        assert!(
            error.expected.contains("at most 1000 characters; it has 1001"),
            "{error}"
        );
        assert!(text(&"é".repeat(TEXT_CHARS_MAX + 1)).is_err());
        assert!(plain_id(&"é".repeat(ID_CHARS_MAX + 1), ID_CHARS_MAX).is_err());
    }

    #[test]
    fn invisible_text_is_blank_in_every_field() {
        for blank in [
            "",
            " ",
            "\u{200B}",
            " \u{200B} ",
            "\u{200D}\u{200C}",
            "\u{FEFF}",
            "\u{2060}",
            "\u{AD}",
            "\u{202E}",
            "\u{3164}",
            "\u{2800}",
            "\u{FE0F}",
            "\u{E0020}",
            "\u{A0}\u{3000}",
            "\u{0}",
        ] {
            assert!(is_blank(blank), "{blank:?}");
            assert!(line(blank).is_err() && text(blank).is_err(), "{blank:?}");
            assert!(plain_id(blank, ID_CHARS_MAX).is_err(), "{blank:?}");
            assert!(crate::model::Entity::check_name(blank).is_err(), "{blank:?}");
            assert!(crate::model::Entity::check_id(blank).is_err(), "{blank:?}");
            assert!(crate::model::Source::id_of(blank).is_err(), "{blank:?}");
        }
        for visible in [
            "a",
            "नेपाल\u{200D}",
            "می\u{200C}خواهم",
            "👨\u{200D}👩",
            ".",
            "\u{300}",
            "支付宝",
        ] {
            assert_eq!(line(visible).as_deref(), Ok(visible));
            crate::model::Entity::check_name(visible).unwrap();
        }
    }

    #[test]
    fn line_ends_and_tabs_are_the_only_control_characters_of_a_text() {
        assert_eq!(text("one\n\ttwo"), Ok("one\n\ttwo".to_owned()));
        for invalid in ["a\u{0}b", "a\u{1b}[31m", "", "  "] {
            assert!(text(invalid).is_err() && line(invalid).is_err(), "{invalid:?}");
        }
        assert!(line("one\ntwo").is_err());
    }
}
