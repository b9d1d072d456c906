//! Folding letters for searches: without case, width and diacritics, and with traditional Chinese simplified. Letters are folded
//! one by one, so that matches can be located in the original text. Marks that make another letter, as in Japanese or Indic
//! scripts, are not stripped.

use std::ops::Range;

use caseless::Caseless;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::model::names::letters::{simplified, spelled_out};

/// Calls `each` with every folded letter of `text` and the range in `text` it comes from.
pub(in crate::store::search) fn fold_letters(text: &str, mut each: impl FnMut(char, Range<usize>)) {
    let mut start = 0;
    while let Some(letter) = text[start..].chars().next() {
        let mut end = start + letter.len_utf8();
        // An ASCII byte always starts a new letter.
        if text.as_bytes().get(end).is_some_and(|next| !next.is_ascii()) {
            let marks = text[end..].chars().take_while(|next| is_joined_to_previous(*next));
            end += marks.map(char::len_utf8).sum::<usize>();
        }
        let is_single = end == start + letter.len_utf8();
        match is_single.then(|| plain(letter)).flatten() {
            Some(folded) => each(folded, start..end),
            None => fold_cluster(&text[start..end], |folded| each(folded, start..end)),
        }
        start = end;
    }
}

/// Whether the letter can only be folded with the one before: a combining mark, a part of a Korean syllable, a half-width voicing
/// mark.
fn is_joined_to_previous(letter: char) -> bool {
    matches!(letter, '\u{1160}'..='\u{11FF}' | '\u{FF9E}' | '\u{FF9F}') || is_combining_mark(letter)
}

/// The folded form of letters that need no tables, which are most.
fn plain(letter: char) -> Option<char> {
    match letter {
        '\0'..='\u{7F}' => Some(letter.to_ascii_lowercase()),
        '\u{3041}'..='\u{3096}' | '\u{30A1}'..='\u{30FC}' | '\u{AC00}'..='\u{D7A3}' => Some(letter),
        '\u{4E00}'..='\u{9FFF}' => Some(simplified(letter)),
        _ => None,
    }
}

fn fold_cluster(cluster: &str, each: impl FnMut(char)) {
    let folded = cluster.nfkc().default_case_fold().nfkd();
    let bare = folded.filter(|letter| !is_diacritic(*letter));
    let mut spelled = String::with_capacity(cluster.len());
    for letter in bare {
        match spelled_out(letter) {
            Some(letters) => spelled.push_str(letters),
            None => spelled.push(letter),
        }
    }
    spelled.nfc().for_each(each);
}

/// Marks that are usually not typed: accents, Hebrew points, Arabic vowels, and variation selectors.
fn is_diacritic(letter: char) -> bool {
    matches!(
        letter,
        '\u{0300}'..='\u{036F}'
            | '\u{0591}'..='\u{05BD}'
            | '\u{05BF}'..='\u{05C7}'
            | '\u{0640}'
            | '\u{064B}'..='\u{065F}'
            | '\u{0670}'
            | '\u{FE00}'..='\u{FE0F}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folded(text: &str) -> String {
        let mut out = String::new();
        fold_letters(text, |letter, _| out.push(letter));
        out
    }

    #[test]
    fn case_width_and_diacritics_fold() {
        for (written, typed) in [
            ("Aéropostale", "aeropostale"),
            ("AE\u{301}ROPOSTALE", "aeropostale"),
            ("ＡＬＩＰＡＹ", "alipay"),
            ("Łódź", "lodz"),
            ("Ørsted", "orsted"),
            ("Đuro Đaković", "duro dakovic"),
            ("Mærsk", "maersk"),
            ("Straße", "strasse"),
            ("İstanbul ışık", "istanbul isik"),
            ("Nguyễn", "nguyen"),
            ("Þór", "thor"),
            ("Bərdə", "berde"),
            ("مكة", "مكه"),
            ("中國銀行", "中国银行"),
        ] {
            assert_eq!(folded(written), typed);
        }
    }

    #[test]
    fn marks_that_make_another_letter_stay() {
        assert_eq!(folded("ガス"), "ガス");
        assert_eq!(folded("カ\u{3099}ス"), "ガス");
        assert_eq!(folded("ｶﾞｽ"), "ガス");
        assert_eq!(folded("हिंदी"), "हिंदी");
        assert_eq!(folded("ไทยพาณิชย์").chars().count(), "ไทยพาณิชย์".chars().count());
        assert_eq!(folded("\u{1112}\u{1161}\u{11AB}국"), "한국");
    }

    #[test]
    fn a_folded_letter_has_its_range_in_the_text() {
        let mut letters = Vec::new();
        fold_letters("aE\u{301}ß!", |letter, range| letters.push((letter, range)));
        let expected = [('a', 0..1), ('e', 1..4), ('s', 4..6), ('s', 4..6), ('!', 6..7)];
        assert_eq!(letters, expected);
    }
}
