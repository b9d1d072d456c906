//! The stored form of a value: a checksum, the length, and JSON compressed with lz4. The checksum covers the key as well, so
//! that a value under another key is detected.

use serde::{Serialize, de::DeserializeOwned};
use twox_hash::XxHash3_64;

/// The sizes of the checksum and the length before the content, in bytes.
const CHECKSUM: usize = 8;
const LENGTH: usize = 4;

/// The table and the key of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ValueKey {
    table: u64,
    key: u64,
}

impl ValueKey {
    pub(super) const fn meta(key: u64) -> Self {
        Self { table: 1, key }
    }

    pub(super) const fn chunk(chunk: u64) -> Self {
        Self { table: 2, key: chunk }
    }

    pub(super) const fn entry(position: u64) -> Self {
        Self {
            table: 3,
            key: position,
        }
    }

    fn checksum(self, bytes: &[u8]) -> u64 {
        // No key uses the two highest bits.
        XxHash3_64::oneshot_with_seed(self.key ^ (self.table << 62), bytes)
    }
}

/// The stored form of a value.
pub(super) fn pack<T: Serialize>(value_key: ValueKey, value: &T) -> Result<Vec<u8>, String> {
    pack_json(
        value_key,
        &serde_json::to_vec(value).map_err(|error| error.to_string())?,
    )
}

/// The stored form of a value that is already JSON.
pub(super) fn pack_json(value_key: ValueKey, plain: &[u8]) -> Result<Vec<u8>, String> {
    let length = u32::try_from(plain.len()).map_err(|_| format!("{} bytes are more than 4 GiB", plain.len()))?;
    let mut stored_bytes = vec![0; CHECKSUM];
    stored_bytes.extend(length.to_le_bytes());
    stored_bytes.extend(lz4_flex::block::compress(plain));
    let checksum = value_key.checksum(&stored_bytes[CHECKSUM..]);
    stored_bytes[..CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
    Ok(stored_bytes)
}

/// Checks the checksum of a stored value, and returns the bytes after it.
pub(super) fn check(value_key: ValueKey, stored_bytes: &[u8]) -> Result<&[u8], String> {
    let (checksum, rest) = stored_bytes.split_first_chunk::<CHECKSUM>().ok_or("it is cut short")?;
    if u64::from_le_bytes(*checksum) != value_key.checksum(rest) {
        return Err("the checksum does not match".to_owned());
    }
    Ok(rest)
}

/// The value of a stored form, or the reason why it is damaged.
pub(super) fn unpack<T: DeserializeOwned>(value_key: ValueKey, stored_bytes: &[u8]) -> Result<T, String> {
    let rest = check(value_key, stored_bytes)?;
    let (length, packed) = rest.split_first_chunk::<LENGTH>().ok_or("it is cut short")?;
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|error| error.to_string())?;
    let plain = lz4_flex::block::decompress(packed, length).map_err(|error| error.to_string())?;
    serde_json::from_slice(&plain).map_err(|error| error.to_string())
}

/// The number of bytes of a stored value before packing; 0 if nothing is stored.
pub(super) fn plain_bytes(stored_bytes: &[u8]) -> usize {
    let length = stored_bytes.get(CHECKSUM..).and_then(<[u8]>::first_chunk::<LENGTH>);
    length.map_or(0, |length| {
        usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX)
    })
}

/// A hash of a value that is the same in every version of the program.
pub(super) fn fingerprint<T: Serialize>(value: &T) -> u64 {
    let json = serde_json::to_vec(value).unwrap_or_default();
    XxHash3_64::oneshot(&json)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_packed_value_is_unpacked_and_one_wrong_bit_is_detected(text in "\\PC{0,60}", key in 0u64..1000, bit in any::<prop::sample::Index>()) {
            let value_key = ValueKey::entry(key);
            let mut stored_bytes = pack(value_key, &text).unwrap();
            prop_assert_eq!(unpack::<String>(value_key, &stored_bytes).unwrap(), text);
            for other in [ValueKey::entry(key + 1), ValueKey::chunk(key), ValueKey::meta(key)] {
                prop_assert!(unpack::<String>(other, &stored_bytes).is_err());
            }
            let bit = bit.index(stored_bytes.len() * 8);
            stored_bytes[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(unpack::<String>(value_key, &stored_bytes).is_err());
        }

        #[test]
        fn a_value_that_is_cut_short_is_detected(text in "\\PC{0,60}", end in any::<prop::sample::Index>()) {
            let stored_bytes = pack(ValueKey::chunk(1), &text).unwrap();
            let message = unpack::<String>(ValueKey::chunk(1), &stored_bytes[..end.index(stored_bytes.len())]).unwrap_err();
            prop_assert!(message.contains("cut short") || message.contains("checksum"), "{}", message);
        }
    }
}
