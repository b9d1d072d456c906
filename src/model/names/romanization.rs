//! Romanization of words in other scripts by the conventions of registers, passports and the press, and spelling of German and
//! Nordic letters without diacritics. Takes folded words; comparison is elsewhere.

use any_ascii::any_ascii_char;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_script::{Script, UnicodeScript};

/// A convention: letters and their replacements, longer ones first. `any_ascii` replaces any other letter.
type Convention = &'static [(&'static str, &'static str)];

/// The conventions of most registers; of passports; of the press; of Ukraine; of Slavic languages in Latin letters.
const CYRILLIC: [Convention; 5] = [
    &[("ё", "e"), ("э", "e"), ("ї", "i"), ("є", "ye"), ("ъ", ""), ("ь", "")],
    &[
        ("й", "i"),
        ("ю", "iu"),
        ("я", "ia"),
        ("ё", "e"),
        ("ї", "i"),
        ("є", "ie"),
        ("ъ", ""),
        ("ь", ""),
    ],
    &[
        ("ком", "com"),
        ("хим", "chem"),
        ("кс", "x"),
        ("ый", "y"),
        ("ий", "y"),
        ("х", "h"),
        ("ё", "yo"),
        ("дж", "j"),
        ("ъ", "a"),
        ("ь", ""),
        ("є", "e"),
        ("щ", "sht"),
        ("ф", "ph"),
    ],
    &[
        ("г", "h"),
        ("ґ", "g"),
        ("и", "y"),
        ("й", "i"),
        ("ї", "i"),
        ("є", "ie"),
        ("ю", "iu"),
        ("я", "ia"),
        ("ь", ""),
    ],
    &[
        ("й", "j"),
        ("ю", "ju"),
        ("я", "ja"),
        ("ё", "e"),
        ("ж", "z"),
        ("х", "h"),
        ("ц", "c"),
        ("ч", "c"),
        ("ш", "s"),
        ("щ", "sc"),
        ("ћ", "c"),
        ("ђ", "d"),
        ("џ", "dz"),
        ("ъ", "a"),
        ("ь", ""),
    ],
];

/// ISO 843; phonetic; Western European languages.
const GREEK: [Convention; 3] = [
    &[
        ("ου", "ou"),
        ("αυ", "av"),
        ("ευ", "ev"),
        ("γγ", "ng"),
        ("γκ", "gk"),
        ("γχ", "nch"),
    ],
    &[
        ("ου", "ou"),
        ("αυ", "af"),
        ("ευ", "ef"),
        ("αι", "e"),
        ("ει", "i"),
        ("οι", "i"),
        ("υι", "i"),
        ("μπ", "b"),
        ("ντ", "d"),
        ("γγ", "g"),
        ("γκ", "g"),
        ("χ", "h"),
        ("υ", "i"),
    ],
    &[
        ("ου", "u"),
        ("αυ", "au"),
        ("ευ", "eu"),
        ("αι", "ae"),
        ("γγ", "ng"),
        ("γκ", "gk"),
        ("η", "e"),
        ("χ", "h"),
        ("φ", "ph"),
        ("υ", "y"),
        ("κ", "c"),
    ],
];

/// Letters with diacritics, as typed on a keyboard without them: `Müller` is `Mueller`, `Møller` is `Moeller`.
const SPELLED_OUT: Convention = &[
    ("ä", "ae"),
    ("ö", "oe"),
    ("ü", "ue"),
    ("å", "aa"),
    ("ø", "oe"),
    ("æ", "ae"),
];

/// Shorter chains of consonants are too ambiguous.
const CONSONANTS_MIN: usize = 3;

/// The classes of scripts with different romanizations.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ScriptClass {
    Latin,
    Cyrillic,
    Greek,
    /// Consonant scripts: vowels are not written.
    Consonants,
    /// Syllable scripts: each sign has one reading.
    Syllables,
    Other,
}

fn script_class(word: &str) -> ScriptClass {
    // The first letter with a specific script decides.
    let scripts = word.chars().map(|letter| letter.script());
    let mut scripts = scripts.filter(|script| !matches!(script, Script::Common | Script::Inherited));
    match scripts.next() {
        Some(Script::Latin) | None => ScriptClass::Latin,
        Some(Script::Cyrillic) => ScriptClass::Cyrillic,
        Some(Script::Greek) => ScriptClass::Greek,
        Some(Script::Arabic | Script::Hebrew) => ScriptClass::Consonants,
        Some(Script::Han | Script::Hiragana | Script::Katakana | Script::Hangul | Script::Bopomofo) => {
            ScriptClass::Syllables
        }
        // No reliable romanization: written and spoken order differ, and there are many tones and silent letters.
        Some(Script::Thai | Script::Lao | Script::Khmer | Script::Myanmar) => ScriptClass::Latin,
        Some(_) => ScriptClass::Other,
    }
}

/// The spelling of a Latin word without diacritics, if other letters replace them.
#[must_use]
pub(crate) fn spelled_without_marks(word: &str) -> Option<String> {
    if word.is_ascii() || !word.contains(['ä', 'ö', 'ü', 'å', 'ø', 'æ']) {
        return None;
    }
    Some(romanize(SPELLED_OUT, word))
}

