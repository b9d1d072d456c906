//! Text kept out of the rows: one arena of bytes, referred to by handles of four bytes.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

use super::Error;

/// A handle of a text in a [`TextPool`]; [`Text::NONE`] stands for no text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Text(u32);

impl Text {
    /// No text.
    pub(super) const NONE: Self = Self(u32::MAX);
}

/// An immutable arena of texts.
#[derive(Debug, Default)]
pub(super) struct TextPool {
    bytes: String,
    /// Where each text ends; it starts where the one before ends.
    ends: Vec<u32>,
}

impl Text {
    /// The handle as a number.
    pub(super) fn number(self) -> u32 {
        self.0
    }

    /// The handle with this number.
    pub(super) fn of_number(number: u32) -> Self {
        Self(number)
    }
}

impl TextPool {
    /// The pool that holds `bytes`, of which each text ends where `ends` says.
    pub(super) fn of(bytes: String, ends: Vec<u32>) -> Self {
        Self { bytes, ends }
    }

    /// All texts, one after the other.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.as_bytes()
    }

    /// Where each text ends.
    pub(super) fn ends(&self) -> &[u32] {
        &self.ends
    }

    /// The text behind a handle; none for [`Text::NONE`].
    pub(super) fn text(&self, text: Text) -> Option<&str> {
        let position = usize::try_from(text.0).ok()?;
        let end = *self.ends.get(position)?;
        let start = position.checked_sub(1).map_or(0, |before| self.ends[before]);
        self.bytes.get(usize::try_from(start).ok()?..usize::try_from(end).ok()?)
    }
}

/// Fills a [`TextPool`].
#[derive(Default)]
pub(super) struct TextPoolBuilder {
    pool: TextPool,
    interned: HashTable<Text>,
    hasher: RandomState,
}

impl TextPoolBuilder {
    /// A handle of `text`, which is likely to be the only one of its kind.
    pub(super) fn push(&mut self, text: &str) -> Result<Text, Error> {
        let too_large = |noun| Error::TooLarge { noun, max: u32::MAX };
        let handle = u32::try_from(self.pool.ends.len())
            .ok()
            .filter(|handle| *handle < u32::MAX);
        let handle = handle.ok_or(too_large("texts"))?;
        self.pool.bytes.push_str(text);
        let end = u32::try_from(self.pool.bytes.len()).map_err(|_| too_large("bytes of text"))?;
        self.pool.ends.push(end);
        Ok(Text(handle))
    }

    /// A handle of `text`, shared with every equal text that was interned before.
    pub(super) fn intern(&mut self, text: &str) -> Result<Text, Error> {
        let hash = self.hasher.hash_one(text);
        if let Some(found) = self.interned.find(hash, |known| self.pool.text(*known) == Some(text)) {
            return Ok(*found);
        }
        let handle = self.push(text)?;
        let (pool, hasher) = (&self.pool, &self.hasher);
        self.interned.insert_unique(hash, handle, |known| {
            hasher.hash_one(pool.text(*known).unwrap_or_default())
        });
        Ok(handle)
    }

    /// The same for what may be absent.
    pub(super) fn intern_optional(&mut self, text: Option<&str>) -> Result<Text, Error> {
        text.map_or(Ok(Text::NONE), |text| self.intern(text))
    }

    /// The text behind a handle; empty for [`Text::NONE`].
    pub(super) fn get(&self, text: Text) -> &str {
        self.pool.text(text).unwrap_or_default()
    }

    /// The finished pool.
    pub(super) fn finish(mut self) -> TextPool {
        self.pool.bytes.shrink_to_fit();
        self.pool.ends.shrink_to_fit();
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
        let again = builder.intern("支付宝").unwrap();
        assert_eq!(first, again);
        assert_eq!(builder.intern_optional(None).unwrap(), Text::NONE);
        let pool = builder.finish();
        assert_eq!(pool.text(first), Some("支付宝"));
        assert_eq!(pool.text(other), Some(""));
        assert_eq!(pool.text(Text::NONE), None);
        assert_eq!(pool.ends.len(), 2);
    }
}
