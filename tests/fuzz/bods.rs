//! The reader of bods on whatever bytes.

#![no_main]

mod reading;

use guanxi::formats::bods;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| reading::reading(bytes, |input, each| bods::read(input, each)));
