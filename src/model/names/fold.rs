//! Unicode folding of text for comparison.

use std::borrow::Cow;

use caseless::Caseless;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// `text` in the form in which names are compared: NFKC, case-folded, white space collapsed to single spaces.
///
/// ```
/// assert_eq!(guanxi::model::fold("  ＡＬＩＢＡＢＡ  Group"), guanxi::model::fold("alibaba group"));
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    if text.is_ascii() {
        return collapse(&text.to_ascii_lowercase());
    }
    // Folding may denormalize (as with some ligatures), so the second pass makes the form stable.
    collapse(&normalized(&case_folded(&normalized(text))))
}

/// `text` case-folded. ASCII letters, the majority even in names of other scripts, need no tables.
fn case_folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter.is_ascii() {
            true => folded.push(letter.to_ascii_lowercase()),
            false => folded.extend(std::iter::once(letter).default_case_fold()),
        }
    }
    folded
}

/// `text` in NFKC. Most text already is, and checking is cheaper than normalizing again.
fn normalized(text: &str) -> Cow<'_, str> {
    match is_nfkc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        IsNormalized::No | IsNormalized::Maybe => Cow::Owned(text.nfkc().collect()),
    }
}

fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn width_case_and_compatibility_forms_are_equal() {
        for (a, b) in [
            ("Straße", "STRASSE"),
            ("ＧＩＬＴ", "gilt"),
            ("Aéropostale", "AE\u{301}ROPOSTALE"),
            ("ﬁn", "FIN"),
        ] {
            assert_eq!(fold(a), fold(b));
        }
        assert_ne!(fold("Aéropostale"), fold("Aeropostale"));
        assert_eq!(fold("支付宝"), "支付宝");
    }

    proptest! {
        #[test]
        fn folding_twice_changes_nothing(text in "\\PC{0,20}") {
            prop_assert_eq!(fold(&fold(&text)), fold(&text));
        }

        #[test]
        fn the_ascii_path_folds_as_the_tables_do(text in "([\\x00-\\x7f]|\\PC){0,20}") {
            prop_assert_eq!(case_folded(&text), caseless::default_case_fold_str(&text));
        }
    }
}
