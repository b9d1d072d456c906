//! What people may write into a record: lines, texts, links, ids and numbers, each with its bounds. The same for tables and
//! for changes over the API.

use crate::model::{AskedView, Invalid, PartialDate};

/// How many characters an id may have. A derived one holds two others, each percent-encoded.
pub const ID_CHARS_MAX: usize = 500;

/// How many characters a relationship's id may have.
pub const DERIVED_ID_CHARS_MAX: usize = 4_000;

/// How many characters a name, a title, a role or another single line may have.
pub const LINE_CHARS_MAX: usize = 1_000;

/// How many characters a description or a summary may have.
pub const TEXT_CHARS_MAX: usize = 20_000;

/// How many bytes of JSON the properties of a record may have.
pub const PROPERTIES_BYTES_MAX: usize = 64 * 1024;

/// How many names, identifiers or statements one record may have.
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
    let is_foreign = |letter: char| letter.is_control() && !"\n\r\t".contains(letter);
    bounded(text, TEXT_CHARS_MAX, is_foreign, "a text without control characters")
}

/// Whether nothing of the text can be seen: it is empty, or white space, control characters, and characters that are drawn as
/// nothing, such as a zero-width space. Among others those have their place, as in Persian words.
///
/// ```
/// assert!(guanxi::model::is_blank(" \u{200B}\u{FEFF}"));
/// assert!(!guanxi::model::is_blank("نامه\u{200C}ای"));
/// ```
#[must_use]
pub fn is_blank(text: &str) -> bool {
    text.chars().all(is_unseen)
}

fn is_unseen(letter: char) -> bool {
    letter.is_whitespace()
        || letter.is_control()
        || matches!(
            letter,
            // Default_Ignorable_Code_Point of Unicode, which also holds the fillers of Hangul.
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
            // Marks of annotations, and the pattern of braille without dots.
                | '\u{FFF9}'..='\u{FFFB}'
                | '\u{2800}'
        )
}

fn bounded(text: &str, max: usize, is_foreign: impl Fn(char) -> bool, expected: &str) -> Result<String, Invalid> {
    let trimmed = text.trim();
    if is_blank(trimmed) {
        return Err(Invalid::new(&start_of(trimmed), format!("{expected}, not blank")));
    }
    within(trimmed, max)?;
    if trimmed.chars().any(is_foreign) {
        return Err(Invalid::new(&start_of(trimmed), expected));
    }
    Ok(trimmed.to_owned())
}

/// Whether `text` has at most `max` characters.
fn within(text: &str, max: usize) -> Result<(), Invalid> {
    // No character takes less than a byte.
    if text.len() > max && text.chars().count() > max {
        let letters = text.chars().count();
        return Err(Invalid::new(
            &start_of(text),
            format!("at most {max} characters; it has {letters}"),
        ));
    }
    Ok(())
}

/// As much of a long text as a message should quote.
fn start_of(text: &str) -> String {
    const QUOTED_MAX: usize = 60;
    match text.char_indices().nth(QUOTED_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// `text`, as long as it can be an id with at most `max` characters: no white space, no control characters, and no view at its
/// end, which ids have in answers.
///
/// Registers have ids with spaces; written by people they are nearly always a slip.
///
/// # Errors
/// [`Invalid`] when it cannot.
pub fn plain_id(text: &str, max: usize) -> Result<&str, Invalid> {
    if is_blank(text) {
        return Err(Invalid::new(&start_of(text), "an id that is not blank"));
    }
    within(text, max)?;
    if text.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
        return Err(Invalid::new(
            &start_of(text),
            "an id without spaces and control characters",
        ));
    }
    if !AskedView::of_id(text).1.is_default() {
        return Err(Invalid::new(
            &start_of(text),
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

/// `last`, as long as it does not lie before `first`, which is called `name`.
///
/// # Errors
/// [`Invalid`] when it does, however partial both are.
pub fn not_before(first: Option<PartialDate>, name: &str, last: Option<PartialDate>) -> Result<(), Invalid> {
    match (first, last) {
        (Some(first), Some(last)) if last.last_day() < first.first_day() => Err(Invalid::new(
            &last,
            format!("a date that is not before {name} ({first})"),
        )),
        _ => Ok(()),
    }
}

/// `part` as it stands in a derived id, between colons: everything but unreserved characters (RFC 3986) percent-encoded.
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
    fn what_is_too_long_is_refused_without_being_quoted_whole() {
        let long = "é".repeat(LINE_CHARS_MAX);
        assert_eq!(line(&long).as_deref(), Ok(long.as_str()));
        let refused = line(&format!("{long}é")).unwrap_err();
        assert!(refused.value.chars().count() < 70, "{refused}");
        assert!(
            refused.expected.contains("at most 1000 characters; it has 1001"),
            "{refused}"
        );
        assert!(text(&"é".repeat(TEXT_CHARS_MAX + 1)).is_err());
        assert!(plain_id(&"é".repeat(ID_CHARS_MAX + 1), ID_CHARS_MAX).is_err());
    }

    #[test]
    fn what_cannot_be_seen_is_blank_wherever_it_is_written() {
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
        for seen in [
            "a",
            "नेपाल\u{200D}",
            "می\u{200C}خواهم",
            "👨\u{200D}👩",
            ".",
            "\u{300}",
            "支付宝",
        ] {
            assert_eq!(line(seen).as_deref(), Ok(seen));
            crate::model::Entity::check_name(seen).unwrap();
        }
    }

    #[test]
    fn control_characters_stand_in_no_text_but_for_ends_of_lines_and_tabs() {
        assert_eq!(text("one\n\ttwo"), Ok("one\n\ttwo".to_owned()));
        for refused in ["a\u{0}b", "a\u{1b}[31m", "", "  "] {
            assert!(text(refused).is_err() && line(refused).is_err(), "{refused:?}");
        }
        assert!(line("one\ntwo").is_err());
    }
}
