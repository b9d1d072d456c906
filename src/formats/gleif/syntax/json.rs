//! The golden copy as JSON: an object with the list of records, or that list alone. Texts stand in `$`, attributes
//! behind `@`. Records are cut out of the file before they are parsed, so that one that is damaged does not hide the
//! next.

use std::{borrow::Cow, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::row::GleifRowBuilder;
use crate::formats::{
    gleif::{
        file_type::Content,
        record_sink::{NOT_UTF_8 as FILE_NOT_UTF_8, RecordSink, too_many_fields},
    },
    json_values::{self, LooseValues, ReadError, ReadOptions, Reason},
    reader::{Input, NOT_UTF_8, RecordFault, Unreadable, too_long},
};

/// What the list of records is called.
const LISTS: &[&str] = &["records", "relations", "exceptions"];

/// Reads a list of objects.
pub(in crate::formats::gleif) fn read(
    input: Input<'_>,
    content: Content,
    sink: &mut RecordSink<'_>,
) -> Result<(), Unreadable> {
    let Input {
        bytes, source_defaults, ..
    } = input;
    if let Some(0 | 0xFE | 0xFF) = bytes.fill_buf().map_err(|error| sink.io(error))?.first() {
        return Err(Unreadable::malformed("line 1", FILE_NOT_UTF_8));
    }
    let options = ReadOptions {
        bytes_max: source_defaults.record_bytes_max,
        packages: LISTS,
        expected: None,
        loose_values: LooseValues::Refused,
    };
    let mut builder = GleifRowBuilder::new(content.fields());
    let read = json_values::split(bytes, options, &mut |place, value| {
        builder.begin();
        let row = match parse(value, &mut builder) {
            Ok(()) => builder.row().ok_or_else(too_many_fields),
            Err(reason) => Err(reason),
        };
        sink.hand_over(row, place.line)
    });
    read.map_err(|error| unreadable(error, sink))
}

/// Says what is wrong with a file as the other syntaxes say it.
fn unreadable(error: ReadError, sink: &RecordSink<'_>) -> Unreadable {
    let (line, reason) = match error {
        ReadError::Io(error) => return sink.io(error),
        ReadError::Malformed {
            reason: Reason::CutOff, ..
        } => return sink.cut_off(),
        ReadError::Malformed {
            reason: Reason::TooLong,
            options,
            ..
        } => return sink.io(too_long(options.bytes_max)),
        ReadError::Malformed { line, reason, .. } => (line, reason),
    };
    let reason = match reason {
        Reason::NoArray => "there is no list of records, relations or exceptions; is it a file of the golden copy?",
        _ => "this is not JSON as it should be; get the file again",
    };
    Unreadable::malformed(format!("line {line}"), reason)
}

/// Gives a record to the builder.
fn parse(value: &[u8], builder: &mut GleifRowBuilder) -> Result<(), RecordFault> {
    if str::from_utf8(value).is_err() {
        return Err(RecordFault::rejected("", NOT_UTF_8));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(value);
    let read = Contents(builder).deserialize(&mut deserializer);
    match read.and_then(|()| deserializer.end()) {
        Ok(()) => Ok(()),
        Err(_) => Err(RecordFault::rejected("", "not a JSON object").with(&String::from_utf8_lossy(value))),
    }
}

/// What stands inside of what is open.
struct Contents<'b>(&'b mut GleifRowBuilder);

/// What stands under a name in what is open: one value, or a list of them.
struct Member<'b, 'n> {
    builder: &'b mut GleifRowBuilder,
    name: &'n str,
}

impl Member<'_, '_> {
    fn scalar(self, text: &str) {
        self.builder.open(self.name);
        self.builder.text(text);
        self.builder.close();
    }
}

macro_rules! deserialize_any {
    ($name:ty) => {
        impl<'de> DeserializeSeed<'de> for $name {
            type Value = ();

            fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
                deserializer.deserialize_any(self)
            }
        }
    };
}
deserialize_any!(Contents<'_>);
deserialize_any!(Member<'_, '_>);

/// Numbers and the like are taken as they are written.
macro_rules! scalars {
    ($take:expr) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("JSON")
        }

        fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
            $take(self, if value { "true" } else { "false" });
            Ok(())
        }

        fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
            $take(self, &value.to_string());
            Ok(())
        }

        fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
            $take(self, &value.to_string());
            Ok(())
        }

        fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
            $take(self, &value.to_string());
            Ok(())
        }

        fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
            $take(self, value);
            Ok(())
        }

        fn visit_unit<E: Error>(self) -> Result<(), E> {
            Ok(())
        }
    };
}

impl<'de> Visitor<'de> for Contents<'_> {
    type Value = ();

    scalars!(|contents: Self, text: &str| contents.0.text(text));

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Contents(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        while let Some(name) = members.next_key_seed(Key)? {
            let name = match &*name {
                "$" => {
                    members.next_value_seed(Contents(self.0))?;
                    continue;
                }
                "@xml:lang" => "xmllang",
                name => match name.strip_prefix('@') {
                    // Declarations of namespaces, and what they allow.
                    Some(attribute) if attribute.contains(':') || attribute == "xmlns" => {
                        members.next_value::<serde::de::IgnoredAny>()?;
                        continue;
                    }
                    Some(attribute) => attribute,
                    None => name.rsplit(':').next().unwrap_or(name),
                },
            };
            let builder = &mut *self.0;
            members.next_value_seed(Member { builder, name })?;
        }
        Ok(())
    }
}

impl<'de> Visitor<'de> for Member<'_, '_> {
    type Value = ();

    scalars!(|member: Self, text: &str| member.scalar(text));

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        let Self { builder, name } = self;
        while items
            .next_element_seed(Member {
                builder: &mut *builder,
                name,
            })?
            .is_some()
        {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<(), A::Error> {
        self.builder.open(self.name);
        Contents(self.builder).visit_map(members)?;
        self.builder.close();
        Ok(())
    }
}

/// The name of a member, without a copy where it is written plainly.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E: Error>(self, name: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E: Error>(self, name: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
}
