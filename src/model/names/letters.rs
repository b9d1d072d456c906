//! Properties of letters, shared by comparison and search of names: variants, scripts without spaces between words, and the
//! typing errors allowed in a word. One place, so that comparison and search agree.

use std::sync::LazyLock;

use hanconv::RawDictionary;
use unicode_script::{Script, UnicodeScript};

/// The range of most traditional and simplified Chinese characters.
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

/// The replacement of letters without a canonical decomposition, as typed on a keyboard without them, and of Arabic letters with
/// two forms.
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

/// Whether `letter` is in a script that uses few or no spaces between words.
pub(crate) fn is_unspaced(letter: char) -> bool {
    // Thai is the first of them. The comparison avoids the slow lookup of the script for Latin letters.
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

/// The most typing errors in a word of `letters` letters: wrong, missing, extra, or swapped letters. Short words allow fewer, as
/// similar ones mean something else.
pub(crate) fn typos_max(letters: usize) -> u8 {
    match letters {
        0..=3 => 0,
        4..=7 => 1,
        _ => 2,
    }
}

/// A number without leading zeros; any other text unchanged.
pub(crate) fn without_zeros(text: &str) -> &str {
    let is_number = text.starts_with('0') && text.bytes().all(|digit| digit.is_ascii_digit());
    let digits = text.trim_start_matches('0');
    if is_number && !digits.is_empty() { digits } else { text }
}
