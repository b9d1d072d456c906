//! Serialization of the model's values. Reading enforces the rules of the model, so nothing is read that could not have been
//! written.

use std::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error, Unexpected, Visitor},
};

use crate::model::Invalid;

/// Reads a value from its text form, without a copy of the text if the format can lend it.
pub(crate) fn read<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    parse: impl Fn(&str) -> Result<T, Invalid>,
) -> Result<T, D::Error> {
    struct Text<T, F>(F, PhantomData<T>);

    impl<T, F: Fn(&str) -> Result<T, Invalid>> Visitor<'_> for Text<T, F> {
        type Value = T;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a text")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
            (self.0)(text).map_err(E::custom)
        }
    }

    deserializer.deserialize_str(Text(parse, PhantomData))
}

/// Serializes a type as its written form.
macro_rules! as_text {
    ($name:ident) => {
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::model::records::serialized::read(deserializer, str::parse)
            }
        }
    };
}
pub(in crate::model) use as_text;

pub(in crate::model) fn checked<'de, D: Deserializer<'de>>(
    deserializer: D,
    check: impl Fn(&str) -> Result<(), Invalid>,
) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    check(&text).map_err(D::Error::custom)?;
    Ok(text)
}

fn number<'de, D: Deserializer<'de>>(value: f64, fits: bool, expected: &str) -> Result<f64, D::Error> {
    if fits {
        Ok(value)
    } else {
        Err(D::Error::invalid_value(Unexpected::Float(value), &expected))
    }
}

pub(in crate::model) fn not_negative<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    let value = f64::deserialize(deserializer)?;
    number::<D>(
        value,
        value.is_finite() && value >= 0.0,
        "an amount that is not negative",
    )
}

pub(in crate::model) fn confidence<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    let value = f64::deserialize(deserializer)?;
    number::<D>(value, (0.0..=1.0).contains(&value), "a confidence from 0 to 1").map(Some)
}

/// Moments in RFC 3339.
pub(crate) mod moment {
    use jiff::Timestamp;
    use serde::{Deserializer, Serializer};

    use crate::model::Invalid;

    pub(crate) fn serialize<S: Serializer>(moment: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(moment)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Timestamp, D::Error> {
        super::read(deserializer, |text| {
            text.parse()
                .map_err(|_| Invalid::new(text, "a moment like 2026-11-22T12:00:00Z"))
        })
    }
}

/// An optional moment; an absent one is not written.
pub(in crate::model) mod optional_moment {
    use jiff::Timestamp;
    use serde::{Deserializer, Serializer};

    #[expect(clippy::ref_option, reason = "serde hands over a reference")]
    pub(in crate::model) fn serialize<S: Serializer>(
        moment: &Option<Timestamp>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match moment {
            Some(moment) => serializer.collect_str(moment),
            None => serializer.serialize_none(),
        }
    }

    pub(in crate::model) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Timestamp>, D::Error> {
        super::moment::deserialize(deserializer).map(Some)
    }
}
