//! Texts outside the rows: one arena of bytes, with handles of four bytes. Each text is stored after its length.

use std::hash::BuildHasher;

use hashbrown::{DefaultHashBuilder, HashTable};

use crate::graph::Error;

/// A handle of a text in a [`TextPool`]; [`Text::NONE`] means no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::graph) struct Text(u32);

impl Text {
    /// No text.
    pub(in crate::graph) const NONE: Self = Self(u32::MAX);

    /// The handle as a number.
    pub(in crate::graph) fn number(self) -> u32 {
        self.0
    }

    /// The handle with this number.
    pub(in crate::graph) fn of_number(number: u32) -> Self {
        Self(number)
    }
}

/// The number of bits of a length in one byte. With the continuation bit it stays below 128, so that lengths are ASCII characters
/// and the arena is one string.
const LENGTH_BITS: u32 = 6;
/// The continuation bit: set in each byte of a length but the last.
const MORE: u8 = 1 << LENGTH_BITS;

/// An immutable arena of texts.
#[derive(Debug, Default)]
pub(in crate::graph) struct TextPool {
    bytes: String,
}

impl TextPool {
    /// The pool with these [`Self::bytes`].
    pub(in crate::graph) fn of(bytes: String) -> Self {
        Self { bytes }
    }

    /// All texts, each after its length.
    pub(in crate::graph) fn bytes(&self) -> &[u8] {
        self.bytes.as_bytes()
    }

    /// The text of a handle; `None` for [`Text::NONE`].
    pub(in crate::graph) fn text(&self, text: Text) -> Option<&str> {
        let mut start = usize::try_from(text.0).ok()?;
        let (mut length, mut shift) = (0, 0);
        loop {
            let byte = *self.bytes.as_bytes().get(start)?;
            start += 1;
            length |= usize::from(byte & (MORE - 1)).checked_shl(shift)?;
            if byte & MORE == 0 {
                return self.bytes.get(start..start.checked_add(length)?);
            }
            shift += LENGTH_BITS;
        }
    }
}

/// Builds a [`TextPool`].
#[derive(Default)]
pub(in crate::graph) struct TextPoolBuilder {
    pool: TextPool,
    interned: HashTable<Text>,
    hasher: DefaultHashBuilder,
}

impl TextPoolBuilder {
    /// Adds a text without sharing, for texts that are probably unique.
    pub(in crate::graph) fn push(&mut self, text: &str) -> Result<Text, Error> {
        let start = u32::try_from(self.pool.bytes.len()).ok();
        let handle = start.filter(|start| *start < u32::MAX).map(Text);
        let handle = handle.ok_or(Error::TooLarge {
            noun: "bytes of text",
            max: u32::MAX,
        })?;
        let mut length = text.len();
        loop {
            let low = u8::try_from(length % usize::from(MORE)).expect("a remainder below 64");
            length /= usize::from(MORE);
            let more = if length == 0 { 0 } else { MORE };
            self.pool.bytes.push(char::from(low | more));
            if length == 0 {
                break;
            }
        }
        self.pool.bytes.push_str(text);
        Ok(handle)
    }

    /// Adds a text, or returns the handle of an equal one interned before.
    pub(in crate::graph) fn intern(&mut self, text: &str) -> Result<Text, Error> {
        let hash = self.hasher.hash_one(text);
        if let Some(equal) = self.interned.find(hash, |other| self.pool.text(*other) == Some(text)) {
            return Ok(*equal);
        }
        let handle = self.push(text)?;
        let (pool, hasher) = (&self.pool, &self.hasher);
        self.interned.insert_unique(hash, handle, |other| {
            hasher.hash_one(pool.text(*other).unwrap_or_default())
        });
        Ok(handle)
    }

    /// Interns an optional text.
    pub(in crate::graph) fn intern_optional(&mut self, text: Option<&str>) -> Result<Text, Error> {
        text.map_or(Ok(Text::NONE), |text| self.intern(text))
    }

    /// The pool so far.
    pub(in crate::graph) fn pool(&self) -> &TextPool {
        &self.pool
    }

    /// The finished pool.
    pub(in crate::graph) fn finish(self) -> TextPool {
        self.pool
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_interned_once_and_read_back() {
        let mut builder = TextPoolBuilder::default();
        let first = builder.intern("支付宝").unwrap();
        let other = builder.push("").unwrap();
        let size = builder.pool().bytes().len();
        let again = builder.intern("支付宝").unwrap();
        assert_eq!(first, again);
        assert_eq!(size, builder.pool().bytes().len());
        assert_eq!(builder.intern_optional(None).unwrap(), Text::NONE);
        let pool = builder.finish();
        assert_eq!(pool.text(first), Some("支付宝"));
        assert_eq!(pool.text(other), Some(""));
        assert_eq!(pool.text(Text::NONE), None);
    }

    #[test]
    fn texts_of_any_length_are_read_back() {
        let mut builder = TextPoolBuilder::default();
        let texts: Vec<String> = [0, 1, 63, 64, 65, 4095, 4096, 300_000]
            .map(|length| "é".repeat(length))
            .to_vec();
        let handles: Vec<Text> = texts.iter().map(|text| builder.push(text).unwrap()).collect();
        let pool = TextPool::of(builder.finish().bytes);
        for (handle, text) in handles.into_iter().zip(&texts) {
            assert_eq!(pool.text(handle), Some(text.as_str()));
        }
        assert_eq!(pool.text(Text::of_number(u32::MAX - 1)), None);
    }
}
