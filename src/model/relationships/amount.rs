//! Amounts of money and their meaning.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::model::{Invalid, records::serialized};

/// An ISO 4217 currency code, such as USD.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The three letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a currency is made of ASCII letters")
    }
}

impl FromStr for Currency {
    type Err = Invalid;

    fn from_str(text: &str) -> Result<Self, Invalid> {
        match *text.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(u8::is_ascii_uppercase) => Ok(Self([a, b, c])),
            _ => Err(Invalid::new(
                text,
                "a currency code of three capital letters (ISO 4217), like USD",
            )),
        }
    }
}

serialized::as_text!(Currency);

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An amount of money: value, currency and, if the source states it, its meaning ("purchase price with debt").
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amount {
    /// In units of the currency, not negative.
    #[serde(deserialize_with = "serialized::not_negative")]
    pub value: f64,
    /// ISO 4217.
    pub currency: Currency,
    /// The meaning of the amount, in words; two amounts are comparable only if these are equal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
}

impl Amount {
    /// An amount of `value` in `currency`.
    ///
    /// # Errors
    /// [`Invalid`] when `value` is negative or not finite.
    pub fn new(value: f64, currency: Currency, of: Option<String>) -> Result<Self, Invalid> {
        if value.is_finite() && value >= 0.0 {
            Ok(Self { value, currency, of })
        } else {
            Err(Invalid::new(&value, "an amount that is not negative, like 75000000"))
        }
    }

    /// Whether both have the same meaning and currency, so that different values contradict each other.
    #[must_use]
    pub fn is_comparable(&self, other: &Self) -> bool {
        self.currency == other.currency && self.of == other.of
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (value, unit) = match self.value {
            value if value >= 1e9 => (value / 1e9, " billion"),
            value if value >= 1e6 => (value / 1e6, " million"),
            value => (value, ""),
        };
        write!(f, "{} {value}{unit}", self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_people_write_them() {
        let text = |value: f64| Amount::new(value, "USD".parse().unwrap(), None).unwrap().to_string();
        assert_eq!(text(75_000_000.0), "USD 75 million");
        assert_eq!(text(2_900_000_000.0), "USD 2.9 billion");
        assert_eq!(text(950.5), "USD 950.5");
    }

    #[test]
    fn negative_amounts_and_odd_currencies_are_refused() {
        assert!(Amount::new(-1.0, "USD".parse().unwrap(), None).is_err());
        assert!(Amount::new(f64::NAN, "USD".parse().unwrap(), None).is_err());
        assert!("usd".parse::<Currency>().is_err());
        assert!("US".parse::<Currency>().is_err());
    }
}
