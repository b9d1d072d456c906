//! What the letters of names have in common, wherever names are compared or looked up: which are variants of others, which
//! scripts put no spaces between words, and how many slips a word may have. One place, so that what is compared is found.

use unicode_script::{Script, UnicodeScript};

/// Letters that no decomposition takes apart, as people without them on their keyboard type them; and Arabic letters that
/// are written in two ways.
pub(crate) fn spelled_out(letter: char) -> Option<&'static str> {
    if letter.is_ascii() {
        return None;
    }
    Some(match letter {
        'ł' => "l",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ŧ' => "t",
        'ŋ' => "n",
        'ƒ' => "f",
        'ĸ' => "k",
        'ə' => "e",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        'ß' => "ss",
        'ة' => "ه",
        'ى' => "ي",
        'ـ' => "",
        _ => return None,
    })
}

/// Whether the script of `letter` writes words without spaces between them, or close to that.
pub(crate) fn is_unspaced(letter: char) -> bool {
    // Thai is the first of them. Looking a script up takes longer than all else about a Latin letter.
    letter >= '\u{e00}'
        && matches!(
            letter.script(),
            Script::Han
                | Script::Hiragana
                | Script::Katakana
                | Script::Hangul
                | Script::Bopomofo
                | Script::Thai
                | Script::Lao
                | Script::Khmer
                | Script::Myanmar
        )
}

/// How many letters of a word with so many may be wrong, missing, too many, or swapped with the next. Short words have
/// neighbors that mean something else.
pub(crate) fn slips_allowed(letters: usize) -> u8 {
    match letters {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}
