//! Remarks that registers and lists append to a name: the state of a filer (`/DE/`), a class of shares, a winding-up. Works on
//! folded text and never leaves an empty name.

use super::{affix, words::pieces};

/// Suffixes that distinguish filers of the same name and are not a state or country.
const SUFFIXES: [&str; 14] = [
    "new", "old", "adr", "ads", "gdr", "can", "del", "fi", "bd", "ta", "adv", "pred", "intl", "uk",
];
/// The most letters of a suffix between slashes, which may be any word.
const SUFFIX_LETTERS_MAX: usize = 8;

/// Kinds of shares that a list of securities appends to the name of a company.
const SHARES: [&str; 12] = [
    "common stock",
    "common shares",
    "ordinary shares",
    "ordinary share",
    "capital stock",
    "registered shares",
    "american depositary shares",
    "american depositary receipts",
    "depositary shares",
    "depositary receipts",
    "sponsored adr",
    "adr",
];

/// Remarks that a company is being founded or wound up.
const PROCEEDINGS: [&str; 22] = [
    "in liquidation",
    "in liq",
    "in voluntary liquidation",
    "in members voluntary liquidation",
    "in creditors voluntary liquidation",
    "in administration",
    "in receivership",
    "in dissolution",
    "dissolved",
    "i.l",
    "i. l",
    "i.gr",
    "i. gr",
    "in gründung",
    "in insolvenz",
    "in abwicklung",
    "en liquidation",
    "en liquidación",
    "in liquidazione",
    "em liquidação",
    "w likwidacji",
    "в ликвидации",
];

/// A name without its remarks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SplitName<'t> {
    /// The name.
    pub(super) name: &'t str,
    /// The suffix that distinguishes filers of the same name, in lower case: `de`, `new`.
    pub(super) suffix: Option<String>,
}

/// Splits the remarks off a folded name.
pub(super) fn split(folded: &str) -> SplitName<'_> {
    let (mut name, mut suffixes) = (folded, Vec::new());
    while let Some((rest, suffix)) = without_last(name).filter(|(rest, _)| rest.chars().any(char::is_alphanumeric)) {
        name = rest;
        suffixes.extend(suffix);
    }
    suffixes.reverse();
    let suffix = (!suffixes.is_empty()).then(|| suffixes.join(" "));
    SplitName { name, suffix }
}

/// The name without its last remark, and the remark if it is a register suffix.
fn without_last(name: &str) -> Option<(&str, Option<String>)> {
    let name = name.trim_end();
    let slash = || without_slashes(name);
    slash().or_else(|| without_brackets(name)).or_else(|| {
        let rest = without_phrase(name, &SHARES).or_else(|| without_class(name));
        let rest = rest.filter(|rest| ends_with_form(without_class(rest).unwrap_or(rest)));
        rest.or_else(|| without_phrase(name, &PROCEEDINGS))
            .map(|rest| (rest, None))
    })
}

fn is_slash(letter: char) -> bool {
    matches!(letter, '/' | '\\')
}

fn ends_with_form(name: &str) -> bool {
    affix::ends_with_form(&pieces(name))
}

/// `Acorn Corp /DE/`, `Acorn Corp/DE`, `Acorn Corp \DE\`, `Acorn Corp/`; not `AC/DC`, `Novo Nordisk A/S`.
fn without_slashes(name: &str) -> Option<(&str, Option<String>)> {
    let (inner, is_closed) = match name.strip_suffix(is_slash) {
        Some(inner) => (inner, true),
        None => (name, false),
    };
    let Some(slash) = inner.rfind(is_slash) else {
        return is_closed.then_some((inner, None));
    };
    let (before, token) = (&inner[..slash], inner[slash + 1..].trim());
    let letters = token.len();
    if letters < 2 || !token.bytes().all(|letter| letter.is_ascii_lowercase()) {
        return is_closed.then_some((inner, None));
    }
    let is_separate = || before.ends_with(char::is_whitespace) && (letters == 2 || SUFFIXES.contains(&token));
    let is_suffix = match is_closed {
        true => letters <= SUFFIX_LETTERS_MAX,
        false => is_separate() || (letters <= 4 && ends_with_form(before)),
    };
    is_suffix.then(|| (before, Some(token.to_owned())))
}

