//! Headers that list items: splits them, and parses the parameters and weights (`q`) of items.

use axum::http::{HeaderMap, HeaderName, header::IF_NONE_MATCH};

/// The non-empty items of a header, which may be sent several times, each time with several items.
pub(in crate::http) fn items<'h>(headers: &'h HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'h str> {
    let lines = headers.get_all(name).into_iter();
    lines.filter_map(|line| line.to_str().ok()).flat_map(split_items)
}

/// The non-empty items of one line.
pub(in crate::http) fn split_items(line: &str) -> impl Iterator<Item = &str> {
    split(line, ',').filter(|item| !item.is_empty())
}

/// The part before the parameters, and the parameters with a value: name, and value without quotes.
pub(in crate::http) fn parameters(item: &str) -> (&str, impl Iterator<Item = (&str, &str)>) {
    let mut parts = split(item, ';');
    let first = parts.next().unwrap_or_default();
    let named = parts.filter_map(|part| part.split_once('='));
    (
        first,
        named.map(|(name, value)| (name.trim(), value.trim().trim_matches('"'))),
    )
}

/// A weight in thousandths, as weights have at most three digits (RFC 9110, 12.4.2); `None` if it is invalid.
pub(in crate::http) fn weight(text: &str) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let fraction: u16 = format!("{fraction:0<3}").parse().ok()?;
    match whole {
        "0" => Some(fraction),
        "1" if fraction == 0 => Some(1000),
        _ => None,
    }
}

/// Whether the client already has the version with this strong entity tag (`If-None-Match`).
pub(in crate::http) fn has_version(headers: &HeaderMap, etag: &str) -> bool {
    items(headers, &IF_NONE_MATCH).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}

/// The trimmed parts of a text between separators outside quotes.
fn split(text: &str, at: char) -> impl Iterator<Item = &str> {
    let mut is_quoted = false;
    text.split(move |character| {
        is_quoted ^= character == '"';
        character == at && !is_quoted
    })
    .map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_weight_is_at_most_one_with_three_digits() {
        for (text, expected) in [
            ("1", Some(1000)),
            ("1.", Some(1000)),
            ("1.000", Some(1000)),
            ("0", Some(0)),
            ("0.5", Some(500)),
            ("0.123", Some(123)),
            ("0.1234", None),
            ("1.001", None),
            ("2", None),
            (".5", None),
            ("0.-5", None),
            ("nonsense", None),
            ("", None),
        ] {
            assert_eq!(weight(text), expected, "{text:?}");
        }
    }

    #[test]
    fn separators_in_quotes_do_not_split() {
        let items: Vec<&str> = split_items("a;x=\"1,2;3\" , ,b; Q = \"0.5\";c").collect();
        assert_eq!(items, ["a;x=\"1,2;3\"", "b; Q = \"0.5\";c"]);
        let (name, parameters) = parameters(items[0]);
        assert_eq!((name, parameters.collect::<Vec<_>>()), ("a", vec![("x", "1,2;3")]));
        let (name, parameters) = super::parameters(items[1]);
        assert_eq!((name, parameters.collect::<Vec<_>>()), ("b", vec![("Q", "0.5")]));
    }
}
