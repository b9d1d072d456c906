//! Identifiers that registers and standards give to entities.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use crate::model::Invalid;

/// The scheme of a country's ISO 3166-1 alpha-2 code.
pub const COUNTRY_SCHEME: &str = "iso3166-1";

/// The scheme of a Legal Entity Identifier (ISO 17442).
pub const LEI_SCHEME: &str = "lei";

/// A scheme and a value, unique per scheme: `lei` 5493…, `iso3166-1` CN.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields, try_from = "StoredIdentifier")]
pub struct Identifier {
    /// The scheme in lower case: lei, qid, iso3166-1, or a register's own.
    pub scheme: String,
    /// The value as the scheme writes it.
    pub value: String,
}

/// An identifier as stored.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredIdentifier {
    scheme: String,
    value: String,
}

impl TryFrom<StoredIdentifier> for Identifier {
    type Error = Invalid;

    fn try_from(stored: StoredIdentifier) -> Result<Self, Invalid> {
        Self::new(&stored.scheme, &stored.value)
    }
}

impl Identifier {
    /// An identifier with the scheme in lower case, and both trimmed of white space.
    ///
    /// # Errors
    /// [`Invalid`] when either is empty.
    pub fn new(scheme: &str, value: &str) -> Result<Self, Invalid> {
        let (scheme, value) = (scheme.trim().to_lowercase(), value.trim().to_owned());
        if scheme.is_empty() {
            return Err(Invalid::new(&scheme, "a scheme, like lei"));
        }
        if value.is_empty() {
            return Err(Invalid::new(&value, "the value of an identifier"));
        }
        Ok(Self { scheme, value })
    }
}

/// Schemes whose values have a fixed form, in which leading zeros are not padding.
const FIXED_FORM: [&str; 12] = [
    "bic",
    "cusip",
    "figi",
    "iban",
    "isin",
    COUNTRY_SCHEME,
    "iso3166-2",
    LEI_SCHEME,
    "mic",
    "orcid",
    "qid",
    "sedol",
];

/// Whether the values of a scheme have a fixed form; ignores the scheme's case. Values of all other schemes are register
/// numbers, which some sources write with leading zeros.
#[must_use]
pub fn has_fixed_form(scheme: &str) -> bool {
    FIXED_FORM.iter().any(|fixed| scheme.eq_ignore_ascii_case(fixed))
}

/// A register number without leading zeros: a value of digits only, or of two letters and digits, as for British
/// companies. Returns any other value unchanged.
///
/// ```
/// use guanxi::model::without_leading_zeros;
/// assert_eq!(without_leading_zeros("00229269"), "229269");
/// assert_eq!(without_leading_zeros("SC012345"), "SC12345");
/// assert_eq!(without_leading_zeros("HRB 0042"), "HRB 0042");
/// ```
#[must_use]
pub fn without_leading_zeros(value: &str) -> Cow<'_, str> {
    let letters = value.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (prefix, digits) = value.split_at(letters);
    let is_number = !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    if !is_number || !matches!(letters, 0 | 2) {
        return Cow::Borrowed(value);
    }
    let plain = digits.trim_start_matches('0');
    match (plain, prefix) {
        // A number of zeros only is zero.
        ("", _) => Cow::Owned(format!("{prefix}0")),
        (plain, "") => Cow::Borrowed(plain),
        (plain, _) if plain.len() == digits.len() => Cow::Borrowed(value),
        (plain, prefix) => Cow::Owned(format!("{prefix}{plain}")),
    }
}

/// The form in which a value is compared with others of its scheme: register numbers without leading zeros.
///
/// ```
/// use guanxi::model::comparable;
/// assert_eq!(comparable("gb-coh", "00229269"), comparable("gb-coh", "0229269"));
/// assert_eq!(comparable("lei", "00229269"), "00229269");
/// ```
#[must_use]
pub fn comparable<'v>(scheme: &str, value: &'v str) -> Cow<'v, str> {
    if has_fixed_form(scheme) {
        Cow::Borrowed(value)
    } else {
        without_leading_zeros(value)
    }
}

