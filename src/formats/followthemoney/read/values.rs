//! What the texts of FollowTheMoney say: dates, countries, amounts, and lines that can stand as names.

use crate::model::{Amount, PartialDate, country_code, line};

/// A date, and whether the text says more than it: a time of the day.
pub(in crate::formats::followthemoney) fn date(text: &str) -> Option<(PartialDate, bool)> {
    let text = text.trim();
    let (day, time) = text.split_once(['T', ' ']).unwrap_or((text, ""));
    // 2014-1-5 stands for 2014-01-05.
    let padded: Vec<String> = day.split('-').map(|part| format!("{part:0>2}")).collect();
    let date = padded.join("-").parse().ok()?;
    let says_more = time.bytes().any(|byte| byte.is_ascii_digit() && byte != b'0');
    Some((date, says_more))
}

/// A country, as ISO 3166 writes it.
pub(in crate::formats::followthemoney) fn country(text: &str) -> Option<String> {
    country_code(text).ok()
}

/// How FollowTheMoney writes a country, and whether that says less: it knows only some parts of countries.
pub(in crate::formats::followthemoney) fn written_country(code: &str) -> (String, bool) {
    const PARTS: [&str; 13] = [
        "AZ-NK", "CN-XZ", "GB-NIR", "GB-SCT", "GB-WLS", "GE-AB", "IQ-KR", "MD-PMR", "PK-KM", "SO-SOM", "UA-CRI",
        "UA-DPR", "UA-LPR",
    ];
    match code.split_once('-') {
        Some((country, _)) if !PARTS.contains(&code) => (country.to_lowercase(), true),
        _ => (code.to_lowercase(), false),
    }
}

/// A line of text: what breaks lines is a space in it.
pub(in crate::formats::followthemoney) fn one_line(text: &str) -> Option<String> {
    let is_break = |letter: char| letter.is_control() || letter == '\u{2028}' || letter == '\u{2029}';
    if !text.contains(is_break) {
        return line(text).ok();
    }
    let words: Vec<&str> = text
        .split(|letter: char| is_break(letter) || letter.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect();
    line(&words.join(" ")).ok()
}

/// An amount of money, where its currency is a code.
pub(in crate::formats::followthemoney) fn amount(number: &str, currency: &str) -> Option<Amount> {
    let currency = currency.trim().to_uppercase().parse().ok()?;
    Amount::new(self::number(number)?, currency, None).ok()
}

/// A number with a decimal point, its thousands set apart by commas or spaces, or not at all.
fn number(text: &str) -> Option<f64> {
    let text = text.trim();
    let (whole, decimals) = text
        .split_once('.')
        .map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let is_digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let groups: Vec<&str> = whole.split([',', ' ', '\u{a0}', '\u{202f}']).collect();
    let grouped = match &groups[..] {
        [first] => is_digits(first),
        [first, rest @ ..] => {
            is_digits(first) && first.len() <= 3 && rest.iter().all(|group| is_digits(group) && group.len() == 3)
        }
        [] => false,
    };
    if !grouped || !decimals.is_none_or(is_digits) {
        return None;
    }
    let plain = format!("{}.{}", groups.concat(), decimals.unwrap_or("0"));
    plain.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_may_have_a_time_which_is_more_than_we_keep() {
        for (text, expected) in [
            ("2014", Some(("2014", false))),
            ("2014-1-5", Some(("2014-01-05", false))),
            (" 2014-11-25 ", Some(("2014-11-25", false))),
            ("2014-11-25T00:00:00", Some(("2014-11-25", false))),
            ("2014-11-25T13:45:00", Some(("2014-11-25", true))),
            ("2014-11-25 13:45", Some(("2014-11-25", true))),
            ("25.11.2014", None),
            ("2014-13", None),
            ("", None),
            ("14", None),
        ] {
            let read = date(text).map(|(date, more)| (date.to_string(), more));
            assert_eq!(read, expected.map(|(date, more)| (date.to_owned(), more)), "{text}");
        }
    }

    #[test]
    fn numbers_are_read_only_where_they_can_be_read_in_one_way() {
        for (text, expected) in [
            ("100000", Some(100_000.0)),
            ("113969.15", Some(113_969.15)),
            ("1,000.50", Some(1000.5)),
            ("1 000 000", Some(1_000_000.0)),
            ("0", Some(0.0)),
            ("113969,15", None),
            ("1.000,50", None),
            ("10,00", None),
            ("-5", None),
            ("1e5", None),
            ("inf", None),
            ("5 EUR", None),
            ("1.", None),
            ("", None),
        ] {
            assert_eq!(number(text), expected, "{text}");
        }
    }

    #[test]
    fn names_lose_what_breaks_lines_and_nothing_else() {
        assert_eq!(one_line(" a  b "), Some("a  b".to_owned()));
        assert_eq!(one_line("a\r\n  b\u{0}c"), Some("a b c".to_owned()));
        assert_eq!(one_line("\n"), None);
    }
}
