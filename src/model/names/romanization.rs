//! How a word of another script is written in Latin letters, by the conventions that registers, passports and the press follow;
//! and how German and Nordic letters are written without their marks. What is read is a folded word; which words are alike is
//! said elsewhere.

use any_ascii::any_ascii_char;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};
use unicode_script::{Script, UnicodeScript};

/// A convention: what letters are written as, longer ones first. Any other letter as `any_ascii` has it.
type Convention = &'static [(&'static str, &'static str)];

/// As in most registers; as in passports; as in the press; as Ukraine has it; as Slavic languages in Latin letters write.
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

/// As ISO 843 writes each letter; as it sounds; as in the languages of the West.
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

/// Letters with marks, as they are written on a keyboard without them: `Müller` is `Mueller`, `Møller` is `Moeller`.
const SPELLED_OUT: Convention = &[
    ("ä", "ae"),
    ("ö", "oe"),
    ("ü", "ue"),
    ("å", "aa"),
    ("ø", "oe"),
    ("æ", "ae"),
];

/// Shorter chains of consonants say too little.
const CONSONANTS_MIN: usize = 3;

/// The scripts that are told apart here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Written {
    Latin,
    Cyrillic,
    Greek,
    /// Scripts of consonants: what stands between these is not written.
    Consonants,
    /// Syllables, each with one reading.
    Syllables,
    Other,
}

fn written(word: &str) -> Written {
    // The first letter that is of one script tells.
    let scripts = word.chars().map(|letter| letter.script());
    let mut told = scripts.filter(|script| !matches!(script, Script::Common | Script::Inherited));
    match told.next() {
        Some(Script::Latin) | None => Written::Latin,
        Some(Script::Cyrillic) => Written::Cyrillic,
        Some(Script::Greek) => Written::Greek,
        Some(Script::Arabic | Script::Hebrew) => Written::Consonants,
        Some(Script::Han | Script::Hiragana | Script::Katakana | Script::Hangul | Script::Bopomofo) => {
            Written::Syllables
        }
        // What is written after a vowel is spoken before it, and tones and silent letters are many.
        Some(Script::Thai | Script::Lao | Script::Khmer | Script::Myanmar) => Written::Latin,
        Some(_) => Written::Other,
    }
}

/// How a word of Latin letters is spelled without its marks, where other letters stand for them.
#[must_use]
pub(crate) fn spelled_without_marks(word: &str) -> Option<String> {
    if word.is_ascii() || !word.contains(['ä', 'ö', 'ü', 'å', 'ø', 'æ']) {
        return None;
    }
    Some(by(SPELLED_OUT, word))
}

/// How a folded word of another script than Latin is written in Latin letters; each once, the usual one first. Empty for scripts
/// of consonants: see [`consonants`].
#[must_use]
pub(crate) fn readings(word: &str) -> Vec<String> {
    if word.is_ascii() {
        return Vec::new();
    }
    let bare: String;
    let (mut word, written) = (word, written(word));
    if written == Written::Greek {
        bare = word.nfd().filter(|letter| !is_combining_mark(*letter)).collect();
        word = &bare;
    }
    let conventions: &[Convention] = match written {
        Written::Latin | Written::Consonants => &[],
        Written::Cyrillic => &CYRILLIC,
        Written::Greek => &GREEK,
        Written::Syllables | Written::Other => &[&[]],
    };
    let mut readings: Vec<String> = Vec::with_capacity(conventions.len());
    for convention in conventions {
        let reading = by(convention, word);
        if !reading.is_empty() && !readings.contains(&reading) {
            readings.push(reading);
        }
    }
    readings
}

/// `word` in Latin letters and digits, by a convention.
fn by(convention: Convention, word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(letter) = rest.chars().next() {
        let listed = convention
            .iter()
            .find_map(|(letters, latin)| Some((rest.strip_prefix(letters)?, *latin)));
        let (after, latin) = listed.unwrap_or_else(|| (&rest[letter.len_utf8()..], any_ascii_char(letter)));
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

/// The consonants of a word that is written in Arabic or Hebrew, with and without the article; empty for any other word, and
/// where there are few.
#[must_use]
pub(crate) fn consonants(word: &str) -> Vec<String> {
    if word.is_ascii() || written(word) != Written::Consonants {
        return Vec::new();
    }
    let without_article = word.strip_prefix("ال");
    let words = [Some(word), without_article];
    let chains = words.into_iter().flatten().map(|word| chain(&by(&[], word)));
    chains.filter(|chain| chain.len() >= CONSONANTS_MIN).collect()
}

/// The consonants of a word of Latin letters, as those of [`consonants`] are compared; none where there are few.
#[must_use]
pub(crate) fn consonants_of_latin(word: &str) -> Option<String> {
    let chain = word.is_ascii().then(|| chain(word))?;
    (chain.len() >= CONSONANTS_MIN).then_some(chain)
}

/// The consonants of a reading, one for all that are mistaken for each other between the scripts.
fn chain(latin: &str) -> String {
    let mut chain = String::with_capacity(latin.len());
    let mut letters = latin.chars().peekable();
    while let Some(letter) = letters.next() {
        let next = letters.peek().copied();
        let with_breath = "kgdtscp".contains(letter) && next.and_then(|_| letters.next_if_eq(&'h')).is_some();
        let consonant = match (letter, with_breath) {
            ('k', true) => 'h',
            ('c', true) => 's',
            ('p', true) => 'f',
            ('a' | 'e' | 'i' | 'o' | 'u' | 'y' | 'w', _) => continue,
            // The last h is hardly spoken, or stands for a vowel.
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
    fn words_are_read_by_the_usual_conventions() {
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
    fn letters_with_marks_are_spelled_without() {
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
    fn scripts_of_consonants_share_them_with_latin_words() {
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
