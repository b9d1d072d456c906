//! Who goes by a whole name or code: rows by what all letters of it come to, whatever stands between its words. Holds no text, so
//! that it is smaller than a dictionary of them, and made sooner.

use std::io::{self, Read, Write};

use twox_hash::XxHash3_64;

use super::words::{core_keys, key};
use crate::{graph::EntityRef, model::CompanyName};

/// About how many keys an entity has.
const KEYS_EACH: usize = 7;
/// How many keys are written, or read, at once.
const AT_ONCE: usize = 1 << 16;

/// Which text of an entity a whole text is; the best last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Whole {
    /// Any name without its legal forms, in every way in which it may be written.
    Core,
    /// An id or an identifier, with its scheme before it or not.
    Code,
    /// Another name than the main one.
    OtherName,
    /// The main name.
    Name,
}

/// A hash of a text and which it is, the high half first, and the row of who goes by it. Of 64 bits, so that among millions no two
/// texts are likely to share one; who made a text that does would be found by another's name.
type Entry = [u32; 3];

/// Rows by key.
#[derive(Debug, Default)]
pub(super) struct Keys {
    /// Ascending, each once.
    entries: Vec<Entry>,
}

impl Keys {
    /// The rows that go by a text, of which this is the key; ascending. O(log n).
    pub(super) fn rows(&self, whole: Whole, key: &str) -> impl Iterator<Item = u32> {
        let [high, low] = hash(whole, key);
        let first = self.entries.partition_point(|entry| entry[..2] < [high, low][..]);
        let same = self.entries[first..]
            .iter()
            .take_while(move |entry| entry[..2] == [high, low]);
        // What has no letters has no key.
        same.map(|entry| entry[2]).filter(move |_| !key.is_empty())
    }

    pub(super) fn bytes(&self) -> usize {
        self.entries.len() * size_of::<Entry>()
    }

    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let count = u64::try_from(self.entries.len()).map_err(io::Error::other)?;
        out.write_all(&count.to_le_bytes())?;
        let mut bytes = Vec::new();
        for some in self.entries.chunks(AT_ONCE) {
            bytes.clear();
            bytes.extend(some.iter().flatten().flat_map(|part| part.to_le_bytes()));
            out.write_all(&bytes)?;
        }
        Ok(())
    }

    /// Reads what [`Keys::write`] wrote. Rows from `rows` on are there none.
    pub(super) fn read(from: &mut impl Read, rows: usize) -> io::Result<Self> {
        let mut count = [0; 8];
        from.read_exact(&mut count)?;
        let count = usize::try_from(u64::from_le_bytes(count)).map_err(io::Error::other)?;
        let mut entries: Vec<Entry> = Vec::new();
        // A count that is wrong may be of more than memory holds.
        entries.try_reserve_exact(count).map_err(io::Error::other)?;
        let mut bytes = vec![0; AT_ONCE * size_of::<Entry>()];
        while entries.len() < count {
            let some = (count - entries.len()).min(AT_ONCE) * size_of::<Entry>();
            from.read_exact(&mut bytes[..some])?;
            let (parts, _) = bytes[..some].as_chunks::<4>();
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

fn hash(whole: Whole, key: &str) -> [u32; 2] {
    // Far apart: short texts hash to what they are, with the seed over it.
    let seed = match whole {
        Whole::Name => 0x9e37_79b9_7f4a_7c15,
        Whole::OtherName => 0x3c6e_f372_fe94_f82a,
        Whole::Code => 0xdaa6_6d2c_7ddf_743f,
        Whole::Core => 0x78dd_e6e5_fd29_f054,
    };
    let [a, b, c, d, e, f, g, h] = XxHash3_64::oneshot_with_seed(seed, key.as_bytes()).to_be_bytes();
    [u32::from_be_bytes([a, b, c, d]), u32::from_be_bytes([e, f, g, h])]
}

/// Gathers [`Keys`].
#[derive(Debug)]
pub(super) struct KeysBuilder {
    entries: Vec<Entry>,
}

impl KeysBuilder {
    /// For so many entities.
    pub(super) fn new(entities: usize) -> Self {
        Self {
            entries: Vec::with_capacity(entities * KEYS_EACH),
        }
    }

    /// Adds the keys of the entity in this row.
    pub(super) fn add(&mut self, entity: &EntityRef<'_>, row: u32) {
        let mut push = |whole, key: &str| {
            if !key.is_empty() {
                let [high, low] = hash(whole, key);
                self.entries.push([high, low, row]);
            }
        };
        let name = |name: &str, whole, push: &mut dyn FnMut(Whole, &str)| {
            push(whole, &key(name));
            core_keys(&CompanyName::new(name)).for_each(|core| push(Whole::Core, &core));
        };
        name(entity.name(), Whole::Name, &mut push);
        for other in entity.names() {
            name(other.text(), Whole::OtherName, &mut push);
        }
        push(Whole::Code, &key(entity.id()));
        for (scheme, value) in entity.identifiers() {
            push(Whole::Code, &key(value));
            push(Whole::Code, &key(&format!("{scheme}{value}")));
        }
    }

    pub(super) fn finish(mut self) -> Keys {
        self.entries.sort_unstable();
        self.entries.dedup();
        self.entries.shrink_to_fit();
        Keys { entries: self.entries }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(texts: &[(Whole, &str, u32)]) -> Keys {
        let mut builder = KeysBuilder::new(1);
        let entries = texts.iter().map(|(whole, key, row)| {
            let [high, low] = hash(*whole, key);
            [high, low, *row]
        });
        builder.entries.extend(entries);
        builder.finish()
    }

    #[test]
    fn rows_are_found_by_a_whole_text_of_one_kind() {
        let keys = keys(&[
            (Whole::Name, "alipay", 7),
            (Whole::Name, "alipay", 2),
            (Whole::Name, "alipay", 2),
            (Whole::Code, "alipay", 3),
        ]);
        let rows = |whole, key| keys.rows(whole, key).collect::<Vec<u32>>();
        assert_eq!(rows(Whole::Name, "alipay"), [2, 7]);
        assert_eq!(rows(Whole::Code, "alipay"), [3]);
        assert_eq!(rows(Whole::Core, "alipay"), [0; 0]);
        assert_eq!(rows(Whole::Name, "alipa"), [0; 0]);
        assert_eq!(rows(Whole::Name, ""), [0; 0]);
    }

    #[test]
    fn short_texts_of_different_kinds_share_no_key() {
        let all = [Whole::Name, Whole::OtherName, Whole::Code, Whole::Core];
        let texts = ('a'..='z').flat_map(|one| ('a'..='z').map(move |other| format!("b{one}{other}")));
        let hashes: Vec<_> = texts.flat_map(|text| all.map(|whole| hash(whole, &text))).collect();
        let known: std::collections::HashSet<_> = hashes.iter().collect();
        assert_eq!(known.len(), hashes.len());
    }

    #[test]
    fn what_is_written_is_read_and_what_is_damaged_is_refused() {
        let keys = keys(&[(Whole::Name, "a", 0), (Whole::Core, "b", 1), (Whole::Code, "c", 4)]);
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
