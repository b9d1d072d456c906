//! Patterns for the texts of a table: `*` stands for any letters, so that `Active*` matches all texts that begin with Active.

use std::collections::BTreeMap;

/// What a text means: what is listed for it as it stands, else for the longest pattern that it fits.
pub(in crate::formats::mapping) fn meaning<'v>(values: &'v BTreeMap<String, String>, text: &str) -> Option<&'v str> {
    if let Some(meaning) = values.get(text) {
        return Some(meaning);
    }
    let fitting = values.iter().filter(|(pattern, _)| fits(pattern, text));
    let best = fitting.max_by_key(|(pattern, _)| pattern.len());
    best.map(|(_, meaning)| meaning.as_str())
}

/// Whether a text fits a pattern; one without `*` is the text itself.
pub(in crate::formats::mapping) fn fits(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let Some(last) = parts.next_back() else {
        return rest.is_empty();
    };
    for part in parts {
        match rest.split_once(part) {
            Some((_, behind)) => rest = behind,
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_letters() {
        for (pattern, text, expected) in [
            ("Active", "Active", true),
            ("Active", "Active - strike off", false),
            ("Active*", "Active - strike off", true),
            ("*off", "Active - strike off", true),
            ("*strike*", "Active - strike off", true),
            ("A*e*f", "Active - strike off", true),
            ("*", "", true),
            ("a*a", "a", false),
            ("a*b*a", "aba", true),
            ("a*b*a", "aca", false),
        ] {
            assert_eq!(fits(pattern, text), expected, "{pattern} {text}");
        }
        let values = [("Active", "1"), ("Active*", "2"), ("*", "3")];
        let values: BTreeMap<String, String> = values
            .map(|(pattern, meaning)| (pattern.to_owned(), meaning.to_owned()))
            .into();
        for (text, expected) in [("Active", "1"), ("Active (x)", "2"), ("Gone", "3")] {
            assert_eq!(meaning(&values, text), Some(expected), "{text}");
        }
    }
}
