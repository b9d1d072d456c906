//! Abbreviations of words in legal forms.

use std::sync::LazyLock;

use hashbrown::HashMap;

/// Spellings of words in legal forms, with the one under which they are compared.
const ABBREVIATIONS: [(&str, &str); 27] = [
    ("limited", "ltd"),
    ("company", "co"),
    ("comp", "co"),
    ("coy", "co"),
    ("cpy", "co"),
    ("corporation", "corp"),
    ("corpn", "corp"),
    ("corporatn", "corp"),
    ("incorporated", "inc"),
    ("incorp", "inc"),
    ("public", "pub"),
    ("publ", "pub"),
    ("private", "pvt"),
    ("priv", "pvt"),
    ("proprietary", "pty"),
    ("liability", "liab"),
    ("partnership", "partner"),
    ("pship", "partner"),
    ("ptnrshp", "partner"),
    ("unlimited", "unltd"),
    ("gesellschaft", "ges"),
    ("beschrankter", "beschr"),
    ("spolka", "sp"),
    ("ogranichennoi", "ogr"),
    ("ogranichennoy", "ogr"),
    ("ограниченнои", "огр"),
    ("ответственностью", "отв"),
];

static CANONICAL: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| HashMap::from(ABBREVIATIONS));

/// The canonical spelling of a word in a legal form, if it is another.
pub(super) fn canonical_abbreviation(word: &str) -> Option<&'static str> {
    CANONICAL.get(word).copied()
}
