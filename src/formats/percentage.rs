//! Percentages as people write them: `25%`, `25.0`, `25-50 %`, `more than 50`, `zwischen 25 % und 50 %`. What can be read in two
//! ways is not read.

use crate::model::{Share, ShareOf, ShareRange};

/// A part of the text.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Token {
    Number(f64),
    Percent,
    /// What follows is a low end; whether it is possible itself.
    Low(bool),
    /// What follows is a high end; whether it is possible itself.
    High(bool),
    /// What stands before is a low end, possible itself: "or more".
    AtLeast,
    /// The same for a high end: "or less".
    AtMost,
    /// Between two numbers: a hyphen, "to".
    To,
    Between,
    And,
    /// A word that says nothing here.
    Filler,
    Basis(ShareOf),
}

use Token::{And, AtLeast, AtMost, Basis, Between, Filler, High, Low, Number, Percent, To};

/// Words and signs, those that begin with another before it.
const PHRASES: [(&[&str], Token); 74] = [
    (&["not", "more", "than"], High(true)),
    (&["no", "more", "than"], High(true)),
    (&["not", "less", "than"], Low(true)),
    (&["no", "less", "than"], Low(true)),
    (&["nicht", "mehr", "als"], High(true)),
    (&["nicht", "weniger", "als"], Low(true)),
    (&["greater", "than"], Low(false)),
    (&["higher", "than"], Low(false)),
    (&["more", "than"], Low(false)),
    (&["less", "than"], High(false)),
    (&["mehr", "als"], Low(false)),
    (&["weniger", "als"], High(false)),
    (&["at", "least"], Low(true)),
    (&["at", "most"], High(true)),
    (&["up", "to"], High(true)),
    (&["bis", "zu"], High(true)),
    (&["or", "more"], AtLeast),
    (&["and", "more"], AtLeast),
    (&["or", "above"], AtLeast),
    (&["and", "above"], AtLeast),
    (&["oder", "mehr"], AtLeast),
    (&["or", "less"], AtMost),
    (&["or", "below"], AtMost),
    (&["oder", "weniger"], AtMost),
    (&["per", "cent"], Percent),
    (&[">", "="], Low(true)),
    (&["<", "="], High(true)),
    (&[">"], Low(false)),
    (&["≥"], Low(true)),
    (&["<"], High(false)),
    (&["≤"], High(true)),
    (&["over"], Low(false)),
    (&["above"], Low(false)),
    (&["exceeding"], Low(false)),
    (&["über"], Low(false)),
    (&["under"], High(false)),
    (&["below"], High(false)),
    (&["unter"], High(false)),
    (&["min"], Low(true)),
    (&["minimum"], Low(true)),
    (&["mindestens"], Low(true)),
    (&["from"], Low(true)),
    (&["von"], Low(true)),
    (&["ab"], Low(true)),
    (&["max"], High(true)),
    (&["maximum"], High(true)),
    (&["höchstens"], High(true)),
    (&["maximal"], High(true)),
    (&["+"], AtLeast),
    (&["%"], Percent),
    (&["percent"], Percent),
    (&["pct"], Percent),
    (&["prozent"], Percent),
    (&["-"], To),
    (&["to"], To),
    (&["bis"], To),
    (&["between"], Between),
    (&["zwischen"], Between),
    (&["and"], And),
    (&["but"], And),
    (&["und"], And),
    (&["of"], Filler),
    (&["the"], Filler),
    (&["rights"], Filler),
    (&["right"], Filler),
    (&["ownership"], Filler),
    (&["share"], Filler),
    (&["shares"], Basis(ShareOf::Capital)),
    (&["capital"], Basis(ShareOf::Capital)),
    (&["votes"], Basis(ShareOf::Votes)),
    (&["voting"], Basis(ShareOf::Votes)),
    (&["stimmrechte"], Basis(ShareOf::Votes)),
    (&["profit"], Basis(ShareOf::Profit)),
    (&["profits"], Basis(ShareOf::Profit)),
];

/// How many characters a percentage may have; longer texts are prose.
const CHARS_MAX: usize = 100;

/// The share that `text` states, of the capital where it does not say of what; none where it states none, or may state several.
pub(in crate::formats) fn read(text: &str) -> Option<Share> {
    let (range, of) = stated(text)?;
    Some(Share {
        range,
        of: of.unwrap_or(ShareOf::Capital),
    })
}