/// `Acorn Inc. (DE)`, `Acorn Inc. (Class A)`, `Acorn GmbH (in Liquidation)`; not `Acorn (UK) Ltd`, `Acorn (Holdings)`.
fn without_brackets(name: &str) -> Option<(&str, Option<String>)> {
    let inner = name.strip_suffix(')')?;
    let open = inner.rfind('(')?;
    let (before, token) = (&inner[..open], inner[open + 1..].trim());
    if is_class(token) || SHARES.contains(&token) || PROCEEDINGS.contains(&token.trim_end_matches('.')) {
        return Some((before, None));
    }
    let is_code = token.len() == 2 && token.bytes().all(|letter| letter.is_ascii_lowercase());
    let is_suffix = matches!(token, "new" | "old" | "adr") || (is_code && ends_with_form(before));
    is_suffix.then(|| (before, Some(token.to_owned())))
}

/// Whether `text` is a class of shares: `class a`, `cl. b`.
fn is_class(text: &str) -> bool {
    let class = ["class", "cl.", "cl"].iter().find_map(|word| text.strip_prefix(word));
    let class = class.and_then(|class| class.strip_prefix(' ')).map(str::trim);
    class.is_some_and(|class| class.len() == 1 && class.bytes().all(|letter| letter.is_ascii_alphanumeric()))
}

/// The name without a class of shares at its end.
fn without_class(name: &str) -> Option<&str> {
    let start = name.rfind(" cl")? + 1;
    is_class(&name[start..]).then(|| name[..start].trim_end_matches([' ', '-', '–', ',']))
}

/// The name without one of these phrases at its end.
fn without_phrase<'t>(name: &'t str, phrases: &[&str]) -> Option<&'t str> {
    let name = name.trim_end_matches('.');
    let rest = phrases.iter().find_map(|phrase| name.strip_suffix(phrase));
    // The phrase may be the end of a longer word.
    let rest = rest.filter(|rest| rest.ends_with([' ', '-', ',']))?;
    Some(rest.trim_end_matches([' ', '-', '–', ',']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::fold;

    #[track_caller]
    fn check(text: &str, name: &str, suffix: Option<&str>) {
        let folded = fold(text);
        let split = split(&folded);
        assert_eq!(
            (split.name.trim_end(), split.suffix.as_deref()),
            (name, suffix),
            "{text}"
        );
    }

    #[test]
    fn register_suffixes_are_split_off_the_name() {
        for (text, name, suffix) in [
            ("ACORN TOWER CORP /MA/", "acorn tower corp", Some("ma")),
            ("Birchwood Corp /NEW/", "birchwood corp", Some("new")),
            ("Birchwood Corp /NEW", "birchwood corp", Some("new")),
            ("CEDAR FINANCIAL GROUP INC/RI", "cedar financial group inc", Some("ri")),
            ("Dogwood Corp \\DE\\", "dogwood corp", Some("de")),
            ("Dogwood Plc\\UK", "dogwood plc", Some("uk")),
            ("Elder Inc / MA", "elder inc", Some("ma")),
            ("Elder Holdings Ltd/ CAN", "elder holdings ltd", Some("can")),
            ("Fir & Company/MN", "fir & company", Some("mn")),
            ("Fir Corp /DE/ /NEW/", "fir corp", Some("de new")),
            ("Grove Corp/", "grove corp", None),
            ("Hazel S.A./ADR", "hazel s.a.", Some("adr")),
            ("Ivy Inc. (DE)", "ivy inc.", Some("de")),
            ("Ivy Corp (NEW)", "ivy corp", Some("new")),
        ] {
            check(text, name, suffix);
        }
    }

    #[test]
    fn shares_and_proceedings_are_not_part_of_the_name() {
        for (text, name) in [
            ("Juniper Inc. (Class A)", "juniper inc."),
            ("Juniper Inc. - Class B", "juniper inc."),
            ("Juniper Inc. Class C Common Stock", "juniper inc."),
            ("Juniper plc Ordinary Shares", "juniper plc"),
            ("Kastanie GmbH i.L.", "kastanie gmbh"),
            ("Kastanie GmbH (in Liquidation)", "kastanie gmbh"),
            ("Larch Ltd in liquidation", "larch ltd"),
            ("Mélèze SA en liquidation", "mélèze sa"),
        ] {
            check(text, name, None);
        }
    }

    #[test]
    fn other_endings_remain_part_of_the_name() {
        for text in [
            "AC/DC",
            "Novo Nordisk A/S",
            "20/20 Biolabs, Inc.",
            "Cullen/Frost Bankers, Inc.",
            "Acorn (UK) Ltd",
            "Acorn (Holdings)",
            "World Class A",
            "Tadr",
            "/DE/",
            "(Class A)",
            "",
        ] {
            let folded = fold(text);
            let split = split(&folded);
            assert_eq!((split.name, split.suffix), (folded.as_str(), None), "{text}");
        }
    }
}