/// The romanizations of a folded word in another script than Latin; each once, the usual one first. Empty for consonant scripts:
/// see [`consonants`].
#[must_use]
pub(crate) fn readings(word: &str) -> Vec<String> {
    if word.is_ascii() {
        return Vec::new();
    }
    let bare: String;
    let (mut word, class) = (word, script_class(word));
    if class == ScriptClass::Greek {
        bare = word.nfd().filter(|letter| !is_combining_mark(*letter)).collect();
        word = &bare;
    }
    let conventions: &[Convention] = match class {
        ScriptClass::Latin | ScriptClass::Consonants => &[],
        ScriptClass::Cyrillic => &CYRILLIC,
        ScriptClass::Greek => &GREEK,
        ScriptClass::Syllables | ScriptClass::Other => &[&[]],
    };
    let mut readings: Vec<String> = Vec::with_capacity(conventions.len());
    for convention in conventions {
        let reading = romanize(convention, word);
        if !reading.is_empty() && !readings.contains(&reading) {
            readings.push(reading);
        }
    }
    readings
}

/// `word` in Latin letters and digits, by a convention.
fn romanize(convention: Convention, word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(letter) = rest.chars().next() {
        let replacement = convention
            .iter()
            .find_map(|(letters, latin)| Some((rest.strip_prefix(letters)?, *latin)));
        let (after, latin) = replacement.unwrap_or_else(|| (&rest[letter.len_utf8()..], any_ascii_char(letter)));
        out.extend(
            latin
                .chars()
                .filter(char::is_ascii_alphanumeric)
                .map(|letter| letter.to_ascii_lowercase()),
        );
        rest = after;
    }
    out
}

/// The consonants of an Arabic or Hebrew word, with and without the article; empty for any other word, and if there are too few.
#[must_use]
pub(crate) fn consonants(word: &str) -> Vec<String> {
    if word.is_ascii() || script_class(word) != ScriptClass::Consonants {
        return Vec::new();
    }
    let without_article = word.strip_prefix("ال");
    let words = [Some(word), without_article];
    let chains = words.into_iter().flatten().map(|word| chain(&romanize(&[], word)));
    chains.filter(|chain| chain.len() >= CONSONANTS_MIN).collect()
}

/// The consonants of a Latin word, to compare with [`consonants`]; `None` if there are too few.
#[must_use]
pub(crate) fn consonants_of_latin(word: &str) -> Option<String> {
    let chain = word.is_ascii().then(|| chain(word))?;
    (chain.len() >= CONSONANTS_MIN).then_some(chain)
}

/// The consonants of a romanization, with one for all that are confused between the scripts.
fn chain(latin: &str) -> String {
    let mut chain = String::with_capacity(latin.len());
    let mut letters = latin.chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied();
        let is_aspirated = "kgdtscp".contains(letter) && next.and_then(|_| letters.next_if_eq(&'h')).is_some();
        let consonant = match (letter, is_aspirated) {
            ('k', true) => 'h',
            ('c', true) => 's',
            ('p', true) => 'f',
            ('a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'w', _) => continue,
            // A final h is hardly spoken, or marks a vowel.
            ('h', _) if next.is_none() => continue,
            ('q' | 'c', _) => 'k',
            ('j', _) => 'g',
            ('v', _) => 'f',
            ('p', _) => 'b',
            (letter, _) => letter,
        };
        if !chain.ends_with(consonant) {
            chain.push(consonant);
        }
    }
    chain
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fold;

    #[test]
    fn words_are_romanized_by_the_usual_conventions() {
        for (word, reading) in [
            ("Ромашка", "romashka"),
            ("Щёлково", "shchelkovo"),
            ("Яндекс", "yandex"),
            ("Лукойл", "lukoil"),
            ("Київ", "kyiv"),
            ("Альфа", "alpha"),
            ("Уралхим", "uralchem"),
            ("Лукойл", "lukoyl"),
            ("Хлебозавод", "khlebozavod"),
            ("Хлебозавод", "hlebozavod"),
            ("Љубљана", "ljubljana"),
            ("Ελλάς", "ellas"),
            ("Βούλγαρης", "voulgaris"),
            ("Φίλιππος", "philippos"),
            ("华为", "huawei"),
            ("トヨタ", "toyota"),
            ("დინამო", "dinamo"),
        ] {
            let readings = readings(&fold(word));
            assert!(readings.iter().any(|known| known == reading), "{word}: {readings:?}");
        }
        assert_eq!(readings("acorn"), [""; 0]);
        assert_eq!(readings("müller"), [""; 0]);
    }

    #[test]
    fn letters_with_diacritics_are_spelled_without() {
        for (word, spelling) in [
            ("müller", Some("mueller")),
            ("søhne", Some("soehne")),
            ("åse", Some("aase")),
            ("café", None),
            ("acorn", None),
            ("ромашка", None),
        ] {
            assert_eq!(spelled_without_marks(word).as_deref(), spelling, "{word}");
        }
    }

    #[test]
    fn words_in_consonant_scripts_share_consonants_with_latin_words() {
        for (word, latin) in [
            ("المراعي", "almarai"),
            ("الراجحي", "rajhi"),
            ("الخليج", "khaleej"),
            ("الفطيم", "futtaim"),
            ("القاهرة", "cairo"),
            ("לאומי", "leumi"),
        ] {
            let chains = consonants(&fold(word));
            let shared = consonants_of_latin(latin).is_some_and(|chain| chains.contains(&chain));
            let few = matches!(latin, "cairo" | "leumi");
            assert_eq!(
                shared,
                !few,
                "{word}, {latin}: {chains:?} {:?}",
                consonants_of_latin(latin)
            );
        }
        assert_eq!(consonants("acorn"), [""; 0]);
    }
}
