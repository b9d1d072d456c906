//! What the letters of names have in common, wherever names are compared or looked up: which are variants of others, which
//! scripts put no spaces between words, and how many slips a word may have. One place, so that what is compared is found.

use std::sync::LazyLock;

use hanconv::RawDictionary;
use unicode_script::{Script, UnicodeScript};

/// The characters that traditional and simplified Chinese are mostly written in.
const HAN_FIRST: u32 = 0x4E00;
const HAN_LAST: u32 = 0x9FFF;

/// The simplified character of each from [`HAN_FIRST`] to [`HAN_LAST`].
static SIMPLIFIED: LazyLock<Vec<char>> = LazyLock::new(|| {
    let mut table: Vec<char> = (HAN_FIRST..=HAN_LAST).filter_map(char::from_u32).collect();
    for (traditional, simplified) in RawDictionary::TSCharacters.iter() {
        let place = traditional.chars().next().and_then(han_place);
        if let (Some(place), Some(simplified)) = (place, simplified.chars().next()) {
            table[place] = simplified;
        }
    }
    table
});

fn han_place(letter: char) -> Option<usize> {
    let code = u32::from(letter);
    let place = (HAN_FIRST..=HAN_LAST).contains(&code).then(|| code - HAN_FIRST)?;
    usize::try_from(place).ok()
}

/// The simplified character for a traditional Chinese one; any other letter is itself.
pub(crate) fn simplified(letter: char) -> char {
    han_place(letter).map_or(letter, |place| SIMPLIFIED[place])
}

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

/// A number without the zeros that it begins with.
pub(crate) fn without_zeros(text: &str) -> &str {
    let is_number = text.starts_with('0') && text.bytes().all(|digit| digit.is_ascii_digit());
    let digits = text.trim_start_matches('0');
    if is_number && !digits.is_empty() { digits } else { text }
}