/// The percentage that `text` states, and of what, where it says so.
pub(in crate::formats) fn stated(text: &str) -> Option<(ShareRange, Option<ShareOf>)> {
    if text.len() > 4 * CHARS_MAX || text.chars().count() > CHARS_MAX {
        return None;
    }
    let tokens = tokens(&without_joints(&text.to_lowercase()))?;
    let stated: Vec<ShareOf> = tokens.iter().filter_map(basis).collect();
    let of = stated.first().copied();
    if stated.iter().any(|other| Some(*other) != of) {
        return None;
    }
    let is_percent = tokens.contains(&Percent);
    let words: Vec<Token> = tokens
        .into_iter()
        .filter(|token| !matches!(token, Percent | Filler | Basis(_)))
        .collect();
    // Of a hundred, or of one? The text does not say.
    let is_fraction = |token: &Token| matches!(token, Number(value) if *value > 0.0 && *value <= 1.0);
    if !is_percent && words.iter().any(is_fraction) {
        return None;
    }
    let range = match words[..] {
        [Number(exact)] => ShareRange::exact(exact),
        [Number(low), To, Number(high)] | [Between, Number(low), And | To, Number(high)] => {
            ShareRange::range(low, high)
        }
        [Low(possible), Number(low)] => ShareRange::bounded(low, possible, 100.0, true),
        [Number(low), AtLeast] => ShareRange::range(low, 100.0),
        [High(possible), Number(high)] => ShareRange::bounded(0.0, true, high, possible),
        [Number(high), AtMost] | [To, Number(high)] if !text.trim_start().starts_with(is_hyphen) => {
            ShareRange::range(0.0, high)
        }
        [Low(possible), Number(low), To, Number(high)] => ShareRange::bounded(low, possible, high, true),
        [Low(from), Number(low), High(upto), Number(high)]
        | [Low(from), Number(low), And, High(upto), Number(high)]
        | [High(upto), Number(high), And, Low(from), Number(low)] => ShareRange::bounded(low, from, high, upto),
        _ => return None,
    };
    Some((range.ok()?, of))
}

fn basis(token: &Token) -> Option<ShareOf> {
    match token {
        Basis(of) => Some(*of),
        _ => None,
    }
}

/// `share` in words that [`read`] takes for the same.
pub(in crate::formats) fn written(share: Share) -> String {
    let ShareRange {
        min,
        max,
        min_inclusive,
        max_inclusive,
    } = share.range;
    let range = match share.range.single() {
        Some(percent) => format!("{percent}%"),
        None if min_inclusive && max_inclusive => format!("{min}-{max}%"),
        None => {
            let low = match min_inclusive {
                true => (min > 0.0).then(|| format!("≥{min}%")),
                false => Some(format!(">{min}%")),
            };
            let high = match max_inclusive {
                true => (max < 100.0).then(|| format!("≤{max}%")),
                false => Some(format!("<{max}%")),
            };
            let ends: Vec<String> = [low, high].into_iter().flatten().collect();
            ends.join(" and ")
        }
    };
    match share.of {
        ShareOf::Capital => range,
        ShareOf::Votes => format!("{range} of votes"),
        ShareOf::Profit => format!("{range} of profit"),
    }
}

/// A text without the hyphens that join words, as codes do: `voting-rights-25-to-50-percent`.
fn without_joints(text: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let is_word = |place: usize| letters.get(place).is_some_and(|letter| letter.is_alphabetic());
    let plain = letters.iter().enumerate().map(|(place, letter)| {
        let joins = is_hyphen(*letter) && place > 0 && (is_word(place - 1) || is_word(place + 1));
        if joins { ' ' } else { *letter }
    });
    plain.collect()
}

fn is_hyphen(letter: char) -> bool {
    matches!(letter, '-' | '‐' | '‑' | '–' | '—' | '−')
}

/// The parts of the text; none when one of them is not known.
fn tokens(text: &str) -> Option<Vec<Token>> {
    let words = words(text)?;
    let mut tokens = Vec::new();
    let mut rest = &words[..];
    while let Some(first) = rest.first() {
        let phrase = PHRASES.iter().find(|(phrase, _)| {
            let phrase_words = rest.get(..phrase.len());
            phrase_words.is_some_and(|phrase_words| phrase_words.iter().zip(*phrase).all(|(word, known)| word == known))
        });
        if let Some((phrase, token)) = phrase {
            tokens.push(*token);
            rest = &rest[phrase.len()..];
        } else {
            tokens.push(Number(number(first)?));
            rest = &rest[1..];
        }
    }
    Some(tokens)
}

/// Words, numbers and signs, in order; none when there is a sign that is not known.
fn words(text: &str) -> Option<Vec<String>> {
    let mut words: Vec<String> = Vec::new();
    let mut rest = text.chars().peekable();
    while let Some(letter) = rest.next() {
        let mut word = String::from(letter);
        if letter.is_whitespace() {
            continue;
        } else if letter.is_ascii_digit() {
            while let Some(next) = rest.next_if(|next| next.is_ascii_digit() || ".,".contains(*next)) {
                word.push(next);
            }
        } else if letter.is_alphabetic() {
            while let Some(next) = rest.next_if(|next| next.is_alphabetic()) {
                word.push(next);
            }
            // "min." and "max." are cut short.
            if ["min", "max"].contains(&&*word) {
                rest.next_if_eq(&'.');
            }
        } else if is_hyphen(letter) {
            word = "-".to_owned();
        } else if !">≥<≤=+%".contains(letter) {
            return None;
        }
        words.push(word);
    }
    Some(words)
}

