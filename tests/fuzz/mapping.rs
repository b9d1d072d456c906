//! Mappings and their tables on whatever bytes.

#![no_main]

mod reading;

use guanxi::formats::mapping::{self, Mapping};
use libfuzzer_sys::fuzz_target;

// A mapping and its table, with a zero between them.
fuzz_target!(|bytes: &[u8]| {
    let end = bytes.iter().position(|byte| *byte == 0).unwrap_or(bytes.len());
    let (text, table) = bytes.split_at(end);
    let Ok(text) = std::str::from_utf8(text) else { return };
    if let Ok(mapping) = Mapping::parse(text) {
        reading::reading(table.get(1..).unwrap_or_default(), |input, each| {
            mapping::read(input, &mapping, each)
        });
    }
});
