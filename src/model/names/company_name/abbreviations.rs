//! Words of legal forms that are written in several ways.

use std::sync::LazyLock;

use hashbrown::HashMap;

/// Words of legal forms that are abbreviated in several ways, with the one that they are compared as.
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

static COMPARED_AS: LazyLock<HashMap<&str, &str>> = LazyLock::new(|| HashMap::from(ABBREVIATIONS));

/// The word that this one of a legal form is compared as, where that is another.
pub(super) fn unabbreviated(word: &str) -> Option<&'static str> {
    COMPARED_AS.get(word).copied()
}
