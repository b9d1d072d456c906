//! Finding entities by a complete name or code: rows by a hash of its letters, regardless of spaces and punctuation. Without the
//! texts it is smaller than a dictionary, and faster to build.

use std::io::{self, Read, Write};

use twox_hash::XxHash3_64;

use super::words::{core_keys, key};
use crate::{graph::EntityRef, model::CompanyName};

/// The approximate number of keys of an entity.
const KEYS_PER_ENTITY: usize = 7;
/// The number of keys that are written or read at once.
const BATCH: usize = 1 << 16;

/// Which text of an entity a key is of; the best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::store::search) enum KeyKind {
    /// Any name without legal forms, in each of its spellings.
    Core,
    /// An id or an identifier, with or without its scheme.
    Code,
    /// A name other than the main one.
    OtherName,
    /// The main name.
    Name,
}

/// The 64-bit hash of a key and its kind, high half first, and the row of its entity. Among millions of texts a collision is
/// unlikely, and would only add a wrong match.
type Entry = [u32; 3];

/// Rows by key.
#[derive(Debug, Default)]
pub(in crate::store::search) struct Keys {
    /// Ascending and distinct.
    entries: Vec<Entry>,
}

impl Keys {
    /// The rows with this key, ascending. O(log n).
    pub(in crate::store::search) fn rows(&self, kind: KeyKind, key: &str) -> impl Iterator<Item = u32> {
        let [high, low] = hash(kind, key);
        let first = self.entries.partition_point(|entry| entry[..2] < [high, low][..]);
        let same = self.entries[first..]
            .iter()
            .take_while(move |entry| entry[..2] == [high, low]);
        // A text without letters has no key.
        same.map(|entry| entry[2]).filter(move |_| !key.is_empty())
    }

    pub(in crate::store::search) fn bytes(&self) -> usize {
        self.entries.len() * size_of::<Entry>()
    }

    pub(in crate::store::search) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let count = u64::try_from(self.entries.len()).map_err(io::Error::other)?;
        out.write_all(&count.to_le_bytes())?;
        let mut bytes = Vec::new();
        for batch in self.entries.chunks(BATCH) {
            bytes.clear();
            bytes.extend(batch.iter().flatten().flat_map(|part| part.to_le_bytes()));
            out.write_all(&bytes)?;
        }
        Ok(())
    }

    /// Reads what [`Keys::write`] wrote. All rows must be below `rows`.
    pub(in crate::store::search) fn read(from: &mut impl Read, rows: usize) -> io::Result<Self> {
        let mut count = [0; 8];
        from.read_exact(&mut count)?;
        let count = usize::try_from(u64::from_le_bytes(count)).map_err(io::Error::other)?;
        let mut entries: Vec<Entry> = Vec::new();
        // A wrong count may exceed the memory.
        entries.try_reserve_exact(count).map_err(io::Error::other)?;
        let mut bytes = vec![0; BATCH * size_of::<Entry>()];
        while entries.len() < count {
            let batch = (count - entries.len()).min(BATCH) * size_of::<Entry>();
            from.read_exact(&mut bytes[..batch])?;
            let (parts, _) = bytes[..batch].as_chunks::<4>();
            let (read, _) = parts.as_chunks::<3>();
            entries.extend(read.iter().map(|parts| parts.map(u32::from_le_bytes)));
        }
        let is_row = |entry: &Entry| usize::try_from(entry[2]).is_ok_and(|row| row < rows);
        match entries.is_sorted() && entries.iter().all(is_row) {
            true => Ok(Self { entries }),
            false => Err(io::Error::other("its keys are out of order")),
        }
    }
}

fn hash(kind: KeyKind, key: &str) -> [u32; 2] {
    // The seeds differ in many bits, since the hash of a short text is the text combined with the seed.
    let seed = match kind {
        KeyKind::Name => 0x9e37_79b9_7f4a_7c15,
        KeyKind::OtherName => 0x3c6e_f372_fe94_f82a,
        KeyKind::Code => 0xdaa6_6d2c_7ddf_743f,
        KeyKind::Core => 0x78dd_e6e5_fd29_f054,
    };
    let [a, b, c, d, e, f, g, h] = XxHash3_64::oneshot_with_seed(seed, key.as_bytes()).to_be_bytes();
    [u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h])]
}

