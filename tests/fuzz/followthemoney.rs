//! The reader of followthemoney on whatever bytes.

#![no_main]

mod reading;

use guanxi::formats::followthemoney;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| reading::reading(bytes, |input, each| followthemoney::read(input, each)));
