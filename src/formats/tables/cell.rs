//! What a single cell may hold beyond what the model reads itself: moments, numbers, JSON objects and ids.

use serde_json::{Map, Value};

use crate::model::{self, Invalid, Timestamp};

const MOMENT: &str = "a date-time with a zone, like 2026-11-22T00:00:00Z";

/// A moment as RFC 3339 writes it.
pub(super) fn moment(text: &str) -> Result<Timestamp, Invalid> {
    let invalid = || Invalid::new(text, MOMENT);
    // The parser reads more forms than RFC 3339 has, such as a space for the T; files should have one form only.
    if is_rfc_3339(text) {
        text.parse().map_err(|_| invalid())
    } else {
        Err(invalid())
    }
}

fn is_rfc_3339(text: &str) -> bool {
    let Some((local, rest)) = text.split_at_checked("0000-00-00T00:00:00".len()) else {
        return false;
    };
    let zone = match rest.strip_prefix('.') {
        Some(fraction) => {
            let zone = fraction.trim_start_matches(|char: char| char.is_ascii_digit());
            if zone.len() == fraction.len() {
                return false;
            }
            zone
        }
        None => rest,
    };
    has_form(local, "0000-00-00T00:00:00") && ["Z", "+00:00", "-00:00"].iter().any(|form| has_form(zone, form))
}

/// Whether `text` is `form` with any digit for each 0.
fn has_form(text: &str, form: &str) -> bool {
    let fits = |(byte, form): (u8, u8)| {
        if form == b'0' {
            byte.is_ascii_digit()
        } else {
            byte == form
        }
    };
    text.len() == form.len() && text.bytes().zip(form.bytes()).all(fits)
}

/// A number in plain digits, without separators, signs of currency or exponents.
pub(super) fn number(text: &str) -> Result<f64, Invalid> {
    let invalid = || Invalid::new(text, "a plain number like 75000000 or 0.8");
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        text.parse().map_err(|_| invalid())
    } else {
        Err(invalid())
    }
}

/// How much a statement is trusted.
pub(super) fn confidence(text: &str) -> Result<f64, Invalid> {
    let trusted = number(text).and_then(model::confidence);
    trusted.map_err(|_| Invalid::new(text, "a number from 0 to 1, like 0.8"))
}

/// Yes or no.
pub(super) fn yes_or_no(text: &str) -> Result<bool, Invalid> {
    text.parse().map_err(|_| Invalid::new(text, "true or false"))
}

/// A JSON object.
pub(super) fn object(text: &str) -> Result<Map<String, Value>, Invalid> {
    serde_json::from_str(text).map_err(|_| Invalid::new(text, r#"a JSON object like {"sector":"retail"}"#))
}

/// An id that is neither an entity's nor a source's; for those the model has the rules.
pub(super) fn id(text: &str) -> Result<String, Invalid> {
    if text.starts_with("source:") {
        return Err(Invalid::new(text, "an id that does not start with source:"));
    }
    model::plain_id(text, usize::MAX).map(str::to_owned)
}
