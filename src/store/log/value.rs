//! One value as it is kept: a checksum, its length, and lz4 over JSON. The checksum covers the place as well, so that a value
//! that turns up in another's place is seen.

use serde::{Serialize, de::DeserializeOwned};
use twox_hash::XxHash3_64;

/// Bytes of the checksum and of the length that stand before the content.
const CHECKSUM: usize = 8;
const LENGTH: usize = 4;

/// Where a value stands: its table and its key in one number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    table: u64,
    key: u64,
}

impl Place {
    pub(super) const fn meta(key: u64) -> Self {
        Self { table: 1, key }
    }

    pub(super) const fn load(chunk: u64) -> Self {
        Self { table: 2, key: chunk }
    }

    pub(super) const fn entry(position: u64) -> Self {
        Self {
            table: 3,
            key: position,
        }
    }

    fn checksum(self, bytes: &[u8]) -> u64 {
        // The two highest bits are far beyond any key.
        XxHash3_64::oneshot_with_seed(self.key ^ (self.table << 62), bytes)
    }
}

/// The value as it is kept.
pub(super) fn pack<T: Serialize>(place: Place, value: &T) -> Result<Vec<u8>, String> {
    pack_json(place, &serde_json::to_vec(value).map_err(|error| error.to_string())?)
}

/// The same of a value that is JSON already.
pub(super) fn pack_json(place: Place, plain: &[u8]) -> Result<Vec<u8>, String> {
    let length = u32::try_from(plain.len()).map_err(|_| format!("{} bytes are more than 4 GiB", plain.len()))?;
    let mut kept = vec![0; CHECKSUM];
    kept.extend(length.to_le_bytes());
    kept.extend(lz4_flex::block::compress(plain));
    let checksum = place.checksum(&kept[CHECKSUM..]);
    kept[..CHECKSUM].copy_from_slice(&checksum.to_le_bytes());
    Ok(kept)
}

/// Whether the value is kept as it was written, without reading it.
pub(super) fn check(place: Place, kept: &[u8]) -> Result<&[u8], String> {
    let (checksum, rest) = kept.split_first_chunk::<CHECKSUM>().ok_or("it is cut short")?;
    if u64::from_le_bytes(*checksum) != place.checksum(rest) {
        return Err("the checksum does not match".to_owned());
    }
    Ok(rest)
}

/// The value that is kept so, or what is wrong with it.
pub(super) fn unpack<T: DeserializeOwned>(place: Place, kept: &[u8]) -> Result<T, String> {
    let rest = check(place, kept)?;
    let (length, packed) = rest.split_first_chunk::<LENGTH>().ok_or("it is cut short")?;
    let length = usize::try_from(u32::from_le_bytes(*length)).map_err(|error| error.to_string())?;
    let plain = lz4_flex::block::decompress(packed, length).map_err(|error| error.to_string())?;
    serde_json::from_slice(&plain).map_err(|error| error.to_string())
}

/// How many bytes a value that is kept so has before it is packed; 0 where it is kept nowhere.
pub(super) fn plain_bytes(kept: &[u8]) -> usize {
    let length = kept.get(CHECKSUM..).and_then(<[u8]>::first_chunk::<LENGTH>);
    length.map_or(0, |length| {
        usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX)
    })
}

/// Tells values apart, the same in every version of the program.
pub(super) fn fingerprint<T: Serialize>(value: &T) -> u64 {
    let written = serde_json::to_vec(value).unwrap_or_default();
    XxHash3_64::oneshot(&written)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked_and_one_wrong_bit_is_seen(text in "\\PC{0,60}", key in 0u64..1000, bit in any::<prop::sample::Index>()) {
            let place = Place::entry(key);
            let mut kept = pack(place, &text).unwrap();
            prop_assert_eq!(unpack::<String>(place, &kept).unwrap(), text);
            for other in [Place::entry(key + 1), Place::load(key), Place::meta(key)] {
                prop_assert!(unpack::<String>(other, &kept).is_err());
            }
            let bit = bit.index(kept.len() * 8);
            kept[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(unpack::<String>(place, &kept).is_err());
        }

        #[test]
        fn what_is_cut_short_is_seen(text in "\\PC{0,60}", end in any::<prop::sample::Index>()) {
            let kept = pack(Place::load(1), &text).unwrap();
            let told = unpack::<String>(Place::load(1), &kept[..end.index(kept.len())]).unwrap_err();
            prop_assert!(told.contains("cut short") || told.contains("checksum"), "{}", told);
        }
    }
}