/// A number with a decimal point or a decimal comma. No share has thousands, so that one mark is always a decimal one.
fn number(word: &str) -> Option<f64> {
    let plain = word.bytes().all(|byte| byte.is_ascii_digit() || b".,".contains(&byte));
    let marks = word.bytes().filter(|byte| b".,".contains(byte)).count();
    let ends_with_digit = word.bytes().last().is_some_and(|byte| byte.is_ascii_digit());
    if plain && marks <= 1 && ends_with_digit {
        word.replace(',', ".").parse().ok()
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn check(text: &str, expected: &str) {
        let read = read(text).map(|share| match share.of {
            ShareOf::Capital => share.range.to_string(),
            of => format!("{} {of}", share.range),
        });
        assert_eq!(read.as_deref(), Some(expected), "{text}");
    }

    #[test]
    fn percentages_are_understood_in_many_forms() {
        for (text, expected) in [
            ("25%", "25"),
            ("25 %", "25"),
            ("25.0", "25"),
            ("33,33 %", "33.33"),
            ("12,5", "12.5"),
            ("0", "0"),
            ("100", "100"),
            ("0.5%", "0.5"),
            ("25 per cent", "25"),
            ("25 Prozent", "25"),
            ("25-50", "25..50"),
            ("25 - 50%", "25..50"),
            ("25% – 50%", "25..50"),
            ("25 to 50 percent", "25..50"),
            ("25 bis 50 %", "25..50"),
            ("between 25% and 50%", "25..50"),
            ("zwischen 25 % und 50 %", "25..50"),
            ("from 25% to 50%", "25..50"),
            ("more than 50", ">50..100"),
            ("More than 50%", ">50..100"),
            ("mehr als 25,5 %", ">25.5..100"),
            (">50%", ">50..100"),
            ("≥ 75", "75..100"),
            (">= 75 %", "75..100"),
            ("min. 10%", "10..100"),
            ("75% or more", "75..100"),
            ("50+", "50..100"),
            ("less than 5%", "..<5"),
            ("<5", "..<5"),
            ("up to 25%", "..25"),
            ("bis 25 %", "..25"),
            ("not more than 25%", "..25"),
            ("more than 25% but not more than 50%", ">25..50"),
            ("more than 25% and less than 50%", ">25..<50"),
            ("over 25% up to 50%", ">25..50"),
            ("more than 25 to 50%", ">25..50"),
            (">25% and ≤50%", ">25..50"),
            ("25% of the shares", "25"),
            ("25% of votes", "25 VOTES"),
            ("75-100% of the voting rights", "75..100 VOTES"),
            ("ownership-of-shares-25-to-50-percent", "25..50"),
            ("voting-rights-75-to-100-percent", "75..100 VOTES"),
            ("25%-50%", "25..50"),
            ("10% of profits", "10 PROFIT"),
        ] {
            check(text, expected);
        }
    }

    #[test]
    fn what_can_be_read_in_two_ways_or_in_none_is_not_read() {
        for text in [
            "",
            " ",
            "%",
            "n/a",
            "majority",
            "about 25%",
            "~25%",
            "25%, 30%",
            "0.5",
            "1",
            "0,25",
            "1/3",
            "150%",
            "50-25%",
            "-25%",
            "- 25",
            "-25 to 30",
            "1.000,5",
            "1,2,3",
            "25.",
            "more than 100%",
            "25% (indirect)",
            "25 50",
            "25% of shares and votes",
            "more than",
            "between 25%",
            "25%-",
            "1e1",
            "٢٥%",
            "½",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&"9".repeat(1000)), None);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            (low, high) in (0.0..=100.0_f64, 0.0..=100.0_f64),
            ends in proptest::array::uniform2(any::<bool>()),
            round in any::<bool>(),
            of in proptest::sample::select(vec![ShareOf::Capital, ShareOf::Votes, ShareOf::Profit]),
        ) {
            let bound = |end: f64| if round { end.round() } else { end };
            let (low, high) = (bound(low.min(high)), bound(low.max(high)));
            prop_assume!(low < high || ends == [true, true]);
            let share = Share { range: ShareRange::bounded(low, ends[0], high, ends[1]).unwrap(), of };
            prop_assert_eq!(read(&written(share)), Some(share), "{}", written(share));
        }

        #[test]
        fn no_text_is_too_odd(text in "[0-9.,% <>≥a-z-]{0,20}|.{0,20}") {
            read(&text);
        }
    }
}