/// Collects [`Keys`].
#[derive(Debug)]
pub(in crate::store::search) struct KeysBuilder {
    entries: Vec<Entry>,
}

impl KeysBuilder {
    /// A builder for about this many entities.
    pub(in crate::store::search) fn new(entities: usize) -> Self {
        Self {
            entries: Vec::with_capacity(entities * KEYS_PER_ENTITY),
        }
    }

    /// Adds the keys of the entity in this row.
    pub(in crate::store::search) fn add(&mut self, entity: &EntityRef<'_>, row: u32) {
        let mut push = |kind, key: &str| {
            if !key.is_empty() {
                let [high, low] = hash(kind, key);
                self.entries.push([high, low, row]);
            }
        };
        let name = |name: &str, kind, push: &mut dyn FnMut(KeyKind, &str)| {
            push(kind, &key(name));
            core_keys(&CompanyName::new(name)).for_each(|core| push(KeyKind::Core, &core));
        };
        name(entity.name(), KeyKind::Name, &mut push);
        for other in entity.names() {
            name(other.text(), KeyKind::OtherName, &mut push);
        }
        push(KeyKind::Code, &key(entity.id()));
        for (scheme, value) in entity.identifiers() {
            push(KeyKind::Code, &key(value));
            push(KeyKind::Code, &key(&format!("{scheme}{value}")));
        }
    }

    pub(in crate::store::search) fn finish(mut self) -> Keys {
        self.entries.sort_unstable();
        self.entries.dedup();
        self.entries.shrink_to_fit();
        Keys { entries: self.entries }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(texts: &[(KeyKind, &str, u32)]) -> Keys {
        let mut builder = KeysBuilder::new(1);
        let entries = texts.iter().map(|(kind, key, row)| {
            let [high, low] = hash(*kind, key);
            [high, low, *row]
        });
        builder.entries.extend(entries);
        builder.finish()
    }

    #[test]
    fn rows_are_found_by_a_complete_text_of_one_kind() {
        let keys = keys(&[
            (KeyKind::Name, "alipay", 7),
            (KeyKind::Name, "alipay", 2),
            (KeyKind::Name, "alipay", 2),
            (KeyKind::Code, "alipay", 3),
        ]);
        let rows = |kind, key| keys.rows(kind, key).collect::<Vec<u32>>();
        assert_eq!(rows(KeyKind::Name, "alipay"), [2, 7]);
        assert_eq!(rows(KeyKind::Code, "alipay"), [3]);
        assert_eq!(rows(KeyKind::Core, "alipay"), [0; 0]);
        assert_eq!(rows(KeyKind::Name, "alipa"), [0; 0]);
        assert_eq!(rows(KeyKind::Name, ""), [0; 0]);
    }

    #[test]
    fn short_texts_of_different_kinds_share_no_key() {
        let all = [KeyKind::Name, KeyKind::OtherName, KeyKind::Code, KeyKind::Core];
        let texts = ('a'..='z').flat_map(|one| ('a'..='z').map(move |other| format!("b{one}{other}")));
        let hashes: Vec<_> = texts.flat_map(|text| all.map(|kind| hash(kind, &text))).collect();
        let known: std::collections::HashSet<_> = hashes.iter().collect();
        assert_eq!(known.len(), hashes.len());
    }

    #[test]
    fn written_keys_are_read_and_damaged_ones_are_refused() {
        let keys = keys(&[
            (KeyKind::Name, "a", 0),
            (KeyKind::Core, "b", 1),
            (KeyKind::Code, "c", 4),
        ]);
        let mut bytes = Vec::new();
        keys.write(&mut bytes).unwrap();
        assert_eq!(Keys::read(&mut bytes.as_slice(), 5).unwrap().entries, keys.entries);
        assert!(Keys::read(&mut bytes.as_slice(), 4).is_err());
        assert!(Keys::read(&mut &bytes[..bytes.len() - 1], 5).is_err());
        let (mut swapped, count) = (bytes.clone(), 8);
        swapped[count..].rotate_left(size_of::<Entry>());
        assert!(Keys::read(&mut swapped.as_slice(), 5).is_err());
        bytes[7] = 0xff;
        assert!(Keys::read(&mut bytes.as_slice(), 5).is_err());
    }
}