/// Checks that `text` is a Legal Entity Identifier (ISO 17442): 18 capital letters or digits and two check digits
/// according to ISO 7064 MOD 97-10.
///
/// ```
/// assert!(guanxi::model::check_lei("5493001KJTIIGC8Y1R12").is_ok());
/// assert!(guanxi::model::check_lei("5493001KJTIIGC8Y1R21").is_err());
/// ```
///
/// # Errors
/// [`Invalid`] with the problem: the form, or the check digits that would fit.
pub fn check_lei(text: &str) -> Result<(), Invalid> {
    const CHARACTERS: usize = 20;
    let letters = text.chars().count();
    if letters != CHARACTERS {
        return Err(Invalid::new(
            text,
            format!("an LEI: it has {letters} characters, an LEI has {CHARACTERS}"),
        ));
    }
    let is_plain = |letter: char| letter.is_ascii_digit() || letter.is_ascii_uppercase();
    let (code, check) = match text.split_at_checked(CHARACTERS - 2) {
        Some((code, check)) if code.chars().all(is_plain) && check.chars().all(|digit| digit.is_ascii_digit()) => {
            (code, check)
        }
        _ => {
            let expected = "an LEI: it takes 18 capital letters or digits (A to Z, 0 to 9) and then two digits";
            return Err(Invalid::new(text, expected));
        }
    };
    let fitting = 98 - modulo_97(code.chars().chain("00".chars()));
    if check.parse() == Ok(fitting) {
        Ok(())
    } else {
        let expected =
            format!("an LEI: its check digits are {check}, {fitting:02} would fit; one of the characters is wrong");
        Err(Invalid::new(text, expected))
    }
}

/// The value of capital letters and digits, A as 10 to Z as 35, modulo 97.
fn modulo_97(text: impl Iterator<Item = char>) -> u32 {
    text.filter_map(|letter| letter.to_digit(36)).fold(0, |rest, value| {
        let shift = if value < 10 { 10 } else { 100 };
        (rest * shift + value) % 97
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_invalid_lei_is_refused_with_the_reason() {
        let message = |text: &str| check_lei(text).unwrap_err().to_string();
        assert!(message("").contains("0 characters"));
        assert!(message("5493001KJTIIGC8Y1R1").contains("19 characters"));
        assert!(message("5493001kjtiigc8y1r12").contains("capital letters"));
        assert!(message("5493001KJTIIGC8Y1RXX").contains("two digits"));
        assert!(message("支付宝支付宝支付宝支付宝支付宝支付宝支付").contains("A to Z"));
        assert!(message("5493001KJTIIGC8Y1R13").contains("12 would fit"));
    }

    #[test]
    fn only_the_leading_zeros_of_a_number_are_removed() {
        for (value, compared) in [
            ("0", "0"),
            ("000", "0"),
            ("SC000", "SC0"),
            ("10020", "10020"),
            ("sc0070", "sc70"),
            ("SC12345", "SC12345"),
            ("A001", "A001"),
            ("HRB001", "HRB001"),
            ("SC", "SC"),
            ("00-12", "00-12"),
            ("", ""),
            ("００１", "００１"),
        ] {
            assert_eq!(without_leading_zeros(value), compared, "{value}");
        }
        assert_eq!(comparable("ISIN", "US0378331005"), "US0378331005");
        assert_eq!(comparable("us-cik", "0000004904"), "4904");
    }

    proptest! {
        #[test]
        fn comparing_again_changes_nothing(value in "[A-Z]{0,3}[0-9]{0,6}") {
            let compared = without_leading_zeros(&value);
            prop_assert_eq!(&without_leading_zeros(&compared), &compared);
        }

        #[test]
        fn exactly_one_pair_of_check_digits_from_02_to_98_fits(code in "[0-9A-Z]{18}") {
            let fitting: Vec<u32> = (0..100).filter(|check| check_lei(&format!("{code}{check:02}")).is_ok()).collect();
            prop_assert_eq!(fitting.len(), 1);
            prop_assert!((2..=98).contains(&fitting[0]));
            // By definition, the identifier with letters as two digits is 1 modulo 97.
            let digits: String = format!("{code}{:02}", fitting[0]).chars().map(|letter| letter.to_digit(36).unwrap().to_string()).collect();
            let rest = digits.bytes().fold(0u32, |rest, digit| (rest * 10 + u32::from(digit - b'0')) % 97);
            prop_assert_eq!(rest, 1);
        }

        #[test]
        fn a_wrong_digit_or_letter_is_always_detected(code in "[0-9A-Z]{18}", place in 0usize..18, other in "[0-9A-Z]") {
            let check = (2..99).find(|check| check_lei(&format!("{code}{check:02}")).is_ok()).unwrap();
            let lei = format!("{code}{check:02}");
            let mut changed = lei.clone();
            // A letter in place of a digit shifts everything before it, which may cancel out.
            prop_assume!(lei[place..=place].parse::<u8>().is_ok() == other.parse::<u8>().is_ok());
            changed.replace_range(place..=place, &other);
            prop_assert_eq!(check_lei(&changed).is_ok(), changed == lei);
        }
    }
}
