//! Ids of FollowTheMoney and our own. FollowTheMoney takes letters, digits, dots and hyphens as an id; ours may hold anything. An id that is
//! not one of theirs is written in their letters, and read back as it was.

use crate::model::{Entity, ID_CHARS_MAX, Invalid};

/// What an id begins with that stands for another.
const ENCODED_ID_PREFIX: &str = "gx.";

/// What the id of a record begins with that stands for the id of a relationship.
const RELATIONSHIP_ID_PREFIX: &str = "gx-rel.";

/// What sets the records of FollowTheMoney apart from those of other sources.
const RECORD_PREFIX: &str = "ftm:";

/// What the id of a record of FollowTheMoney stands for.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::formats::followthemoney) enum IdMeaning {
    /// Itself, or what could not be an id there.
    Key(String),
    /// A relationship, by its own id.
    Relationship(String),
}

/// The entity id, or the key of a relationship, as FollowTheMoney takes it: as it is, where it can be.
pub(in crate::formats::followthemoney) fn encode(id: &str) -> String {
    if is_plain_id(id) && !id.starts_with(ENCODED_ID_PREFIX) && !id.starts_with(RELATIONSHIP_ID_PREFIX) {
        id.to_owned()
    } else {
        escaped(ENCODED_ID_PREFIX, id)
    }
}

/// The id of a relationship that has no key of its own there.
pub(in crate::formats::followthemoney) fn encode_relationship(id: &str) -> String {
    escaped(RELATIONSHIP_ID_PREFIX, id)
}

/// What `id` stands for. What only looks as if it stood for something else stands for itself.
pub(in crate::formats::followthemoney) fn meaning(id: &str) -> IdMeaning {
    if let Some(known) = id.strip_prefix(RELATIONSHIP_ID_PREFIX).and_then(unescaped)
        && encode_relationship(&known) == id
    {
        return IdMeaning::Relationship(known);
    }
    IdMeaning::Key(decode(id))
}

/// The entity id that `id` stands for.
pub(in crate::formats::followthemoney) fn decode(id: &str) -> String {
    match id.strip_prefix(ENCODED_ID_PREFIX).and_then(unescaped) {
        Some(known) if encode(&known) == id => known,
        _ => id.to_owned(),
    }
}

/// What a record of FollowTheMoney is called among the records of all sources.
pub(in crate::formats::followthemoney) fn record(key: &str) -> String {
    format!("{RECORD_PREFIX}{key}")
}

/// Whether a record of a source is one of FollowTheMoney, with this id.
pub(in crate::formats::followthemoney) fn is_record(record: &str, key: &str) -> bool {
    record.strip_prefix(RECORD_PREFIX) == Some(key)
}

/// Whether FollowTheMoney takes `id` in a reference.
fn is_plain_id(id: &str) -> bool {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric();
    let bytes = id.as_bytes();
    bytes.first().is_some_and(|byte| is_plain(*byte))
        && bytes.last().is_some_and(|byte| is_plain(*byte))
        && bytes.iter().all(|byte| is_plain(*byte) || b".-".contains(byte))
}

fn escaped(prefix: &str, id: &str) -> String {
    let mut text = String::with_capacity(prefix.len() + id.len());
    text.push_str(prefix);
    let last = id.len().saturating_sub(1);
    for (position, byte) in id.bytes().enumerate() {
        match char::from(byte) {
            plain @ ('A'..='Z' | 'a'..='z' | '0'..='9') => text.push(plain),
            // No id of theirs ends with a hyphen.
            '-' if position < last => text.push('-'),
            _ => text.push_str(&format!(".{byte:02X}")),
        }
    }
    text
}

fn unescaped(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'.' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let (high, low) = (digit()?, digit()?);
        bytes.push(u8::try_from(high * 16 + low).ok()?);
    }
    String::from_utf8(bytes).ok().filter(|id| !id.is_empty())
}

/// Where in a source of FollowTheMoney a record stands: `Ownership 6d03aec7`.
pub(in crate::formats::followthemoney) fn locator(schema: &str, id: &str) -> String {
    format!("{schema} {id}")
}

/// Whether `id` can be an entity's.
pub(in crate::formats::followthemoney) fn check_id(id: &str) -> Result<(), Invalid> {
    Entity::check_id(id)?;
    // No character takes less than a byte.
    if id.len() > ID_CHARS_MAX && id.chars().count() > ID_CHARS_MAX {
        return Err(Invalid::new("id", "an id of at most 500 characters"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_that_both_take_stay_as_they_are() {
        for id in [
            "6d03aec76fdeec8f9697d8b19954ab6fc2568bc8",
            "NK-2sFnD",
            "Q42",
            "a",
            "gx",
            "a.b-c",
            "gb-coh-01",
        ] {
            assert_eq!(encode(id), id);
            assert_eq!(meaning(id), IdMeaning::Key(id.to_owned()));
        }
        assert_eq!(encode("lei:5493"), "gx.lei.3A5493");
        assert_eq!(encode_relationship("rel:a:OWNS:b:-"), "gx-rel.rel.3Aa.3AOWNS.3Ab.3A.2D");
    }

    #[test]
    fn what_only_looks_like_another_id_stands_for_itself() {
        for id in [
            "gx.",
            "gx.a",
            "gx.a.3a",
            "gx.a.b",
            "gx.a.FF",
            "gx-rel.",
            "gx-rel.a.2",
            "gx-rel.a.41",
        ] {
            assert_eq!(meaning(id), IdMeaning::Key(id.to_owned()), "{id}");
            assert_eq!(meaning(&encode(id)), IdMeaning::Key(id.to_owned()), "{id}");
        }
    }

    proptest! {
        #[test]
        fn every_id_comes_back_and_is_one_of_theirs(id in "(gx[.]|gx-rel[.])?[a.:/é 2-]{1,8}") {
            prop_assert!(is_plain_id(&encode(&id)) && is_plain_id(&encode_relationship(&id)));
            prop_assert_eq!(meaning(&encode(&id)), IdMeaning::Key(id.clone()));
            prop_assert_eq!(meaning(&encode_relationship(&id)), IdMeaning::Relationship(id.clone()));
        }
    }
}
