//! What a mapping may do to the text of a column before it is used: a closed list of filters, each a function of the text.

use celes::Country;
use twox_hash::XxHash3_64;

use crate::model::fold;

/// One step in `{column|step|step}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::formats::mapping) enum Filter {
    /// In small letters.
    Lower,
    /// In capital letters.
    Upper,
    /// Letters and digits in small letters, a hyphen for whatever stands between them.
    Slug,
    /// The digits alone.
    Digits,
    /// Sixteen digits and letters that stand for the text, to tell long texts apart.
    Digest,
    /// The code of the country with this name or this code of three letters; the text as it is where there is none.
    Country,
    /// What stands before the first of these; the whole where there is none.
    Before(String),
    /// What stands behind the first of these; nothing where there is none.
    After(String),
    /// What stands behind the last of these; the whole where there is none.
    Last(String),
}

/// The filters, as messages list them.
pub(in crate::formats::mapping) const FILTERS: &str =
    "lower, upper, slug, digits, digest, country, before:TEXT, after:TEXT, last:TEXT, optional";

impl Filter {
    /// The filter written like this; none when there is no such filter.
    pub(in crate::formats::mapping) fn parse(text: &str) -> Option<Self> {
        let (name, argument) = match text.split_once(':') {
            Some((name, argument)) => (name.trim(), Some(argument).filter(|argument| !argument.is_empty())?),
            None => (text.trim(), ""),
        };
        let plain = argument.is_empty();
        Some(match name {
            "lower" if plain => Self::Lower,
            "upper" if plain => Self::Upper,
            "slug" if plain => Self::Slug,
            "digits" if plain => Self::Digits,
            "digest" if plain => Self::Digest,
            "country" if plain => Self::Country,
            "before" if !plain => Self::Before(argument.to_owned()),
            "after" if !plain => Self::After(argument.to_owned()),
            "last" if !plain => Self::Last(argument.to_owned()),
            _ => return None,
        })
    }

    /// What it makes of a text.
    pub(in crate::formats::mapping) fn apply(&self, text: &str) -> String {
        match self {
            Self::Lower => text.to_lowercase(),
            Self::Upper => text.to_uppercase(),
            Self::Slug => slug(text),
            Self::Digits => text.chars().filter(char::is_ascii_digit).collect(),
            Self::Digest => format!("{:016x}", XxHash3_64::oneshot(text.as_bytes())),
            Self::Country => country(text).unwrap_or_else(|| text.to_owned()),
            Self::Before(mark) => trimmed(text.split_once(mark.as_str()).map_or(text, |(before, _)| before)),
            Self::After(mark) => trimmed(text.split_once(mark.as_str()).map_or("", |(_, after)| after)),
            Self::Last(mark) => trimmed(text.rsplit_once(mark.as_str()).map_or(text, |(_, last)| last)),
        }
    }
}

/// The code of the country that is called so, in English: `Germany`, `United Kingdom`, `DEU`.
fn country(text: &str) -> Option<String> {
    if text.len() <= 2 {
        return None;
    }
    let name: String = any_ascii::any_ascii(text)
        .to_lowercase()
        .replace('&', "and")
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let without_article = name.strip_prefix("the").unwrap_or(&name);
    let names = [name.clone(), without_article.to_owned(), format!("the{name}")];
    let found = names.iter().find_map(|name| {
        let by_code = name.parse::<Country>();
        by_code
            .or_else(|_| Country::from_alias(name))
            .or_else(|_| Country::from_name(name))
            .ok()
    });
    found.map(|country| country.alpha2.to_owned())
}

fn trimmed(text: &str) -> String {
    text.trim().to_owned()
}

/// Folded first, so that two spellings that are compared as one give one id.
fn slug(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for word in fold(text).split(|letter: char| !letter.is_alphanumeric()) {
        if !word.is_empty() {
            if !slug.is_empty() {
                slug.push('-');
            }
            slug.push_str(word);
        }
    }
    slug
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_filter_does_what_it_says() {
        for (filter, text, expected) in [
            ("lower", "GmbH", "gmbh"),
            ("upper", "gmbh", "GMBH"),
            ("slug", "  Müller & Söhne, G.m.b.H. ", "müller-söhne-g-m-b-h"),
            ("slug", "＆", ""),
            ("digits", "HRB 1234 (B)", "1234"),
            ("digest", "", "2d06800538d394c2"),
            ("before:(", "2013 (1888)", "2013"),
            ("before: - ", "a-b", "a-b"),
            ("after:-", "38079-0001558370-16", "0001558370-16"),
            ("after:-", "none", ""),
            ("last:, ", "Warmley, Bristol, United Kingdom", "United Kingdom"),
            ("last:,", "Bermuda", "Bermuda"),
        ] {
            assert_eq!(
                Filter::parse(filter).unwrap().apply(text),
                expected,
                "{filter} of {text:?}"
            );
        }
        for unknown in ["", "upcase", "lower:x", "before", "before:", "digits:3"] {
            assert_eq!(Filter::parse(unknown), None, "{unknown:?}");
        }
    }
}
